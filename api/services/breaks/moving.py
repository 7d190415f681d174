"""An agent moves a break of theirs, takes it now, or splits a rest: within the rules of the day, whatever cover says.

What a person placed stays where it is when the day is planned again (`Segment.placed`).
"""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from api.context import Context
from api.errors import Conflict, Invalid
from api.events.log import append
from api.security.caller import Caller
from api.services.breaks.cover import CoverChange, DayCover, touched_by
from api.services.breaks.own_day import OwnDay, changeable, own_agent, read_own
from api.services.breaks.store import Change, rewrite
from api.services.breaks.views import BreakChange, shown
from api.services.days.facts import key, span_of
from api.services.days.views import code_of
from api.services.floor.commands import on_floor
from api.services.floor.planned import plan_of
from api.services.floor.rests import withdraw_reservations
from api.services.floor.work import floor_transaction, touch_pools
from roster.clock import require_utc
from roster.contacts import OPEN_STATUSES
from roster.day import MINUTE, SegmentSpan
from roster.policy import Policy
from roster.shifts import Placed, Segment, SegmentKind
from roster.store.engine import reading, writing


def move_break(context: Context, caller: Caller, segment_id: int, starts_at: datetime) -> BreakChange:
    """The break begins at `starts_at` instead, earlier or later.

    Raises
    ------
    NotFound: no segment of the caller. Invalid: no break, or a time that is past, odd or outside the shift.
    Conflict: the break has begun, or a rule refuses the time; then it names the rule and the nearest time.
    """
    agent_id, now = own_agent(caller), context.now()
    starts_at = whole_minute(starts_at)
    with reading(context.engine) as session:
        cover = _cover_of_move(session, context.policy, agent_id, segment_id, starts_at, now)
    with writing(context.engine) as session:
        touch_pools(session)
        own = read_own(session, agent_id, segment_id)
        row = changeable(own, segment_id, now)
        span = moved(own, row, starts_at)
        own.require(context.policy, now, row, span)
        segments = [shown(own, one, now) for one in rewrite(session, own, [Change(span, kept(row), row)])]
        append(
            session,
            at=now,
            kind="break.moved",
            subject=str(segment_id),
            actor=caller.name,
            agent_id=agent_id,
            data={"starts_at": span.starts_at.isoformat()},
        )
    context.announcer.announce()
    sentence = f"Your {row.kind} is at {own.text(span.starts_at)} now, and stays there. {cover.sentence}"
    return BreakChange(segments=tuple(segments), cover=cover, sentence=sentence)


def take_break(context: Context, caller: Caller, segment_id: int) -> BreakChange:
    """The break begins now; contacts that were only reserved for the agent go to others.

    Raises
    ------
    As `move_break`; `Conflict` also while they are on a contact.
    """
    agent_id, now = own_agent(caller), context.now()
    with reading(context.engine) as session:
        cover = _cover_of_move(session, context.policy, agent_id, segment_id, now, now)
    with floor_transaction(context) as transaction:
        work, agent = on_floor(transaction, code_of(context, agent_id))
        session = transaction.session
        own = read_own(session, agent_id, segment_id)
        row = changeable(own, segment_id, work.now)
        span = moved(own, row, work.now)
        own.require(context.policy, work.now, row, span)
        withdraw_reservations(work, agent)
        agent = work.agent(agent.id) or agent
        if any(work.contacts[held.contact_id].status in OPEN_STATUSES for held in agent.held):
            raise Conflict("you are on a contact: take your break when it is over, or ask for a moment")
        segments = [shown(own, one, work.now) for one in rewrite(session, own, [Change(span, kept(row), row)])]
        plan = plan_of(session, agent_id, work.now)
        work.put(replace(agent, shift=plan.shift, closed=plan.closed))
        work.event("break.moved", str(segment_id), caller.name, agent_id, starts_at=span.starts_at.isoformat())
        work.offer()
    sentence = f"Your {row.kind} has begun, until {own.text(span.ends_at)}. {cover.sentence}"
    return BreakChange(segments=tuple(segments), cover=cover, sentence=sentence)


def split_rest(context: Context, caller: Caller, segment_id: int, *, minutes: int, starts_at: datetime) -> BreakChange:
    """The first `minutes` of a rest stay where they are, the rest of it begins at `starts_at`.

    Raises
    ------
    As `move_break`; `Invalid` for a part that is too short, `Conflict` where the policy splits no such rest.
    """
    agent_id, now, policy = own_agent(caller), context.now(), context.policy
    starts_at = whole_minute(starts_at)
    with writing(context.engine) as session:
        touch_pools(session)
        own = read_own(session, agent_id, segment_id)
        row = changeable(own, segment_id, now)
        whole = span_of(row)
        first, second = split_spans(own, row, policy, minutes, starts_at)
        own.require(policy, now, row, second, beside=[first])
        days = {own.shift.agent.code: own.arranged([first, second], {segment_id})}
        cover = DayCover(session, policy, own.shift.on_date, now).change(days, touched_by(whole, second))
        rows = rewrite(session, own, [Change(first, Placed.PART, row), Change(second, Placed.PART)])
        segments = [shown(own, one, now) for one in rows]
        append(
            session,
            at=now,
            kind="break.split",
            subject=str(segment_id),
            actor=caller.name,
            agent_id=agent_id,
            data={"minutes": minutes, "starts_at": second.starts_at.isoformat()},
        )
    context.announcer.announce()
    sentence = (
        f"Your rest is split: {minutes} min at {own.text(first.starts_at)}, "
        f"{second.minutes} min at {own.text(second.starts_at)}. {cover.sentence}"
    )
    return BreakChange(segments=tuple(segments), cover=cover, sentence=sentence)


def split_spans(
    own: OwnDay, row: Segment, policy: Policy, minutes: int, starts_at: datetime
) -> tuple[SegmentSpan, SegmentSpan]:
    """Both parts of a rest of which the first `minutes` stay; raises as `split_rest` where it may not be split so."""
    whole, limits = span_of(row), split_limits(policy, row)
    if limits is None:
        raise Conflict(
            f"your {row.kind} of {whole.minutes} minutes can't be split: only a whole rest can, into parts "
            f"of {policy.breaks.rest_part_minutes} minutes or more (breaks.rest_part_minutes)"
        )
    if not limits[0] <= minutes <= limits[1]:
        raise Invalid(f"minutes {minutes}: expected {limits[0]} to {limits[1]} for the first part")
    words = f"A part of the rest of {whole.minutes} minutes at {own.text(whole.starts_at)} that you split."
    first = replace(whole, ends_at=whole.starts_at + minutes * MINUTE, reason=words)
    return first, SegmentSpan(row.kind, starts_at, starts_at + (whole.minutes - minutes) * MINUTE, words)


def split_limits(policy: Policy, row: Segment) -> tuple[int, int] | None:
    """The least and most minutes of the first part of a split; nothing where the break may not be split."""
    least = max(1, policy.breaks.rest_part_minutes)
    minutes = span_of(row).minutes
    if row.kind is not SegmentKind.REST or row.placed is Placed.PART or 2 * least > minutes:
        return None
    return least, minutes - least


def moved(own: OwnDay, row: Segment, starts_at: datetime) -> SegmentSpan:
    """The break of `row` at `starts_at`, with the sentence that its owner reads beside it."""
    span = span_of(row)
    words = f"A {span.minutes}-minute {row.kind}. You moved it here from {own.text(row.starts_at)}."
    return SegmentSpan(row.kind, starts_at, starts_at + span.duration, words)


def kept(row: Segment) -> Placed:
    """How a break that a person moves is marked: a part of a rest stays one."""
    return Placed.PART if row.placed is Placed.PART else Placed.HAND


def whole_minute(instant: datetime) -> datetime:
    """`instant` in UTC; raises `Invalid` where it is no whole minute."""
    if instant.second or instant.microsecond:
        raise Invalid(f"starts_at {instant.isoformat()}: expected a whole minute")
    return require_utc(instant)


def _cover_of_move(
    session: Session, policy: Policy, agent_id: int, segment_id: int, starts_at: datetime, now: datetime
) -> CoverChange:
    """What the move would do to cover; refused as the move itself would be."""
    own = read_own(session, agent_id, segment_id)
    row = changeable(own, segment_id, now)
    span = moved(own, row, starts_at)
    own.require(policy, now, row, span)
    days = {own.shift.agent.code: own.arranged([span], {key(row.id)})}
    return DayCover(session, policy, own.shift.on_date, now).change(days, touched_by(span_of(row), span))

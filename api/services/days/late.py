"""A break that should have begun while its owner is on a contact: it comes after the contact, whole, or is owed.

It is overdue then: the floor offers its owner nothing new before it, and where the contact ends sooner than was
expected, so does the wait.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlmodel import Session

from api.services.breaks.own_day import OwnDay
from api.services.days.building import is_open, rows_inside, span_at
from api.services.days.facts import DayFacts, Shift, span_of
from api.services.floor.handling import handle_seconds
from api.services.floor.tables import CONTACT, POOL
from roster.clock import clock_text
from roster.contacts import ContactStatus
from roster.day import MINUTE, SegmentSpan
from roster.day_problem import BREAK_KINDS
from roster.policy import Policy
from roster.rest import InvitationStatus
from roster.shifts import Segment

IN_HAND = (ContactStatus.ACCEPTED, ContactStatus.ACTIVE)


@dataclass(frozen=True)
class LateBreak:
    """A break whose time has come while the agent is on a contact from before it, expected to last to `busy_until`.

    `span` is where the rules let it begin soonest after that; None where the shift has no such time left. `over`: the
    contact is, before the break was to begin.
    """

    shift: Shift
    row: Segment
    busy_until: datetime
    span: SegmentSpan | None
    over: bool = False

    @property
    def sentence(self) -> str:
        """What its owner is told."""
        begin = clock_text(self.row.starts_at, self.shift.zone)
        if self.over and self.span is not None:
            then = clock_text(self.span.starts_at, self.shift.zone)
            return f"Your contact is over, so your {self.row.kind} begins at {then} instead of {begin}."
        words = f"You were on a contact when your {self.row.kind} at {begin} was to begin"
        if self.span is not None:
            return f"{words}, so it begins at {clock_text(self.span.starts_at, self.shift.zone)} instead."
        minutes = span_of(self.row).minutes
        return f"{words}. The rules leave no other time for it in this shift, so its {minutes} minutes are owed to you."


def late_breaks(session: Session, policy: Policy, facts: DayFacts, now: datetime) -> tuple[LateBreak, ...]:
    """Every break of `facts.shifts` that should be on now and can't be, because a contact from before it goes on; and
    those that were so and could begin sooner than was thought.
    """
    due = [
        (shift, row)
        for shift in facts.shifts
        for row in rows_inside(shift, facts.rows(shift))
        if row.kind in BREAK_KINDS and (row.overdue or row.starts_at <= now) and now < row.ends_at
    ]
    held = session.execute(in_hand()).all() if due else ()
    found: list[LateBreak] = []
    busy = {one.agent_id for one in held}
    seconds: dict[int, float] = {}
    for shift, row in due:
        if row.starts_at > now:
            found += _sooner(policy, facts, shift, row, now) if shift.agent_id not in busy else ()
            continue
        contacts = [one for one in held if one.agent_id == shift.agent_id and one.since <= row.starts_at]
        if not contacts:
            continue
        missing = {one.queue_id for one in contacts} - seconds.keys()
        seconds |= dict.fromkeys(missing, float(policy.routing.expected_handle_seconds))
        seconds |= handle_seconds(session, missing, now)
        # A contact that has lasted longer than most may end any moment, but has not yet.
        ends = [one.since + timedelta(seconds=seconds[one.queue_id]) for one in contacts]
        busy_until = max(now + MINUTE, *ends)
        found.append(LateBreak(shift, row, busy_until, soonest(policy, facts, shift, row, busy_until, now)))
    return tuple(found)


def _sooner(policy: Policy, facts: DayFacts, shift: Shift, row: Segment, now: datetime) -> tuple[LateBreak, ...]:
    """An overdue break of somebody who is free again, where it can begin before its time."""
    span = soonest(policy, facts, shift, row, now, now)
    if span is None or span.starts_at >= row.starts_at:
        return ()
    late = LateBreak(shift, row, now, span, over=True)
    return (replace(late, span=replace(span, reason=late.sentence)),)


def in_hand() -> Select[tuple[int, int, datetime]]:
    """Whose hands a contact is in, of which queue, since when. By pool, because their index finds those few."""
    chosen = CONTACT.c
    since = func.coalesce(chosen.started_at, chosen.assigned_at).label("since")
    return select(chosen.agent_id, chosen.queue_id, since).where(
        chosen.pool_id.in_(select(POOL.c.id)), chosen.status.in_(IN_HAND)
    )


def soonest(
    policy: Policy,
    facts: DayFacts,
    shift: Shift,
    row: Segment,
    busy_until: datetime,
    now: datetime,
    *,
    whole: bool = False,
) -> SegmentSpan | None:
    """The first time from `busy_until` on that the rules allow; only where there is none do planned breaks give way.

    They move then, if all of them can; one that can't is lost, unless it is to be a `whole` day.
    """
    rows = rows_inside(shift, facts.rows(shift))
    offers = tuple(
        span_at(SegmentSpan(row.kind, one.starts_at, one.ends_at))
        for one in facts.invitations.get(shift.agent_id, ())
        if one.agent_id == shift.agent_id and one.status is InvitationStatus.OFFERED
    )
    own = OwnDay(shift, tuple(rows), offers)
    alone = replace(own, rows=tuple(one for one in rows if not is_open(one, now)))
    minutes = span_of(row).minutes
    at = next(own.possible(policy, now, row, minutes, since=busy_until), None)
    if at is None:
        giving_way = list(alone.possible(policy, now, row, minutes, since=busy_until))
        kept = (one for one in giving_way if own.has_room(policy, busy_until, row, _lasting(row, one)))
        at = next(kept, None if whole else next(iter(giving_way), None))
    if at is None:
        return None
    late = LateBreak(shift, row, busy_until, _lasting(row, at))
    return replace(_lasting(row, at), reason=late.sentence)


def _lasting(row: Segment, at: datetime) -> SegmentSpan:
    return SegmentSpan(row.kind, at, at + (row.ends_at - row.starts_at))

"""Two agents swap a break: one asks, the other accepts, and both days are judged at that moment.

A decline writes no line, asks for no reason, and to who asked looks like no answer.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session

from api.context import Context
from api.errors import Conflict, NotFound
from api.events.log import append
from api.security.caller import Caller
from api.services.breaks.cover import DayCover, touched_by
from api.services.breaks.own_day import OwnDay, changeable, own_agent, read_own
from api.services.breaks.store import Change, rewrite
from api.services.breaks.swaps import Pair, SwapView, open_swaps, pair_of, swap_view
from api.services.breaks.views import BreakChange, ColleagueView, shown
from api.services.days.facts import key, published_shifts, segments_by_agent, span_of
from api.services.floor.work import touch_pools
from roster.clock import require_utc
from roster.day import SegmentSpan
from roster.people import Agent
from roster.policy import Policy
from roster.shifts import PROTECTED_KINDS, Placed, Segment
from roster.store.engine import writing
from roster.swaps import BreakSwap, SwapStatus

OFF = "This swap is not possible any more. Nothing was changed."


def ask_swap(context: Context, caller: Caller, segment_id: int, *, colleague: str, starts_at: datetime) -> SwapView:
    """Ask `colleague` to swap their break at `starts_at` for this one. Asked again, it is the same question.

    Raises
    ------
    NotFound: no segment of the caller. Conflict: the break has begun, another question about it is open, or that break
    of that colleague can't be swapped (whatever the reason).
    """
    agent_id, now, starts_at = own_agent(caller), context.now(), require_utc(starts_at)
    with writing(context.engine) as session:
        touch_pools(session)
        own = read_own(session, agent_id, segment_id)
        row = changeable(own, segment_id, now)
        found = [
            (agent, other)
            for agent, other in _swappable(session, context.policy, own, row, now)
            if (agent.code, other.starts_at) == (colleague, starts_at)
        ]
        if not found:
            raise Conflict(f"{colleague!r} has no {row.kind} at {own.text(starts_at)} that could be swapped for yours")
        agent, other = found[0]
        for swap in open_swaps(session, agent_id, now):
            if swap.agent_id == agent_id and swap.starts_at == row.starts_at:
                if (swap.colleague_id, swap.colleague_starts_at) == (agent.id, other.starts_at):
                    return swap_view(session, swap, agent_id, own.shift.zone)
                raise Conflict("you have asked somebody about this break: withdraw that first")
        swap = BreakSwap(
            on_date=own.shift.on_date,
            kind=row.kind,
            agent_id=agent_id,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            colleague_id=key(agent.id),
            colleague_starts_at=other.starts_at,
            colleague_ends_at=other.ends_at,
            created_at=now,
        )
        session.add(swap)
        session.flush()
        append(
            session,
            at=now,
            kind="break.swap_asked",
            subject=str(swap.id),
            actor=caller.name,
            agent_id=swap.colleague_id,
        )
        view = swap_view(session, swap, agent_id, own.shift.zone)
    context.announcer.announce()
    return view


def accept_swap(context: Context, caller: Caller, swap_id: int) -> BreakChange:
    """Take the other's break and give one's own: both days change, or neither.

    Raises
    ------
    NotFound: no question to the caller. Conflict: it is over, or a rule refuses it in either day (which, is not told).
    """
    agent_id, now, policy = own_agent(caller), context.now(), context.policy
    with writing(context.engine) as session:
        touch_pools(session)
        swap = _to(session, swap_id, agent_id)
        pair = pair_of(session, swap, now) if swap.status is SwapStatus.OFFERED else None
        if pair is None:
            raise Conflict(OFF)
        to_other, to_mine = _swapped(pair)
        for own, row, span in ((pair.mine, pair.row, to_mine), (pair.theirs, pair.other, to_other)):
            if own.breach(policy, now, [span], {key(row.id)}) is not None:
                raise Conflict(OFF)
        days = {
            own.shift.agent.code: own.arranged([span], {key(row.id)})
            for own, row, span in ((pair.mine, pair.row, to_mine), (pair.theirs, pair.other, to_other))
        }
        touched = touched_by(span_of(pair.row), span_of(pair.other))
        cover = DayCover(session, policy, swap.on_date, now).change(days, touched)
        rewrite(session, pair.mine, [Change(to_mine, Placed.HAND, pair.row)])
        (own_row,) = rewrite(session, pair.theirs, [Change(to_other, Placed.HAND, pair.other)])
        swap.status = SwapStatus.ACCEPTED
        session.add(swap)
        for person in (swap.agent_id, swap.colleague_id):
            append(session, at=now, kind="break.swapped", subject=str(swap.id), actor=caller.name, agent_id=person)
        segment = shown(pair.theirs, own_row, now)
    context.announcer.announce()
    return BreakChange(
        segments=(segment,),
        cover=cover,
        sentence=f"You swapped: your {swap.kind} is at {segment.starts} now. {cover.sentence}",
    )


def decline_swap(context: Context, caller: Caller, swap_id: int) -> None:
    """Say no: nobody is told, nothing is asked. Declining twice is declining once."""
    agent_id = own_agent(caller)
    with writing(context.engine) as session:
        swap = _to(session, swap_id, agent_id)
        if swap.status is SwapStatus.ACCEPTED:
            raise Conflict("you accepted this swap: move your break instead")
        if swap.status is SwapStatus.OFFERED:
            swap.status = SwapStatus.DECLINED
            session.add(swap)


def withdraw_swap(context: Context, caller: Caller, swap_id: int) -> None:
    """Who asked takes the question back; answered or not looks the same."""
    agent_id, now = own_agent(caller), context.now()
    with writing(context.engine) as session:
        swap = session.get(BreakSwap, swap_id, with_for_update=True)
        if swap is None or swap.agent_id != agent_id:
            raise NotFound(f"you have asked no swap {swap_id}")
        if swap.status is SwapStatus.ACCEPTED:
            raise Conflict("this swap was accepted: move your break instead")
        if swap.status is SwapStatus.OFFERED:
            append(
                session,
                at=now,
                kind="break.swap_off",
                subject=str(swap.id),
                actor=caller.name,
                agent_id=swap.colleague_id,
            )
        swap.status = SwapStatus.WITHDRAWN
        session.add(swap)
    context.announcer.announce()


def colleagues_of(
    session: Session, policy: Policy, own: OwnDay, row: Segment, now: datetime
) -> tuple[ColleagueView, ...]:
    """Whose break could be swapped for `row`, by time and name."""
    views = [
        ColleagueView(
            agent=agent.code,
            name=agent.name,
            starts_at=other.starts_at,
            starts=own.text(other.starts_at),
            ends=own.text(other.ends_at),
        )
        for agent, other in _swappable(session, policy, own, row, now)
    ]
    return tuple(sorted(views, key=lambda view: (view.starts_at, view.name)))


def _swappable(
    session: Session, policy: Policy, own: OwnDay, row: Segment, now: datetime
) -> Iterator[tuple[Agent, Segment]]:
    """Breaks of the same kind and length in the team that the rules would let change places with `row`.

    Of the others' days only breaks are looked at, which everybody may see: what lies beside them stays their own.
    """
    if row.placed is Placed.PART:
        return
    shifts = published_shifts(session, own.shift.on_date, own.shift.on_date)
    segments = segments_by_agent(session, own.shift.on_date, own.shift.on_date)
    for shift in shifts:
        if shift.agent_id == own.shift.agent_id or shift.agent.team_id != own.shift.agent.team_id:
            continue
        rows = tuple(
            one
            for one in segments.get(shift.agent_id, ())
            if one.kind not in PROTECTED_KINDS and shift.starts_at <= one.starts_at and one.ends_at <= shift.ends_at
        )
        theirs = OwnDay(shift, rows, ())
        for other in rows:
            same = other.kind is row.kind and span_of(other).duration == span_of(row).duration
            if not same or other.placed is Placed.PART or other.starts_at in (row.starts_at,) or other.starts_at <= now:
                continue
            to_other, to_mine = _swapped(Pair(own, row, theirs, other))
            if (
                own.breach(policy, now, [to_mine], {key(row.id)}) is None
                and theirs.breach(policy, now, [to_other], {key(other.id)}) is None
            ):
                yield shift.agent, other


def _swapped(pair: Pair) -> tuple[SegmentSpan, SegmentSpan]:
    """(the break of the colleague at the asker's time, the asker's at the colleague's), with their sentences."""
    mine, theirs = span_of(pair.row), span_of(pair.other)
    words = "You swapped it with {}; it was at {}."
    to_other = SegmentSpan(
        theirs.kind,
        mine.starts_at,
        mine.ends_at,
        words.format(pair.mine.shift.agent.name, pair.theirs.text(theirs.starts_at)),
    )
    to_mine = SegmentSpan(
        mine.kind,
        theirs.starts_at,
        theirs.ends_at,
        words.format(pair.theirs.shift.agent.name, pair.mine.text(mine.starts_at)),
    )
    return to_other, to_mine


def _to(session: Session, swap_id: int, agent_id: int) -> BreakSwap:
    """The question, if it is to this agent: whether another one exists is nobody's business."""
    swap = session.get(BreakSwap, swap_id, with_for_update=True)
    if swap is None or swap.colleague_id != agent_id or swap.status is SwapStatus.WITHDRAWN:
        raise NotFound(f"nobody asks you for a swap {swap_id}")
    return swap

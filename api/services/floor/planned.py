"""What an agent's planned day says to the floor: the shift around now, and when nothing new may come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise

from sqlalchemy import ColumnElement, select
from sqlmodel import Session

from api.services.floor.tables import SEGMENT
from optimizer.routing.floor import EVER, NEVER, ClosedSpan, DayAt
from roster.shifts import PROTECTED_KINDS, SegmentKind

RESTING_KINDS = frozenset({SegmentKind.MEAL, SegmentKind.REST}) | PROTECTED_KINDS
LOOK_BACK = timedelta(hours=16)
LOOK_AHEAD = timedelta(hours=24)
CLOSED_BEFORE = timedelta(minutes=30)
"""Before a break that is overdue or has no later time nothing new is offered: a contact that ran into it would lose it.
**Assumption**: of contacts that last eight minutes on average, one in forty lasts longer than half an hour.
"""

GUARDED = SEGMENT.c.overdue | SEGMENT.c.last_chance

SegmentRow = tuple[int, date, SegmentKind, datetime, datetime, bool]
"""agent, date, kind, begin, end, whether its owner is offered nothing new before it"""


@dataclass(frozen=True, slots=True)
class Plan:
    """An agent's planned time around now: the shift now (if any), when nothing may come, the shift's date."""

    shift: tuple[datetime, datetime] | None
    closed: tuple[ClosedSpan, ...]
    on_date: date | None


def segments_around(session: Session, whose: ColumnElement[bool], now: datetime) -> dict[int, list[SegmentRow]]:
    """Segments (of those whose) from 16 h before `now` to 24 h after, by agent, in order of time."""
    chosen = SEGMENT.c
    rows = session.execute(
        select(chosen.agent_id, chosen.on_date, chosen.kind, chosen.starts_at, chosen.ends_at, GUARDED)
        .where(whose, chosen.starts_at > now - LOOK_BACK, chosen.starts_at < now + LOOK_AHEAD)
        .order_by(chosen.agent_id, chosen.starts_at)
    ).all()
    found: dict[int, list[SegmentRow]] = {}
    for agent_id, group in groupby(rows, key=lambda row: row[0]):
        found[agent_id] = [(row[0], row[1], row[2], row[3], row[4], row[5]) for row in group]
    return found


def is_before_break(session: Session, agent_id: int, now: datetime) -> bool:
    """Whether the agent is offered nothing new now because their break is next."""
    chosen = SEGMENT.c
    query = select(chosen.id).where(
        chosen.agent_id == agent_id, chosen.starts_at > now, chosen.starts_at <= now + CLOSED_BEFORE, GUARDED
    )
    return session.execute(query.limit(1)).first() is not None


def plan_of(session: Session, agent_id: int, now: datetime) -> Plan:
    """The plan of one agent, from the tables."""
    return read_plan(segments_around(session, SEGMENT.c.agent_id == agent_id, now).get(agent_id, ()), now)


def read_plan(segments: Sequence[SegmentRow], now: datetime) -> Plan:
    """What `segments` say: closed outside shifts and in all that is not work, and just before a guarded break.

    Somebody without a planned shift around now is bound by nothing but their protected time.
    """
    closed = [span for row in segments if row[2] is not SegmentKind.WORK for span in _spans(row)]
    planned = {on_date for _, on_date, kind, _, _, _ in segments if kind is SegmentKind.WORK}
    shifts = sorted(
        (
            min(row[3] for row in segments if row[1] == on_date),
            max(row[4] for row in segments if row[1] == on_date),
            on_date,
        )
        for on_date in planned
    )
    if not shifts:
        return Plan(None, tuple(closed), None)
    bounds = [EVER, *(instant for shift in shifts for instant in shift[:2]), NEVER]
    closed.extend(ClosedSpan(before, after) for before, after in list(pairwise(bounds))[::2] if before < after)
    current = next((shift for shift in shifts if shift[0] <= now < shift[1]), None)
    if current is None:
        # A contact that runs past the end still belongs to the shift that has just ended.
        ended = [shift for shift in shifts if shift[1] <= now]
        return Plan(None, tuple(closed), ended[-1][2] if ended else None)
    return Plan(current[:2], tuple(closed), current[2])


def _spans(segment: SegmentRow) -> tuple[ClosedSpan, ...]:
    """What the floor closes for a segment other than work; the time before a guarded one goes on to its end, so that
    nobody is looked for where it begins.
    """
    _, _, kind, starts_at, ends_at, guarded = segment
    span = ClosedSpan(
        starts_at, ends_at, DayAt.RESTING if kind in RESTING_KINDS else DayAt.CLOSED, kind in PROTECTED_KINDS
    )
    return (span, ClosedSpan(starts_at - CLOSED_BEFORE, ends_at, DayAt.BEFORE_BREAK)) if guarded else (span,)

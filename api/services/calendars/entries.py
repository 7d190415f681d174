"""What a calendar knows of an agent's shifts and segments: names that stay, and numbers that rise when they move.

Segments are rows that plans replace, so they have no lasting name. When a calendar is read, the day as it is now is
laid beside the day as calendars last had it: of each kind and shift, what begins at the same time is the same event,
what is left over has moved, and what nobody has any more is cancelled.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import uuid4

from sqlmodel import Session, col, select

from api.context import Context
from api.services.days.facts import published_shifts, segments_by_agent
from roster.calendars import CalendarEntry, CalendarFeed
from roster.clock import local_day
from roster.shifts import SegmentKind
from roster.store.engine import reading, writing

SHIFT = "shift"
DAYS_BACK = timedelta(days=7)
DAYS_AHEAD = timedelta(days=60)
SHORTEST = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Planned:
    """A shift or a segment as it is now; `reason` is for its owner alone."""

    on_date: date
    kind: str
    starts_at: datetime
    ends_at: datetime
    reason: str = ""


@dataclass
class Compared:
    """Entries beside what they stand for now (`live`), what is gone, and what must be written for that."""

    live: list[tuple[CalendarEntry, Planned]] = field(default_factory=list)
    gone: list[CalendarEntry] = field(default_factory=list)
    changed: list[CalendarEntry] = field(default_factory=list)


def entries_of(context: Context, agent_id: int, zone: str) -> Compared:
    """The agent's calendar from a week back to 60 days ahead, its names and numbers brought up to date."""
    now = context.now()
    with reading(context.engine) as session:
        found = _compared(session, agent_id, zone, now)
    if not found.changed:
        return found
    with writing(context.engine) as session:
        # Two readers at once must not give one event two names.
        session.exec(select(CalendarFeed).where(CalendarFeed.agent_id == agent_id).with_for_update()).all()
        found = _compared(session, agent_id, zone, now)
        session.add_all(found.changed)
    return found


def _compared(session: Session, agent_id: int, zone: str, now: datetime) -> Compared:
    today = local_day(now, zone)
    first, last = today - DAYS_BACK, today + DAYS_AHEAD
    planned: dict[tuple[date, str], list[Planned]] = defaultdict(list)
    for shift in published_shifts(session, first, last, [agent_id]):
        planned[shift.on_date, SHIFT].append(Planned(shift.on_date, SHIFT, shift.starts_at, shift.ends_at))
    for row in segments_by_agent(session, first, last, [agent_id]).get(agent_id, ()):
        if row.kind is not SegmentKind.WORK and row.ends_at - row.starts_at >= SHORTEST:
            item = Planned(row.on_date, row.kind.value, row.starts_at, row.ends_at, row.reason)
            planned[row.on_date, row.kind.value].append(item)
    known: dict[tuple[date, str], list[CalendarEntry]] = defaultdict(list)
    rows = session.exec(
        select(CalendarEntry)
        .where(CalendarEntry.agent_id == agent_id, col(CalendarEntry.on_date).between(first, last))
        .order_by(col(CalendarEntry.cancelled), col(CalendarEntry.starts_at), col(CalendarEntry.uid))
    )
    for entry in rows:
        known[entry.on_date, entry.kind].append(entry)
    result = Compared()
    for place in sorted({*planned, *known}):
        _compare(result, agent_id, known[place], planned[place], now)
    return result


def _compare(
    result: Compared, agent_id: int, entries: list[CalendarEntry], planned: list[Planned], now: datetime
) -> None:
    for entry, item in _pairs(entries, planned):
        if entry is None:
            entry = CalendarEntry(
                uid=str(uuid4()),
                agent_id=agent_id,
                on_date=item.on_date,
                kind=item.kind,
                starts_at=item.starts_at,
                ends_at=item.ends_at,
                modified_at=now,
            )
            result.changed.append(entry)
        elif entry.cancelled or (entry.starts_at, entry.ends_at) != (item.starts_at, item.ends_at):
            entry.starts_at, entry.ends_at, entry.cancelled = item.starts_at, item.ends_at, False
            _mark(result, entry, now)
        result.live.append((entry, item))
    taken = {entry.uid for entry, _ in result.live}
    for entry in entries:
        if entry.uid in taken:
            continue
        if not entry.cancelled:
            entry.cancelled = True
            _mark(result, entry, now)
        result.gone.append(entry)


def _mark(result: Compared, entry: CalendarEntry, now: datetime) -> None:
    entry.sequence += 1
    entry.modified_at = now
    result.changed.append(entry)


def _pairs(entries: Iterable[CalendarEntry], planned: Iterable[Planned]) -> list[tuple[CalendarEntry | None, Planned]]:
    """Each of `planned` with its entry: the one at exactly its time, else at its start, else the next one left."""
    left, open_items = list(entries), sorted(planned, key=lambda item: item.starts_at)
    pairs: list[tuple[CalendarEntry | None, Planned]] = []
    for same in (_same_time, _same_start):
        for item in list(open_items):
            entry = next((entry for entry in left if not entry.cancelled and same(entry, item)), None)
            if entry is not None:
                left.remove(entry)
                open_items.remove(item)
                pairs.append((entry, item))
    pairs += [(left[place] if place < len(left) else None, item) for place, item in enumerate(open_items)]
    return sorted(pairs, key=lambda pair: pair[1].starts_at)


def _same_time(entry: CalendarEntry, item: Planned) -> bool:
    return (entry.starts_at, entry.ends_at) == (item.starts_at, item.ends_at)


def _same_start(entry: CalendarEntry, item: Planned) -> bool:
    return entry.starts_at == item.starts_at

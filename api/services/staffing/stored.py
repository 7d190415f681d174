"""The stored requirement as leads see it: by date and queue, with a line for everything that it is for."""

from dataclasses import dataclass, fields
from datetime import date, timedelta

from sqlmodel import Session, col, select

from api.context import Context
from api.services.staffing.requirements import require_stretch
from roster.clock import QUARTER, local_day, midnight
from roster.queues import Queue
from roster.shifts import Requirement
from roster.store.engine import reading

HOURS_PER_QUARTER = QUARTER / timedelta(hours=1)
MAX_DAYS = 92


@dataclass(frozen=True)
class RequiredLines:
    """Agent-hours, and what they are for. They add up to `required`."""

    working: float
    decompression: float
    debriefs: float
    breaks: float
    absence: float
    whole_people: float


@dataclass(frozen=True)
class RequiredDay:
    """A queue on a date, agent-hours. `lines` is none where a person or a file said how many."""

    on_date: date
    queue: str
    required: float
    lines: RequiredLines | None


@dataclass(frozen=True)
class RequiredView:
    """The stored requirement of a stretch of days, local to `zone`."""

    starts_on: date
    days: int
    zone: str
    queues: tuple[RequiredDay, ...]


def stored_requirement(context: Context, *, starts_on: date, days: int, zone: str) -> RequiredView:
    """What is stored; raises `Invalid` for a zone that does not exist, or a stretch of no or too many days."""
    require_stretch(days, zone, MAX_DAYS)
    with reading(context.engine) as session:
        found = _by_day(session, starts_on, days, zone)
    return RequiredView(starts_on, days, zone, found)


def _by_day(session: Session, starts_on: date, days: int, zone: str) -> tuple[RequiredDay, ...]:
    rows = session.exec(
        select(Requirement, Queue.code)
        .join(Queue, col(Queue.id) == col(Requirement.queue_id))
        .where(
            col(Requirement.starts_at) >= midnight(starts_on, zone),
            col(Requirement.starts_at) < midnight(starts_on + timedelta(days=days), zone),
        )
    ).all()
    kept: dict[tuple[date, str], list[Requirement]] = {}
    for row, queue in rows:
        kept.setdefault((local_day(row.starts_at, zone), queue), []).append(row)
    return tuple(
        RequiredDay(
            on_date,
            queue,
            round(HOURS_PER_QUARTER * sum(row.required for row in some), 4),
            _lines(some),
        )
        for (on_date, queue), some in sorted(kept.items())
    )


def _lines(rows: list[Requirement]) -> RequiredLines | None:
    """The lines of rows that all have them; a day that is partly by hand has none."""
    if any(row.working is None for row in rows):
        return None
    names = [field.name for field in fields(RequiredLines) if field.name != "whole_people"]
    hours = {name: HOURS_PER_QUARTER * sum(getattr(row, name) or 0.0 for row in rows) for name in names}
    rest = HOURS_PER_QUARTER * sum(row.required for row in rows) - sum(hours.values())
    return RequiredLines(**{name: round(value, 4) for name, value in hours.items()}, whole_people=round(rest, 4))

"""Breaks that a person placed, in the tables: the row keeps its number while its time changes, work is laid around."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session

from api.services.breaks.own_day import OwnDay
from api.services.days.facts import key
from roster.day import SegmentSpan
from roster.shifts import Placed, Segment, SegmentKind


@dataclass(frozen=True)
class Change:
    """A break's new time. `row` is the one that it is in already; without one it is new."""

    span: SegmentSpan
    placed: Placed = Placed.PLAN
    row: Segment | None = None
    overdue: bool = False


def rewrite(session: Session, own: OwnDay, changes: Sequence[Change], gone: Sequence[Segment] = ()) -> list[Segment]:
    """Make `changes` in the day of `own`, and work of what is `gone`; the breaks' rows.

    Raises `roster.day.DayError` where they do not fit.
    """
    moving = [change.row for change in changes if change.row is not None]
    without = {key(row.id) for row in (*moving, *gone)}
    spans = own.arranged([change.span for change in changes], without)
    work = {(span.starts_at, span.ends_at): span for span in spans if span.kind is SegmentKind.WORK}
    for row in own.rows:
        if row.kind is SegmentKind.WORK and work.pop((row.starts_at, row.ends_at), None) is None:
            session.delete(row)
    for row in gone:
        session.delete(row)
    if len(moving) > 1:
        # Two breaks of one day may change places: meanwhile neither begins where it was.
        for row in moving:
            row.starts_at += timedelta(microseconds=1)
            session.add(row)
    # One after the other: a row may begin where another one has just been.
    session.flush()
    rows = []
    for change in changes:
        row = change.row or _new(own, change.span)
        row.starts_at, row.ends_at = change.span.starts_at, change.span.ends_at
        row.reason, row.placed, row.overdue = change.span.reason, change.placed, change.overdue
        row.last_chance = False
        session.add(row)
        session.flush()
        rows.append(row)
    for span in work.values():
        session.add(_new(own, span))
    session.flush()
    return rows


def _new(own: OwnDay, span: SegmentSpan) -> Segment:
    return Segment(
        agent_id=own.shift.agent_id,
        assignment_id=own.shift.assignment_id,
        on_date=own.shift.on_date,
        zone=own.shift.zone,
        kind=span.kind,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        reason=span.reason,
    )

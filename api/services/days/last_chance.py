"""Breaks that a contact which runs over would lose, or that would take another's place: the rules leave no later time.

The floor offers their owner nothing new in the half-hour before (`api.services.floor.planned`): a break that nobody
can have later is not begun late.
"""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import update
from sqlmodel import Session

from api.context import Context
from api.services.days.building import rows_inside
from api.services.days.facts import DayFacts, key, read_day
from api.services.days.late import soonest
from api.services.floor.planned import CLOSED_BEFORE
from api.services.floor.tables import SEGMENT
from api.services.floor.work import touch_pools
from optimizer.day.options import HURRIED_MINUTES
from roster.day import MINUTE
from roster.day_problem import BREAK_KINDS
from roster.policy import Policy
from roster.store.engine import reading, writing

LOOK_AHEAD = CLOSED_BEFORE + 10 * MINUTE
"""The day is planned again every five minutes: no break comes within half an hour without a look."""


def guard_last_chances(context: Context, on_date: date) -> int:
    """Mark the breaks of `on_date` that begin soon and have no later time, unmark those that have; how many changed."""
    now = context.now()
    with reading(context.engine) as session:
        found = last_chances(context.policy, read_day(session, on_date, None), now)
    if found:
        with writing(context.engine) as session:
            touch_pools(session)
            for (segment_id, starts_at), last in found.items():
                _mark(session, segment_id, starts_at, last)
        context.announcer.announce()
    return len(found)


def last_chances(policy: Policy, facts: DayFacts, now: datetime) -> Mapping[tuple[int, datetime], bool]:
    """Whether it is their last chance, of breaks that begin soon and are marked otherwise: by row and begin."""
    found = {}
    for shift in facts.shifts:
        for row in rows_inside(shift, facts.rows(shift)):
            if row.kind in BREAK_KINDS and now < row.starts_at <= now + LOOK_AHEAD and not row.overdue:
                later = soonest(policy, facts, shift, row, row.starts_at + HURRIED_MINUTES * MINUTE, now, whole=True)
                if (later is None) != row.last_chance:
                    found[key(row.id), row.starts_at] = later is None
    return found


def _mark(session: Session, segment_id: int, starts_at: datetime, last: bool) -> None:
    """One that has moved meanwhile is left: what moved it is a reason to look again."""
    chosen = SEGMENT.c
    session.execute(
        update(SEGMENT).where(chosen.id == segment_id, chosen.starts_at == starts_at).values(last_chance=last)
    )

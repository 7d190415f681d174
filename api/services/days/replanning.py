"""The rest of a day under way planned again: few changes, each with its reason, stored only if nothing moved meanwhile.

What has begun, is protected or was placed by a person stays. Where nothing is better, nothing is written.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from api.context import Context
from api.errors import Conflict
from api.services.appointments.planned import all_wanted, appointments_of, put_in_days, times_found
from api.services.days.building import UnderWay, arranging, build_day_problem, is_planned
from api.services.days.changes import Moved, moved_in, store_moves, tell, told
from api.services.days.debts import Owed, carry_debts, open_debts, owed_in
from api.services.days.facts import ONE_DAY, DayFacts, key, published_shifts, read_day
from api.services.days.last_chance import guard_last_chances
from api.services.days.late import LateBreak, late_breaks
from api.services.days.pressure import more_needed
from api.services.floor.work import touch_pools
from optimizer.day.live import replan_day
from roster.clock import local_day
from roster.day import MINUTE
from roster.day_problem import Appointment, DayProblem, PlacedAppointment
from roster.rest import RestDebt
from roster.shifts import SegmentKind
from roster.store.engine import reading, writing

ATTEMPTS = 5
log = logging.getLogger("breather.days")


@dataclass(frozen=True)
class ReplanView:
    """What came of it: how many people's days changed, in how many places, and the agent-minutes still short."""

    on_date: date
    people: int
    changes: int
    short_minutes: int


@dataclass(frozen=True)
class _Read:
    """A day as it stands: its problem, what it rests on, and a mark of all that."""

    facts: DayFacts
    problem: DayProblem
    late: tuple[LateBreak, ...]
    owed: tuple[Owed, ...]
    asked: tuple[Appointment, ...]
    mark: tuple[object, ...]


def replan(context: Context, on_date: date) -> ReplanView | None:
    """Plan the rest of the shifts that began or begin on `on_date` again; nothing where none is planned yet or left.

    Raises
    ------
    Conflict : the day kept changing while it was planned; nothing was stored.
    """
    for _ in range(ATTEMPTS):
        now = context.now()
        with reading(context.engine) as session:
            read = _read(session, context, on_date, now)
        if read is None:
            return None
        replanned = replan_day(read.problem)
        moves = moved_in(read.facts, read.problem, replanned.result, replanned.changes, read.late)
        planned = _new_times(read.owed, replanned.result.appointments)
        found = times_found(read.asked, replanned.result)
        if moves or planned or found:
            people = _store(context, read, moves, planned, found)
            if people is None:
                continue
        else:
            people = 0
        return ReplanView(on_date, people, len(moves) + len(planned) + len(found), replanned.result.short_minutes)
    raise Conflict(f"the day {on_date} kept changing while it was planned again: nothing was changed")


def replan_days(context: Context) -> None:
    """Every day with a shift that is not over, and rest owed from shifts that are; breaks with no later time are
    guarded. A day that will not stand still is left for the next time.
    """
    carry_debts(context)
    with reading(context.engine) as session:
        dates = live_dates(session, context.now())
    for on_date in dates:
        try:
            replan(context, on_date)
        except Conflict as conflict:
            log.warning("%s", conflict.detail)
        guard_last_chances(context, on_date)


def live_dates(session: Session, now: datetime) -> list[date]:
    """Local dates on which a published shift began or begins that is on now, or ahead today."""
    shifts = published_shifts(session, (now - ONE_DAY).date(), (now + ONE_DAY).date())
    return sorted(
        {
            shift.on_date
            for shift in shifts
            if now < shift.ends_at and (shift.starts_at <= now or shift.on_date == local_day(now, shift.zone))
        }
    )


def _read(session: Session, context: Context, on_date: date, now: datetime) -> _Read | None:
    whole = read_day(session, on_date, None)
    debts = open_debts(session, [shift.agent_id for shift in whole.shifts], on_date)
    # Who has no day yet, or another shift than it was planned for, is planned by the job that does that.
    facts = arranging(whole, lambda shift: is_planned(whole, shift))
    if not any(now < shift.ends_at for shift in facts.shifts):
        return None
    policy = context.policy
    late = late_breaks(session, policy, facts, now)
    owed = owed_in(facts, debts, policy, now)
    asked = appointments_of(session, facts, now)
    under_way = UnderWay(
        announced_until=now + policy.day.announced_minutes * MINUTE,
        more_until=now + policy.day.spike_minutes * MINUTE,
        elsewhere={key(one.row.id): one.span for one in late},
        busy_until={one.shift.agent_id: one.busy_until for one in late},
        more=more_needed(session, policy, now),
        appointments=(*(one.appointment for one in owed), *asked),
    )
    problem = build_day_problem(session, policy, facts, now, under_way=under_way)
    return _Read(facts, problem, late, owed, asked, (whole.mark, _debt_mark(debts)))


def _store(
    context: Context,
    read: _Read,
    moves: Sequence[Moved],
    planned: Sequence[tuple[Owed, PlacedAppointment]],
    found: Sequence[PlacedAppointment],
) -> int | None:
    """Write the changes and tell of them; the people whom they touch. None, and nothing written, if the day moved."""
    with writing(context.engine) as session:
        touch_pools(session)
        now = context.now()
        whole = read_day(session, read.facts.on_date, None)
        debts = open_debts(session, [shift.agent_id for shift in whole.shifts], read.facts.on_date)
        if (whole.mark, _debt_mark(debts)) != read.mark or _has_begun(moves, read.late, now):
            return None
        if not all_wanted(session, read.asked, found):
            return None
        store_moves(session, whole, moves, now)
        put_in_days(session, read.facts, read.asked, found, now)
        changes: dict[int, list[dict[str, Any]]] = {}
        shifts = {shift.agent_id: shift for shift in read.facts.shifts}
        for move in moves:
            changes.setdefault(move.shift.agent_id, []).append(move.told())
        for owed, place in planned:
            for debt in debts:
                if debt.id in owed.ids:
                    debt.planned_at = place.starts_at
                    session.add(debt)
            was = None if owed.planned_at is None else (owed.planned_at, owed.planned_at + owed.minutes * MINUTE)
            line = told(
                SegmentKind.DECOMPRESSION, was, (place.starts_at, place.ends_at), owed.sentence(place.starts_at)
            )
            changes.setdefault(owed.shift.agent_id, []).append(line)
        for agent_id, lines in changes.items():
            tell(session, now, shifts[agent_id], lines)
    context.announcer.announce()
    return len(changes)


def _has_begun(moves: Sequence[Moved], late: Sequence[LateBreak], now: datetime) -> bool:
    """Whether a break that was to move, or is to begin, has begun while it was planned."""
    known = {(one.shift.agent_id, one.row.starts_at) for one in late}
    for move in moves:
        if move.now is not None and move.now.starts_at < now - timedelta(minutes=1):
            return True
        begun = move.was is not None and move.was.starts_at <= now
        if begun and move.was is not None and (move.shift.agent_id, move.was.starts_at) not in known:
            return True
    return False


def _new_times(owed: Sequence[Owed], placed: Sequence[PlacedAppointment]) -> list[tuple[Owed, PlacedAppointment]]:
    """What is owed and has a time now that it did not have before."""
    at = {place.id: place for place in placed}
    pairs = [(one, at[one.appointment.id]) for one in owed if one.appointment.id in at]
    return [(one, place) for one, place in pairs if place.starts_at != one.planned_at]


def _debt_mark(debts: Sequence[RestDebt]) -> tuple[object, ...]:
    return tuple((debt.id, debt.repaid_minutes, debt.postponed_to, debt.planned_at) for debt in debts)

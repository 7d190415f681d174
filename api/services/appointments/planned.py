"""Between appointments and a day's planner: those that want a time on its date go in, the times it found come out.

What has a time already is fixed in its people's days like all that is promised; only a person moves it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from api.services.appointments.placing import waits_for_later_shifts
from api.services.appointments.store import REASONS, give_time, note_time, open_rows, people_of, set_people
from api.services.appointments.times import LEAST_OF_A_TEAM, Days, Stretch, soonest, starts_of, stretches, there
from api.services.days.facts import DayFacts, Shift, key
from roster.appointments import AppointmentStatus, KeptAppointment
from roster.day import MINUTE, SegmentSpan, release
from roster.day_problem import Appointment, DayResult, PlacedAppointment

MOST_PEOPLE = 60
Place = tuple[str, datetime, datetime]
"""An agent's code, and the begin and end of a segment of theirs."""


def appointments_of(session: Session, facts: DayFacts, now: datetime) -> tuple[Appointment, ...]:
    """What the planner of the date of `facts` should find a time for; people are those whose shifts it arranges."""
    arranged = {shift.assignment_id for shift in facts.shifts}
    wanted = []
    for row in open_rows(session):
        people = people_of(session, [row]).get(row.id, ())
        begin = soonest(row, now)
        if not all(agent.active for agent in people) or waits_for_later_shifts(session, row, people, now):
            continue
        found = stretches(session, row, [key(agent.id) for agent in people], begin, row.latest)
        stretch = _due_here(found, Days(session, [shift for one in found for shift in one.shifts]), arranged)
        if stretch is None:
            continue
        shifts = stretch.shifts if row.team_id is None else _most_of_a_team(row, stretch)
        if not shifts or len(shifts) > MOST_PEOPLE:
            continue
        earliest = max(stretch.starts_at, *(shift.starts_at for shift in shifts))
        latest = min(stretch.ends_at, *(shift.ends_at for shift in shifts))
        if latest - earliest >= row.minutes * MINUTE:
            wanted.append(
                Appointment(
                    id=row.id,
                    kind=row.kind,
                    people=tuple(shift.agent.code for shift in shifts),
                    minutes=row.minutes,
                    earliest=earliest,
                    latest=latest,
                )
            )
    return tuple(wanted)


def _due_here(found: list[Stretch], days: Days, arranged: set[int]) -> Stretch | None:
    """The stretch that is arranged now, unless one that is to be tried first has no plan yet."""
    for stretch in found:
        if all(shift.assignment_id in arranged for shift in stretch.shifts):
            return stretch
        if not days.is_planned(stretch):
            return None
    return None


def _most_of_a_team(row: KeptAppointment, stretch: Stretch) -> tuple[Shift, ...]:
    """The first largest set of people of the team who are on shift at once for long enough."""
    sets = [there(row, stretch, at) for at in starts_of(row, stretch)]
    most = max(sets, key=len, default=())
    return most if len(most) >= LEAST_OF_A_TEAM else ()


def keep_appointments(
    session: Session, facts: DayFacts, asked: Iterable[Appointment], result: DayResult, now: datetime
) -> DayResult:
    """Store the times that `result` found for `asked`; the result in its people's words, less what is unwanted now."""
    ids = {shift.agent.code: shift.agent_id for shift in facts.shifts}
    people = {one.id: one.people for one in asked}
    reasons: dict[Place, str] = {}
    unwanted: list[Place] = []
    for placed in result.appointments:
        codes = people[placed.id]
        places = [(code, placed.starts_at, placed.ends_at) for code in codes]
        row = session.get(KeptAppointment, placed.id, with_for_update=True)
        if row is None or not _still_wanted(session, row, codes) or not set(codes) <= ids.keys():
            unwanted += places
            continue
        set_people(session, row, [ids[code] for code in codes])
        note_time(session, row, [ids[code] for code in codes], placed.starts_at, now)
        reasons.update(dict.fromkeys(places, REASONS[row.kind]))
    return _rewritten(result, reasons, unwanted)


def times_found(asked: Iterable[Appointment], result: DayResult) -> tuple[PlacedAppointment, ...]:
    """The times that `result` has for `asked`; it may have others, of what is owed."""
    ids = {one.id for one in asked}
    return tuple(placed for placed in result.appointments if placed.id in ids)


def all_wanted(session: Session, asked: Iterable[Appointment], found: Iterable[PlacedAppointment]) -> bool:
    """Whether what has a time now is open still, as it was when the day was read."""
    people = {one.id: one.people for one in asked}
    rows = [session.get(KeptAppointment, placed.id, with_for_update=True) for placed in found]
    return all(row is not None and _still_wanted(session, row, people[row.id]) for row in rows)


def put_in_days(
    session: Session,
    facts: DayFacts,
    asked: Iterable[Appointment],
    found: Iterable[PlacedAppointment],
    now: datetime,
) -> None:
    """Take the times from days whose breaks have been moved out of the way; raises `roster.day.DayError` otherwise."""
    ids = {shift.agent.code: shift.agent_id for shift in facts.shifts}
    people = {one.id: one.people for one in asked}
    for placed in found:
        row = session.get(KeptAppointment, placed.id)
        if row is not None:
            give_time(session, row, [ids[code] for code in people[placed.id]], placed.starts_at, now)


def _still_wanted(session: Session, row: KeptAppointment, codes: Iterable[str]) -> bool:
    """Whether it is open as it was when the day was read: nobody cancelled it or gave it to somebody else."""
    if row.status is not AppointmentStatus.OPEN:
        return False
    own = {agent.code for agent in people_of(session, [row]).get(row.id, ())}
    return row.team_id is not None or own == set(codes)


def _rewritten(result: DayResult, reasons: Mapping[Place, str], unwanted: Sequence[Place]) -> DayResult:
    if not reasons and not unwanted:
        return result
    days = []
    for day in result.days:
        spans: tuple[SegmentSpan, ...] = tuple(
            replace(span, reason=reasons.get((day.agent, span.starts_at, span.ends_at), span.reason))
            for span in day.segments
        )
        for code, starts_at, ends_at in unwanted:
            if code == day.agent:
                spans = release(spans, starts_at, ends_at)
        days.append(day.model_copy(update={"segments": spans}))
    # Made anew: a copy would keep what was computed of the days as they were.
    return DayResult(**{name: getattr(result, name) for name in DayResult.model_fields} | {"days": tuple(days)})

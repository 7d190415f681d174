"""Why an appointment has no place in a day that is arranged, and the nearest time that it could have had."""

from collections.abc import Mapping
from datetime import datetime

from optimizer.day.bookings import Booking
from optimizer.day.explain import word_of
from roster.clock import clock_text
from roster.day import MINUTE, SegmentSpan
from roster.day_problem import Appointment, DayAgent, DayProblem, Unplaced
from roster.shifts import PROTECTED_KINDS, SegmentKind

Days = Mapping[str, tuple[SegmentSpan, ...]]


def homeless(problem: DayProblem, booking: Booking, asked: Appointment, days: Days) -> Unplaced:
    """A sentence on an appointment without a place; `days` are everybody's segments as they are arranged."""
    people = [problem.agent_of[code] for code in booking.people if code in problem.agent_of]
    zone = people[0].zone if people else "UTC"
    begin, end = clock_text(asked.earliest, zone), clock_text(asked.latest, zone)
    near = nearest(problem, people, asked, days) if len(people) == len(booking.people) else None
    could = (
        "no other time that day is possible" if near is None else f"the nearest possible is {clock_text(near, zone)}"
    )
    who = booking.people[0] if len(booking.people) == 1 else f"{len(booking.people)} people"
    sentence = (
        f"{who}: no time for {asked.minutes} minutes of {word_of(asked.kind)} between {begin} and {end}: "
        f"{_why(booking, asked, people, near)}; {could}"
    )
    return Unplaced(agent=booking.people[0], kind=asked.kind, sentence=sentence)


def nearest(problem: DayProblem, people: list[DayAgent], asked: Appointment, days: Days) -> datetime | None:
    """The start nearest to the window at which all of `people` are at work for long enough, on the grid."""
    step, length = problem.step_minutes * MINUTE, asked.minutes * MINUTE
    begin = max(max(person.starts_at, person.not_before or person.starts_at) for person in people)
    end = min(person.ends_at for person in people)
    at = problem.starts_at + -(-(begin - problem.starts_at) // step) * step
    best: tuple[object, datetime] | None = None
    while at + length <= end:
        if all(_at_work(person, at, at + length, days) for person in people):
            away = max(asked.earliest - at, at + length - asked.latest, 0 * MINUTE)
            if best is None or (away, at) < best:
                best = (away, at)
        at += step
    return None if best is None else best[1]


def _at_work(person: DayAgent, begin: datetime, end: datetime, days: Days) -> bool:
    spans = days.get(person.id, person.fixed)
    return not person.is_taken(begin, end) and not any(
        span.overlaps(begin, end) for span in spans if span.kind is not SegmentKind.WORK
    )


def _why(booking: Booking, asked: Appointment, people: list[DayAgent], near: datetime | None) -> str:
    there = {person.id for person in people}
    missing = [code for code in booking.people if code not in there]
    if missing:
        named = "somebody" if asked.kind in PROTECTED_KINDS else ", ".join(missing)
        return f"{named} not on duty that day"
    begin = max(asked.earliest, *(person.starts_at for person in people))
    end = min(asked.latest, *(person.ends_at for person in people))
    if end - begin < asked.minutes * MINUTE:
        return "not on shift for so long then" if len(people) == 1 else "not on shift together for so long then"
    now = max((person.not_before for person in people if person.not_before is not None), default=begin)
    if end - max(begin, now) < asked.minutes * MINUTE:
        return "too little of that time is left"
    if not booking.places:
        return "nothing is free then beside what is fixed and the breaks that are due"
    if near is not None and asked.earliest <= near and near + asked.minutes * MINUTE <= asked.latest:
        return "too few would be left for contacts"
    return "other things have that time already"

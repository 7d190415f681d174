"""What is announced stays: a break or appointment about to begin becomes fixed, unless it can't be where it was."""

from collections.abc import Iterable
from dataclasses import dataclass

from optimizer.day.explain import appointment_reason
from optimizer.day.options import PersonOptions, most_placed, person_options
from roster.day import MINUTE, SegmentSpan
from roster.day_problem import Appointment, DayAgent, DayProblem, PlacedAppointment
from roster.shifts import SegmentKind


@dataclass(frozen=True)
class Held:
    """The problem with all that in `fixed`, and the appointments that are no longer in it."""

    problem: DayProblem
    appointments: tuple[PlacedAppointment, ...] = ()


def hold(problem: DayProblem) -> Held:
    """Fix whatever is planned to begin before `announced_until`, may be there, and takes no break from anybody.

    Breaks come before appointments, earlier before later.
    """
    until = problem.announced_until
    if until is None:
        return Held(problem)
    people = {person.id: person for person in problem.others}
    people |= {person.id: _with_breaks(problem, person) for person in problem.agents}
    arranged = {person.id for person in problem.agents}
    stay: list[Appointment] = []
    announced = [one for one in problem.appointments if one.planned_at is not None and one.planned_at < until]
    for one in sorted(announced, key=lambda one: one.planned_at or until):
        trial = _attending(problem, people, one, arranged)
        if trial is not None:
            people |= trial
            stay.append(one)
    return Held(
        problem.but(
            agents=tuple(people[person.id] for person in problem.agents),
            others=tuple(person if person.id in arranged else people[person.id] for person in problem.others),
            appointments=tuple(one for one in problem.appointments if one not in stay),
        ),
        tuple(placed(one) for one in problem.appointments if one in stay),
    )


def placed(asked: Appointment) -> PlacedAppointment:
    """An appointment where it was planned."""
    if asked.planned_at is None:
        raise ValueError(f"{asked.id!r} was not planned: expected a time to leave it at")
    return PlacedAppointment(id=asked.id, starts_at=asked.planned_at, ends_at=asked.planned_at + asked.minutes * MINUTE)


def with_fixed(person: DayAgent, spans: Iterable[SegmentSpan]) -> DayAgent:
    """The same person with `spans` fixed, and planned no more."""
    more = tuple(spans)
    return person.model_copy(
        update={
            "fixed": tuple(sorted((*person.fixed, *more), key=lambda span: span.starts_at)),
            "planned": tuple(span for span in person.planned if span not in more),
        }
    )


def _with_breaks(problem: DayProblem, person: DayAgent) -> DayAgent:
    until = problem.announced_until
    announced = [span for span in person.planned if until is not None and span.starts_at < until]
    for span in sorted(announced, key=lambda span: span.starts_at):
        options = person_options(problem, person)
        if not _may_be_there(problem, options, span):
            continue
        trial = with_fixed(person, [span])
        if most_placed(person_options(problem, trial)) + 1 >= most_placed(options):
            person = trial
    return person


def _may_be_there(problem: DayProblem, options: PersonOptions, span: SegmentSpan) -> bool:
    """Whether the meal that `span` was planned for, or any rest, may start there, and is as long."""
    start = (span.starts_at - problem.starts_at) / MINUTE
    return any(
        (one.planned == span or one.need.kind is span.kind is SegmentKind.REST)
        and one.need.minutes * MINUTE == span.duration
        and start in one.starts
        for one in options.breaks
    )


def _attending(
    problem: DayProblem, people: dict[str, DayAgent], asked: Appointment, arranged: set[str]
) -> dict[str, DayAgent] | None:
    """Its people with the appointment fixed where it was planned, or None where it can't stay."""
    at = placed(asked)
    if at.starts_at < asked.earliest or at.ends_at > asked.latest:
        return None
    span = SegmentSpan(asked.kind, at.starts_at, at.ends_at, appointment_reason(asked.kind))
    found = {}
    for code in asked.people:
        person = people.get(code)
        if person is None or at.starts_at < max(person.starts_at, person.not_before or person.starts_at):
            return None
        if at.ends_at > person.ends_at or person.is_taken(at.starts_at, at.ends_at):
            return None
        found[code] = with_fixed(person, [span])
        if code in arranged:
            room = [most_placed(person_options(problem, one)) for one in (person, found[code])]
            if room[1] < room[0]:
                return None
    return found

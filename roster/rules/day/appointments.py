"""An appointment is one time inside its window, of its length, at which everybody of it is there and at work."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from roster.clock import clock_text
from roster.day import MINUTE
from roster.day_problem import BREAK_KINDS, Appointment, DayAgent, DayProblem, DayResult, PlacedAppointment
from roster.rules.finding import Finding
from roster.shifts import PROTECTED_KINDS, SegmentKind

RULE = "appointments"


def check(problem: DayProblem, result: DayResult) -> Iterator[Finding]:
    """Findings per appointment placed, per segment that nobody asked for, and per appointment that is missing."""
    asked = {one.id: one for one in problem.appointments}
    placed = {one.id: one for one in result.appointments}
    if len(placed) < len(result.appointments):
        yield Finding(RULE, "an appointment has two times: expected one", hard=True)
    for one in result.appointments:
        if one.id not in asked:
            yield _breach(one, f"nobody asked for {one.id!r}")
        else:
            yield from _wrong(problem, result, asked[one.id], one)
    yield from _unasked(problem, result)
    yield from _missing(problem, result, placed)


def _wrong(problem: DayProblem, result: DayResult, asked: Appointment, placed: PlacedAppointment) -> Iterator[Finding]:
    minutes = (placed.ends_at - placed.starts_at) / MINUTE
    if minutes != asked.minutes:
        yield _breach(placed, f"it lasts {minutes:g} minutes, not {asked.minutes}")
    if placed.starts_at < asked.earliest or placed.ends_at > asked.latest:
        yield _breach(placed, "it lies outside the time asked for")
    for code in dict.fromkeys(asked.people):
        shifts = [one for one in (*problem.agents, *problem.others) if one.id == code]
        if not any(_attends(one, asked, placed, result) for one in shifts):
            yield _breach(placed, f"{code} is not there, or not free all that time", code)
        for begin, end in _elsewhere(problem, result, code, placed.id):
            if begin < placed.ends_at and placed.starts_at < end:
                yield _breach(placed, f"{code} has something else at the same time", code)


def _attends(shift: DayAgent, asked: Appointment, placed: PlacedAppointment, result: DayResult) -> bool:
    """Whether it lies in the shift, after what was, and is a segment of it where the day is arranged."""
    begin, end = placed.starts_at, placed.ends_at
    if begin < shift.starts_at or end > shift.ends_at or (shift.not_before is not None and begin < shift.not_before):
        return False
    if shift.is_taken(begin, end):
        return False
    spans = result.segments_of.get(shift.id)
    return spans is None or any((span.kind, span.starts_at, span.ends_at) == (asked.kind, begin, end) for span in spans)


def _elsewhere(problem: DayProblem, result: DayResult, code: str, but: str) -> Iterator[tuple[datetime, datetime]]:
    """When a person has a debrief or another appointment."""
    people = {one.id: one.people for one in problem.appointments}
    for debrief in result.debriefs:
        if code in (debrief.agent, debrief.peer):
            yield debrief.starts_at, debrief.ends_at
    for other in result.appointments:
        if other.id != but and code in people.get(other.id, ()):
            yield other.starts_at, other.ends_at


def _unasked(problem: DayProblem, result: DayResult) -> Iterator[Finding]:
    """Segments that are neither work nor a break, were not there before and are no appointment of that person.

    Those that are protected are told of by the rule of fixed time.
    """
    for person in problem.agents:
        own = {(one.kind, one.starts_at, one.ends_at) for one in person.fixed} | times_of(problem, result, person.id)
        for span in result.segments_of.get(person.id, ()):
            if span.kind is SegmentKind.WORK or span.kind in BREAK_KINDS or span.kind in PROTECTED_KINDS:
                continue
            if (span.kind, span.starts_at, span.ends_at) not in own:
                at = clock_text(span.starts_at, person.zone)
                sentence = f"{person.id}: the {span.kind} at {at} is nobody's appointment"
                yield Finding(RULE, sentence, hard=True, agent=person.id)


def times_of(problem: DayProblem, result: DayResult, code: str) -> set[tuple[SegmentKind, datetime, datetime]]:
    """The appointments of a person as they were placed: kind, begin and end."""
    asked = {one.id: one for one in problem.appointments}
    return {
        (asked[one.id].kind, one.starts_at, one.ends_at)
        for one in result.appointments
        if one.id in asked and code in asked[one.id].people
    }


def _missing(problem: DayProblem, result: DayResult, placed: dict[str, PlacedAppointment]) -> Iterator[Finding]:
    """An appointment without a time: a breach if the plan hides it, a cost if it says so."""
    lacking = [one for one in problem.appointments if one.id not in placed]
    counted = Counter((one.people[0], one.kind) for one in lacking)
    for (code, kind), count in sorted(counted.items()):
        admitted = [item for item in result.unplaced if item.agent == code and item.kind is kind]
        told = sum(item.count for item in admitted)
        if count > told:
            sentence = f"{code}: {count - told} {kind} that was asked for has no time, and nobody is told"
            yield Finding(RULE, sentence, hard=True, agent=code)
        for item in admitted:
            yield Finding(RULE, item.sentence, hard=False, cost=item.count, agent=code)


def _breach(placed: PlacedAppointment, why: str, agent: str | None = None) -> Finding:
    return Finding(RULE, f"appointment at {clock_text(placed.starts_at, 'UTC')} UTC: {why}", hard=True, agent=agent)

"""A debrief is one time for two: both on shift, both at work then, inside its window, one at a time."""

from collections.abc import Iterator

from roster.clock import clock_text
from roster.day import MINUTE, SegmentSpan
from roster.day_problem import DayAgent, DayProblem, DayResult, PlacedDebrief
from roster.rules.finding import Finding
from roster.shifts import SegmentKind

RULE = "debrief_times"


def check(problem: DayProblem, result: DayResult) -> Iterator[Finding]:
    """Findings per debrief placed; a sentence names the person whose time it is, never a reason."""
    requests = {request.id: request for request in problem.debriefs}
    on_duty: dict[str, list[DayAgent]] = {}
    for person in (*problem.agents, *problem.others):
        on_duty.setdefault(person.id, []).append(person)
    for debrief in result.debriefs:
        request = requests.get(debrief.request)
        if request is None:
            yield _breach(debrief, debrief.agent, "nobody asked for it")
            continue
        minutes = (debrief.ends_at - debrief.starts_at) // MINUTE
        if minutes != request.minutes:
            yield _breach(debrief, debrief.agent, f"it lasts {minutes} minutes, not {request.minutes}")
        if debrief.starts_at < request.earliest or debrief.ends_at > request.latest:
            yield _breach(debrief, debrief.agent, "it lies outside the time asked for")
        for code in (debrief.agent, debrief.peer):
            if not any(_at_work(shift, debrief, result) for shift in on_duty.get(code, ())):
                yield _breach(debrief, code, f"{code} is not at work all that time")
    for place, one in enumerate(result.debriefs):
        for other in result.debriefs[place + 1 :]:
            both = {one.agent, one.peer} & {other.agent, other.peer}
            if both and one.starts_at < other.ends_at and other.starts_at < one.ends_at:
                yield _breach(one, min(both), f"{min(both)} has another at the same time")


def _at_work(shift: DayAgent, debrief: PlacedDebrief, result: DayResult) -> bool:
    if debrief.starts_at < shift.starts_at or debrief.ends_at > shift.ends_at:
        return False
    kept = shift.kept_free
    if any(span.overlaps(debrief.starts_at, debrief.ends_at) for span in kept):
        return False
    spans: tuple[SegmentSpan, ...] = result.segments_of.get(shift.id, shift.fixed)
    return not any(
        span.overlaps(debrief.starts_at, debrief.ends_at) for span in spans if span.kind is not SegmentKind.WORK
    )


def _breach(debrief: PlacedDebrief, agent: str, why: str) -> Finding:
    return Finding(RULE, f"debrief at {clock_text(debrief.starts_at, 'UTC')} UTC: {why}", hard=True, agent=agent)

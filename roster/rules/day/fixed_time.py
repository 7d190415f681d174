"""What is fixed stays: protected time, what has begun, and time promised to an open invitation."""

from collections.abc import Iterator

from roster.clock import clock_text
from roster.day_problem import BREAK_KINDS, DayProblem, DayResult
from roster.rules.day.appointments import times_of
from roster.rules.finding import Finding
from roster.shifts import PROTECTED_KINDS

RULE = "fixed_time"


def check(problem: DayProblem, result: DayResult) -> Iterator[Finding]:
    """A fixed segment moved or lost, one invented, or a new break in the past or in time kept free."""
    for person in problem.agents:
        spans = result.segments_of.get(person.id, ())
        where = {(span.kind, span.starts_at, span.ends_at) for span in spans}
        known = {(span.kind, span.starts_at, span.ends_at) for span in person.fixed}
        appointed = times_of(problem, result, person.id)
        for span in person.fixed:
            word = "protected time" if span.kind in PROTECTED_KINDS else str(span.kind)
            if (span.kind, span.starts_at, span.ends_at) not in where:
                at = clock_text(span.starts_at, person.zone)
                yield Finding(RULE, f"{person.id}: the {word} at {at} was moved or lost", hard=True, agent=person.id)
        for span in spans:
            if (span.kind, span.starts_at, span.ends_at) in known:
                continue
            at = clock_text(span.starts_at, person.zone)
            if span.kind in PROTECTED_KINDS and (span.kind, span.starts_at, span.ends_at) not in appointed:
                sentence = f"{person.id}: protected time at {at} that nobody gave or accepted"
                yield Finding(RULE, sentence, hard=True, agent=person.id)
            if span.kind in BREAK_KINDS and person.not_before and span.starts_at < person.not_before:
                sentence = f"{person.id}: the {span.kind} at {at} starts before the plan was made"
                yield Finding(RULE, sentence, hard=True, agent=person.id)
            if span.kind in BREAK_KINDS and any(
                kept.overlaps(span.starts_at, span.ends_at) for kept in person.kept_free
            ):
                sentence = f"{person.id}: the {span.kind} at {at} lies in time kept for an open invitation"
                yield Finding(RULE, sentence, hard=True, agent=person.id)

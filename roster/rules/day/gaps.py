"""Between two breaks of one person lies the policy's least gap, so that each is worth having."""

from collections.abc import Iterator
from itertools import pairwise

from roster.clock import clock_text
from roster.day import MINUTE
from roster.day_problem import BREAK_KINDS, DayProblem, DayResult
from roster.rules.finding import Finding

RULE = "gaps"


def check(problem: DayProblem, result: DayResult) -> Iterator[Finding]:
    """Two breaks closer together than `min_gap_minutes`, unless both lay there before."""
    least = problem.breaks.min_gap_minutes
    for person in problem.agents:
        breaks = sorted(
            (span for span in result.segments_of.get(person.id, ()) if span.kind in BREAK_KINDS),
            key=lambda span: span.starts_at,
        )
        for earlier, later in pairwise(breaks):
            gap = (later.starts_at - earlier.ends_at) // MINUTE
            if gap < least and not (earlier in person.fixed and later in person.fixed):
                sentence = (
                    f"{person.id}: {gap} minutes between the {earlier.kind} that ends at "
                    f"{clock_text(earlier.ends_at, person.zone)} and the {later.kind} at "
                    f"{clock_text(later.starts_at, person.zone)}, less than {least}"
                )
                yield Finding(RULE, sentence, hard=True, agent=person.id)

"""A person's segments fill their shift exactly and never overlap."""

from collections.abc import Iterator
from itertools import pairwise

from roster.clock import clock_text
from roster.day_problem import DayProblem, DayResult
from roster.rules.finding import Finding

RULE = "partition"


def check(problem: DayProblem, result: DayResult) -> Iterator[Finding]:
    """One finding per hole, overlap, or begin and end that moved."""
    for person in problem.agents:
        spans = sorted(result.segments_of.get(person.id, ()), key=lambda span: span.starts_at)
        begin, end = (clock_text(at, person.zone) for at in (person.starts_at, person.ends_at))
        if not spans:
            yield _breach(person.id, f"{person.id} works {begin} to {end} but has no segments")
            continue
        if spans[0].starts_at != person.starts_at or spans[-1].ends_at != person.ends_at:
            found = f"{clock_text(spans[0].starts_at, person.zone)} to {clock_text(spans[-1].ends_at, person.zone)}"
            yield _breach(person.id, f"{person.id} works {begin} to {end}, but the segments run {found}")
        for earlier, later in pairwise(spans):
            if earlier.ends_at != later.starts_at:
                word = "overlaps" if earlier.ends_at > later.starts_at else "leaves a hole before"
                at = clock_text(later.starts_at, person.zone)
                yield _breach(person.id, f"{person.id}: {earlier.kind} {word} {later.kind} at {at}")


def _breach(agent: str, sentence: str) -> Finding:
    return Finding(RULE, sentence, hard=True, agent=agent)

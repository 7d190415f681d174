"""A break that is due and not there: a breach if the plan hides it, a cost if the plan says so."""

from collections.abc import Iterator

from roster.day_problem import DayResult
from roster.rules.finding import Finding
from roster.shifts import SegmentKind


def missing(rule: str, agent: str, kind: SegmentKind, count: int, result: DayResult) -> Iterator[Finding]:
    """Findings for `count` breaks of `kind` that `agent` is due and lacks."""
    admitted = sum(item.count for item in result.unplaced if item.agent == agent and item.kind is kind)
    if count > admitted:
        yield Finding(rule, f"{agent} lacks {count - admitted} {kind} that the shift is due", hard=True, agent=agent)
    for item in result.unplaced:
        if item.agent == agent and item.kind is kind and count > 0:
            yield Finding(rule, item.sentence, hard=False, cost=item.count, agent=agent)

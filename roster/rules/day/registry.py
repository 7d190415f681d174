"""Every rule of a day, and the verdict on one that was planned."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from roster.day_problem import DayProblem, DayResult
from roster.rules.day import (
    announced,
    appointments,
    attended,
    cover,
    debrief_peers,
    debrief_times,
    fixed_time,
    gaps,
    meals,
    partition,
    rests,
)
from roster.rules.finding import Finding

Check = Callable[[DayProblem, DayResult], Iterator[Finding]]

MODULES = (
    partition,
    meals,
    rests,
    gaps,
    fixed_time,
    announced,
    appointments,
    debrief_times,
    debrief_peers,
    attended,
    cover,
)

DAY_RULES: Mapping[str, Check] = MappingProxyType({module.RULE: module.check for module in MODULES})
"""Each rule's check by its name; docs/day.md has a heading of the same name."""


@dataclass(frozen=True)
class DayVerdict:
    """What the checkers say."""

    findings: tuple[Finding, ...]

    @property
    def violations(self) -> tuple[Finding, ...]:
        """What must not be."""
        return tuple(finding for finding in self.findings if finding.hard)

    @property
    def cost(self) -> int:
        """Sum of what the rest costs."""
        return sum(finding.cost for finding in self.findings)


def judge_day(problem: DayProblem, result: DayResult) -> DayVerdict:
    """Every rule's findings on `result`."""
    return DayVerdict(tuple(finding for check in DAY_RULES.values() for finding in check(problem, result)))

"""What two judged rosters of the same problem differ in: findings that arise and go, and the cost by rule."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from roster.rules.finding import Finding
from roster.whatif.live import Findings, LiveRoster


@dataclass(frozen=True)
class Difference:
    """From one roster to another."""

    arisen: Findings
    gone: Findings
    costs: dict[str, int]
    """By how much each soft rule costs more (or less, negative); rules that cost the same are left out."""

    @property
    def cost(self) -> int:
        """By how much all of it costs more."""
        return sum(self.costs.values())

    @property
    def new_violations(self) -> Findings:
        """What must not be, and was not before."""
        return tuple(one for one in self.arisen if one.hard)

    @property
    def gone_violations(self) -> Findings:
        """What must not be, and no longer is."""
        return tuple(one for one in self.gone if one.hard)


def difference(before: LiveRoster, after: LiveRoster) -> Difference:
    """From `before` to `after`; what they share is not looked at."""
    arisen: list[Finding] = []
    gone: list[Finding] = []
    for was, now in _parts(before, after):
        old, new = Counter(was), Counter(now)
        arisen.extend((new - old).elements())
        gone.extend((old - new).elements())
    costs: Counter[str] = Counter()
    for one in arisen:
        costs[one.rule] += one.cost
    for one in gone:
        costs[one.rule] -= one.cost
    return Difference(tuple(arisen), tuple(gone), {rule: cost for rule, cost in sorted(costs.items()) if cost})


def _parts(before: LiveRoster, after: LiveRoster) -> Iterator[tuple[Findings, Findings]]:
    """What may differ, part by part."""
    for agent, was in before.personal.items():
        now = after.personal[agent]
        if now is not was:
            yield was, now
    for rule, was in before.team.items():
        yield was, after.team[rule]
    for was, now in zip(before.cover.findings, after.cover.findings, strict=True):
        if now is not was:
            yield was, now

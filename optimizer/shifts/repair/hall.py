"""Cover no worse than allowed, as linear constraints on who is there, by Hall's theorem: exact, and no variable more.

What is missing in the queues of some weight and above is the most that any set of them asks beyond the people who
serve a queue of the set. So nothing worse means: for each set of queues, enough of those people are there.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from optimizer.shifts.repair.trouble import Short, limit_at
from optimizer.shifts.variables import Linear, Literal, Option, RosterModel
from roster.load.planned import Skills, skills_of
from roster.problem import Problem
from roster.rules.cover import Required

MAX_QUEUES = 10
"""So many queues that hang together have a thousand sets; more are cut into pairs and all of them: a relaxation."""


@dataclass(frozen=True)
class Demand:
    """What one quarter asks, and what may be missing there."""

    required: Required
    allowed: Short


class CoverLimits:
    """Adds, quarter by quarter as they are asked for, the constraints that keep cover from getting worse."""

    def __init__(self, roster: RosterModel, given: Iterable[tuple[Skills, Option]]) -> None:
        self._roster = roster
        self._there: defaultdict[int, list[Option]] = defaultdict(list)
        for option in roster.grid.options:
            for quarter in option.quarters:
                self._there[quarter].append(option)
        self._given: defaultdict[int, defaultdict[Skills, int]] = defaultdict(lambda: defaultdict(int))
        for skills, option in given:
            for quarter in option.quarters:
                self._given[quarter][skills] += 1
        self._known: set[object] = set()

    def add(self, quarter: int, demand: Demand, missing: dict[int, Literal]) -> None:
        """No more missing in `quarter` than allowed, save what `missing` gives by queue weight (and above)."""
        problem = self._roster.problem
        options = tuple(self._there[quarter])
        given = self._given[quarter]
        key = (options, tuple(sorted((sorted(skills), count) for skills, count in given.items())), demand.required)
        marker = (str(key), tuple(sorted(demand.allowed.items())), tuple(sorted(var.index for var in missing.values())))
        if marker in self._known:
            return
        self._known.add(marker)
        groups = {*self._roster.groups(), *given}
        for queues in _sets(demand.required):
            level = min(problem.queue_of[queue].weight for queue in queues)
            asked = sum(count for queue, count in demand.required if queue in queues)
            crews = [skills for skills in groups if skills & queues]
            needed = asked - limit_at(demand.allowed, level) - sum(given.get(skills, 0) for skills in crews)
            if needed <= 0:
                continue
            heads: list[Linear] = [
                self._roster.headcount(skills, option) for skills in crews if skills in self._own for option in options
            ]
            if level in missing:
                heads.append(missing[level])
            self._roster.model.add(sum(heads) >= needed)

    @property
    def _own(self) -> set[Skills]:
        return set(self._roster.groups())


def _sets(required: Required) -> Iterator[frozenset[str]]:
    queues = [queue for queue, _ in required]
    sizes = range(1, len(queues) + 1) if len(queues) <= MAX_QUEUES else (1, 2, len(queues))
    for size in sizes:
        for chosen in combinations(queues, size):
            yield frozenset(chosen)


def given_of(roster: RosterModel) -> Iterator[tuple[Skills, Option]]:
    """Who is there whatever is decided: the past, and people whose rows are not ours."""
    for agent in roster.problem.agents:
        for option in roster.grid.given(agent):
            yield skills_of(agent), option


def levels(problem: Problem, required: Required) -> list[int]:
    """The weights of the queues asked for."""
    return sorted({problem.queue_of[queue].weight for queue, _ in required})

"""Cover no worse than allowed, as linear constraints on who is there, by Hall's theorem: exact, and no variable more.

What is missing in the queues of some weight and above is the most that any set of them asks beyond the people who
serve a queue of the set. So nothing worse means: for each set of queues, enough of those people are there.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol

from ortools.sat.python import cp_model

from optimizer.shifts.grid import Grid, Option
from optimizer.shifts.model.roster_model import Linear, Literal, RosterModel
from optimizer.shifts.repair.trouble import Short, limit_at
from roster.load.planned import Skills, skills_of
from roster.problem import Problem
from roster.rules.cover import Required

MAX_QUEUES = 8
"""So many queues have 255 sets; where more are asked for, who serves what is said instead, as exactly."""


class Crowd(Protocol):
    """The people of a model: how many of each skill set are there in an option, beyond those who are given."""

    @property
    def problem(self) -> Problem:
        """What is planned."""

    @property
    def model(self) -> cp_model.CpModel:
        """Where constraints go."""

    @property
    def grid(self) -> Grid:
        """The options."""

    def groups(self) -> Iterable[Skills]:
        """The skill sets of people about whom something is decided."""

    def headcount(self, skills: Skills, option: Option) -> Linear:
        """How many with exactly `skills`; below nothing where those given leave."""


@dataclass(frozen=True)
class Demand:
    """What one quarter asks, and what may be missing there."""

    required: Required
    allowed: Short


class CoverLimits:
    """Adds, quarter by quarter as they are asked for, the constraints that keep cover from getting worse."""

    def __init__(self, crowd: Crowd, given: Callable[[int], Mapping[Skills, int]]) -> None:
        """`given` says who is there in a quarter whatever is decided."""
        self._crowd = crowd
        self._there: defaultdict[int, list[Option]] = defaultdict(list)
        for option in crowd.grid.options:
            for quarter in option.quarters:
                self._there[quarter].append(option)
        self._given = given
        self._known: set[object] = set()
        self._own = set(crowd.groups())

    def add(self, quarter: int, demand: Demand, missing: dict[int, Literal]) -> None:
        """No more missing in `quarter` than allowed, save what `missing` gives by queue weight (and above)."""
        options = tuple(self._there[quarter])
        given = self._given(quarter)
        key = (options, tuple(sorted((sorted(skills), count) for skills, count in given.items())), demand.required)
        marker = (str(key), tuple(sorted(demand.allowed.items())), tuple(sorted(var.index for var in missing.values())))
        if marker in self._known:
            return
        self._known.add(marker)
        present = {skills: self._present(skills, options, given) for skills in {*self._own, *given}}
        if len(demand.required) <= MAX_QUEUES:
            self._by_sets(demand, present, missing)
        else:
            self._by_service(demand, present, missing)

    def _by_sets(self, demand: Demand, present: dict[Skills, Linear], missing: dict[int, Literal]) -> None:
        """For each set of queues enough people who serve one of them; the lightest queue says what may be missing."""
        for queues in _sets(demand.required):
            level = min(self._crowd.problem.queue_of[queue].weight for queue in queues)
            asked = sum(count for queue, count in demand.required if queue in queues)
            needed = asked - limit_at(demand.allowed, level)
            if needed > 0:
                there = sum(people for skills, people in present.items() if skills & queues)
                self._at_least(there, needed, missing.get(level))

    def _by_service(self, demand: Demand, present: dict[Skills, Linear], missing: dict[int, Literal]) -> None:
        """For the queues of each weight and above: who serves what, nobody twice and no queue beyond what it asks."""
        model = self._crowd.model
        for level in levels(self._crowd.problem, demand.required):
            asked = {
                queue: count for queue, count in demand.required if self._crowd.problem.queue_of[queue].weight >= level
            }
            busy: dict[Skills, list[Linear]] = {skills: [] for skills in present}
            served: list[Linear] = []
            for queue, count in asked.items():
                flows = [model.new_int_var(0, count, f"serves {queue}") for skills in present if queue in skills]
                for skills, flow in zip((one for one in present if queue in one), flows, strict=True):
                    busy[skills].append(flow)
                model.add(sum(flows) <= count)
                served.extend(flows)
            for skills, of_crew in busy.items():
                if of_crew:
                    model.add(sum(of_crew) <= present[skills])
            needed = sum(asked.values()) - limit_at(demand.allowed, level)
            if needed > 0:
                self._at_least(sum(served), needed, missing.get(level))

    def _at_least(self, there: Linear, needed: int, missing: Literal | None) -> None:
        total = there if missing is None else there + missing
        if not isinstance(total, int):
            self._crowd.model.add(total >= needed)
        elif total < needed:
            # Nobody to decide about is there: it can't be.
            self._crowd.model.add_bool_or([])

    def _present(self, skills: Skills, options: tuple[Option, ...], given: Mapping[Skills, int]) -> Linear:
        heads: Linear = sum(self._crowd.headcount(skills, option) for option in options) if skills in self._own else 0
        return heads + given.get(skills, 0)


def _sets(required: Required) -> Iterator[frozenset[str]]:
    queues = [queue for queue, _ in required]
    for size in range(1, len(queues) + 1):
        for chosen in combinations(queues, size):
            yield frozenset(chosen)


def given_in(roster: RosterModel) -> Callable[[int], Mapping[Skills, int]]:
    """Who is there in a quarter whatever the model decides: the past, and people whose rows are not ours."""
    given: defaultdict[int, defaultdict[Skills, int]] = defaultdict(lambda: defaultdict(int))
    for agent in roster.problem.agents:
        for option in roster.grid.given(agent):
            for quarter in option.quarters:
                given[quarter][skills_of(agent)] += 1
    return lambda quarter: given[quarter]


def levels(problem: Problem, required: Required) -> list[int]:
    """The weights of the queues asked for."""
    return sorted({problem.queue_of[queue].weight for queue, _ in required})

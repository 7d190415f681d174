"""Runs of days: at least or at most so many in a row, as linear constraints and as tracks of a generated row.

A run is a stretch of days that are all *inside*: worked, off, nights. What it was before the first day is `before`:
the number of days that the run which day 0 may continue has lasted already, 0 where the day before was outside.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from optimizer.shifts.model.roster_model import Linear, Requirement, RosterModel
from optimizer.shifts.rows.in_row import Check, Move
from roster.problem import PlannedAgent


def post_shortest(
    roster: RosterModel,
    rule: str,
    agent: PlannedAgent,
    inside: Sequence[Linear],
    before: int | None,
    minimum: int,
    weight: int | None,
) -> None:
    """No run shorter than `minimum`, or `weight` for each day it is short; one that lasts to the horizon's end is free.

    `inside` is 0 or 1 for each day; `before` is None where nobody knows how long the run before day 0 has been.
    """
    days = len(inside)
    begun = before is not None and 0 < before < minimum
    for first in range(days):
        if first == 0 and before != 0:
            continue
        previous: Linear = inside[first - 1] if first else 0
        lengths = range(1, min(minimum, days - first))
        if weight is None:
            # Whoever begins goes on: stronger than forbidding each run that is too short.
            for length in lengths:
                going_on = roster.model.add(inside[first] - previous <= inside[first + length])
                roster.require(Requirement(rule, agent.id, first), going_on)
        else:
            for length in lengths:
                run = sum(inside[first : first + length]) - previous - inside[first + length]
                _price(roster, rule, f"{agent.id}/{first}/{length}", run - (length - 1), weight * (minimum - length))
    if not begun or before is None:
        return
    for day in range(min(minimum - before, days)):
        if weight is None:
            roster.require(Requirement(rule, agent.id, 0), roster.model.add(inside[day] == 1))
        else:
            ends = sum(inside[:day]) - inside[day] - (day - 1)
            _price(roster, rule, f"{agent.id}/past/{day}", ends, weight * (minimum - before - day))


def post_longest(
    roster: RosterModel,
    rule: str,
    agent: PlannedAgent,
    inside: Sequence[Linear],
    before: int,
    maximum: int,
    weight: int | None,
    anew: Collection[int] = (),
) -> None:
    """No run longer than `maximum`, or `weight` for each day beyond; on the days `anew` the count begins again.

    Days before the horizon are never charged, but they count.
    """
    for last in range(len(inside)):
        first = last - maximum
        if -first > before or any(max(0, first) <= day <= last for day in anew):
            continue
        window = inside[max(0, first) : last + 1]
        if weight is None:
            within = roster.model.add(sum(window) <= len(window) - 1)
            roster.require(Requirement(rule, agent.id, last), within)
        else:
            _price(roster, rule, f"{agent.id}/{last}", sum(window) - (len(window) - 1), weight)


def _price(roster: RosterModel, rule: str, name: str, at_least: Linear, cost: int) -> None:
    """`cost` where `at_least`, which is at most 1, is 1."""
    if cost:
        breach = roster.model.new_bool_var(f"{rule} {name}")
        roster.model.add(breach >= at_least)
        roster.add_cost(rule, cost * breach)


@dataclass(frozen=True, slots=True)
class ShortestRun(ABC):
    """Runs of at least `minimum` days on which an option of `members` is worked (`OFF` among them: days off).

    The state is the run's length so far, `minimum` where it is long enough or nobody knows, 0 outside.
    """

    members: frozenset[int]
    minimum: int
    weight: int | None

    @abstractmethod
    def before(self, agent: PlannedAgent) -> int | None:
        """How long the run before day 0 has been; None where nobody knows."""

    def start(self, agent: PlannedAgent) -> int:
        """The run before day 0."""
        before = self.before(agent)
        return self.minimum if before is None else min(before, self.minimum)

    def step(self, day: int, state: int, option: int) -> Move | None:
        """One day more of the run, or its end: forbidden or at a price where it is too short."""
        if option in self.members:
            return Move(min(state + 1, self.minimum))
        short = self.minimum - state if state else 0
        if short and self.weight is None:
            return None
        return Move(0, cost=short * (self.weight or 0))

    def phase(self, day: int) -> int:
        """All days are alike."""
        return 0

    def checks(self, agent: PlannedAgent) -> Sequence[Check]:
        """Nothing is counted."""
        return ()


@dataclass(frozen=True, slots=True)
class LongestRun(ABC):
    """Runs of at most `maximum` days on which an option of `members` is worked; on the days `anew` they begin again.

    The state is the run's length so far, `maximum` where it is that or more.
    """

    members: frozenset[int]
    maximum: int
    weight: int | None
    anew: frozenset[int] = frozenset()

    @abstractmethod
    def before(self, agent: PlannedAgent) -> int:
        """How long the run before day 0 has been."""

    def start(self, agent: PlannedAgent) -> int:
        """The run before day 0."""
        return min(self.before(agent), self.maximum)

    def step(self, day: int, state: int, option: int) -> Move | None:
        """One day more of the run: forbidden or at a price where it is too long."""
        if day in self.anew or option not in self.members:
            return Move(0)
        if state < self.maximum:
            return Move(state + 1)
        return None if self.weight is None else Move(state, cost=self.weight)

    def phase(self, day: int) -> bool:
        """Days on which runs begin again are alike, and so are all others."""
        return day in self.anew

    def checks(self, agent: PlannedAgent) -> Sequence[Check]:
        """Nothing is counted."""
        return ()

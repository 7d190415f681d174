"""Tracks that several rules share, and what their files need to write their own.

A track's moves depend on the day only through what `phase` says, so that alike days are worked out once. Instants are
real minutes from the midnight of the day that is being decided: the same on every day whose clocks don't change.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from optimizer.shifts.grid import Grid
from optimizer.shifts.rows.in_row import OFF, Check, Move
from roster.problem import PlannedAgent


def day_shape(grid: Grid, day: int) -> Hashable:
    """What the clock makes of `day` and of the begins of the next: equal on all days without a change."""
    then = tuple(begin for begin, _ in grid.spans[day + 1]) if day + 1 < grid.problem.days else ()
    return grid.spans[day], grid.length(day), then


def earliest(grid: Grid, day: int) -> int:
    """When the first option of `day` begins, in minutes from its midnight."""
    return min(begin for begin, _ in grid.spans[day])


def last_end(grid: Grid, agent: PlannedAgent) -> int | None:
    """When the last shift before the horizon ends, in minutes from the first midnight; none without history."""
    return max((grid.minute(option.end) for option in grid.past(agent)), default=None)


@dataclass(frozen=True)
class Apart:
    """Nothing begins sooner than `minutes` after the end of what came before.

    State: the minute from the day's midnight before which nothing may begin, 0 where that keeps nothing out.
    """

    grid: Grid
    minutes: int

    def start(self, agent: PlannedAgent) -> int:
        """After the last shift of the past."""
        end = last_end(self.grid, agent)
        return 0 if end is None else self._from(0, end + self.minutes)

    def step(self, day: int, state: int, option: int) -> Move | None:
        """Refuses what begins too soon."""
        until = state
        if option != OFF:
            begin, end = self.grid.spans[day][option]
            if begin < state:
                return None
            until = end + self.minutes
        return Move(self._from(day + 1, until - self.grid.length(day)))

    def phase(self, day: int) -> Hashable:
        """Days of one shape move alike."""
        return day_shape(self.grid, day)

    def checks(self, agent: PlannedAgent) -> Sequence[Check]:
        """Nothing is counted."""
        return ()

    def _from(self, day: int, until: int) -> int:
        over = day >= self.grid.problem.days or until <= earliest(self.grid, day)
        return 0 if over else until


@dataclass(frozen=True)
class Paid:
    """Counts paid minutes; rules that ask about them say in `checks` when and how many."""

    grid: Grid

    def start(self, agent: PlannedAgent) -> int:
        """One state is enough."""
        return 0

    def step(self, day: int, state: int, option: int) -> Move | None:
        """Adds the option's paid minutes."""
        return Move(0, amount=0 if option == OFF else self.grid.days[day][option].paid_minutes)

    def phase(self, day: int) -> Hashable:
        """All days are alike: a shift is paid the same on each."""
        return None

    def checks(self, agent: PlannedAgent) -> Sequence[Check]:
        """None here: a rule's own track has them."""
        return ()

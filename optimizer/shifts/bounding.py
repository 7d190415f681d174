"""A proved lower bound of a roster's cost, by column generation over each person's weeks.

A column is a person's part of one week of the roster, any part that some past allows: what ties a week to the one
before is relaxed, not broken. Cover and the balances over all weeks are in the master as they are. So the
bound is one of the whole problem, and it may stay a little below the best roster's cost for ever.
"""

from collections.abc import Callable, Sequence

import numpy as np

from optimizer.shifts.columns import Floats, Master, Row, Unit
from optimizer.shifts.cover_table import CoverTable
from optimizer.shifts.lp import LpFailed
from optimizer.shifts.people import Person
from optimizer.shifts.progress import Progress
from optimizer.shifts.rows import RowFinder
from optimizer.shifts.variables import Grid

CONVERGED = 0.0003
"""Relative distance of bound and master at which nothing worth the time is left to gain."""

PARTS_PER_WEEK = 6
"""How many parts of a person's week are passed on."""

SAFETY = 1e-3
"""Taken off each bound before it is rounded up: far more than what floating point can have added."""


class Bounding:
    """The bound of one problem, better the longer it runs."""

    def __init__(
        self, grid: Grid, people: Sequence[Person], cover: CoverTable, rows: Sequence[Sequence[int]] = ()
    ) -> None:
        """`rows`: a valid roster to begin with, one row per person; it only saves time."""
        self._people = people
        days = grid.problem.days
        weeks = [range(first, min(first + 7, days)) for first in range(0, days, 7)]
        self._finder = RowFinder(grid, people)
        self._units = [(week, person) for week in range(len(weeks)) for person in range(len(people))]
        self._windows = [self._finder.loose(people[person], weeks[week]) for week, person in self._units]
        units = [Unit(person, cover.group_of[people[person].agent.id]) for _, person in self._units]
        reached = cover.covers.any(axis=0)
        self._fixed = float(cover.cost(cover.given)[~reached].sum()) + sum(person.empty_cost for person in people)
        self._master = Master(
            cover, units, np.ones(len(grid.options), dtype=np.bool_), cover.given, cover.shifts.given, balanced=people
        )
        presence = cover.given.copy()
        for number, row in enumerate(rows):
            presence[cover.group_of[people[number].agent.id]] += cover.heads(row)
            for week, days_of_week in enumerate(weeks):
                part = tuple(index for index in row if grid.options[index].day in days_of_week)
                unit = week * len(people) + number
                self._master.add_column(unit, part, self._finder.part_cost(people[number], part, self._windows[unit]))
        self._master.separate(presence)

    def _price(self, unit: int, prices: Floats, slopes: Floats) -> list[tuple[float, float, Row]]:
        person = self._people[self._units[unit][1]]
        priced = person.priced(prices, slopes)
        best = self._finder.best(person, priced, self._windows[unit])
        if best is None:
            return []
        return [(best[0], best[0] - float(priced[best[1]].sum()), tuple(best[1]))]

    @property
    def slopes(self) -> dict[str, tuple[float, ...]]:
        """What a unit of each balance is worth for each person, by agent id, as the best bound has it."""
        return {
            person.agent.id: tuple(self._master.slopes(number).tolist()) for number, person in enumerate(self._people)
        }

    @property
    def parts(self) -> list[tuple[str, Row]]:
        """The most promising parts of rows that were found, by agent id."""
        found = self._master.promising(PARTS_PER_WEEK)
        return [(self._people[self._units[one.unit][1]].agent.id, one.row) for one in found]

    @property
    def distance(self) -> float:
        """How far the bound is from what it converges to, at most, relative to that."""
        return (self._master.value - self._master.bound) / max(1.0, abs(self._master.value))

    def run(
        self,
        progress: Progress,
        *,
        seconds: float | None = None,
        rounds: int | None = None,
        on_round: Callable[[], None] | None = None,
    ) -> None:
        """Raise the bound until time is over (or for `seconds` or `rounds`), or nothing worth it is left to gain."""
        until = None if seconds is None else progress.seconds + seconds
        master = self._master
        done = 0
        try:
            while not progress.over() and (rounds is None or done < rounds):
                if until is not None and progress.seconds >= until:
                    return
                more = master.improve(self._price, range(len(self._units)))
                progress.raise_bound(self._fixed + master.bound - SAFETY)
                done += 1
                if on_round is not None:
                    on_round()
                if not more or self.distance <= CONVERGED:
                    return
        except LpFailed:
            return

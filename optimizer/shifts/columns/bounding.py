"""A proved lower bound of a roster's cost, by column generation over each person's weeks, or over whole rows.

Where hours are counted by the week a column is a person's part of one week, any part that some past allows: what ties a
week to the one before is relaxed, not broken. Where limits tie all weeks together a column is a whole row, as long as
rows of that length can be found. Cover and the balances over all weeks are in the master as they are. So the bound is
one of the whole problem, and it may stay a little below the best roster's cost for ever.
"""

from collections.abc import Callable, Sequence

import numpy as np

from optimizer.shifts.columns.lp import LpFailed
from optimizer.shifts.columns.master import Floats, Master, Row, Unit
from optimizer.shifts.cover.table import CoverTable
from optimizer.shifts.grid import Grid
from optimizer.shifts.progress import Progress
from optimizer.shifts.rows.finder import LONG_ROW_DAYS, RowFinder
from optimizer.shifts.rows.people import Person
from roster.problem import Problem

CONVERGED = 0.0003
"""Relative distance of bound and master at which nothing worth the time is left to gain."""

PARTS_PER_WEEK = 6
"""How many parts of a person's week are passed on."""

SAFETY = 1e-3
"""Taken off each bound before it is rounded up: far more than what floating point can have added."""


def counted_by_week(problem: Problem) -> bool:
    """Whether nothing that is counted over more than a week limits a row."""
    rules = problem.rules
    longer = (rules.period_minutes, rules.average_minutes, rules.shift_counts, rules.weekends)
    return rules.contract_minutes.mode != "off" or all(rule.mode == "off" for rule in longer)


def weeks_of(problem: Problem) -> list[range]:
    """The days of each week of the horizon."""
    return [range(first, min(first + 7, problem.days)) for first in range(0, problem.days, 7)]


def worth_bounding(problem: Problem) -> bool:
    """Whether columns as long as what ties them make a program that can be solved: a year's rows do not in an hour."""
    return counted_by_week(problem) or problem.days <= LONG_ROW_DAYS


class Bounding:
    """The bound of one problem, better the longer it runs."""

    worth: Floats | None = None
    """What options are worth at its prices is not told: nothing has been found to gain by it."""

    def __init__(
        self, grid: Grid, people: Sequence[Person], cover: CoverTable, rows: Sequence[Sequence[Sequence[int]]] = ()
    ) -> None:
        """`rows`: valid rows to begin with, the best one last, for each person; they only save time."""
        self._people = people
        self._whole = not counted_by_week(grid.problem)
        weeks = [range(grid.problem.days)] if self._whole else weeks_of(grid.problem)
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
        for number, known in enumerate(rows):
            presence[cover.group_of[people[number].agent.id]] += cover.heads(known[-1])
            for row in known:
                for week, days_of_week in enumerate(weeks):
                    part = tuple(index for index in row if grid.options[index].day in days_of_week)
                    unit = week * len(people) + number
                    self._master.add_column(unit, part, self._cost(unit, part))
        self._master.separate(presence)

    def _cost(self, unit: int, part: Row) -> float:
        return float(self._finder.part_cost(self._people[self._units[unit][1]], part, self._windows[unit]))

    def _price(self, unit: int, prices: Floats, slopes: Floats) -> list[tuple[float, float, Row]]:
        person = self._people[self._units[unit][1]]
        priced = person.priced(prices, slopes)
        best = self._finder.best(person, priced, self._windows[unit])
        if best is None:
            return []
        part = tuple(best[1])
        return [(best[0], self._cost(unit, part), part)]

    @property
    def whole_rows(self) -> bool:
        """Whether columns are whole rows, and cost all that the people's own rules say."""
        return self._whole and not any(person.balances for person in self._people)

    @property
    def worth_by_shift(self) -> Floats | None:
        """What one more person on each option is worth by cover by shift at the best bound's prices."""
        return self._master.worth

    @property
    def slopes(self) -> dict[str, tuple[float, ...]]:
        """What a unit of each balance is worth for each person, by agent id, as the best bound has it."""
        return {
            person.agent.id: tuple(self._master.slopes(number).tolist()) for number, person in enumerate(self._people)
        }

    @property
    def parts(self) -> list[tuple[str, Row]]:
        """The most promising parts of rows that were found, by agent id."""
        return self.promising(PARTS_PER_WEEK)

    def promising(self, each: int) -> list[tuple[str, Row]]:
        """So many of the parts of least reduced cost of each unit, by agent id."""
        found = self._master.promising(each)
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
        near: float = CONVERGED,
    ) -> None:
        """Raise the bound until time is over (or for `seconds` or `rounds`), or it is so `near` to its limit."""
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
                if not more or self.distance <= near:
                    return
        except LpFailed:
            # What was proved before stays; without a linear program there is nothing to go on from.
            return

"""The row finder against every row there is, judged by the rules' own words: rows, costs, windows, loose parts."""

import random
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from optimizer.shifts.grid import Grid
from optimizer.shifts.rows.finder import RowFinder
from optimizer.shifts.rows.people import people_of
from roster.problem import Problem
from tests.in_rows import said, told
from tests.optimizer.random_people import random_person
from tests.optimizer.three_ways import every_row
from tests.small_rosters import small_problem

SEEDS = range(48)

Row = tuple[int, ...]


class Every:
    """One tiny problem: every row that its words allow, with what it costs with and without balances."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.grid = Grid(problem)
        (self.person,) = people_of(self.grid)
        self.finder = RowFinder(self.grid, [self.person])
        words = said(self.grid, self.person.agent)
        bare = [replace(one, balances=()) for one in words]
        self.rows: dict[Row, int | None] = {}
        self.costs: dict[Row, int] = {}
        for lines in every_row(problem):
            row = tuple(self.grid.number[line.day, line.shift] for line in lines)
            self.rows[row] = told(self.grid, self.person.agent, words, lines)
            if self.rows[row] is not None:
                own = told(self.grid, self.person.agent, bare, lines)
                assert own is not None
                self.costs[row] = own - self.person.empty_cost

    def least(self, prices: "np.ndarray[tuple[int], np.dtype[np.float64]]", kept: Row, days: range) -> float | None:
        """The least price and own cost of an allowed row that is `kept` outside `days`; prices count inside."""
        width = len(self.problem.shifts)
        found = [
            cost + sum(prices[one] for one in row if one // width in days)
            for row, cost in self.costs.items()
            if tuple(one for one in row if one // width not in days) == kept
        ]
        return min(found, default=None)


@cache
def every(seed: int) -> Every:
    return Every(random_person(seed, basic=0.3, days=5 + seed % 2, shifts=2, convex=seed % 2 == 0))


def prices_of(seed: int, grid: Grid) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.random.default_rng(seed).integers(-60, 30, len(grid.options)).astype(float)


@pytest.mark.parametrize("seed", SEEDS)
def test_it_allows_what_the_words_allow_at_the_same_cost(seed: int) -> None:
    one = every(seed)
    for row, cost in one.rows.items():
        assert one.finder.allows(one.person, row) == (cost is not None), row
        if cost is not None:
            assert one.person.cost(row) == cost, row


@pytest.mark.parametrize("seed", SEEDS)
def test_the_best_row_is_the_best_of_all(seed: int) -> None:
    one = every(seed)
    for turn in range(6):
        prices = prices_of(100 * seed + turn, one.grid)
        found = one.finder.best(one.person, prices)
        expected = one.least(prices, (), range(one.problem.days))
        assert (found and found[0]) == expected
        if found is not None:
            assert one.costs[tuple(found[1])] + prices[found[1]].sum() == expected


@pytest.mark.parametrize("seed", SEEDS)
def test_a_window_of_any_days_is_the_best_of_all_that_keep_the_rest(seed: int) -> None:
    one = every(seed)
    draw = random.Random(seed)
    rows = sorted(one.costs)
    for turn in range(min(len(rows), 12)):
        row = draw.choice(rows)
        first = draw.randrange(one.problem.days)
        days = range(first, draw.randint(first + 1, one.problem.days))
        window = one.finder.window(one.person, row, days)
        prices = prices_of(100 * seed + turn, one.grid)
        found = one.finder.best(one.person, prices, window)
        assert found is not None, "the row itself fits its own window"
        kept = tuple(window.kept)
        whole = tuple(sorted((*kept, *found[1])))
        assert one.costs[whole] + prices[found[1]].sum() == one.least(prices, kept, days)
        # What the days before it cost is no part of the window's value, so only differences are the rows'.
        second = prices_of(100 * seed + turn + 50, one.grid)
        other = one.finder.best(one.person, second, window)
        assert other is not None
        dearer = one.costs[tuple(sorted((*kept, *other[1])))] - one.costs[whole]
        assert other[0] - found[0] == dearer + second[other[1]].sum() - prices[found[1]].sum()
        for part in sorted({tuple(number for number in each if number not in kept) for each in rows[:40]}):
            inside = all(one.grid.options[number].day in days for number in part)
            assert one.finder.allows(one.person, part, window) == (
                inside and one.rows.get(tuple(sorted((*kept, *part)))) is not None
            )


@pytest.mark.parametrize("seed", SEEDS)
def test_a_loose_part_is_never_dearer_than_a_rows_own(seed: int) -> None:
    one = every(seed)
    first = seed % 3
    for days in (range(first, one.problem.days), range(first + 1), range(first, first + 2)):
        window = one.finder.loose(one.person, days)
        prices = prices_of(seed, one.grid)
        found = one.finder.best(one.person, prices, window)
        for row in list(one.costs)[:60]:
            part = [number for number in row if one.grid.options[number].day in days]
            assert found is not None
            assert found[0] <= one.finder.part_cost(one.person, part, window) + prices[part].sum()


def test_every_row_is_made_of_loose_parts_that_cost_no_more() -> None:
    split = 0
    for seed in SEEDS:
        one = every(seed)
        halves = (range(3), range(3, one.problem.days))
        windows = [one.finder.loose(one.person, days) for days in halves]
        for row, cost in list(one.costs.items())[:40]:
            parts = [[number for number in row if one.grid.options[number].day in days] for days in halves]
            costs = [one.finder.part_cost(one.person, *both) for both in zip(parts, windows, strict=True)]
            assert sum(costs) <= cost
            split += 1
    assert split > 500


def test_the_random_people_have_rows_and_lack_them() -> None:
    found = [len(every(seed).costs) / len(every(seed).rows) for seed in SEEDS]
    assert sum(share == 0 for share in found) < len(found) / 3
    assert sum(0 < share < 0.3 for share in found) > len(found) / 4


def test_a_window_after_days_that_can_not_be_worked_is_refused() -> None:
    problem = small_problem("one_shift_a_day", "consecutive_days", given={"consecutive_days": {"maximum": 3}})
    grid = Grid(problem)
    (person,) = people_of(grid)
    row = [grid.number[day, "E"] for day in range(5)]
    with pytest.raises(ValueError, match="can't work the row"):
        RowFinder(grid, [person]).window(person, row, range(5, 6))

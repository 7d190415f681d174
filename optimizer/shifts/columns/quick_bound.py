"""A proved lower bound without a linear program, and what it teaches: for rosters whose hours are counted by the week.

Units are people's weeks as in `bounding.py`: what ties a week to the one before is relaxed, cover and the balances over
all weeks are as they are. Weights and prices come from `saddle.py`, so a thousand people cost a few milliseconds a
step. From time to time whole rows are priced at the best prices so far: nothing but pairs is relaxed then, and the
bound is never lower.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from optimizer.shifts.columns.bounding import SAFETY, Bounding, counted_by_week, weeks_of
from optimizer.shifts.columns.master import Floats, Row, Unit
from optimizer.shifts.columns.pairs import PairPrices
from optimizer.shifts.columns.saddle import Duals, Saddle, SaddlePrices
from optimizer.shifts.columns.whole_rows import CLIMBS, Answer, climb
from optimizer.shifts.cover.table import CoverTable
from optimizer.shifts.grid import Grid
from optimizer.shifts.progress import Progress
from optimizer.shifts.rows.finder import RowFinder, Window
from optimizer.shifts.rows.people import Person

STEPS = 100
"""Between two pricings, to begin with."""

MOST_STEPS = 400
LAZY_SHARE = 0.5
"""Where the game itself is further from its end than this share of what new columns still bring, it gets more steps."""

MORE_STEPS = 1.3
PATIENCE = 3
SHORTER = 0.8
"""Where that many rounds of most steps have not raised the bound, steps are too long, and get shorter."""

DROP_ABOVE = 30.0
DROP_BELOW = 1e-4
"""Columns dearer by this than the best of their unit, and no heavier than this, are forgotten."""

WHOLE_EVERY = 4
"""Rounds between two pricings of whole rows."""

NEAR = 0.02
"""Distance at which the game over weeks is over: prices over whole rows then rise sooner."""

STILL_ROUNDS = 6
LEAST_RISE = 1e-3
"""It is also over where so many rounds have not raised its bound by this share."""

CLIMB_ROUND = 20
"""Answers over whole rows between two times that whoever waits is told."""

PARTS_PER_WEEK = 4


def bounding_of(
    grid: Grid, people: Sequence[Person], cover: CoverTable, known: Sequence[Sequence[Row]]
) -> "Bounding | QuickBounding":
    """What proves the bound of a problem; `known`: valid rows of each person, the best one last."""
    if counted_by_week(grid.problem):
        rows = {person.agent.id: each[-1] for person, each in zip(people, known, strict=True)}
        return QuickBounding(grid, people, cover, rows)
    return Bounding(grid, people, cover, known)


class QuickBounding:
    """The bound of one problem, better the longer it runs."""

    def __init__(
        self, grid: Grid, people: Sequence[Person], cover: CoverTable, rows: Mapping[str, Sequence[int]]
    ) -> None:
        """`rows`: a valid roster to begin with, by agent id; it only saves time."""
        self._people = people
        self._finder = RowFinder(grid, people)
        weeks = weeks_of(grid.problem)
        self._units = [(week, person) for week in range(len(weeks)) for person in range(len(people))]
        self._windows = [self._finder.loose(people[person], weeks[week]) for week, person in self._units]
        self._group = [cover.group_of[person.agent.id] for person in people]
        reached = cover.covers.any(axis=0)
        self._fixed = float(cover.cost(cover.given)[~reached].sum()) + sum(person.empty_cost for person in people)
        longest = max(len(week) for week in weeks)
        units = [Unit(person, self._group[person]) for _, person in self._units]
        self._saddle = Saddle(cover, units, longest, cover.given, cover.shifts.given, people)
        for unit, (week, number) in enumerate(self._units):
            row = rows[people[number].agent.id]
            self._add(unit, tuple(one for one in row if grid.options[one].day in weeks[week]))
        self._pairs = PairPrices(grid, people)
        self._steps = STEPS
        self._best: SaddlePrices | None = None
        self._best_duals: Duals | None = None
        self._climbed: Duals | None = None
        self._bound = -np.inf
        self._value = np.inf
        self._idle = 0
        """Rounds since the bound rose or steps got shorter."""
        self._rounds = 0
        self._rose = (0, -np.inf)
        """The round in which the bound was last worth while, and what it was."""

    def _add(self, unit: int, part: Row) -> bool:
        person = self._people[self._units[unit][1]]
        return self._saddle.add(unit, part, float(self._finder.part_cost(person, part, self._windows[unit])))

    @property
    def slopes(self) -> dict[str, tuple[float, ...]]:
        """What a unit of each balance is worth for each person, by agent id, as the best bound has it."""
        taught = {}
        for number, person in enumerate(self._people):
            slopes = person.flattest if self._best is None else self._best.balance[number, : len(person.balances)]
            taught[person.agent.id] = tuple(slopes.tolist())
        return taught

    @property
    def duals(self) -> Duals | None:
        """The prices that did best over whole rows, or as the game moves them: for another game to begin with."""
        return self._climbed or self._saddle.duals

    @property
    def worth(self) -> Floats | None:
        """What each option adds to the cost of cover at the best prices, [group, option]; None before the first."""
        duals = self._climbed or self._best_duals
        return None if duals is None else self._saddle.prices_at(duals).options

    @property
    def parts(self) -> list[tuple[str, Row]]:
        """The heaviest parts of rows, by agent id."""
        found = self._saddle.promising(PARTS_PER_WEEK)
        return [(self._people[self._units[unit][1]].agent.id, row) for unit, row in found]

    @property
    def distance(self) -> float:
        """How far the bound is from what it converges to, at most, relative to that."""
        return (self._value - self._bound) / max(1.0, abs(self._value))

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
        done, self._rose = 0, (self._rounds, self._bound)
        while not progress.over() and (rounds is None or done < rounds):
            if until is not None and progress.seconds >= until:
                return
            self._round(progress)
            done += 1
            if on_round is not None:
                on_round()
            if self.distance <= NEAR or self._rounds - self._rose[0] >= STILL_ROUNDS:
                break
        self._climb(progress, until, on_round)

    def _climb(self, progress: Progress, until: float | None, on_round: Callable[[], None] | None) -> None:
        """Raise the best prices over whole rows; what the weeks' game goes on from stays."""
        if self._best is None or self._best_duals is None or progress.over():
            return
        saddle = self._saddle
        self._climb_pairs(self._best)
        heard = 0

        def answer(prices: SaddlePrices) -> Answer | None:
            nonlocal heard
            found = self._heard(prices, progress)
            if on_round is not None and heard % CLIMB_ROUND == 0:
                on_round()
            heard += 1
            return found

        def over() -> bool:
            return progress.over() or (until is not None and progress.seconds >= until)

        duals = self._best_duals
        for step, newest in CLIMBS:
            duals, _ = climb(duals, saddle.prices_at, answer, saddle.moved, over, step, newest)
            self._climbed = duals
            self._climb_pairs(saddle.prices_at(duals))
        self._heard(saddle.prices_at(duals), progress)
        if on_round is not None:
            on_round()

    def _climb_pairs(self, prices: SaddlePrices) -> None:
        self._pairs.climb(self._finder, [self._prices_of(number, prices) for number in range(len(self._people))])

    def _heard(self, prices: SaddlePrices, progress: Progress) -> Answer | None:
        answer = self._whole(prices)
        if answer is not None:
            progress.raise_bound(answer.bound - SAFETY)
        return answer

    def _round(self, progress: Progress) -> None:
        saddle = self._saddle
        prices = saddle.settle(self._steps)
        value = self._fixed + saddle.value()
        self._value = min(self._value, value)
        saddle.drop(prices, DROP_ABOVE, DROP_BELOW)
        known = self._fixed + saddle.least(prices)
        found = self._priced(prices, self._windows)
        self._rounds += 1
        if found is None:
            return
        if value - known > LAZY_SHARE * (known - found):
            self._steps = min(MOST_STEPS, round(self._steps * MORE_STEPS))
        self._idle = 0 if found > self._bound or self._steps < MOST_STEPS else self._idle + 1
        if self._idle >= PATIENCE:
            self._idle = 0
            saddle.shorten(SHORTER)
        if found > self._bound:
            self._bound, self._best, self._best_duals = found, prices, saddle.duals
        if self._bound > self._rose[1] + LEAST_RISE * abs(self._bound):
            self._rose = (self._rounds, self._bound)
        progress.raise_bound(self._bound - SAFETY)
        if self._best is not None and self._rounds % WHOLE_EVERY == 0:
            self._heard(self._best, progress)

    def _priced(self, prices: SaddlePrices, windows: Sequence[Window]) -> float | None:
        """The bound at these prices; the best parts are added. None where somebody has none."""
        bound = self._fixed + prices.constant
        for unit, (_, number) in enumerate(self._units):
            found = self._finder.best(self._people[number], self._prices_of(number, prices), windows[unit])
            if found is None:
                return None
            bound += found[0]
            part = tuple(found[1])
            if self._saddle.new(unit, part):
                self._add(unit, part)
        return bound

    def _whole(self, prices: SaddlePrices) -> Answer | None:
        """The best whole rows at these prices; None where somebody has none."""
        bound = self._fixed + prices.constant
        worked, sums = np.zeros_like(prices.options), self._saddle.starts.copy()
        for number, person in enumerate(self._people):
            priced, tied = self._prices_of(number, prices), self._pairs.of(number)
            found = self._finder.best(person, priced if tied is None else priced + tied)
            if found is None:
                return None
            bound += found[0]
            worked[self._group[number], found[1]] += 1.0
            sums[number, : len(person.balances)] += person.amounts[:, found[1]].sum(axis=1)
        return Answer(bound, worked, sums)

    def _prices_of(self, number: int, prices: SaddlePrices) -> Floats:
        person = self._people[number]
        return person.priced(prices.options[self._group[number]], prices.balance[number, : len(person.balances)])

"""Column generation: rows of people as columns of a linear program over cover, priced by whatever finds best rows.

Each *unit* (a person, or a person in one week) takes one column. For each segment of cover (intervals that the same
options cover) the master holds tangents from below of its cost, added where they are violated; for each person the
convex costs of their balances, where these tie several units. Prices are smoothed towards those of the best bound, as
far-off duals make poor columns.

Cover by shift is a row of the master for each option that is asked for, with what is missing and what is beyond.

Each pricing of every unit gives a lower bound (Lagrange): the tangents' constants, plus the best row of each unit at
the tangents' slopes. It holds for any convex combination of tangents, so also for smoothed prices.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.shifts.columns.lp import Lp
from optimizer.shifts.cover.table import CoverTable
from optimizer.shifts.rows.people import Person

Floats = NDArray[np.float64]

SMOOTHING = 0.6
"""Weight of the best prices so far against the newest."""

TINY = 1e-7

Row = tuple[int, ...]

Pricer = Callable[[int, Floats, Floats], Sequence[tuple[float, float, Row]]]
"""For a unit, the prices of all options and the price of each of its person's balances: rows as (value at these
prices, own cost, row); the first has the least value of all rows of the unit."""


@dataclass(frozen=True, slots=True)
class Unit:
    """What takes one column: a person (by number), whose skills are those of a group of the table."""

    person: int
    group: int


@dataclass(slots=True)
class Column:
    """One possible row of one unit."""

    unit: int
    row: Row
    cost: float
    variable: int
    heads: Floats
    sums: Floats
    """What it adds to each balance of its person, where the master has them."""


@dataclass(frozen=True, slots=True)
class Prices:
    """A convex combination of tangents: constant per segment, slope per group and segment.

    `balance`: a slope for each balance of each person, one after another.
    `worth`: of one more person on each option, by cover by shift.
    """

    constant: Floats
    slope: Floats
    balance: Floats
    worth: Floats

    def towards(self, other: "Prices", share: float) -> "Prices":
        """This far from here to `other`."""
        return Prices(
            self.constant + share * (other.constant - self.constant),
            self.slope + share * (other.slope - self.slope),
            self.balance + share * (other.balance - self.balance),
            self.worth + share * (other.worth - self.worth),
        )


class Master:
    """The restricted master over some segments of cover."""

    def __init__(
        self,
        cover: CoverTable,
        units: Sequence[Unit],
        inside: NDArray[np.bool_],
        outside: Floats,
        works: Floats,
        balanced: Sequence[Person] = (),
    ) -> None:
        """Columns take from the options `inside`; the cover that these can't reach is left out.

        `outside`, `works`: presence [group, interval] and people by option of everyone who is no column here.
        `balanced`: the people by number, where columns' own costs leave the balances to the master.
        """
        self._cover = cover
        self._units = units
        self._inside = inside
        self._outside = outside
        segments = np.flatnonzero(cover.segment_covers[inside].any(axis=0))
        self._balanced = balanced
        self._lp = Lp()
        self._constant = 0.0
        self._under = {int(t): self._lp.add_column(1.0) for t in segments}
        self._intervals = np.isin(cover.segment_of, segments)
        self._asked = np.array([one for one in cover.shifts.asked if inside[one]], dtype=np.intp)
        self._works = works
        self._missing = cover.shifts.required - works
        self._cells = {int(one): self._cell(int(one)) for one in self._asked}
        self._one = [self._lp.add_row(1.0, 1.0) for _ in units]
        self._excess = [self._beyond(one) for one in balanced]
        self._tangents: list[list[list[tuple[int, float]]]] = [[[] for _ in one.balances] for one in balanced]
        """By person and balance the rows added so far, each with its slope."""
        self._columns_of: list[list[int]] = [[] for _ in balanced]
        self._slopes_of = np.cumsum([0, *(len(one.balances) for one in balanced)])
        self._cuts: dict[int, list[tuple[int, float, Floats]]] = {int(t): [] for t in segments}
        self.columns: list[Column] = []
        self._known: list[set[Row]] = [set() for _ in units]
        self._center: Prices | None = None
        self.bound = -np.inf
        self.value = np.inf
        """What the master's own solution costs: an upper bound of what column generation converges to."""
        self.weights: dict[int, float] = {}
        """Weight of each column (by its place in `columns`) in the last solution, where it is positive."""
        self._reduced: Floats = np.zeros(0)
        """The reduced cost of each column that the last solution knew."""

    def _cell(self, option: int) -> int:
        """The row people + missing - beyond = required of an option."""
        shifts, asked = self._cover.shifts, float(self._missing[option])
        row = self._lp.add_row(asked, asked)
        self._lp.put(row, self._lp.add_column(float(shifts.under[option])), 1.0)
        self._lp.put(row, self._lp.add_column(float(shifts.over[option])), -1.0)
        return row

    def _beyond(self, person: Person) -> list[int]:
        """For each balance a variable for what it costs beyond its slope before all turns, which is in the columns."""
        for one in person.balances:
            self._constant += float(one.at_zero + one.slope * one.start)
        return [self._lp.add_column(1.0) for _ in person.balances]

    def _bend(self) -> int:
        """Add the tangents at the sums of the last solution that its estimates of the balances violate; how many."""
        totals = [np.array([one.start for one in person.balances], float) for person in self._balanced]
        for column, weight in self.weights.items():
            one = self.columns[column]
            totals[self._units[one.unit].person] += weight * one.sums
        estimates = iter(self._lp.values([one for each in self._excess for one in each]).tolist())
        added = 0
        for number, person in enumerate(self._balanced):
            for place, balance in enumerate(person.balances):
                total, estimate = float(totals[number][place]), next(estimates)
                past = [(point, change) for point, change in balance.turns if point < total - TINY]
                missing = sum(change * (total - point) for point, change in past) - estimate
                if missing > 1e-6:
                    self.value += missing
                    steepness = float(sum(change for _, change in past))
                    offset = steepness * balance.start - sum(change * point for point, change in past)
                    self._tangents[number][place].append((self._tangent(number, place, steepness, offset), steepness))
                    added += 1
        return added

    def _tangent(self, person: int, place: int, steepness: float, offset: float) -> int:
        row = self._lp.add_row(offset)
        self._lp.put(row, self._excess[person][place], 1.0)
        for number in self._columns_of[person]:
            column = self.columns[number]
            if column.sums[place]:
                self._lp.put(row, column.variable, -steepness * float(column.sums[place]))
        return row

    def add_column(self, unit: int, row: Row, cost: float) -> bool:
        """Add a row of a unit with its own cost; False where it is known."""
        if row in self._known[unit]:
            return False
        self._known[unit].add(row)
        entries: list[tuple[int, float]] = []
        sums = np.zeros(0)
        if self._balanced:
            number = self._units[unit].person
            person = self._balanced[number]
            sums = person.amounts[:, list(row)].sum(axis=1)
            cost += float(person.lowest @ sums)
            for total, tangents in zip(sums.tolist(), self._tangents[number], strict=True):
                entries += [(tangent, -steepness * total) for tangent, steepness in tangents if total]
            self._columns_of[number].append(len(self.columns))
        variable = self._lp.add_column(cost)
        self._lp.put(self._one[unit], variable, 1.0)
        for tangent, value in entries:
            self._lp.put(tangent, variable, value)
        column = Column(unit, row, cost, variable, self._cover.segment_covers[list(row)].sum(axis=0), sums)
        for index, count in Counter(row).items():
            if index in self._cells:
                self._lp.put(self._cells[index], variable, float(count))
        for t in np.flatnonzero(column.heads):
            for constraint, _, slope in self._cuts.get(int(t), ()):
                self._set(constraint, slope, int(t), column)
        self.columns.append(column)
        return True

    def _set(self, constraint: int, slope: Floats, t: int, column: Column) -> None:
        steepness = slope[self._units[column.unit].group]
        if steepness:
            self._lp.put(constraint, column.variable, -float(steepness * column.heads[t]))

    def _add_cut(self, t: int, constant: float, slope: Floats) -> None:
        constraint = self._lp.add_row(constant)
        self._lp.put(constraint, self._under[t], 1.0)
        for column in self.columns:
            if column.heads[t]:
                self._set(constraint, slope, t, column)
        self._cuts[t].append((constraint, constant, slope))

    def separate(self, presence: Floats, under: dict[int, float] | None = None) -> int:
        """Add the tangents at `presence` [group, interval] that the master's estimates `under` violate; how many."""
        if not self._under:
            return 0
        each, steepness = self._cover.tangent(presence)
        constant = self._cover.by_segment(each + (steepness * self._outside).sum(axis=0))
        slope = self._cover.by_segment(steepness)
        values = self._cover.by_segment(each + (steepness * presence).sum(axis=0))
        added = 0
        for t in self._under:
            if under is None or values[t] > under[t] + 1e-6:
                self._add_cut(t, float(constant[t]), slope[:, t].copy())
                added += 1
        return added

    def _presence(self) -> Floats:
        presence = self._outside.copy()
        if not self._under:
            return presence
        for number, weight in self.weights.items():
            column = self.columns[number]
            presence[self._units[column.unit].group] += weight * column.heads[self._cover.segment_of]
        return presence

    def cost_of(self, columns: Sequence[Column]) -> float:
        """What exactly these columns cost: their own costs, and the cover that columns here can reach."""
        presence, works = self._outside.copy(), self._works.copy()
        for column in columns:
            presence[self._units[column.unit].group] += column.heads[self._cover.segment_of]
            works[list(column.row)] += 1.0
        cover = float(self._cover.cost(presence)[self._intervals].sum()) if self._under else 0.0
        cells = float(self._cover.shifts.costs(works)[self._asked].sum())
        return sum(column.cost for column in columns) + cover + cells

    def promising(self, per_unit: int) -> list[Column]:
        """The columns of least reduced cost in the last solution, so many a unit."""
        reduced = self._reduced
        taken = [0] * len(self._units)
        found = []
        for number in sorted(range(len(reduced)), key=lambda one: (reduced[one], one)):
            column = self.columns[number]
            if taken[column.unit] < per_unit:
                taken[column.unit] += 1
                found.append(column)
        return found

    def without(self, settled: Sequence[Column], per_unit: int) -> "tuple[Master, list[int]]":
        """A smaller master in which these columns are what their units work, and the old number of each unit in it.

        Of every other unit the columns of the last solution stay, and so many more of least reduced cost. All tangents
        stay: who is settled is outside now. Not for masters with balances.
        """
        outside, works = self._outside.copy(), self._works.copy()
        for column in settled:
            outside[self._units[column.unit].group] += column.heads[self._cover.segment_of]
            np.add.at(works, list(column.row), 1.0)
        gone = {column.unit for column in settled}
        stay = [unit for unit in range(len(self._units)) if unit not in gone]
        place = {unit: number for number, unit in enumerate(stay)}
        rest = Master(self._cover, [self._units[unit] for unit in stay], self._inside, outside, works)
        rest._constant = self._constant + sum(column.cost for column in settled)
        for column in (*(self.columns[number] for number in self.weights), *self.promising(per_unit)):
            if column.unit in place:
                rest.add_column(place[column.unit], column.row, column.cost)
        for t, cuts in self._cuts.items():
            for _, constant, slope in cuts:
                there = sum(float(slope[self._units[one.unit].group] * one.heads[t]) for one in settled)
                rest._add_cut(t, constant + there, slope)
        return rest, stay

    @property
    def worth(self) -> Floats | None:
        """Of one more person on each option by cover by shift, in the prices that gave the best bound so far."""
        return None if self._center is None else self._center.worth

    def slopes(self, person: int) -> Floats:
        """The price of each balance of a person, in the prices that gave the best bound so far."""
        if self._center is None:
            return self._balanced[person].flattest
        return self._of(person, self._center.balance)

    def _of(self, person: int, balance: Floats) -> Floats:
        slopes: Floats = balance[self._slopes_of[person] : self._slopes_of[person + 1]]
        return slopes

    def fix(self, number: int) -> None:
        """Make a column the row of its unit."""
        self._lp.fix(self.columns[number].variable)

    def solve(self) -> tuple[Prices, int]:
        """Solve the master; its prices, and how many tangents its solution violated (now added)."""
        objective = self._lp.solve() + self._constant
        duals = self._lp.duals()
        values = self._lp.values([column.variable for column in self.columns])
        # Read at once: the older interface answers 0 once anything was added to the program.
        self._reduced = self._lp.reduced([column.variable for column in self.columns])
        self.weights = {int(number): float(values[number]) for number in np.flatnonzero(values > TINY)}
        self.value = objective
        prices = self._prices(duals)
        under = dict(zip(self._under, self._lp.values(list(self._under.values())).tolist(), strict=True))
        added = self._bend() if self._balanced else 0
        if under:
            presence = self._presence()
            self.value += float(self._cover.cost(presence)[self._intervals].sum()) - sum(under.values())
            added += self.separate(presence, under)
        return prices, added

    def _prices(self, duals: Floats) -> Prices:
        constant = np.zeros(self._cover.segment_covers.shape[1])
        slope = np.zeros((len(self._outside), len(constant)))
        for t, cuts in self._cuts.items():
            weights = np.maximum(duals[[constraint for constraint, _, _ in cuts]], 0.0)
            # They sum to 1 at most, up to the LP's tolerance; the rest is the weight of "no cost is below 0".
            weights = weights / max(1.0, float(weights.sum()))
            for weight, (_, cut_constant, cut_slope) in zip(weights, cuts, strict=True):
                if weight:
                    constant[t] += weight * cut_constant
                    slope[:, t] += weight * cut_slope
        balance = np.zeros(self._slopes_of[-1])
        for number, (person, rows) in enumerate(zip(self._balanced, self._tangents, strict=True)):
            steepest = [sum(duals[row] * steepness for row, steepness in tangents) for tangents in rows]
            slopes = person.lowest + np.array(steepest, float)
            self._of(number, balance)[:] = np.clip(slopes, person.lowest, person.steepest)
        worth = np.zeros(len(self._missing))
        if self._cells:
            # Between what one beyond costs and what one missing saves, up to the LP's tolerance.
            shifts = self._cover.shifts
            found = duals[list(self._cells.values())]
            worth[self._asked] = np.clip(found, -shifts.over[self._asked], shifts.under[self._asked])
        return Prices(constant, slope, balance, worth)

    def price(self, prices: Prices, pricer: Pricer, units: Sequence[int]) -> tuple[float, int]:
        """Find rows for `units`; (the bound if these are all units, how many columns are new)."""
        bound = float(prices.constant.sum()) + float(prices.worth @ self._missing)
        for number, person in enumerate(self._balanced):
            bound += person.least_beyond(self._of(number, prices.balance))
        option_prices = self._cover.segment_covers @ prices.slope.T - prices.worth[:, None]
        new = 0
        for unit in units:
            one = self._units[unit]
            slopes = self._of(one.person, prices.balance) if self._balanced else prices.balance
            ways = pricer(unit, option_prices[:, one.group], slopes)
            if not ways:
                return -np.inf, new
            bound += ways[0][0]
            for _, cost, row in ways:
                new += self.add_column(unit, row, cost)
        return bound, new

    def improve(self, pricer: Pricer, units: Sequence[int]) -> bool:
        """One round of column generation for `units`; False once nothing is left to add."""
        newest, cuts = self.solve()
        best = newest if self._center is None else newest.towards(self._center, SMOOTHING)
        bound, new = self.price(best, pricer, units)
        if new == 0 and self._center is not None:
            other, more = self.price(newest, pricer, units)
            new += more
            bound, best = (other, newest) if other > bound else (bound, best)
        if bound > self.bound or self._center is None:
            self.bound, self._center = max(bound, self.bound), best
        return new + cuts > 0

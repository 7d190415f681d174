"""The master of a column generation without a linear program: weights and prices answer each other in small steps.

The same problem as in `master.py`, read as a game. Each unit mixes its columns by weights that sum to 1; each interval
of cover mixes the tangents of its cost (one for each line of its table), each role, option and balance
takes a slope between its flattest and its steepest. Columns that are dear at the prices lose weight, tangents that lie
above the others gain it, both by exponents (mirror descent), and the prices answer to where the weights are going
(extrapolation, as in Chambolle and Pock, "A first-order primal-dual algorithm", 2011). After so many steps the mean of
the prices is the answer, and weights and prices start again from their means (Applegate et al., "Faster first-order
primal-dual methods for linear programming using restarts and sharpness", 2023).

Any such mean of prices is a mixture of tangents, so the Lagrangian value at them is a proved bound however far the game
is from its end. A step takes about a millisecond where a linear program of 600 units takes half a minute.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.shifts.columns.balances import BalanceArrays
from optimizer.shifts.columns.master import Row, Unit
from optimizer.shifts.cover.table import CoverTable
from optimizer.shifts.rows.people import Person

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

WEIGHT_STEP = 32.0
PRICE_STEP = 2.0
"""Of the steps that are safe whatever the numbers; their product is what decides. Twice as much does not converge."""

WORKED_SHARE = 0.65
QUARTERS_A_DAY = 12.5
"""Of the days that are worked, and what that covers of a day on average; only the length of steps hangs on it."""

SHARPNESS = 0.3
"""People by which an interval must be short at the begin before its tangent has the most of the weight."""

FAINTEST = -20.0
"""Logarithm of the least weight: anything may come back."""

NEW_WEIGHT = -1.5
"""Logarithm of a new column's weight, that of the heaviest of its unit being 0."""

ROLE_TIMES = 10.0
ROLE_LEAST = 200.0
"""What somebody with a role is worth at most, in what one agent missing everywhere costs: a hard role costs without end
what prices need not follow, and any lower price is one as well."""

RANGE_STEP = 8.0
"""A balance's price moves no faster than if its slopes were no further apart than this."""


@dataclass(frozen=True)
class SaddlePrices:
    """What everything is worth: a mixture of tangents of cover, and slopes of the balances.

    `constant`: of cover, and of the balances, at these prices; `options`: [group, option], what working one adds for
    one of the group; `balance`: [person, balance].
    """

    constant: float
    options: Floats
    balance: Floats


@dataclass(frozen=True)
class Duals:
    """Prices as they move.

    Logarithms of the tangents' weights (or these weights) by line and interval; of roles, options, balances.
    """

    unions: Floats
    roles: Floats
    worth: Floats
    balance: Floats


@dataclass(frozen=True)
class _Columns:
    """All columns, one after another: options worked (padded with one past the last), and logarithms of weights."""

    unit: Ints
    options: Ints
    cost: Floats
    sums: Floats
    faint: Floats

    def only(self, kept: NDArray[np.bool_] | Ints) -> "_Columns":
        return _Columns(self.unit[kept], self.options[kept], self.cost[kept], self.sums[kept], self.faint[kept])


class Saddle:
    """Columns of units, their weights, and the prices."""

    def __init__(
        self,
        cover: CoverTable,
        units: Sequence[Unit],
        days: int,
        outside: Floats,
        works: Floats,
        balanced: Sequence[Person] = (),
        duals: Duals | None = None,
    ) -> None:
        """A column has at most `days` shifts. `outside`, `works`, `balanced`: as in the master.

        `duals`: those of another game over the same cover, to begin with.
        """
        self._cover = cover
        self._outside, self._works = outside, works
        self._days = days
        self._options = len(cover.segment_covers)
        self._group = np.array([one.group for one in units], np.intp)
        self._person = np.array([one.person for one in units], np.intp)
        self._balanced = balanced
        self._balances = BalanceArrays(balanced)
        self._segments = np.zeros((cover.size, cover.segment_covers.shape[1]))
        self._segments[np.arange(cover.size), cover.segment_of] = 1.0
        weights = np.repeat(cover.level_weights, np.diff(cover.begins))[:, None]
        self._crew, self._needs = weights * cover.crew, weights * cover.needs
        """Of each line, by its level's weight."""
        self._intervals = cover.covers.any(axis=0)
        """The others cost what they cost, whatever is worked."""
        self._columns = _Columns(
            np.zeros(0, np.intp),
            np.zeros((0, days), np.intp),
            np.zeros(0),
            np.zeros((0, self._balances.width)),
            np.zeros(0),
        )
        self._known: list[set[Row]] = [set() for _ in units]
        self._waiting: list[tuple[int, Row, float]] = []
        self.weights: Floats = np.zeros(0)
        missing = float(cover.level_weights.sum() + cover.over_weight)
        self._role_weight = min(cover.roles.weight, max(ROLE_TIMES * missing, ROLE_LEAST))
        dearest = max(missing, self._role_weight) if len(cover.roles.needs) else missing
        per_unit = days * QUARTERS_A_DAY * dearest
        people = max(1, len(set(self._person.tolist())))
        by_shift = float((cover.shifts.under + cover.shifts.over).max(initial=0.0)) * days
        self._weight_step = WEIGHT_STEP / max(1.0, per_unit, by_shift)
        self._price_step = PRICE_STEP / people
        reach = self._balances.largest * WORKED_SHARE * days * max(1.0, len(units) / people)
        self._balance_step = PRICE_STEP * np.minimum(self._balances.range, RANGE_STEP) / (reach + 1e-9)
        self.duals = None if duals is None else replace(duals, balance=np.clip(0.0, *self._balances.slopes))
        """Where the next `settle` goes on from."""

    # ---- columns

    def add(self, unit: int, row: Row, cost: float) -> bool:
        """Add a row of a unit with its own cost, from the next `settle` on; False where it is known."""
        if row in self._known[unit]:
            return False
        self._known[unit].add(row)
        self._waiting.append((unit, row, cost))
        return True

    def new(self, unit: int, row: Row) -> bool:
        """Whether a row is not among the columns of its unit."""
        return row not in self._known[unit]

    def _admit(self) -> None:
        """Put what waits among the columns; the first ones of a unit all weigh the same."""
        if not self._waiting:
            return
        columns, waiting = self._columns, self._waiting
        options = np.full((len(waiting), self._days), self._options, np.intp)
        sums = np.zeros((len(waiting), self._balances.width))
        for place, (unit, row, _) in enumerate(waiting):
            options[place, : len(row)] = row
            if self._balances.width:
                amounts = self._balanced[self._person[unit]].amounts
                sums[place, : len(amounts)] = amounts[:, list(row)].sum(axis=1)
        self._columns = _Columns(
            np.concatenate([columns.unit, np.array([unit for unit, _, _ in waiting], np.intp)]),
            np.concatenate([columns.options, options]),
            np.concatenate([columns.cost, np.array([cost for _, _, cost in waiting], float)]),
            np.concatenate([columns.sums, sums]),
            np.concatenate([columns.faint, np.full(len(waiting), NEW_WEIGHT)]),
        )
        self._waiting = []
        self._weigh()

    def _weigh(self) -> None:
        """Weights of the columns from their logarithms."""
        columns = self._columns
        heaviest = np.full(len(self._group), -np.inf)
        np.maximum.at(heaviest, columns.unit, columns.faint)
        columns.faint[:] = np.maximum(columns.faint - heaviest[columns.unit], FAINTEST)
        weights = np.exp(columns.faint)
        self.weights = weights / np.bincount(columns.unit, weights, len(self._group))[columns.unit]

    def drop(self, prices: SaddlePrices, above: float, least: float) -> None:
        """Forget columns that weigh less than `least` and are dearer by `above` than the best of their unit."""
        columns = self._columns
        reduced = self._reduced(prices)
        best = np.full(len(self._group), np.inf)
        np.minimum.at(best, columns.unit, reduced)
        gone = (self.weights < least) & (reduced - best[columns.unit] > above)
        for place in np.flatnonzero(gone).tolist():
            self._known[columns.unit[place]].discard(self.row(place))
        self._columns = columns.only(~gone)
        self._weigh()

    def heaviest(self) -> list[tuple[float, int, Row]]:
        """(weight, unit, row) of the heaviest column of each unit, the heaviest first."""
        order = np.lexsort((np.arange(len(self.weights)), -self.weights))
        unit = self._columns.unit[order]
        firsts = np.sort(np.unique(unit, return_index=True)[1])
        places = order[firsts].tolist()
        return [(float(self.weights[one]), int(self._columns.unit[one]), self.row(one)) for one in places]

    def promising(self, per_unit: int) -> list[tuple[int, Row]]:
        """(unit, row) of the heaviest columns, so many a unit."""
        taken = np.zeros(len(self._group), np.intp)
        found = []
        for place in np.lexsort((np.arange(len(self.weights)), -self.weights)).tolist():
            unit = int(self._columns.unit[place])
            if taken[unit] < per_unit:
                taken[unit] += 1
                found.append((unit, self.row(place)))
        return found

    def row(self, place: int) -> Row:
        """What the column at this place works."""
        return tuple(one for one in self._columns.options[place].tolist() if one < self._options)

    def fix(self, chosen: Sequence[tuple[int, Row]]) -> None:
        """Leave these units only the one column."""
        wanted = dict(chosen)
        unit = self._columns.unit.tolist()
        kept = [place for place, one in enumerate(unit) if one not in wanted or self.row(place) == wanted[one]]
        self._columns = self._columns.only(np.array(kept, np.intp))
        self._weigh()

    # ---- the game

    def settle(self, steps: int) -> SaddlePrices:
        """So many steps; their mean prices, from which, as from the mean weights, the next call goes on."""
        self._admit()
        worked, sums = self._worked()
        duals = self.duals or self._first_duals(worked, sums)
        before, sums_before = worked, sums
        weights = np.zeros(len(self.weights))
        mean: Duals | None = None
        for _ in range(steps):
            duals = self._answered(duals, 2 * worked - before, 2 * sums - sums_before)
            mixed = replace(duals, unions=self._mixed(duals.unions))
            mean = mixed if mean is None else _added(mean, mixed)
            self._columns.faint[:] -= self._weight_step * self._reduced(self._prices(mixed))
            self._weigh()
            before, sums_before = worked, sums
            worked, sums = self._worked()
            weights += self.weights
        if mean is None:
            return self._prices(replace(duals, unions=self._mixed(duals.unions)))
        mean = Duals(mean.unions / steps, mean.roles / steps, mean.worth / steps, mean.balance / steps)
        self.duals = replace(mean, unions=np.log(np.maximum(mean.unions, np.exp(FAINTEST))))
        self._columns.faint[:] = np.log(np.maximum(weights / steps, np.exp(FAINTEST)))
        self._weigh()
        prices = self._prices(mean)
        return replace(prices, constant=prices.constant + self._balances.least_beyond(mean.balance))

    def _worked(self) -> tuple[Floats, Floats]:
        """([group, option], how many work it; [person, balance], the sums), by the weights."""
        columns, count = self._columns, self._options + 1
        places = self._group[columns.unit][:, None] * count + columns.options
        each = np.broadcast_to(self.weights[:, None], places.shape)
        groups = len(self._cover.groups)
        counted = np.bincount(places.ravel(), each.ravel(), groups * count).astype(float)
        worked = counted.reshape(groups, count)[:, :-1]
        person = self._person[columns.unit]
        sums = self._balances.starts.copy()
        for place in range(self._balances.width):
            sums[:, place] += np.bincount(person, self.weights * columns.sums[:, place], len(sums))
        return worked, sums

    def _presence(self, worked: Floats) -> Floats:
        presence: Floats = self._outside + (worked @ self._cover.segment_covers)[:, self._cover.segment_of]
        return presence

    def _first_duals(self, worked: Floats, sums: Floats) -> Duals:
        """Those that the weights at hand suggest."""
        gaps = self._cover.gaps(self._presence(worked))
        shifts = self._cover.shifts
        missing = shifts.required - self._works - worked.sum(axis=0)
        wanted = _soft_step(missing / SHARPNESS)
        return Duals(
            self._normal(gaps.queues / SHARPNESS),
            _soft_step(gaps.roles / SHARPNESS),
            wanted * shifts.under - (1.0 - wanted) * shifts.over,
            self._balances.slopes_at(sums),
        )

    def prices_at(self, duals: Duals) -> SaddlePrices:
        """What is said by prices such as `settle` leaves."""
        prices = self._prices(replace(duals, unions=self._mixed(duals.unions)))
        return replace(prices, constant=prices.constant + self._balances.least_beyond(duals.balance))

    def moved(self, duals: Duals, worked: Floats, sums: Floats, share: float) -> Duals:
        """The prices this share of a step on, where rows of these units' people work so much ([group, option])."""
        return self._answered(duals, worked, sums, share)

    @property
    def starts(self) -> Floats:
        """[person, balance]: the sums before anybody works."""
        return self._balances.starts

    def _answered(self, duals: Duals, worked: Floats, sums: Floats, share: float = 1.0) -> Duals:
        """The prices one step on, where so much is worked."""
        step = share * self._price_step
        gaps, shifts = self._cover.gaps(self._presence(worked)), self._cover.shifts
        missing = shifts.required - self._works - worked.sum(axis=0)
        return Duals(
            self._normal(duals.unions + step * gaps.queues),
            np.clip(duals.roles + step * gaps.roles, 0.0, 1.0),
            np.clip(duals.worth + step * (shifts.under + shifts.over) * missing, -shifts.over, shifts.under),
            self._balances.moved(duals.balance, sums, share * self._balance_step),
        )

    def _prices(self, mixed: Duals) -> SaddlePrices:
        """What a mixture of tangents says of the options; the balances' own constant is left out."""
        cover, shifts, roles = self._cover, self._cover.shifts, self._cover.roles
        slope = cover.over_weight - self._crew.T @ mixed.unions - self._role_weight * (roles.counts.T @ mixed.roles)
        constant = np.einsum("li,li->i", mixed.unions, self._needs)
        constant += (
            self._role_weight * (roles.needs * mixed.roles).sum(axis=0) - cover.over_weight * cover.total_required
        )
        slope *= cover.quarters
        constant = constant * cover.quarters + (slope * self._outside).sum(axis=0)
        return SaddlePrices(
            float(constant[self._intervals].sum()) + float(mixed.worth @ (shifts.required - self._works)),
            (slope @ self._segments) @ cover.segment_covers.T - mixed.worth,
            mixed.balance,
        )

    def _normal(self, faint: Floats) -> Floats:
        """Logarithms of weights, the greatest of each level and interval 0; in place."""
        for lines in self._cover.by_level(faint):
            lines -= lines.max(axis=0)
        return np.maximum(faint, FAINTEST, out=faint)

    def _mixed(self, faint: Floats) -> Floats:
        """The weights, which sum to 1 over the lines of a level."""
        mixed: Floats = np.exp(faint)
        for lines in self._cover.by_level(mixed):
            lines /= lines.sum(axis=0)
        return mixed

    def _reduced(self, prices: SaddlePrices) -> Floats:
        """What each column costs at these prices."""
        columns = self._columns
        by_option = np.concatenate([prices.options, np.zeros((len(prices.options), 1))], axis=1)
        reduced: Floats = columns.cost + by_option[self._group[columns.unit][:, None], columns.options].sum(axis=1)
        if self._balances.width:
            reduced += (prices.balance[self._person[columns.unit]] * columns.sums).sum(axis=1)
        return reduced

    def shorten(self, share: float) -> None:
        """Shorter steps from now on."""
        self._weight_step *= share
        self._price_step *= share
        self._balance_step *= share

    def least(self, prices: SaddlePrices) -> float:
        """The Lagrangian value at these prices over the columns at hand alone."""
        best = np.full(len(self._group), np.inf)
        np.minimum.at(best, self._columns.unit, self._reduced(prices))
        return prices.constant + float(best.sum())

    def value(self) -> float:
        """What the mixture at hand costs: an upper bound of what column generation converges to."""
        worked, sums = self._worked()
        cover = float(self._cover.cost(self._presence(worked))[self._intervals].sum())
        cells = self._cover.shifts.cost(self._works + worked.sum(axis=0))
        return cover + cells + float(self.weights @ self._columns.cost) + self._balances.cost(sums)


def _soft_step(values: Floats) -> Floats:
    """From 0 to 1 around 0."""
    step: Floats = 1.0 / (1.0 + np.exp(-np.clip(values, -30.0, 30.0)))
    return step


def _added(one: Duals, other: Duals) -> Duals:
    return Duals(
        one.unions + other.unions, one.roles + other.roles, one.worth + other.worth, one.balance + other.balance
    )

"""A proved lower bound for very many people: column generation by blocks of people who are alike, and by weeks.

As in `bounding.py`, what ties one week to the next is relaxed and cover is in the master. But a column is what all
people of a block work in one week, the sum of their best parts, so a thousand people are some hundred units. A block's
people have their skills and the kinds of their balances in common; the master charges the least that their sums can
cost together: as if all had the mean (Jensen's inequality), or as if the cheapest came first, where what the next one
costs differs from person to person. Balances that few share, such as wishes, are taken at their tangent where the
roster at hand has them, which lies below them everywhere.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from optimizer.shifts.columns.bounding import CONVERGED, SAFETY, spans_of
from optimizer.shifts.columns.lp import LpFailed
from optimizer.shifts.columns.master import Floats, Master, Row, Unit
from optimizer.shifts.cover.table import CoverTable
from optimizer.shifts.grid import Grid
from optimizer.shifts.progress import Progress
from optimizer.shifts.rows.finder import RowFinder
from optimizer.shifts.rows.in_row import Balance
from optimizer.shifts.rows.people import Person

BLOCK_PEOPLE = 10
"""Fewer make more units, and a slower master; more make columns that combine poorly."""

SHARED_BY = 5
"""A balance that fewer people of the same skills have of one kind is taken at its tangent."""

MOST_LINES = 8
NEAR = (0.5, 1.6)
"""So many pieces of a summed cost are kept, of those that begin between these shares of what the roster has."""

Kind = tuple[tuple[int, ...]] | tuple[tuple[int, ...], int, tuple[tuple[int, int], ...]]


@dataclass(frozen=True)
class Block:
    """Some people with the same skills, and balances of the same shapes, as the master sees them."""

    members: tuple[int, ...]
    balances: tuple[Balance, ...]
    """Of the sums of all members."""
    options: int

    @cached_property
    def amounts(self) -> Floats:
        """[balance, option]"""
        amounts: Floats = np.array([one.amounts for one in self.balances], float).reshape(-1, self.options)
        return amounts

    @cached_property
    def lowest(self) -> Floats:
        """The slope of each balance's cost below all of its turns."""
        lowest: Floats = np.array([one.slope for one in self.balances], float)
        return lowest

    @cached_property
    def steepest(self) -> Floats:
        """The slope of each balance's cost above all of its turns."""
        changes = [sum(change for _, change in one.turns) for one in self.balances]
        steepest: Floats = self.lowest + np.array(changes, float)
        return steepest

    @property
    def flattest(self) -> Floats:
        """The slopes nearest to none."""
        flattest: Floats = np.clip(0.0, self.lowest, self.steepest)
        return flattest

    def least_beyond(self, slopes: Floats) -> float:
        """The least of cost(sum) - slope * (sum - start), over all sums and balances, for slopes within their range."""
        least = 0.0
        for one, slope in zip(self.balances, slopes.tolist(), strict=True):
            corners = [point for point, _ in one.turns] or [one.start]
            least += min(one.cost(corner) - slope * (corner - one.start) for corner in corners)
        return least


class BlockBounding:
    """The bound of one problem, better the longer it runs."""

    def __init__(
        self, grid: Grid, people: Sequence[Person], cover: CoverTable, rows: Mapping[str, Sequence[int]]
    ) -> None:
        """`rows`: a valid roster to begin with, by agent id."""
        self._people = people
        weeks = spans_of(grid.problem)
        self._finder = RowFinder(grid, people)
        self._blocks, kept = _blocks(people, cover, rows)
        self._group = [cover.group_of[people[block.members[0]].agent.id] for block in self._blocks]
        self._units = [(week, number) for week in range(len(weeks)) for number in range(len(self._blocks))]
        self._windows = [[self._finder.loose(person, week) for person in people] for week in weeks]
        self._tangents = [_tangent(person, rows[person.agent.id], kept[number]) for number, person in enumerate(people)]
        reached = cover.covers.any(axis=0)
        self._fixed = float(cover.cost(cover.given)[~reached].sum())
        self._fixed += sum(person.empty_cost for person in people) + sum(constant for constant, _ in self._tangents)
        everything = np.ones(len(grid.options), dtype=np.bool_)
        units = [Unit(number, self._group[number]) for _, number in self._units]
        self._master = Master(cover, units, everything, cover.given, cover.shifts.given, balanced=self._blocks)
        presence = cover.given.copy()
        for person in people:
            presence[cover.group_of[person.agent.id]] += cover.heads(rows[person.agent.id])
        for unit, (week, block) in enumerate(self._units):
            parts = {
                number: [one for one in rows[people[number].agent.id] if grid.options[one].day in weeks[week]]
                for number in self._blocks[block].members
            }
            cost = sum(self._cost(week, number, part) for number, part in parts.items())
            self._master.add_column(unit, tuple(sorted(one for part in parts.values() for one in part)), cost)
        self._master.separate(presence)

    def _cost(self, week: int, member: int, part: Sequence[int]) -> float:
        own = self._finder.part_cost(self._people[member], part, self._windows[week][member])
        return own + float(self._tangents[member][1][list(part)].sum())

    def _price(self, unit: int, prices: Floats, slopes: Floats) -> list[tuple[float, float, Row]]:
        week, number = self._units[unit]
        block = self._blocks[number]
        priced = prices + slopes @ block.amounts if block.balances else prices
        value = cost = 0.0
        parts: list[int] = []
        for member in block.members:
            person = self._people[member]
            best = self._finder.best(person, priced + self._tangents[member][1], self._windows[week][member])
            if best is None:
                return []
            value += best[0]
            cost += self._cost(week, member, best[1])
            parts += best[1]
        return [(value, cost, tuple(sorted(parts)))]

    @property
    def distance(self) -> float:
        """How far the bound is from what it converges to, at most, relative to that."""
        return (self._master.value - self._master.bound) / max(1.0, abs(self._master.value))

    def run(
        self,
        progress: Progress,
        *,
        rounds: int | None = None,
    ) -> None:
        """Raise the bound until time is over (or for `rounds`), or nothing worth it is left to gain."""
        done = 0
        try:
            while not progress.over() and (rounds is None or done < rounds):
                more = self._master.improve(self._price, range(len(self._units)))
                progress.raise_bound(self._fixed + self._master.bound - SAFETY)
                done += 1
                if not more or self.distance <= CONVERGED:
                    return
        except LpFailed:
            return


def _blocks(
    people: Sequence[Person], cover: CoverTable, rows: Mapping[str, Sequence[int]]
) -> tuple[list[Block], list[frozenset[int]]]:
    """The blocks, and for each person which of their balances the master has."""
    groups = [cover.group_of[person.agent.id] for person in people]
    sizes = Counter(groups)
    spread = Counter(
        (group, kind) for group, person in zip(groups, people, strict=True) for kind in set(map(_kind, person.balances))
    )
    alike: defaultdict[tuple[int, tuple[Kind, ...]], list[int]] = defaultdict(list)
    kept: list[frozenset[int]] = []
    for number, (group, person) in enumerate(zip(groups, people, strict=True)):
        enough = min(SHARED_BY, sizes[group])
        kinds = {place: _kind(one) for place, one in enumerate(person.balances)}
        shared = [place for place, kind in kinds.items() if spread[group, kind] >= enough]
        kept.append(frozenset(shared))
        alike[group, tuple(kinds[place] for place in shared)].append(number)
    blocks = []
    for members in alike.values():
        count = -(-len(members) // BLOCK_PEOPLE)
        for first in range(count):
            some = tuple(members[first::count])
            totals = [people[one].totals(rows[people[one].agent.id])[sorted(kept[one])] for one in some]
            each = [[people[one].balances[place] for place in sorted(kept[one])] for one in some]
            summed = tuple(
                least_together(balances, at)
                for balances, at in zip(zip(*each, strict=True), np.sum(totals, axis=0).tolist(), strict=True)
            )
            blocks.append(Block(some, summed, len(people[0].own)))
    return blocks, kept


def _kind(balance: Balance) -> Kind:
    """Balances of one kind can be summed: the same amounts, and the same shape unless no sum is ever below 0."""
    counted = min(balance.amounts) >= 0 and balance.start >= 0 and all(point >= 0 for point, _ in balance.turns)
    return (balance.amounts,) if counted else (balance.amounts, balance.slope, balance.turns)


def least_together(alike: Sequence[Balance], at: float) -> Balance:
    """The least that these balances cost together, as a function of their common sum; most exact around `at`."""
    first = alike[0]
    at_zero, start = sum(one.at_zero for one in alike), sum(one.start for one in alike)
    if all((one.slope, one.turns) == (first.slope, first.turns) for one in alike):
        # All at the mean: every turn as far out as there are people.
        turns = tuple((point * len(alike), change) for point, change in first.turns)
        return Balance(first.amounts, at_zero, first.slope, turns, start)
    lines = _lines(alike, at_zero)
    near = [(intercept, slope) for begin, intercept, slope in lines if NEAR[0] * at <= begin <= NEAR[1] * at]
    near = near or [lines[-1][1:]]
    step = -(-len(near) // MOST_LINES)
    chosen = near[::step]
    # Where two lines meet, rounded up: the later a turn, the lower the cost.
    turns = tuple(
        (-((later[0] - earlier[0]) // (later[1] - earlier[1])), later[1] - earlier[1])
        for earlier, later in pairwise(chosen)
    )
    return Balance(first.amounts, chosen[0][0], chosen[0][1], turns, start)


def _lines(alike: Sequence[Balance], at_zero: int) -> list[tuple[int, int, int]]:
    """Where each stretch begins, and the line it lies on (cost at 0, slope), when what is cheapest is taken first."""
    last = min(one.slope + sum(change for _, change in one.turns) for one in alike)
    length: Counter[int] = Counter()
    for one in alike:
        slope, begin = one.slope, 0
        for point, change in sorted(one.turns):
            length[slope] += point - begin
            slope, begin = slope + change, point
    lines, begin, cost = [], 0, at_zero
    for slope in sorted(slope for slope in length if slope < last and length[slope]):
        lines.append((begin, cost - slope * begin, slope))
        begin, cost = begin + length[slope], cost + slope * length[slope]
    lines.append((begin, cost - last * begin, last))
    return lines


def _tangent(person: Person, row: Sequence[int], kept: frozenset[int]) -> tuple[float, Floats]:
    """(constant, price of each option): the tangents at `row` of the balances that the master does not have."""
    totals = person.totals(row)
    least, most = person.slopes_at(totals)
    constant, prices = 0.0, np.zeros(len(person.own))
    for place, one in enumerate(person.balances):
        if place not in kept:
            slope = float(np.clip(0.0, least[place], most[place]))
            constant += one.cost(round(totals[place])) - slope * (totals[place] - one.start)
            prices += slope * person.amounts[place]
    return constant, prices

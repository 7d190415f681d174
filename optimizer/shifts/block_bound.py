"""A proved lower bound for very many people: column generation by blocks of people who are alike, and by weeks.

As in `bounding.py`, what ties one week to the next is relaxed and cover is in the master. But a column is what all
people of a block work in one week, the sum of their best parts, so a thousand people are some hundred units. A block's
people have their skills and the shape of their balances in common; what their sums cost together is never less than
what it would cost if all had the mean (Jensen's inequality), and that is what the master charges. Balances that few
share, such as wishes, are taken at their tangent where the roster at hand has them, which lies below them everywhere.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizer.shifts.bounding import CONVERGED, SAFETY, spans_of
from optimizer.shifts.columns import Floats, Master, Row, Unit
from optimizer.shifts.cover_table import CoverTable
from optimizer.shifts.in_row import Balance
from optimizer.shifts.lp import LpFailed
from optimizer.shifts.people import Person
from optimizer.shifts.progress import Progress
from optimizer.shifts.rows import RowFinder
from optimizer.shifts.variables import Grid

BLOCK_PEOPLE = 10
"""Fewer make more units, and a slower master; more make columns that combine poorly."""

SHARED_BY = 5
"""A balance that fewer people of the same skills have in the same shape is taken at its tangent."""

Shape = tuple[tuple[int, ...], int, tuple[tuple[int, int], ...]]


def _shape(balance: Balance) -> Shape:
    return balance.amounts, balance.slope, balance.turns


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
        self._blocks, kept = _blocks(people, cover)
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


def _blocks(people: Sequence[Person], cover: CoverTable) -> tuple[list[Block], list[frozenset[int]]]:
    """The blocks, and for each person which of their balances the master has."""
    sizes = Counter(cover.group_of[person.agent.id] for person in people)
    spread = Counter(
        (cover.group_of[person.agent.id], _shape(balance)) for person in people for balance in set(person.balances)
    )
    alike: defaultdict[tuple[int, tuple[Shape, ...]], list[int]] = defaultdict(list)
    kept: list[frozenset[int]] = []
    for number, person in enumerate(people):
        group = cover.group_of[person.agent.id]
        enough = min(SHARED_BY, sizes[group])
        shared = [place for place, one in enumerate(person.balances) if spread[group, _shape(one)] >= enough]
        kept.append(frozenset(shared))
        shapes = tuple(_shape(person.balances[place]) for place in shared)
        alike[group, shapes].append(number)
    blocks = []
    for members in alike.values():
        count = -(-len(members) // BLOCK_PEOPLE)
        for first in range(count):
            some = tuple(members[first::count])
            summed = _summed([_kept(people[one], kept[one]) for one in some])
            blocks.append(Block(some, summed, len(people[0].own)))
    return blocks, kept


def _kept(person: Person, places: frozenset[int]) -> list[Balance]:
    return [person.balances[place] for place in sorted(places)]


def _summed(each: Sequence[Sequence[Balance]]) -> tuple[Balance, ...]:
    """What the sums of all cost if each had the mean: as one, with every turn as far out as there are people."""
    return tuple(
        Balance(
            alike[0].amounts,
            sum(one.at_zero for one in alike),
            alike[0].slope,
            tuple((point * len(alike), change) for point, change in alike[0].turns),
            sum(one.start for one in alike),
        )
        for alike in zip(*each, strict=True)
    )


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

"""Who is kept together, in a bound: a price on each shift that the first works and the second does not.

A tie costs its weight for each such shift, so any price between nothing and the weight that the first pays on an option
and the second gets for it is one the roster can't beat (Lagrange). Hard ties have no such limit. Prices climb by
subgradients while everything else stays: only the tied people's rows are sought, which is quick. Who is kept apart is
left out; that only lowers a bound.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.shifts.grid import Grid
from optimizer.shifts.rows.finder import RowFinder
from optimizer.shifts.rows.people import Person

Floats = NDArray[np.float64]

HARD_WORTH = 1000.0
"""The most that a shift of the first without the second is priced at where the tie is hard."""

STEPS = 1000
STEP_SHARE = 0.25
STEP_FADES = 30
"""A step is this share of the weight, half of it after so many."""


@dataclass(frozen=True, slots=True)
class _Tie:
    """Two people by number (the second None where another team's) and what a shift of the first alone costs."""

    first: int
    second: int | None
    weight: float


class PairPrices:
    """The prices of all ties of one problem, and what they add to each person's options."""

    def __init__(self, grid: Grid, people: Sequence[Person]) -> None:
        self._people = people
        self._ties: list[_Tie] = []
        self._prices: list[Floats] = []
        """By tie: [option]"""
        number_of = {person.agent.id: number for number, person in enumerate(people)}
        rule, agent_of = grid.problem.rules.keep_together, grid.problem.agent_of
        for pair in grid.problem.together if rule.mode != "off" else ():
            if pair.first not in number_of:
                continue
            weight = HARD_WORTH if rule.mode == "hard" else float(rule.weight)
            prices: Floats = np.zeros(len(grid.options))
            if pair.second not in number_of:
                prices += weight
                prices[
                    [grid.number[one.day, one.shift] for one in grid.given(agent_of[pair.second]) if one.day >= 0]
                ] = 0
            self._ties.append(_Tie(number_of[pair.first], number_of.get(pair.second), weight))
            self._prices.append(prices)
        self._clusters = list(_clusters(self._ties))

    def of(self, number: int) -> Floats | None:
        """What the ties add to the options of this person; None where there are none."""
        added: Floats | None = None
        for tie, prices in zip(self._ties, self._prices, strict=True):
            for person, sign in ((tie.first, 1.0), (tie.second, -1.0)):
                if person == number:
                    added = sign * prices if added is None else added + sign * prices
        return added

    def climb(self, finder: RowFinder, priced: Sequence[Floats]) -> None:
        """Prices that say more where people's options cost `priced` by themselves ([person][option])."""
        for cluster in self._clusters:
            self._climb(cluster, finder, priced)

    def _climb(self, cluster: Sequence[int], finder: RowFinder, priced: Sequence[Floats]) -> None:
        ties = [self._ties[one] for one in cluster]
        numbers = sorted({person for tie in ties for person in (tie.first, tie.second) if person is not None})
        most, best = -np.inf, [self._prices[one] for one in cluster]
        for step in range(STEPS):
            works, value = {}, 0.0
            for number in numbers:
                added = self.of(number)
                found = finder.best(self._people[number], priced[number] if added is None else priced[number] + added)
                if found is None:
                    return
                value += found[0]
                works[number] = np.zeros(len(priced[number]))
                works[number][found[1]] = 1.0
            if value > most:
                most, best = value, [self._prices[one] for one in cluster]
            for one, tie in zip(cluster, ties, strict=True):
                if tie.second is not None:
                    length = STEP_SHARE * tie.weight / (1.0 + step / STEP_FADES)
                    apart = works[tie.first] - works[tie.second]
                    self._prices[one] = np.clip(self._prices[one] + length * apart, 0.0, tie.weight)
        for one, prices in zip(cluster, best, strict=True):
            self._prices[one] = prices


def _clusters(ties: Sequence[_Tie]) -> Iterator[list[int]]:
    """The ties (by number) that hang together through people who are free in both."""
    waiting = list(range(len(ties)))
    while waiting:
        cluster, met = [], {ties[waiting[0]].first}
        while near := [one for one in waiting if {ties[one].first, ties[one].second} & met]:
            cluster += near
            met |= {person for one in near for person in (ties[one].first, ties[one].second) if person is not None}
            waiting = [one for one in waiting if one not in near]
        yield cluster

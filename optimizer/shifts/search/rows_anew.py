"""Whole rows of many people planned anew at once, by columns and a dive without a linear program.

For rosters whose hours are counted by the week: weeks planned one by one agree on balances only by chance, whole rows
carry theirs with them, at what they truly cost. Where the bound has prices, the dive begins with them: its first
columns are then good ones. Of people whom anything ties to each other one is free; a last round puts everybody back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from optimizer.shifts.columns.master import Row, Unit
from optimizer.shifts.columns.saddle import Duals, Saddle, SaddlePrices
from optimizer.shifts.progress import Progress
from optimizer.shifts.rows.people import Person
from optimizer.shifts.search.crew import Crew, Floats

ROUNDS = 10
STEPS = 120
DIVE_STEPS = 40
"""Steps of the game between two pricings, before anybody is fixed and afterwards."""

SHAKEN_ROWS = 8
SHAKE = 0.1
"""So many rows of everybody are found at the bound's prices, shaken by this share of the prices' own spread, before the
game begins: without them it would have to leave good prices to find columns."""

SURE = 0.85
SURE_SHARE = 10
"""Rows at least this heavy are fixed, at most those of one in so many people at a time; else the heaviest few."""

FEW_SHARE = 25

SWEEPS = 3


class RowsAnew:
    """One attempt to improve the whole rows of some people while all others stay."""

    def __init__(
        self,
        crew: Crew,
        people: Sequence[Person] | None = None,
        *,
        duals: Duals | None = None,
        slopes: Mapping[str, Sequence[float]] | None = None,
    ) -> None:
        """Free `people` (none given: everybody); `duals` and `slopes` are what a bound has found."""
        self._crew = crew
        self._people = _untied(crew, crew.people if people is None else people)
        together = [one.agent.id for one in self._people]
        self._ties = [crew.team.prices(agent, without=together) for agent in together]
        outside, works = crew.presence.copy(), crew.works.copy()
        self._group = [crew.cover.group_of[agent] for agent in together]
        for agent, group in zip(together, self._group, strict=True):
            outside[group] -= crew.cover.heads(crew.rows[agent])
            works[crew.rows[agent]] -= 1.0
        units = [Unit(number, group) for number, group in enumerate(self._group)]
        self._saddle = Saddle(crew.cover, units, crew.grid.problem.days, outside, works, duals=duals)
        for agent in together if slopes is not None else ():
            crew.slopes[agent] = np.array(slopes[agent] if slopes is not None else (), float)
        self._known_prices = duals is not None
        for number, agent in enumerate(together):
            for row in (*crew.known[agent], tuple(crew.rows[agent])):
                self._add(number, row)

    def _add(self, number: int, row: Row) -> None:
        ties = self._ties[number]
        tied = 0.0 if ties is None else float(ties[list(row)].sum())
        if self._saddle.new(number, row):
            self._saddle.add(number, row, self._people[number].cost(row) + tied)

    def run(self, progress: Progress) -> bool:
        """Plan the rows anew; says whether the roster got better. It never gets worse."""
        crew = self._crew
        before, rows = crew.cost(), crew.snapshot()
        chosen = self._dive(progress)
        if chosen is None:
            return False
        for number, row in chosen.items():
            crew.put(self._people[number], row)
        for _ in range(SWEEPS):
            for person in crew.people:
                crew.reinsert(person)
        if crew.cost() >= before or crew.broken():
            crew.restore(rows)
            return False
        return True

    def _dive(self, progress: Progress) -> dict[int, Row] | None:
        """A row for everyone who is free, or None where time ran out."""
        saddle, everyone = self._saddle, range(len(self._people))
        if self._known_prices:
            prices, random = saddle.settle(0), np.random.default_rng(0)
            for _ in range(SHAKEN_ROWS):
                noise = random.normal(0.0, SHAKE * float(prices.options.std()), prices.options.shape)
                self._price(replace(prices, options=prices.options + noise), everyone)
        for _ in range(ROUNDS):
            if progress.over():
                return None
            self._price(saddle.settle(STEPS), everyone)
        chosen: dict[int, Row] = {}
        while len(chosen) < len(self._people):
            if progress.over():
                return None
            saddle.settle(DIVE_STEPS)
            open_ones = [one for one in saddle.heaviest() if one[1] not in chosen]
            sure = [one for one in open_ones[: max(1, len(self._people) // SURE_SHARE)] if one[0] >= SURE]
            fixed = sure or open_ones[: max(1, len(self._people) // FEW_SHARE)]
            chosen.update((unit, row) for _, unit, row in fixed)
            saddle.fix([(unit, row) for _, unit, row in fixed])
            self._price(saddle.settle(DIVE_STEPS // 3), [one for one in everyone if one not in chosen])
        return chosen

    def _price(self, prices: SaddlePrices, numbers: Sequence[int]) -> None:
        for number in numbers:
            ties, own = self._ties[number], prices.options[self._group[number]]
            at: Floats = own if ties is None else own + ties
            for _, row in self._crew.candidates(self._people[number], at):
                self._add(number, tuple(row))


def _untied(crew: Crew, people: Sequence[Person]) -> list[Person]:
    """Those of `people` whom nothing ties to each other, the first of each tie before the others."""
    free: list[Person] = []
    met: set[str] = set()
    for person in people:
        others = crew.team.others(person.agent.id)
        if met.isdisjoint(others):
            free.append(person)
            met.add(person.agent.id)
    return free

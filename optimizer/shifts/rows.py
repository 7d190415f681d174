"""The best row of one person against prices: the pricing step of every search and bound that works person by person.

A price is what working an option costs (negative: what it saves), one number per option of the grid. Preferences
are in the row by themselves. Exposure balance is convex in a row's summed surplus, so callers put it into the
prices by a slope and ask for its true cost afterwards.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optimizer.shifts.automaton import OFF, Automaton, Builder, Layer, State, TooLarge, expressible
from optimizer.shifts.postings import POSTINGS
from optimizer.shifts.rules import exposure_balance, preferences
from optimizer.shifts.rules.contract_minutes import limits
from optimizer.shifts.variables import Grid, RosterModel
from roster.problem import PlannedAgent

Floats = NDArray[np.float64]

UNBOUND_RUN = 10**6
MAX_WORK = 4_000_000
"""Arcs x minute steps of a day beyond which a model is the better way."""


class Person:
    """One person to be rostered: what their options cost them, and what is out or placed by itself."""

    def __init__(self, grid: Grid, agent: PlannedAgent, out: Sequence[int], placed: Sequence[int]) -> None:
        self.agent = agent
        self._grid = grid
        prices, self.empty_cost = preferences.prices(grid, agent)
        self.own = np.array(prices, dtype=float)
        """What each option costs by the person's own wishes."""
        self.surplus = np.array(exposure_balance.surpluses(grid, agent), dtype=float)
        self.barred = np.zeros(len(grid.options))
        self.barred[list(out)] = np.inf
        self.must_work = {grid.options[index].day for index in placed}
        for index in placed:
            for other, option in enumerate(grid.options):
                if option.day == grid.options[index].day and other != index:
                    self.barred[other] = np.inf

    def exposure_cost(self, row: Sequence[int]) -> int:
        """What the row's summed surplus costs."""
        terms = self._grid.problem.rules.exposure_balance
        return exposure_balance.cost_of(terms, round(self.surplus[list(row)].sum()))

    def cost(self, row: Sequence[int]) -> int:
        """All that the row costs by personal rules."""
        return self.empty_cost + round(float(self.own[list(row)].sum())) + self.exposure_cost(row)

    @property
    def steepest(self) -> float:
        """The largest cost of one more point of exposure."""
        terms = self._grid.problem.rules.exposure_balance
        return 0.0 if terms.mode == "off" else float(terms.weight + terms.steep_weight)

    def slopes(self, row: Sequence[int]) -> tuple[float, float]:
        """Between which slopes the exposure cost turns at the row's summed surplus."""
        away = round(self.surplus[list(row)].sum())
        terms = self._grid.problem.rules.exposure_balance
        here = exposure_balance.cost_of(terms, away)
        return (
            float(here - exposure_balance.cost_of(terms, away - 1)),
            float(exposure_balance.cost_of(terms, away + 1) - here),
        )


def people_of(grid: Grid) -> list[Person]:
    """Everyone whose shifts are decided, with what availability, time off and pins leave them."""
    roster = RosterModel(grid)
    for key in ("availability", "time_off", "pins"):
        if getattr(grid.problem.rules, key).mode != "off":
            POSTINGS[key](roster)
    index = {(option.day, option.shift): number for number, option in enumerate(grid.options)}
    out: dict[str, list[int]] = {agent.id: [] for agent in roster.people}
    placed: dict[str, list[int]] = {agent.id: [] for agent in roster.people}
    for found, lines in ((out, roster.out), (placed, roster.placed)):
        for agent_id, day, shift in lines:
            found[agent_id].append(index[day, shift])
    return [Person(grid, agent, out[agent.id], placed[agent.id]) for agent in roster.people]


class _Step:
    """One layer made ready for arrays: arcs that differ only in the shift, at the same length, are one."""

    def __init__(self, layer: Layer, paid_units: Sequence[int], sources: int, units: int, pad: int) -> None:
        off = len(paid_units)
        merged: dict[tuple[int, int, int], list[int]] = {}
        for source, target, index in layer.arcs:
            paid = 0 if index == OFF else paid_units[index]
            merged.setdefault((target, source, paid), []).append(off if index == OFF else index)
        keys = sorted(merged)
        sets = sorted({tuple(sorted(merged[key])) for key in keys})
        set_number = {one: number for number, one in enumerate(sets)}
        self.members = np.array([index for one in sets for index in one])
        self.set_begins = np.cumsum([0, *(len(one) for one in sets[:-1])])
        self.sets = sets
        self.set_of_arc = np.array([set_number[tuple(sorted(merged[key]))] for key in keys])
        self.sources = np.array([source for _, source, _ in keys])
        self.paid = np.array([paid for _, _, paid in keys])
        targets = np.array([target for target, _, _ in keys])
        self.arc_begins = np.searchsorted(targets, np.arange(layer.targets))
        self.arc_ends = np.append(self.arc_begins[1:], len(keys))
        width = pad + units
        self.gather = (self.sources * width + pad - self.paid)[:, None] + np.arange(units)[None, :]
        if self.gather.size > MAX_WORK:
            raise TooLarge
        self.targets = layer.targets


class RowFinder:
    """Best rows by dynamic programming, for all people of one problem; raises `TooLarge` where that can't be."""

    def __init__(self, grid: Grid, people: Sequence[Person]) -> None:
        if not expressible(grid):
            raise TooLarge
        self._grid = grid
        rules = grid.problem.rules
        self._minutes = rules.contract_minutes.mode == "hard"
        lengths = [shift.paid_minutes for shift in grid.problem.shifts if shift.paid_minutes]
        self._unit = math.gcd(*lengths) if self._minutes and lengths else 1
        self._bands = {person.agent.id: self._bands_of(person.agent) for person in people}
        most = max((band[1] for bands in self._bands.values() for band in bands), default=0)
        self._units = most + 1
        self._paid = [[self._paid_units(option.paid_minutes) for option in day] for day in grid.days]
        self._pad = max((paid for day in self._paid for paid in day), default=0)
        offsets = [0]
        for day in grid.days:
            offsets.append(offsets[-1] + len(day))
        self._offsets = offsets
        runs: dict[int, list[Person]] = {}
        for person in people:
            longest = UNBOUND_RUN
            if rules.consecutive_days.mode == "hard":
                longest = min(rules.consecutive_days.maximum, person.agent.contract.max_consecutive_days)
            runs.setdefault(longest, []).append(person)
        self._of: dict[str, tuple[list[_Step], int | None]] = {}
        for longest, crew in runs.items():
            self._prepare(Builder(grid, longest), crew)

    def _prepare(self, builder: Builder, crew: Sequence[Person]) -> None:
        starts: dict[str, State] = {person.agent.id: builder.start(person.agent) for person in crew}
        automaton: Automaton = builder.build(sorted(set(starts.values()), key=lambda one: (one.ends, one.run)))
        steps = []
        sources = len(set(automaton.starts.values()))
        for layer, paid in zip(automaton.layers, self._paid, strict=True):
            if not layer.arcs:
                raise TooLarge
            steps.append(_Step(layer, paid, sources, self._units, self._pad))
            sources = layer.targets
        for agent_id, state in starts.items():
            self._of[agent_id] = (steps, automaton.starts.get(state))

    def _paid_units(self, minutes: int) -> int:
        return minutes // self._unit if self._minutes else 0

    def _bands_of(self, agent: PlannedAgent) -> list[tuple[int, int]]:
        """Least and most units of paid time in each week; the most is also the size of the table."""
        days = self._grid.problem.days
        if not self._minutes:
            return [(0, 0) for _ in range(0, days, 7)]
        bands = []
        for first in range(0, days, 7):
            least, most = limits(agent, range(first, min(first + 7, days)))
            possible = sum(
                max(option.paid_minutes for option in options) for options in self._grid.days[first : first + 7]
            )
            bands.append((-(-least // self._unit), min(most, possible) // self._unit))
        return bands

    def best(self, person: Person, prices: Floats) -> tuple[float, list[int]] | None:
        """(cost by prices and wishes, without the exposure balance; the row), or None where there is no row."""
        steps, start = self._of[person.agent.id]
        if start is None:
            return None
        total = prices + person.own + person.barred
        tables: list[Floats] = []
        costs: list[Floats] = []
        table = np.full((self._source_count(steps), self._pad + self._units), np.inf)
        table[start, self._pad] = 0.0
        for day, step in enumerate(steps):
            tables.append(table)
            day_prices = np.append(
                total[self._offsets[day] : self._offsets[day + 1]], np.inf if day in person.must_work else 0.0
            )
            arc_prices = np.minimum.reduceat(day_prices[step.members], step.set_begins)[step.set_of_arc]
            costs.append(arc_prices)
            reached = table.ravel().take(step.gather)
            reached += arc_prices[:, None]
            table = np.full((step.targets, self._pad + self._units), np.inf)
            table[:, self._pad :] = np.minimum.reduceat(reached, step.arc_begins, axis=0)
            if (day + 1) % 7 == 0 or day + 1 == len(steps):
                tables.append(table)
                least, most = self._bands[person.agent.id][day // 7]
                ended = table[:, self._pad + least : self._pad + most + 1].min(axis=1, initial=np.inf)
                table = np.full_like(table, np.inf)
                table[:, self._pad] = ended
        value = float(table[0, self._pad])
        if not math.isfinite(value):
            return None
        return value + person.empty_cost, self._backtrack(person, steps, tables, costs, total)

    def _source_count(self, steps: Sequence[_Step]) -> int:
        return int(steps[0].sources.max()) + 1

    def _backtrack(
        self, person: Person, steps: Sequence[_Step], tables: list[Floats], costs: list[Floats], total: Floats
    ) -> list[int]:
        row: list[int] = []
        state, column = 0, self._pad
        left = list(tables)
        for day in range(len(steps) - 1, -1, -1):
            step = steps[day]
            if (day + 1) % 7 == 0 or day + 1 == len(steps):
                ended = left.pop()
                least, most = self._bands[person.agent.id][day // 7]
                column = self._pad + least + int(ended[state, self._pad + least : self._pad + most + 1].argmin())
            before = left.pop()
            arcs = slice(int(step.arc_begins[state]), int(step.arc_ends[state]))
            ways = before[step.sources[arcs], column - step.paid[arcs]] + costs[day][arcs]
            arc = arcs.start + int(ways.argmin())
            members = step.sets[step.set_of_arc[arc]]
            index = self._cheapest(person, day, members, total)
            if index is not None:
                row.append(index)
            state, column = int(step.sources[arc]), column - int(step.paid[arc])
        row.reverse()
        return row

    def _cheapest(self, person: Person, day: int, members: tuple[int, ...], total: Floats) -> int | None:
        """The option worked, as an index into the grid's; None for a free day."""
        first, free = self._offsets[day], self._offsets[day + 1] - self._offsets[day]
        prices = {index: total[first + index] for index in members if index != free}
        if free in members and day not in person.must_work:
            prices[free] = 0.0
        index = min(prices, key=lambda one: (prices[one], one))
        return None if index == free else first + index

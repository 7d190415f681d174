"""The best row of one person against prices: the pricing step of every search and bound that works person by person.

A price is what working an option costs (negative: what it saves), one number per option of the grid. Preferences
are in the row by themselves. Exposure balance is convex in a row's summed surplus, so callers put it into the
prices by a slope and ask for its true cost afterwards.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.shifts.automaton import OFF, Automaton, Builder, Layer, State, TooLarge
from optimizer.shifts.postings import POSTINGS
from optimizer.shifts.rules import exposure_balance, preferences
from optimizer.shifts.rules.contract_minutes import limits
from optimizer.shifts.variables import Grid, RosterModel
from roster.problem import PlannedAgent

Floats = NDArray[np.float64]

UNBOUND_RUN = 10**6
BIG = 1e9
"""More than any price: what must be worked is worked."""

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
    def turns(self) -> tuple[tuple[int, int], ...]:
        """(free points, weight per point beyond) of the exposure cost, which is the sum over these."""
        terms = self._grid.problem.rules.exposure_balance
        if terms.mode == "off":
            return ()
        return (terms.tolerance_points, terms.weight), (terms.steep_points, terms.steep_weight)

    @property
    def steepest(self) -> float:
        """The largest cost of one more point of exposure."""
        return float(sum(weight for _, weight in self.turns))

    def slopes(self, row: Sequence[int]) -> tuple[float, float]:
        """Between which slopes the exposure cost turns at the row's summed surplus."""
        return self.slopes_at(float(self.surplus[list(row)].sum()))

    def slopes_at(self, away: float) -> tuple[float, float]:
        """The same at `away` points."""
        turns = self.turns
        least = sum(w for free, w in turns if away > free) - sum(w for free, w in turns if away <= -free)
        most = sum(w for free, w in turns if away >= free) - sum(w for free, w in turns if away < -free)
        return float(least), float(most)

    def least_beyond(self, slope: float) -> float:
        """The least of cost(S) - slope * S over all S, for a slope within the steepest."""
        terms = self._grid.problem.rules.exposure_balance
        corners = (0, *(free for free, _ in self.turns))
        return min(
            exposure_balance.cost_of(terms, sign * away) - slope * sign * away for away in corners for sign in (1, -1)
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

    def __init__(self, layer: Layer, paid_units: Sequence[int], units: int, pad: int) -> None:
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
        self.moves: dict[int, dict[int, int]] = {}
        """For each option of the day (one past the last: a free day) the target of each source."""
        for source, target, index in layer.arcs:
            self.moves.setdefault(off if index == OFF else index, {})[source] = target


@dataclass(frozen=True, slots=True)
class Window:
    """Some weeks of one person's row that may change while the rest of it stays."""

    days: range
    start: int
    """The state that the days before lead to."""
    ends: Floats
    """0 for each state after the last day from which the days after can be worked as they are, infinity elsewhere."""


class RowFinder:
    """Best rows by dynamic programming, for all people of one problem; raises `TooLarge` where that can't be."""

    def __init__(self, grid: Grid, people: Sequence[Person], days: range | None = None) -> None:
        """`days` keeps to some weeks of the horizon; whatever may have come before them, their rows are among these."""
        if grid.problem.rules.one_shift_a_day.mode == "off":
            raise TooLarge
        self._grid = grid
        self._days = range(grid.problem.days) if days is None else days
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
        first = self._days.start
        starts: dict[str, State] = {
            person.agent.id: builder.start(person.agent) if first == 0 else builder.free_start(first) for person in crew
        }
        ordered = sorted(set(starts.values()), key=lambda one: (one.ends, one.run))
        automaton: Automaton = builder.build(ordered, self._days)
        steps = []
        for day, layer in zip(self._days, automaton.layers, strict=True):
            if layer.arcs:
                steps.append(_Step(layer, self._paid[day], self._units, self._pad))
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

    def window(self, person: Person, row: Sequence[int], days: range) -> Window:
        """What `row`, a valid one, leaves to choose in `days`: whole weeks, the last perhaps cut by the horizon."""
        steps, state = self._of[person.agent.id]
        worked = {self._grid.options[index].day: index for index in row}
        if state is None:
            raise ValueError(f"{person.agent.id} has no row at all")

        def move(day: int) -> dict[int, int]:
            width = self._offsets[day + 1] - self._offsets[day]
            chosen = worked[day] - self._offsets[day] if day in worked else width
            return steps[day].moves[chosen]

        for day in range(days.start):
            state = move(day)[state]
        ends = np.zeros(1)
        for day in range(len(steps) - 1, days.stop - 1, -1):
            before = np.full(steps[day - 1].targets, np.inf)
            for source, target in move(day).items():
                before[source] = ends[target]
            ends = before
        return Window(days, state, ends)

    def allows(self, person: Person, part: Sequence[int], window: Window | None = None) -> bool:
        """Whether exactly `part` may be worked in the window, or as the whole row."""
        only = np.full(len(self._grid.options), np.inf)
        only[list(part)] = -BIG
        found = self.best(person, only, window)
        return found is not None and sorted(found[1]) == sorted(part)

    def best(self, person: Person, prices: Floats, window: Window | None = None) -> tuple[float, list[int]] | None:
        """(sum of prices and own costs of the row, the row), or None where there is no row.

        Without the exposure balance, and without what an empty row costs. With a `window`, of its days alone.
        """
        steps, start = self._of[person.agent.id]
        if start is None or len(steps) < len(self._days):
            return None
        days, ends = self._days, np.zeros(1)
        if window is not None:
            days, start, ends = window.days, window.start, window.ends
            steps = steps[days.start : days.stop]
        total = prices + person.own + person.barred
        tables: list[Floats] = []
        costs: list[Floats] = []
        table = np.full((self._source_count(steps), self._pad + self._units), np.inf)
        table[start, self._pad] = 0.0
        for day, step in zip(days, steps, strict=True):
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
            if self._ends_week(day):
                tables.append(table)
                least, most = self._bands[person.agent.id][day // 7]
                ended = table[:, self._pad + least : self._pad + most + 1].min(axis=1, initial=np.inf)
                table = np.full_like(table, np.inf)
                table[:, self._pad] = ended
        last = table[:, self._pad] + ends
        state = int(last.argmin())
        value = float(last[state])
        if not math.isfinite(value):
            return None
        return value, self._backtrack(person, days, steps, state, tables, costs, total)

    def _ends_week(self, day: int) -> bool:
        return (day + 1) % 7 == 0 or day + 1 == self._days.stop

    def _source_count(self, steps: Sequence[_Step]) -> int:
        return int(steps[0].sources.max()) + 1

    def _backtrack(
        self,
        person: Person,
        days: range,
        steps: Sequence[_Step],
        state: int,
        tables: list[Floats],
        costs: list[Floats],
        total: Floats,
    ) -> list[int]:
        row: list[int] = []
        column = self._pad
        left = list(tables)
        for day in reversed(days):
            step = steps[day - days.start]
            if self._ends_week(day):
                ended = left.pop()
                least, most = self._bands[person.agent.id][day // 7]
                column = self._pad + least + int(ended[state, self._pad + least : self._pad + most + 1].argmin())
            before = left.pop()
            arcs = slice(int(step.arc_begins[state]), int(step.arc_ends[state]))
            ways = before[step.sources[arcs], column - step.paid[arcs]] + costs[day - days.start][arcs]
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

"""What people who share their tracks share: the automaton, and its arrays for each choice of what is counted."""

import math
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from optimizer.shifts.grid import Grid
from optimizer.shifts.rows.arrays import BIG, Ints, Limits, Program
from optimizer.shifts.rows.automaton import Automaton, Layer, build
from optimizer.shifts.rows.in_row import OFF, Check, Track
from roster.problem import PlannedAgent

Extras = tuple[int, ...]
"""Numbers of seldom counters that are counted all the same, rising."""


class Counters:
    """Tracks of one state that only count, each with what it counts of every option."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._numbers: dict[Track, int] = {}
        self.amounts: list[Ints] = []
        """By counter: [day, option of the day, one past the last: a free day], in units of `units`."""
        self.units: list[int] = []

    def number(self, track: Track, agent: PlannedAgent) -> int:
        """The number of `track`, counted out when it is first asked for."""
        if track not in self._numbers:
            amounts, unit = self._counted(track, agent)
            self._numbers[track] = len(self.amounts)
            self.amounts.append(amounts)
            self.units.append(unit)
        return self._numbers[track]

    @cached_property
    def stacked(self) -> Ints:
        """All amounts: [counter, day, option]. To be asked for once everyone is known."""
        days, options = self._grid.problem.days, len(self._grid.days[0])
        return np.array(self.amounts, np.int64).reshape(-1, days, options + 1)

    def _counted(self, track: Track, agent: PlannedAgent) -> tuple[Ints, int]:
        grid, state = self._grid, track.start(agent)
        amounts = np.zeros((grid.problem.days, len(grid.days[0]) + 1), np.int64)
        for day, row in enumerate(amounts):
            for place, option in enumerate((*range(len(row) - 1), OFF)):
                move = track.step(day, state, option)
                if move is None or move.cost or move.state != state:
                    raise ValueError(f"{track} does more than count, so it is no seldom track")
                row[place] = move.amount
        if amounts[:, -1].any():
            raise ValueError(f"{track} counts free days, so it is no seldom track")
        unit = math.gcd(*amounts.ravel().tolist()) or 1
        return amounts // unit, unit


class Machine:
    """One automaton and its programs, built when first asked for."""

    def __init__(self, grid: Grid, tracks: Sequence[Track], counters: Counters) -> None:
        self._grid = grid
        self._tracks = tuple(tracks)
        self.counters = counters
        self._agents: list[PlannedAgent] = []
        self._automaton: Automaton | None = None
        self._programs: dict[Extras, Program] = {}
        self._counting: tuple[int, ...] = ()
        self._units: tuple[int, ...] = ()
        self.has_costs = False
        """Whether any move costs."""

    def join(self, agent: PlannedAgent) -> None:
        """One more of whom the automaton must know: before it is first asked for."""
        self._agents.append(agent)

    @property
    def automaton(self) -> Automaton:
        """The automaton of everyone who joined; raises `TooLarge`."""
        if self._automaton is None:
            self._automaton = automaton = build(self._grid, self._tracks, self._agents)
            layers = set(automaton.layers)
            arcs = [arc for layer in layers for row in layer.rows for arc in row if arc is not None]
            self.has_costs = any(cost for _, cost, _ in arcs)
            amounts = [set(column) for column in zip(*(amounts for _, _, amounts in arcs), strict=True)]
            units = [math.gcd(*column) or 1 for column in amounts] or [1] * len(automaton.counting)
            tracks = [self._tracks[place] for place in automaton.counting]
            # The widest count is the last: its cells lie side by side.
            widest = [
                max((abs(check.most) // unit for agent in self._agents for check in track.checks(agent)), default=0)
                for track, unit in zip(tracks, units, strict=True)
            ]
            self._counting = tuple(sorted(range(len(units)), key=lambda one: (widest[one], one)))
            self._units = tuple(units)
        return self._automaton

    def start(self, agent: PlannedAgent) -> int | None:
        """The state in which `agent` enters the first day; None where no row can be finished from there."""
        return self.automaton.starts.get(tuple(track.start(agent) for track in self._tracks))

    def program(self, extras: Extras = ()) -> Program:
        """The arrays where also `extras` are counted."""
        if extras not in self._programs:
            amounts = [self.counters.amounts[extra] for extra in extras]
            self._programs[extras] = _program(self.automaton, self._grid, self._counting, self._units, amounts)
        return self._programs[extras]

    def limits(self, agent: PlannedAgent, checks: Sequence[Sequence[Check]], extras: Extras = ()) -> Limits:
        """The checks of the counting tracks for `agent`, and those of `extras`, in the program's units and order."""
        automaton = self.automaton
        ours = [self._tracks[automaton.counting[place]].checks(agent) for place in self._counting]
        units = [*(self.counters.units[extra] for extra in extras), *(self._units[place] for place in self._counting)]
        shape = (self._grid.problem.days + 1, max(1, len(units)))
        limits = Limits(np.full(shape, -BIG), np.full(shape, BIG), np.zeros(shape, np.bool_))
        for place, (each, unit) in enumerate(zip((*checks, *ours), units, strict=True)):
            for check in each:
                limits.least[check.day + 1, place] = -(-check.least // unit)
                limits.most[check.day + 1, place] = check.most // unit
                limits.resets[check.day + 1, place] = check.resets
        return limits


def _program(
    automaton: Automaton, grid: Grid, counting: Sequence[int], units: Sequence[int], extras: Sequence[Ints]
) -> Program:
    """Lay the automaton out in arrays: each layer once for all days on which the extras count the same."""
    options = len(grid.days[0])
    build = _Arrays(options, max(1, len(extras) + len(counting)))
    known: dict[tuple[Layer, tuple[tuple[int, ...], ...]], int] = {}
    layer_of = []
    for day, layer in enumerate(automaton.layers):
        also = tuple(tuple(int(one[day, option]) for one in extras) for option in range(options + 1))
        if (layer, also) not in known:
            known[layer, also] = len(known)
            build.add(layer, also, counting, units)
        layer_of.append(known[layer, also])
    states = [automaton.states(boundary) for boundary in range(len(automaton.layers) + 1)]
    return build.program(layer_of, states)


class _Arrays:
    """The arrays of a program as they grow."""

    def __init__(self, options: int, counts: int) -> None:
        self._options = options
        self._counts = counts
        self._arcs: list[tuple[int, int, int, int]] = []
        self._amounts: list[tuple[int, ...]] = []
        self._layer_arcs = [0]
        self._layer_sets = [0]
        self._set_begin = [0]
        self._members: list[int] = []
        self._columns: list[tuple[int, ...]] = []
        self._dense_begin: list[int] = []
        self._dense: list[tuple[int, int]] = []
        self._dense_amounts: list[tuple[int, ...]] = []

    def add(self, layer: Layer, also: Sequence[tuple[int, ...]], counting: Sequence[int], units: Sequence[int]) -> None:
        """One layer, where each option counts `also` in extras."""
        groups: dict[tuple[int, tuple[int, ...]], list[int]] = {}
        for option, column in enumerate(layer.column_of):
            groups.setdefault((column, also[option]), []).append(option)
        number = {key: place for place, key in enumerate(groups)}
        self._columns.append(tuple(number[column, also[option]] for option, column in enumerate(layer.column_of)))
        nothing = (0,) * (self._counts - len(counting) - (len(also[0]) if also else 0))

        def counted(extra: tuple[int, ...], amounts: tuple[int, ...]) -> tuple[int, ...]:
            return (*nothing, *extra, *(amounts[place] // units[place] for place in counting))

        self._dense_begin.append(len(self._dense))
        for column, extra in groups:
            for row in layer.rows:
                arc = row[column]
                self._dense.append((-1, 0) if arc is None else arc[:2])
                self._dense_amounts.append((0,) * self._counts if arc is None else counted(extra, arc[2]))
        sets: dict[tuple[int, ...], int] = {}
        for source, row in enumerate(layer.rows):
            merged: dict[tuple[int, int, tuple[int, ...]], list[int]] = {}
            for (column, extra), members in groups.items():
                arc = row[column]
                if arc is not None:
                    merged.setdefault((arc[0], arc[1], counted(extra, arc[2])), []).extend(members)
            for (target, cost, amounts), members in merged.items():
                one = sets.setdefault(tuple(sorted(members)), len(sets))
                self._arcs.append((source, target, one + self._layer_sets[-1], cost))
                self._amounts.append(amounts)
        for members_of_set in sets:
            self._members.extend(members_of_set)
            self._set_begin.append(len(self._members))
        self._layer_sets.append(self._layer_sets[-1] + len(sets))
        self._layer_arcs.append(len(self._arcs))

    def program(self, layer_of: Sequence[int], states: Sequence[int]) -> Program:
        """All of it."""
        arcs = np.array(self._arcs, np.int64).reshape(-1, 4)
        dense = np.array(self._dense, np.int64).reshape(-1, 2)
        return Program(
            options=self._options,
            layer_of=np.array(layer_of, np.int64),
            states=np.array(states, np.int64),
            layer_arcs=np.array(self._layer_arcs, np.int64),
            layer_sets=np.array(self._layer_sets, np.int64),
            arc_source=arcs[:, 0].copy(),
            arc_target=arcs[:, 1].copy(),
            arc_set=arcs[:, 2].copy(),
            arc_cost=arcs[:, 3].astype(np.float64),
            arc_amount=np.array(self._amounts, np.int64).reshape(-1, self._counts),
            set_begin=np.array(self._set_begin, np.int64),
            set_member=np.array(self._members, np.int64),
            column_of=np.array(self._columns, np.int64).reshape(-1, self._options + 1),
            dense_begin=np.array(self._dense_begin, np.int64),
            dense_target=dense[:, 0].copy(),
            dense_cost=dense[:, 1].astype(np.float64),
            dense_amount=np.array(self._dense_amounts, np.int64).reshape(-1, self._counts),
        )

"""The tracks of people who share them as one automaton, layered by day.

Each track is worked out and reduced by itself, then all of them together: states that nothing later tells apart are
one, and states from which no row can be finished are left out. Days of equal phases share their moves, and where also
what follows is alike they share the layer: a year is little more than its weeks.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from optimizer.shifts.grid import Grid
from optimizer.shifts.rows.in_row import OFF, TooLarge, Track
from roster.problem import PlannedAgent

MAX_STATES = 20_000
"""Of one day, before those that are alike are one."""

Arc = tuple[int, int, tuple[int, ...]]
"""Target state, cost, and what each counting track counts."""

Row = tuple[Arc | None, ...]
"""The arcs of one state by column."""

Starts = tuple[Hashable, ...]
"""A state per track."""

_Step = tuple[Hashable, int, tuple[int, ...]]
"""An arc to a state that has no number yet."""

_Day = tuple[Hashable, tuple[int, ...], Callable[[Any], Sequence[_Step | None]]]
"""What days with the same moves share, the column of each option, and the moves of a state by column."""


@dataclass(frozen=True, eq=False, slots=True)
class Layer:
    """One day: the arcs of each state by column; options that make no difference are one column."""

    column_of: tuple[int, ...]
    """By option; the last is a free day."""
    rows: tuple[Row, ...]
    targets: int


@dataclass(frozen=True, slots=True)
class Automaton:
    """Layers day by day; `starts` maps the states in which people enter the first day to their number."""

    layers: tuple[Layer, ...]
    starts: dict[Starts, int]
    counting: tuple[int, ...]
    """Which of the tracks count: the place of each amount of an arc."""

    def states(self, boundary: int) -> int:
        """How many states there are at the begin of a day, or at the horizon's end."""
        if boundary == len(self.layers):
            return self.layers[-1].targets
        return len(self.layers[boundary].rows)


@dataclass(frozen=True, eq=False, slots=True)
class _Reach:
    """One day before it is reduced; sources and targets by the number that their state has on every day."""

    column_of: tuple[int, ...]
    rows: tuple[Row, ...]
    sources: tuple[int, ...]
    targets: tuple[int, ...]


def build(grid: Grid, tracks: Sequence[Track], agents: Sequence[PlannedAgent]) -> Automaton:
    """The automaton of all of `tracks` for `agents`, who share them; raises `TooLarge` where it has too many states."""
    days = grid.problem.days
    counting = tuple(number for number, track in enumerate(tracks) if any(track.checks(agent) for agent in agents))
    parts, reduced = [], []
    for number, track in enumerate(tracks):
        firsts = list(dict.fromkeys(track.start(agent) for agent in agents))
        layers, numbers = _layers(days, firsts, _own_moves(grid, track, counts=number in counting))
        parts.append(layers)
        reduced.append(numbers)
    starts: dict[Starts, Starts] = {}
    for agent in agents:
        states = tuple(track.start(agent) for track in tracks)
        if all(state in numbers for numbers, state in zip(reduced, states, strict=True)):
            starts[states] = tuple(numbers[state] for numbers, state in zip(reduced, states, strict=True))
    layers, numbers = _layers(days, list(dict.fromkeys(starts.values())), _joint_moves(parts))
    return Automaton(layers, {one: numbers[both] for one, both in starts.items() if both in numbers}, counting)


def _own_moves(grid: Grid, track: Track, *, counts: bool) -> Callable[[int], _Day]:
    """The moves of one track: a column per option."""
    options = (*range(len(grid.days[0])), OFF)

    def on(day: int) -> _Day:
        def of(state: Any) -> list[_Step | None]:
            moves = (track.step(day, state, option) for option in options)
            return [
                None if move is None else (move.state, move.cost, (move.amount,) if counts else ()) for move in moves
            ]

        return track.phase(day), tuple(range(len(options))), of

    return on


def _joint_moves(parts: Sequence[Sequence[Layer]]) -> Callable[[int], _Day]:
    """The moves of all tracks together: a column for each way in which they tell options apart."""

    def on(day: int) -> _Day:
        layers = [part[day] for part in parts]
        columns: dict[tuple[int, ...], int] = {}
        ways = zip(*(layer.column_of for layer in layers), strict=True)
        column_of = tuple(columns.setdefault(way, len(columns)) for way in ways)

        def of(state: Any) -> list[_Step | None]:
            rows = [layer.rows[one] for layer, one in zip(layers, state, strict=True)]
            return [_joined([row[one] for row, one in zip(rows, column, strict=True)]) for column in columns]

        return tuple(id(layer) for layer in layers), column_of, of

    return on


def _joined(arcs: Sequence[Arc | None]) -> _Step | None:
    targets: list[int] = []
    amounts: list[int] = []
    costs = 0
    for arc in arcs:
        if arc is None:
            return None
        targets.append(arc[0])
        costs += arc[1]
        amounts.extend(arc[2])
    return tuple(targets), costs, tuple(amounts)


def _layers(
    days: int, starts: Sequence[Hashable], on: Callable[[int], _Day]
) -> tuple[tuple[Layer, ...], dict[Hashable, int]]:
    """All days from these states, reduced; and the number of each start from which a row can be finished."""
    numbers: dict[Hashable, int] = {}
    states: list[Any] = []

    def number_of(state: Hashable) -> int:
        if state not in numbers:
            numbers[state] = len(states)
            states.append(state)
        return numbers[state]

    current = tuple(sorted(number_of(state) for state in starts))
    first = current
    moves: dict[tuple[Hashable, int], Row] = {}
    known: dict[tuple[Hashable, tuple[int, ...]], _Reach] = {}
    reaches = []
    for day in range(days):
        key, column_of, of = on(day)
        reach = known.get((key, current))
        if reach is None:
            rows = []
            for source in current:
                row = moves.get((key, source))
                if row is None:
                    row = tuple(
                        None if step is None else (number_of(step[0]), step[1], step[2]) for step in of(states[source])
                    )
                    moves[key, source] = row
                rows.append(row)
            targets = tuple(sorted({arc[0] for row in rows for arc in row if arc is not None}))
            reach = known[key, current] = _Reach(column_of, tuple(rows), current, targets)
        reaches.append(reach)
        current = reach.targets
        if len(current) > MAX_STATES:
            raise TooLarge
    reduced: dict[tuple[_Reach, tuple[int, ...]], tuple[Layer, tuple[int, ...]]] = {}
    layers = []
    kept = (0,) * len(current)
    for reach in reversed(reaches):
        found = reduced.get((reach, kept))
        if found is None:
            found = reduced[reach, kept] = _reduced(reach, kept)
        layers.append(found[0])
        kept = found[1]
    layers.reverse()
    alive = {states[source]: number for source, number in zip(first, kept, strict=True) if number >= 0}
    return tuple(layers), alive


def _reduced(reach: _Reach, kept: Sequence[int]) -> tuple[Layer, tuple[int, ...]]:
    """One number for all states with the same moves, -1 for those with none; one column for options that are alike.

    `kept` are the numbers of the targets.
    """
    number_of = dict(zip(reach.targets, kept, strict=True))
    rows: dict[Row, int] = {}
    numbers = []
    for row in reach.rows:
        alive = tuple(
            None if arc is None or number_of[arc[0]] < 0 else (number_of[arc[0]], arc[1], arc[2]) for arc in row
        )
        numbers.append(rows.setdefault(alive, len(rows)) if any(arc is not None for arc in alive) else -1)
    columns: dict[tuple[Arc | None, ...], int] = {}
    merged = [columns.setdefault(column, len(columns)) for column in zip(*rows, strict=True)]
    column_of = tuple(merged[one] for one in reach.column_of) if rows else tuple(0 for _ in reach.column_of)
    return Layer(column_of, tuple(zip(*columns, strict=True)), max(kept, default=-1) + 1), tuple(numbers)

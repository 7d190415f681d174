"""The engine on tracks that no rule has: drawn at random, with every kind of check, against every row there is."""

import random
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
import pytest

from optimizer.shifts.grid import Grid
from optimizer.shifts.rows import finder as rows_module
from optimizer.shifts.rows.finder import RowFinder
from optimizer.shifts.rows.in_row import OFF, Check, InRow, Move, Track
from optimizer.shifts.rows.people import Person
from optimizer.shifts.rows.program import Counters, Machine
from roster.problem import PlannedAgent
from tests.in_rows import walked
from tests.small_rosters import small_problem

DAYS = 7
OPTIONS = (0, 1, OFF)
SEEDS = range(40)


@dataclass(frozen=True)
class Drawn:
    """A few states, moves by weekday or one for all days, some forbidden, some at a price, all counting something."""

    seed: int
    states: int
    phases: int
    limits: tuple[Check, ...]
    forbids: float
    costs: bool

    def start(self, agent: PlannedAgent) -> Hashable:
        return f"state {self.seed % self.states}"

    def step(self, day: int, state: str, option: int) -> Move | None:
        return _move(self, self.phase(day), state, option)

    def phase(self, day: int) -> int:
        return day % self.phases

    def checks(self, agent: PlannedAgent) -> Sequence[Check]:
        return self.limits


@cache
def _move(track: Drawn, phase: int, state: str, option: int) -> Move | None:
    draw = random.Random(f"{track} {phase} {state} {option}")
    if draw.random() < track.forbids:
        return None
    cost = draw.randint(-9, 20) if track.costs and draw.random() < 0.5 else 0
    amount = draw.choice((0, 30, 60, 90)) * (option != OFF) if track.limits else 0
    return Move(f"state {draw.randrange(track.states)}", cost, amount)


@dataclass(frozen=True)
class Count:
    """Counts each option as much as drawn; one state."""

    seed: int
    limits: tuple[Check, ...]

    def start(self, agent: PlannedAgent) -> int:
        return 0

    def step(self, day: int, state: int, option: int) -> Move:
        return Move(0, amount=_amount(self.seed, self.phase(day), option))

    def phase(self, day: int) -> int:
        return day % 2

    def checks(self, agent: PlannedAgent) -> Sequence[Check]:
        return self.limits


@cache
def _amount(seed: int, phase: int, option: int) -> int:
    return random.Random(f"{seed} {phase} {option}").choice((0, 2, 4)) * (option != OFF)


def limits(draw: random.Random, unit: int, *, resets: bool) -> tuple[Check, ...]:
    """Checks on a few days and the last, some of one side only, hardly ever out of reach."""
    checks = []
    for day in sorted({*draw.sample(range(DAYS), draw.randint(0, 2)), DAYS - 1}):
        least = draw.choice((0, 0, 0, 0, 0, unit, 2 * unit + 1))
        most = draw.choice((least + 2 * unit, least + 3 * unit - 1, 99 * unit))
        checks.append(Check(day, least, most, resets=resets and draw.random() < 0.6))
    return tuple(checks)


def drawn(seed: int) -> tuple[tuple[Track, ...], tuple[Track, ...]]:
    """Tracks, and such as seldom bind."""
    draw = random.Random(seed)
    tracks: list[Track] = [
        Drawn(
            draw.randrange(1000),
            states=draw.randint(1, 4),
            phases=draw.choice((1, 2, 7)),
            limits=limits(draw, 30, resets=True) if draw.random() < 0.7 else (),
            forbids=draw.choice((0.0, 0.1, 0.2)),
            costs=draw.random() < 0.5,
        )
        for _ in range(draw.randint(1, 3))
    ]
    seldom: list[Track] = [
        Count(draw.randrange(1000), limits(draw, 2, resets=False)) for _ in range(draw.randint(0, 3))
    ]
    return tuple(dict.fromkeys(tracks)), tuple(dict.fromkeys(seldom))


class Drawing:
    """One person under drawn tracks, and every row that these allow with its cost."""

    def __init__(self, seed: int) -> None:
        self.grid = Grid(small_problem("one_shift_a_day", shifts="EL", days=DAYS))
        (agent,) = self.grid.problem.agents
        tracks, seldom = drawn(seed)
        counters = Counters(self.grid)
        machine = Machine(self.grid, tracks, counters)
        machine.join(agent)
        self.person = Person(self.grid, agent, [InRow(tracks=tracks, seldom=seldom)], machine)
        for track in seldom:
            self.person.seldom[counters.number(track, agent)] = track.checks(agent)
        self.finder = RowFinder(self.grid, [self.person])
        self.costs: dict[tuple[int, ...], int] = {}
        for choice in product(OPTIONS, repeat=DAYS):
            by_day = {day: option for day, option in enumerate(choice) if option != OFF}
            costs = [walked(self.grid, agent, track, by_day) for track in (*tracks, *seldom)]
            if None not in costs:
                row = tuple(2 * day + option for day, option in by_day.items())
                self.costs[row] = sum(cost for cost in costs if cost is not None)


@pytest.mark.parametrize("seed", SEEDS)
def test_whole_rows_and_windows_are_the_best_of_all(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows_module, "MOST_EXTRAS", 9)
    one, draw = Drawing(seed), random.Random(seed)
    rows = sorted(one.costs)
    for turn in range(12):
        prices = np.array([float(draw.randint(-40, 20)) for _ in one.grid.options])
        days, kept, window = range(DAYS), set[int](), None
        if turn % 3 and rows:
            row = draw.choice(rows)
            first = draw.randrange(DAYS)
            days = range(first, draw.randint(first + 1, DAYS))
            window = one.finder.window(one.person, row, days)
            kept = set(window.kept)
        found = one.finder.best(one.person, prices, window)
        ways = {
            row: cost + sum(prices[number] for number in row if number not in kept)
            for row, cost in one.costs.items()
            if {number for number in row if number // 2 not in days} == kept
        }
        assert (found is None) == (not ways)
        if found is not None:
            whole = tuple(sorted((*kept, *found[1])))
            assert ways[whole] == min(ways.values())
            if window is None:
                assert found[0] == ways[whole]
            assert one.person.cost(whole) == one.costs[whole]


def test_the_drawn_tracks_forbid_some_and_leave_some_and_several_counts_bind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows_module, "MOST_EXTRAS", 9)
    drawings = [Drawing(seed) for seed in SEEDS]
    assert sum(not one.costs for one in drawings) < len(drawings) / 2
    assert sum(1 < len(one.costs) < 1000 for one in drawings) > len(drawings) / 4
    together = 0
    for one in drawings:
        one.finder.best(one.person, np.full(len(one.grid.options), -1.0))
        together += len(one.person.counted) > 1
    assert together >= 2

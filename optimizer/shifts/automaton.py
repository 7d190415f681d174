"""The personal rules that look from one day to the next, as a layered automaton over the days of the horizon.

A state says what the next days need to know: until when the last shift reaches, whether this week's rest has been
had, and how many days in a row were worked. Paid minutes are not in it: they are a resource that `rows.py` carries.
States that can't be told apart by what may follow are one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from optimizer.shifts.variables import Grid, Option
from roster.clock import midnight
from roster.problem import PlannedAgent, Problem

NEVER = -(10**9)
"""An end so long ago that it forbids nothing."""

OFF = -1
"""Stands for a day without a shift where options are numbered."""

MAX_STATES = 20_000


class TooLarge(Exception):
    """The rules of this problem make too many states: use a model instead."""


@dataclass(frozen=True, slots=True)
class State:
    """What is known at the begin of a day. Minutes count from the horizon's begin, real time."""

    ends: int
    rested: bool
    run: int


@dataclass(frozen=True, slots=True)
class Layer:
    """One day: for each arc its source and target state and what is worked (index into the day's options, or OFF)."""

    arcs: tuple[tuple[int, int, int], ...]
    targets: int


@dataclass(frozen=True, slots=True)
class Automaton:
    """Layers day by day; `starts` maps the state a person begins in to its number."""

    layers: tuple[Layer, ...]
    starts: dict[State, int]


class _Clock:
    """Instants as minutes from the horizon's begin."""

    def __init__(self, grid: Grid) -> None:
        self._zero = grid.problem.horizon[0]
        self._problem = grid.problem
        self.begins = cache(self._begins)
        self.ends = cache(self._ends)
        self.midnight = cache(self._midnight)

    def _begins(self, option: Option) -> int:
        return int((option.begin - self._zero).total_seconds() // 60)

    def _ends(self, option: Option) -> int:
        return int((option.end - self._zero).total_seconds() // 60)

    def _midnight(self, day: int) -> int:
        begin = midnight(self._problem.date_of(day), self._problem.zone)
        return int((begin - self._zero).total_seconds() // 60)


class Builder:
    """Builds the automaton of all people who share a maximum of days in a row."""

    def __init__(self, grid: Grid, longest_run: int) -> None:
        self._grid = grid
        self._problem: Problem = grid.problem
        self._clock = _Clock(grid)
        rules = grid.problem.rules
        self._longest_run = longest_run
        self._daily = rules.daily_rest.minutes if rules.daily_rest.mode == "hard" else 0
        self._weekly = rules.weekly_rest.minutes if rules.weekly_rest.mode == "hard" else 0

    def start(self, agent: PlannedAgent) -> State:
        """The state in which `agent` enters the first day."""
        past = self._grid.past(agent)
        days = {option.day for option in past}
        run = 0
        while -1 - run in days:
            run += 1
        ends = max((self._clock.ends(option) for option in past), default=NEVER)
        rested = not self._judged(0)
        return self._plain(0, State(ends, rested, min(run, self._longest_run)))

    def free_start(self, first: int) -> State:
        """The state that forbids least at the begin of a week: whatever can follow another can follow it."""
        return State(NEVER, not self._judged(first), 0)

    def build(self, starts: Sequence[State], days: range) -> Automaton:
        """All states reachable from `starts`, merged where nothing tells them apart; raises `TooLarge`.

        `days` begins with a week of the roster and ends with one, or with the horizon.
        """
        layers: list[dict[State, list[tuple[State, int]]]] = []
        current: set[State] = set(starts)
        for day in days:
            moves = {state: self._moves(day, state) for state in sorted(current, key=_order)}
            layers.append(moves)
            current = {target for arcs in moves.values() for target, _ in arcs}
            if len(current) > MAX_STATES:
                raise TooLarge
        return _reduced(layers, current, starts)

    def _moves(self, day: int, state: State) -> list[tuple[State, int]]:
        moves = []
        for index, option in enumerate(self._grid.days[day]):
            begins = self._clock.begins(option)
            if state.run >= self._longest_run or begins < state.ends + self._daily or begins < state.ends:
                continue
            rested = state.rested or begins - self._resting_from(day, state) >= self._weekly
            worked = self._next(day, State(self._clock.ends(option), rested, state.run + 1))
            if worked is not None:
                moves.append((worked, index))
        free = self._next(day, State(state.ends, state.rested, 0))
        if free is not None:
            moves.append((free, OFF))
        return moves

    def _next(self, day: int, state: State) -> State | None:
        """`state` as it is at the begin of the day after `day`; None where a week ends without its rest."""
        if (day + 1) % 7 == 0:
            over = self._clock.midnight(day + 1)
            if not (state.rested or over - self._resting_from(day, state) >= self._weekly):
                return None
            state = State(state.ends, not self._judged(day + 1), state.run)
        return self._plain(day + 1, state)

    def _plain(self, day: int, state: State) -> State:
        """Forget what can't matter any more."""
        if day >= self._problem.days:
            return State(NEVER, True, 0)
        earliest = min(self._clock.begins(option) for option in self._grid.days[day])
        rested = state.rested or earliest - self._resting_from(day, state) >= self._weekly
        run = state.run if self._longest_run < self._problem.days + state.run else 0
        if state.ends + self._daily > earliest or state.ends > earliest:
            return State(state.ends, rested, run)
        if rested and state.ends <= self._clock.midnight(day):
            return State(NEVER, rested, run)
        # Kept as it is: the week's begin bounds the weekly rest alone, not the daily one.
        return State(NEVER if state.ends <= self._week_begin(day) else state.ends, rested, run)

    def _resting_from(self, day: int, state: State) -> int:
        return max(state.ends, self._week_begin(day))

    def _week_begin(self, day: int) -> int:
        return self._clock.midnight(day - day % 7)

    def _judged(self, first: int) -> bool:
        """Whether the week that begins on `first` is whole, and the rule is on."""
        return self._weekly > 0 and first + 7 <= self._problem.days


def _order(state: State) -> tuple[int, bool, int]:
    return state.ends, state.rested, state.run


def _reduced(
    layers: list[dict[State, list[tuple[State, int]]]], last: set[State], starts: Sequence[State]
) -> Automaton:
    """Number the states from the last day back, giving one number to all with the same moves; drop dead ends."""
    number: dict[State, int] = dict.fromkeys(last, 0)
    targets = 1
    built: list[Layer] = []
    for moves in reversed(layers):
        known: dict[tuple[tuple[int, int], ...], int] = {}
        numbered: dict[State, int] = {}
        for state, arcs in moves.items():
            alive = tuple(sorted((number[target], index) for target, index in arcs if target in number))
            if alive:
                numbered[state] = known.setdefault(alive, len(known))
        arcs_of_day = [(source, target, index) for alive, source in known.items() for target, index in alive]
        built.append(Layer(tuple(arcs_of_day), targets))
        number, targets = numbered, len(known)
    built.reverse()
    return Automaton(tuple(built), {state: number[state] for state in starts if state in number})

"""The people to be rostered: what the personal rules say of each one's row, gathered from the rules themselves."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from optimizer.shifts.grid import Grid
from optimizer.shifts.model.postings import IN_ROW
from optimizer.shifts.rows.arrays import BROKEN, Bools, Floats, Ints, Limits, Program, Tallies, tally, walk
from optimizer.shifts.rows.in_row import Balance, Check, InRow, TooLarge, Track
from optimizer.shifts.rows.program import Counters, Extras, Machine
from roster.problem import PlannedAgent
from roster.rules.registry import RULES, Scope


class Person:
    """One person to be rostered: what their options cost them, what is out or placed, and what is balanced."""

    def __init__(self, grid: Grid, agent: PlannedAgent, rules: Sequence[InRow], machine: Machine) -> None:
        self.agent = agent
        self.machine = machine
        self.empty_cost = sum(one.empty_cost for one in rules)
        self.own: Floats = np.zeros(len(grid.options))
        """What working each option costs by itself."""
        for one in rules:
            for number, price in one.prices.items():
                self.own[number] += price
        self.barred: Floats = np.zeros(len(grid.options))
        """0, or infinity where an option can't be worked."""
        self.must_work: Bools = np.zeros(grid.problem.days, np.bool_)
        """By day."""
        for one in rules:
            self.barred[list(one.barred)] = np.inf
            for number in one.placed:
                day = grid.options[number].day
                self.must_work[day] = True
                others = {grid.number[option.day, option.shift] for option in grid.days[day]} - {number}
                self.barred[list(others)] = np.inf
        self.charges: Floats = self.own + self.barred
        self.balances: tuple[Balance, ...] = tuple(balance for one in rules for balance in one.balances)
        self.amounts: Floats = np.array([one.amounts for one in self.balances], float).reshape(-1, len(grid.options))
        """[balance, option]"""
        self._starts = np.array([one.start for one in self.balances], float)
        turns = [sorted(one.turns) for one in self.balances]
        self.lowest: Floats = np.array([one.slope for one in self.balances], float)
        """The slope of each balance's cost far below all of its turns."""
        self.steepest: Floats = self.lowest + np.array([sum(change for _, change in each) for each in turns], float)
        """The slope of each balance's cost far above all of its turns."""
        self.flattest: Floats = np.clip(0.0, self.lowest, self.steepest)
        """The slopes nearest to none."""
        self._points = [np.array([point for point, _ in each], float) for each in turns]
        self._changes = [np.cumsum([0.0, *(change for _, change in each)]) for each in turns]
        self._days = grid.problem.days
        self._options = len(grid.days[0])
        self._limits: dict[Extras, Limits] = {}
        self.seldom: dict[int, Sequence[Check]] = {}
        """The checks of each seldom counter, by its number."""
        self.counted: Extras = ()
        """Which of them bound in the last best row."""

    # ---- what a row costs

    def cost(self, row: Sequence[int]) -> int:
        """All that the row (a valid one) costs by personal rules."""
        cost = self.empty_cost + self.own_cost(row)
        return cost + self.balance_cost(self.totals(row)) if self.balances else cost

    def own_cost(self, row: Sequence[int]) -> int:
        """The same without balances, and without what an empty row costs."""
        options = list(row)
        cost = round(float(self.own[options].sum()))
        return cost + self.moves_cost(options)

    def moves_cost(self, row: list[int]) -> int:
        """What the moves of the row (a valid one) cost."""
        if not self.machine.has_costs:
            return 0
        program, limits = self.program(), self.limits()
        state, count = self.start, np.zeros(program.arc_amount.shape[1], np.int64)
        if state is not None:
            state, cost = walk(program, limits, self.worked(row), 0, self._days, state, count)
            if state >= 0:
                return round(cost)
        raise ValueError(f"{self.agent.id} can't work the row {row}")

    @cached_property
    def start(self) -> int | None:
        """The state in which the person enters the first day; None where no row can be finished from there."""
        return self.machine.start(self.agent)

    def worked(self, row: Sequence[int]) -> Ints:
        """The option of each day, one past the last for a free day."""
        days: Ints = np.full(self._days, self._options, np.int64)
        for number in row:
            days[number // self._options] = number % self._options
        return days

    def program(self, extras: Extras = ()) -> Program:
        """The arrays of the person's automaton, where also `extras` are counted."""
        return self.machine.program(extras)

    def limits(self, extras: Extras = ()) -> Limits:
        """What the counts of that program must be within."""
        if extras not in self._limits:
            checks = [self.seldom.get(extra, ()) for extra in extras]
            self._limits[extras] = self.machine.limits(self.agent, checks, extras)
        return self._limits[extras]

    def seldom_broken(self, row: Sequence[int]) -> tuple[set[int], set[int]]:
        """The seldom counters whose limits the row breaks, and those that it just meets."""
        broken: set[int] = set()
        tight: set[int] = set()
        if self.seldom:
            tallies = self.tallies
            codes = tally(self.machine.counters.stacked, *tallies, np.array(row, np.int64))
            for number, code in zip(tallies.counter.tolist(), codes.tolist(), strict=True):
                if code:
                    (broken if code == BROKEN else tight).add(number)
        return broken, tight

    def seldom_limits(self, kept: Sequence[int]) -> tuple[Floats, Floats, Floats]:
        """What each limit of the seldom counters counts of every option, and its least and most beside what is kept."""
        least, most = self.tallies.least.astype(float), self.tallies.most.astype(float)
        there = self._seldom_counts[:, list(kept)].sum(axis=1)
        return self._seldom_counts, least - there, most - there

    @cached_property
    def worth(self) -> Floats:
        """The price of each of these limits that last did best: where the next search for prices begins."""
        return np.zeros(len(self.tallies.day))

    @cached_property
    def _seldom_counts(self) -> Floats:
        """[limit, option]"""
        stacked = self.machine.counters.stacked
        days = np.arange(self._days)[:, None]
        lines = zip(self.tallies.counter.tolist(), self.tallies.day.tolist(), strict=True)
        counted = [np.where(days <= day, stacked[number][:, : self._options], 0).ravel() for number, day in lines]
        return np.array(counted, float).reshape(-1, self._days * self._options)

    @cached_property
    def tallies(self) -> Tallies:
        """What the seldom counters must be within."""
        lines = [(number, check) for number, checks in self.seldom.items() for check in checks]
        units = self.machine.counters.units
        return Tallies(
            np.array([number for number, _ in lines], np.int64),
            np.array([check.day for _, check in lines], np.int64),
            np.array([-(-check.least // units[number]) for number, check in lines], np.int64),
            np.array([check.most // units[number] for number, check in lines], np.int64),
        )

    # ---- balances: convex costs of sums

    def totals(self, row: Sequence[int]) -> Floats:
        """The sum of each balance over the row, with what it starts from."""
        totals: Floats = self._starts + self.amounts[:, list(row)].sum(axis=1)
        return totals

    def balance_cost(self, totals: Floats) -> int:
        """What these sums cost."""
        return sum(one.cost(round(total)) for one, total in zip(self.balances, totals.tolist(), strict=True))

    def priced(self, prices: Floats, slopes: Floats) -> Floats:
        """`prices` with a price on each unit that is balanced."""
        return prices + slopes @ self.amounts if self.balances else prices

    def slopes(self, row: Sequence[int]) -> tuple[Floats, Floats]:
        """Between which slopes each balance's cost turns at the row's sum."""
        return self.slopes_at(self.totals(row))

    def slopes_at(self, totals: Floats) -> tuple[Floats, Floats]:
        """The same at these sums."""
        least, most = self.lowest.copy(), self.lowest.copy()
        for place, (points, changes) in enumerate(zip(self._points, self._changes, strict=True)):
            least[place] += changes[np.searchsorted(points, totals[place], "left")]
            most[place] += changes[np.searchsorted(points, totals[place], "right")]
        return least, most

    def least_beyond(self, slopes: Floats) -> float:
        """The least of cost(sum) - slope * (sum - start), over all sums and balances, for slopes within their range."""
        least = 0.0
        for one, slope in zip(self.balances, slopes.tolist(), strict=True):
            corners = [point for point, _ in one.turns] or [one.start]
            least += min(one.cost(corner) - slope * (corner - one.start) for corner in corners)
        return least


def people_of(grid: Grid) -> list[Person]:
    """Everyone whose shifts are decided, with what the personal rules say of their rows.

    Raises `TooLarge` where a rule that is on can't say itself in a row, or two shifts a day are allowed.
    """
    problem = grid.problem
    on = [rule for rule in RULES if rule.scope is Scope.PERSONAL and rule.applies(problem)]
    if problem.rules.one_shift_a_day.mode == "off" or any(rule.key not in IN_ROW for rule in on):
        raise TooLarge
    counters = Counters(grid)
    machines: dict[tuple[Track, ...], Machine] = {}
    people = []
    for agent in problem.agents:
        if agent.fixed:
            continue
        rules = [IN_ROW[rule.key](grid, agent) for rule in on]
        tracks = tuple(dict.fromkeys(track for one in rules for track in one.tracks))
        machine = machines.setdefault(tracks, Machine(grid, tracks, counters))
        machine.join(agent)
        person = Person(grid, agent, rules, machine)
        for track in dict.fromkeys(track for one in rules for track in one.seldom):
            person.seldom[counters.number(track, agent)] = track.checks(agent)
        people.append(person)
    return people

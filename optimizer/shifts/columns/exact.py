"""All rosters that cost at most so much, as an exact program: where cover by shift is all that ties people.

At the prices of a bound a roster costs the bound, and what each of its rows is dearer than its person's best one, and
what cover is dearer than at these prices. So no roster that costs `target` at most has a row that is more than `target`
less the bound above the best. These rows are a small graph for each person (`rows/near_best.py`). CP-SAT takes a path
through each, or proves that there is no such roster.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from optimizer.cp_sat import new_solver
from optimizer.shifts.columns.bounding import SAFETY
from optimizer.shifts.cover.by_shift import ShiftCover
from optimizer.shifts.model.solving import stopped_with
from optimizer.shifts.progress import Progress
from optimizer.shifts.rows.arrays import Floats
from optimizer.shifts.rows.finder import RowFinder
from optimizer.shifts.rows.near_best import RowGraph
from optimizer.shifts.rows.people import Person

MOST_STEPS = 10_000
"""Of all people's graphs together; a program with more was never solved within half a minute."""

FREE = 1e-6
"""What is dearer than its price by less than this does not use the slack up."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether there is no such roster, or one of them, row by row; neither where it was not found out in time."""

    none: bool = False
    rows: tuple[tuple[int, ...], ...] = ()


class ExactRows:
    """The rosters of some people that cost at most `target`, at the prices of a bound."""

    def __init__(
        self, people: Sequence[Person], finder: RowFinder, cover: ShiftCover, worth: Floats, target: int
    ) -> None:
        """`worth`: of one more person on each option.

        Any prices will do; the nearer their bound is to `target`, the smaller the program.
        """
        self._people = people
        self._cover = cover
        self._worth = worth
        self._target = target
        self._needed = cover.required - cover.given
        self._empty_cost = sum(person.empty_cost for person in people)
        self._graphs: list[RowGraph] = []
        self._slack = target + SAFETY - self._bound(finder)
        left = MOST_STEPS
        for person in people if np.isfinite(self._slack) and self._slack >= 0 else ():
            graph = finder.near_best(person, -worth, self._slack, left)
            if graph is None:
                break
            self._graphs.append(graph)
            left -= sum(map(len, graph.days))

    def _bound(self, finder: RowFinder) -> float:
        """What no roster costs less than at these prices."""
        bound = self._empty_cost + float(self._worth @ self._needed)
        for person in self._people:
            best = finder.best(person, -self._worth)
            bound += np.inf if best is None else best[0]
        return bound

    @property
    def small(self) -> bool:
        """Whether there is a program, of at most `MOST_STEPS` steps."""
        return len(self._graphs) == len(self._people)

    def solve(self, progress: Progress, *, seconds: float, seed: int) -> Answer:
        """Look for a roster for at most `seconds`, with one worker."""
        program = _Program(self._people, self._graphs)
        program.cover(self._cover, self._worth, self._slack)
        program.keep_seldom_limits()
        program.cost_at_most(self._target - self._empty_cost)
        solver = new_solver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = seed
        solver.parameters.max_time_in_seconds = max(0.01, min(seconds, progress.seconds_left))
        # All constraints in its linear program: a second instead of more than 40 on public instance 6.
        solver.parameters.linearization_level = 2
        with stopped_with(solver, progress):
            status = solver.solve(program.model)
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return Answer(rows=program.rows(solver))
        return Answer(none=status == cp_model.INFEASIBLE)


class _Program:
    """The model: a flow of one through each person's graph, and the options it works."""

    def __init__(self, people: Sequence[Person], graphs: Sequence[RowGraph]) -> None:
        self.model = cp_model.CpModel()
        self._people = people
        self._works: list[dict[int, cp_model.IntVar]] = [{} for _ in people]
        """By person and option of the grid; options that no path works are left out."""
        self._costs: list[tuple[cp_model.IntVar, int]] = []
        self._always = self.model.new_constant(1)
        for number, graph in enumerate(graphs):
            self._flow(number, graph)

    def _flow(self, number: int, graph: RowGraph) -> None:
        model, own = self.model, self._people[number].own
        options = len(own) // len(graph.days)
        arriving: dict[int, list[cp_model.IntVar]] = {0: [self._always]}
        for day, steps in enumerate(graph.days):
            leaving: dict[int, list[cp_model.IntVar]] = {}
            onward: dict[int, list[cp_model.IntVar]] = {}
            working: dict[int, list[cp_model.IntVar]] = {}
            for step in steps:
                taken = self._always if len(steps) == 1 else model.new_bool_var("")
                leaving.setdefault(step.source, []).append(taken)
                onward.setdefault(step.target, []).append(taken)
                working.setdefault(step.option, []).append(taken)
                if step.cost:
                    self._costs.append((taken, step.cost))
            if len(steps) > 1:
                model.add_exactly_one(one for each in leaving.values() for one in each)
                for node, each in leaving.items():
                    model.add(sum(each) == sum(arriving[node]))
            for option, each in working.items():
                if option < options:
                    place = day * options + option
                    self._works[number][place] = works = self._any(each, len(steps))
                    if own[place]:
                        self._costs.append((works, round(own[place])))
            arriving = onward

    def _any(self, some: Sequence[cp_model.IntVar], of: int) -> cp_model.IntVar:
        """Whether one of `some` is taken, of so many of which exactly one is."""
        if len(some) == of:
            return self._always
        if len(some) == 1:
            return some[0]
        found = self.model.new_bool_var("")
        self.model.add(sum(some) == found)
        return found

    def cover(self, cover: ShiftCover, worth: Floats, slack: float) -> None:
        """Who is missing and who is beyond, never so many that cover is dearer than its prices by more than `slack`."""
        for place in cover.asked.tolist():
            needed = round(cover.required[place] - cover.given[place])
            there = [works[place] for works in self._works if place in works]
            under, over = float(cover.under[place]), float(cover.over[place])
            missing = self._so_many(needed, under, under - worth[place], slack)
            beyond = self._so_many(len(there) - needed, over, over + worth[place], slack)
            self.model.add(sum(there) + missing - beyond == needed)

    def _so_many(self, most: int, cost: float, dearer: float, slack: float) -> cp_model.IntVar:
        """How many are missing or beyond, each at `cost`, which is so much `dearer` than the price."""
        if dearer > FREE:
            most = min(most, int(slack / dearer))
        found = self.model.new_int_var(0, max(0, most), "")
        if cost:
            self._costs.append((found, round(cost)))
        return found

    def keep_seldom_limits(self) -> None:
        """Not all of these limits are in the graphs."""
        for person, works in zip(self._people, self._works, strict=True):
            if not person.seldom:
                continue
            for counts, least, most in zip(*person.seldom_limits(()), strict=True):
                total = cp_model.LinearExpr.weighted_sum(
                    list(works.values()), [round(counts[place]) for place in works]
                )
                self.model.add_linear_constraint(total, round(least), round(most))

    def cost_at_most(self, most: int) -> None:
        """Of rows and cover together."""
        self.model.add(sum(cost * one for one, cost in self._costs) <= most)

    def rows(self, solver: cp_model.CpSolver) -> tuple[tuple[int, ...], ...]:
        """The options that everybody works."""
        return tuple(tuple(sorted(place for place, one in works.items() if solver.value(one))) for works in self._works)

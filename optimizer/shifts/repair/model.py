"""The repair of a roster as one model: everybody in it, their days near the trouble free, all other days as they are.

Minimised are, in this order, what stays missing in the quarters in trouble, the days of people that change, and those
of them inside the notice period. Elsewhere cover may be nowhere worse than it was: that is added where a repair found
would make it so, so each optimum is a bound and the last one is the repair.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from ortools.sat.python import cp_model

from optimizer.cp_sat import new_solver
from optimizer.shifts.errors import SolverError
from optimizer.shifts.grid import Grid, Option
from optimizer.shifts.model.postings import post_rules
from optimizer.shifts.model.roster_model import Linear, Literal, RosterModel
from optimizer.shifts.repair.hall import CoverLimits, Demand, given_of, levels
from optimizer.shifts.repair.trouble import Trouble, limit_at, missing_beyond, worse
from roster.problem import Assigned, Pin, PlannedAgent
from roster.result import Status
from roster.whatif.live import LiveRoster


@dataclass(frozen=True)
class Window:
    """Which days may change, how many of people's days at most, and which are inside the notice period."""

    days: frozenset[int]
    last_inside_notice: int
    most_changes: int


@dataclass(frozen=True)
class Mended:
    """What the model came to. Bounds hold among repairs that change no day outside the window."""

    status: Status
    after: LiveRoster | None
    missing: int
    """Agent-quarters by queue weight that stay missing where the trouble was."""
    least_missing: int
    changes: int
    least_changes: int
    inside_notice: int
    work: float
    """Deterministic units of the solver."""


class RepairModel:
    """Builds the model and searches it."""

    def __init__(self, now: LiveRoster, trouble: Trouble, window: Window) -> None:
        self._now = now
        self._trouble = trouble
        self._window = window
        held = trouble.held
        problem = now.problem.model_copy(
            update={"agents": tuple(self._fixed(one) if one.id in held else one for one in now.problem.agents)}
        )
        self._worked = {agent.id: {*_cells(now.lines(agent.id))} for agent in now.problem.agents}
        self.roster = RosterModel(Grid(problem), held=self._as_it_is)
        excused = {one.rule for one in trouble.known}
        post_rules(self.roster, soft=False, without={key for key in excused if not self._is_personal(key)})
        self._changes, self._inside = self._count_changes()
        self._limits = CoverLimits(self.roster, given_of(self.roster))
        self._missing: list[tuple[int, Literal]] = []
        problem_days = {self._day(quarter) for quarter in trouble.quarters}
        for day in sorted(problem_days):
            self._limit_day(day)

    def solve(self, *, deterministic_limit: float, seed: int) -> Mended:
        """Search, adding cover limits until the repair keeps them all."""
        self.roster.model.add(sum(self._changes) <= self._window.most_changes)
        unit = self._unit
        missing = sum(weight * variable for weight, variable in self._missing)
        self.roster.model.minimize(unit * unit * missing + unit * sum(self._changes) + sum(self._inside))
        self._hint()
        spent = 0.0
        while True:
            solver = _solver(max(0.01, deterministic_limit - spent), seed)
            status = int(solver.solve(self.roster.model))
            spent += solver.response_proto.deterministic_time
            if status == cp_model.MODEL_INVALID:
                raise SolverError(f"the model is invalid: {self.roster.model.validate()}")
            if status == cp_model.INFEASIBLE:
                return Mended(Status.INFEASIBLE, None, 0, 0, 0, 0, 0, spent)
            if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
                return self._as_nothing_was_done(spent)
            after = self._after(solver)
            if self._add_limits(after):
                continue
            return self._concluded(solver, status, after, spent)

    @property
    def _unit(self) -> int:
        """What one step of a dearer aim weighs in steps of the next."""
        return self._window.most_changes + 1

    # ---- building

    def _fixed(self, agent: PlannedAgent) -> PlannedAgent:
        pins = tuple(Pin(day=line.day, shift=line.shift) for line in self._now.lines(agent.id))
        return agent.model_copy(update={"fixed": True, "pins": pins})

    def _is_personal(self, key: str) -> bool:
        return any(one.rule == key for found in self._now.personal.values() for one in found)

    def _as_it_is(self, agent: PlannedAgent, option: Option) -> bool | None:
        """Days outside the window are as they are."""
        if option.day in self._window.days:
            return None
        return (option.day, option.shift) in self._worked[agent.id]

    def _hint(self) -> None:
        """Start from the roster as it is, with what is missing there."""
        for agent in self.roster.people:
            for day in self._window.days:
                if self.roster.is_away(agent, day):
                    continue
                for option in self.roster.grid.days[day]:
                    worked = (option.day, option.shift) in self._worked[agent.id]
                    self.roster.model.add_hint(self.roster.works(agent, option), worked)

    def _count_changes(self) -> tuple[list[Linear], list[Linear]]:
        """One term for each day of each person that may change; those inside the notice period."""
        roster = self.roster
        once = roster.problem.rules.one_shift_a_day.mode == "hard"
        everything: list[Linear] = []
        inside: list[Linear] = []
        for agent in roster.people:
            for day in sorted(self._window.days):
                if roster.is_away(agent, day):
                    continue
                there = self._now.shifts_on(agent.id, day)
                works = {option.shift: roster.works(agent, option) for option in roster.grid.days[day]}
                if once and len(there) <= 1:
                    term: Linear = 1 - works[there[0]] if there else sum(works.values())
                else:
                    term = changed = roster.model.new_bool_var(f"changed {agent.id}/{day}")
                    for shift, literal in works.items():
                        roster.model.add_implication(literal.negated() if shift in there else literal, changed)
                everything.append(term)
                if day <= self._window.last_inside_notice:
                    inside.append(term)
        return everything, inside

    def _limit_day(self, day: int) -> None:
        """Cover limits for every quarter of a day; those in trouble may stay short, at a price."""
        problem = self.roster.problem
        first = sum(problem.quarters[:day])
        for quarter in range(first, first + problem.quarters[day]):
            required = self._now.cover.required[quarter]
            demand = Demand(required, self._trouble.allowed[quarter])
            missing: dict[int, Literal] = {}
            if quarter in self._trouble.quarters:
                below = 0
                for level in levels(problem, required):
                    most = sum(count for queue, count in required if problem.queue_of[queue].weight >= level)
                    missing[level] = self.roster.model.new_int_var(0, most, f"missing {quarter}/{level}")
                    self._missing.append((level - below, missing[level]))
                    below = level
                self._tie(demand, missing)
            self._limits.add(quarter, demand, missing)

    def _tie(self, demand: Demand, missing: dict[int, Literal]) -> None:
        """What is missing in the dearer queues is missing in these and the cheaper ones together too."""
        for low, high in pairwise(sorted(missing)):
            room = limit_at(demand.allowed, low) - limit_at(demand.allowed, high)
            self.roster.model.add(missing[low] >= missing[high] - room)

    def _day(self, quarter: int) -> int:
        problem = self.roster.problem
        return next(day for day in range(problem.days) if quarter < sum(problem.quarters[: day + 1]))

    # ---- solving

    def _after(self, solver: cp_model.CpSolver) -> LiveRoster:
        rows: dict[str, list[Assigned]] = {}
        for agent in self.roster.people:
            rows[agent.id] = [line for line in self._now.lines(agent.id) if line.day not in self._window.days]
            for day in self._window.days:
                rows[agent.id] += [
                    Assigned(agent=agent.id, day=day, shift=option.shift)
                    for option in self.roster.grid.days[day]
                    if not self.roster.misses(agent, option) and solver.boolean_value(self.roster.works(agent, option))
                ]
        changed = {code: row for code, row in rows.items() if {*row} != {*self._now.lines(code)}}
        return self._now.changed(changed)

    def _add_limits(self, after: LiveRoster) -> bool:
        """Limits for the days on which cover got worse where it must not; whether there are any."""
        days = {
            self._day(quarter)
            for quarter in worse(after.problem, self._trouble.allowed, after.cover.matched)
            if quarter not in self._trouble.quarters
        }
        for day in sorted(days):
            self._limit_day(day)
        return bool(days)

    def _as_nothing_was_done(self, work: float) -> Mended:
        """Out of time without a repair: the trouble may stay as it is, unless it is a broken rule."""
        if self._trouble.people or self._trouble.team:
            return Mended(Status.UNKNOWN, None, 0, 0, 0, 0, 0, work)
        missing = missing_beyond(self._now.problem, self._trouble, self._now.cover.matched)
        return Mended(Status.FEASIBLE, self._now, missing, 0, 0, 0, 0, work)

    def _concluded(self, solver: cp_model.CpSolver, status: int, after: LiveRoster, work: float) -> Mended:
        broken = [one for one in after.verdict.violations if one not in self._trouble.known]
        if broken:
            raise SolverError(f"the repair broke the rule {broken[0].rule}: {broken[0].sentence}")
        stays = missing_beyond(after.problem, self._trouble, after.cover.matched)
        unit = self._unit
        objective, bound = round(solver.objective_value), max(0, round(solver.best_objective_bound))
        missing, rest = divmod(objective, unit * unit)
        if stays > missing:
            raise SolverError(f"the repair leaves {stays} missing where the model says {missing}")
        changes, inside = divmod(rest, unit)
        least_missing, least_rest = divmod(bound, unit * unit)
        proved = Mended(
            Status.OPTIMAL if status == cp_model.OPTIMAL else Status.FEASIBLE,
            after,
            missing,
            least_missing,
            changes,
            least_rest // unit if least_missing == missing else 0,
            inside,
            work,
        )
        return replace(proved, least_missing=missing, least_changes=changes) if status == cp_model.OPTIMAL else proved


def _cells(lines: Iterable[Assigned]) -> Iterator[tuple[int, str]]:
    return ((line.day, line.shift) for line in lines)


def _solver(deterministic_limit: float, seed: int) -> cp_model.CpSolver:
    """Nearly all is fixed, so that a short presolve does as much as a long one."""
    solver = new_solver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = deterministic_limit
    solver.parameters.max_presolve_iterations = 1
    solver.parameters.cp_model_probing_level = 0
    solver.parameters.symmetry_level = 0
    return solver

"""The aims of a repair, one after another in one objective, and what a search proves of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ortools.sat.python import cp_model

from optimizer.cp_sat import new_solver
from optimizer.shifts.errors import SolverError
from optimizer.shifts.model.roster_model import Linear
from optimizer.shifts.repair.shortage import Shortage
from optimizer.shifts.repair.trouble import Trouble, missing_beyond
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
    """What a search came to. Bounds hold among repairs that change no day outside the window."""

    status: Status
    after: LiveRoster | None
    missing: int = 0
    """Agent-quarters by queue weight that stay missing where the trouble was."""
    least_missing: int = 0
    changes: int = 0
    least_changes: int = 0
    inside_notice: int = 0
    work: float = 0.0
    """Deterministic units of the solver."""
    cheapest: bool = False
    """Whether no repair as good in all this costs less by people's own rules."""
    by_itself: bool = False
    """Whether that it is the best holds only among changes each of which the person's rules allow by itself."""

    @property
    def value(self) -> tuple[int, int, int]:
        """What is wanted least of, first things first."""
        return self.missing, self.changes, self.inside_notice


@dataclass(frozen=True)
class Aims:
    """What stays missing, days that change and those of them inside the notice period, as terms of one model."""

    now: LiveRoster
    trouble: Trouble
    window: Window
    model: cp_model.CpModel
    shortage: Shortage
    changes: Sequence[Linear]
    inside: Sequence[Linear]

    @property
    def unit(self) -> int:
        """What one step of a dearer aim weighs in steps of the next."""
        return self.window.most_changes + 1

    def search(
        self,
        found: Callable[[cp_model.CpSolver], LiveRoster | None],
        *,
        deterministic_limit: float,
        seed: int,
    ) -> Mended:
        """Search until the repair keeps all limits of cover; `found` is None where it tightened the model itself."""
        self.model.add(sum(self.changes) <= self.window.most_changes)
        missing = sum(weight * variable for weight, variable in self.shortage.terms)
        self.model.minimize(self.unit**2 * missing + self.unit * sum(self.changes) + sum(self.inside))
        spent = 0.0
        while True:
            solver = quick_solver(max(0.01, deterministic_limit - spent), seed)
            status = solve(solver, self.model)
            spent += solver.response_proto.deterministic_time
            if status == cp_model.INFEASIBLE:
                return Mended(Status.INFEASIBLE, None, work=spent)
            if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
                return self._as_nothing_was_done(spent)
            after = found(solver)
            if after is None or self.shortage.tighten(after):
                if spent >= 2 * deterministic_limit:
                    return self._as_nothing_was_done(spent)
                continue
            return self._concluded(solver, status, after, spent)

    def hold(self, mended: Mended) -> None:
        """Require what was reached: no more missing, as many changes, no more of them inside the notice period."""
        self.model.add(sum(weight * variable for weight, variable in self.shortage.terms) <= mended.missing)
        self.model.add(sum(self.changes) == mended.changes)
        self.model.add(sum(self.inside) <= mended.inside_notice)

    def check(self, after: LiveRoster) -> None:
        """Raise `SolverError` where the checkers find a rule broken."""
        broken = [one for one in after.verdict.violations if one not in self.trouble.known]
        if broken:
            raise SolverError(f"the repair broke the rule {broken[0].rule}: {broken[0].sentence}")

    def _as_nothing_was_done(self, work: float) -> Mended:
        """Out of time without a repair: the trouble may stay as it is, unless it is a broken rule."""
        if self.trouble.people or self.trouble.team:
            return Mended(Status.UNKNOWN, None, work=work)
        missing = missing_beyond(self.now.problem, self.trouble, self.now.cover.matched)
        return Mended(Status.FEASIBLE, self.now, missing, work=work)

    def _concluded(self, solver: cp_model.CpSolver, status: int, after: LiveRoster, work: float) -> Mended:
        self.check(after)
        stays = missing_beyond(after.problem, self.trouble, after.cover.matched)
        unit = self.unit
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


def solve(solver: cp_model.CpSolver, model: cp_model.CpModel) -> int:
    """The status; raises `SolverError` where the model is no model."""
    status = int(solver.solve(model))
    if status == cp_model.MODEL_INVALID:
        raise SolverError(f"the model is invalid: {model.validate()}")
    return status


def quick_solver(deterministic_limit: float, seed: int) -> cp_model.CpSolver:
    """Nearly all is fixed, so that a short presolve does as much as a long one."""
    solver = new_solver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = deterministic_limit
    solver.parameters.max_presolve_iterations = 1
    solver.parameters.cp_model_probing_level = 0
    solver.parameters.symmetry_level = 0
    return solver

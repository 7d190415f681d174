"""CP-SAT on the whole day, where that is small enough to be solved to its proof."""

import time
from dataclasses import dataclass

from ortools.sat.python import cp_model

from optimizer.cp_sat import new_solver
from optimizer.day.model import build_model
from optimizer.day.plan import Plan, plan_cost
from optimizer.day.prepared import Prepared
from roster.day_problem import DayStatus

WHOLE = 800
"""Up to this many choices the whole day is one model."""


@dataclass(frozen=True)
class Limits:
    """Work allowed in CP-SAT's deterministic measure, an instant of the monotonic clock to stop at, and a seed."""

    deterministic: float
    until: float
    seed: int


def is_small(day: Prepared) -> bool:
    """Whether the whole day goes into one model, which knows only the grid."""
    step = day.problem.step_minutes
    return day.choices <= WHOLE and not any(one.start % step for booking in day.bookings for one in booking.places)


def solved(day: Prepared, plan: Plan, limits: Limits) -> tuple[Plan, DayStatus, int | None]:
    """A plan no worse than `plan`, and `plan` itself where none is better; how good it is, and a proved lower bound of
    what any costs.
    """
    model = build_model(day)
    model.hint(plan)
    solver = new_solver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = limits.seed
    solver.parameters.linearization_level = 2
    solver.parameters.symmetry_level = 0
    solver.parameters.cp_model_probing_level = 0
    solver.parameters.max_deterministic_time = limits.deterministic
    solver.parameters.max_time_in_seconds = max(0.1, limits.until - time.monotonic())
    outcome = solver.solve(model.model)
    if outcome not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return plan, DayStatus.FEASIBLE, None
    best = min((plan, model.read(solver)), key=lambda one: plan_cost(day, one))
    status = DayStatus.OPTIMAL if outcome == cp_model.OPTIMAL else DayStatus.FEASIBLE
    return best, status, round(solver.best_objective_bound)

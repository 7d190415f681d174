"""CP-SAT on the whole day, where that is small enough to be solved to its proof."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from optimizer.cp_sat import new_solver
from optimizer.day.cover import Cover
from optimizer.day.model import build_model
from optimizer.day.options import DebriefOption, PersonOptions
from optimizer.day.plan import Plan, plan_cost
from roster.day_problem import DayProblem, DayStatus

WHOLE = 800
"""Up to this many choices the whole day is one model."""


@dataclass(frozen=True)
class Limits:
    """Work allowed in CP-SAT's deterministic measure, an instant of the monotonic clock to stop at, and a seed."""

    deterministic: float
    until: float
    seed: int


def is_small(people: Sequence[PersonOptions], debriefs: Mapping[str, Sequence[DebriefOption]]) -> bool:
    """Whether the whole day goes into one model."""
    breaks = sum(len(one.starts) for options in people for one in options.breaks)
    return breaks + sum(len(options) for options in debriefs.values()) <= WHOLE


def solved(
    problem: DayProblem,
    people: Sequence[PersonOptions],
    debriefs: Mapping[str, Sequence[DebriefOption]],
    cover: Cover,
    plan: Plan,
    limits: Limits,
) -> tuple[Plan, DayStatus, int | None]:
    """A plan no worse than `plan`, how good it is, and a proved lower bound of what any costs."""
    day = build_model(problem, people, debriefs, cover)
    day.hint(plan)
    solver = new_solver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = limits.seed
    solver.parameters.linearization_level = 2
    solver.parameters.symmetry_level = 0
    solver.parameters.cp_model_probing_level = 0
    solver.parameters.max_deterministic_time = limits.deterministic
    solver.parameters.max_time_in_seconds = max(0.1, limits.until - time.monotonic())
    outcome = solver.solve(day.model)
    if outcome not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return plan, DayStatus.FEASIBLE, None
    found, bound = day.read(solver), round(solver.best_objective_bound)
    if outcome == cp_model.OPTIMAL:
        return found, DayStatus.OPTIMAL, bound
    return min((found, plan), key=lambda one: plan_cost(problem, people, cover, one)), DayStatus.FEASIBLE, bound

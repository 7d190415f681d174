"""CP-SAT on the whole day where it is small, else on some people at a time with the others held where they are."""

import random
import time
from collections.abc import Collection
from dataclasses import dataclass, replace

from ortools.sat.python import cp_model

from optimizer.cp_sat import new_solver
from optimizer.day.cover import Cover
from optimizer.day.model import build_model
from optimizer.day.options import DebriefOption, PersonOptions
from optimizer.day.plan import Plan, plan_cost
from roster.day_problem import DayProblem, DayStatus

WHOLE = 800
"""Up to this many choices the whole day is one model, which also proves its bound."""
FREED = 8
"""People freed at a time: such a model closes in well under a second."""
EACH = 0.25
"""Deterministic limit of one neighbourhood."""


@dataclass(frozen=True)
class Limits:
    """Work allowed in CP-SAT's deterministic measure, an instant of the monotonic clock to stop at, and a seed."""

    deterministic: float
    until: float
    seed: int


def improved(
    problem: DayProblem,
    people: list[PersonOptions],
    debriefs: dict[str, list[DebriefOption]],
    cover: Cover,
    plan: Plan,
    limits: Limits,
) -> tuple[Plan, DayStatus, int | None]:
    """A plan no worse than `plan`, how good it is, and a proved lower bound where the whole day was one model."""
    if not _choices(people, debriefs):
        return plan, DayStatus.GREEDY, None
    if is_small(people, debriefs):
        found, outcome, bound, _ = _solve(problem, people, debriefs, cover, plan, limits, limits.deterministic)
        if outcome == cp_model.OPTIMAL:
            return found, DayStatus.OPTIMAL, bound
        return _better(problem, people, cover, plan, found), DayStatus.FEASIBLE, bound
    order = random.Random(limits.seed)
    codes = [options.person.id for options in people if options.breaks]
    left = limits.deterministic
    asked = {request.id: request.agent for request in problem.debriefs}
    while left > 0 and time.monotonic() < limits.until:
        freed = set(order.sample(codes, min(FREED, len(codes))))
        held = [options if options.person.id in freed else _held(options, plan) for options in people]
        some = {
            key: options if asked[key] in freed or key not in plan.debriefs else [plan.debriefs[key]]
            for key, options in debriefs.items()
        }
        found, _, _, used = _solve(problem, held, some, cover, plan, limits, min(EACH, left))
        plan = _better(problem, people, cover, plan, found)
        left -= max(used, EACH / 10)
    return plan, DayStatus.FEASIBLE, None


def is_small(people: list[PersonOptions], debriefs: dict[str, list[DebriefOption]]) -> bool:
    """Whether the whole day goes into one model."""
    return _choices(people, debriefs) <= WHOLE


def _choices(people: list[PersonOptions], debriefs: dict[str, list[DebriefOption]]) -> int:
    breaks = sum(len(one.starts) for options in people for one in options.breaks)
    return breaks + sum(len(options) for options in debriefs.values())


def _held(options: PersonOptions, plan: Plan) -> PersonOptions:
    """The same person with each break where it is."""
    breaks = []
    for one, start in zip(options.breaks, plan.starts[options.person.id], strict=True):
        if start is None:
            breaks.append(replace(one, starts=(), costs=()))
        else:
            breaks.append(replace(one, starts=(start,), costs=(one.costs[one.starts.index(start)],)))
    return replace(options, breaks=tuple(breaks))


def _better(problem: DayProblem, people: list[PersonOptions], cover: Cover, plan: Plan, found: Plan) -> Plan:
    both: Collection[Plan] = (found, plan)
    return min(both, key=lambda one: plan_cost(problem, people, cover, one))


def _solve(
    problem: DayProblem,
    people: list[PersonOptions],
    debriefs: dict[str, list[DebriefOption]],
    cover: Cover,
    plan: Plan,
    limits: Limits,
    deterministic: float,
) -> tuple[Plan, cp_model.CpSolverStatus, int | None, float]:
    """(plan found or the one given, outcome, bound, deterministic work used)."""
    day = build_model(problem, people, debriefs, cover)
    day.hint(plan)
    solver = new_solver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = limits.seed
    solver.parameters.linearization_level = 2
    solver.parameters.symmetry_level = 0
    solver.parameters.cp_model_probing_level = 0
    solver.parameters.max_deterministic_time = deterministic
    solver.parameters.max_time_in_seconds = max(0.1, limits.until - time.monotonic())
    outcome = solver.solve(day.model)
    used = float(solver.response_proto.deterministic_time)
    if outcome not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return plan, outcome, None, used
    return day.read(solver), outcome, round(solver.best_objective_bound), used

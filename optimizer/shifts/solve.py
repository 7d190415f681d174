"""Solve a roster: build the model, search, judge what was found, and say what is proved."""

import time
from collections.abc import Callable, Sequence

from ortools.sat.python import cp_model

from optimizer.shifts.infeasible import conflicts_of
from optimizer.shifts.postings import post_rules
from optimizer.shifts.search import Search
from optimizer.shifts.variables import Grid, RosterModel
from roster.problem import Assigned, Problem
from roster.result import Result, Status, TracePoint
from roster.rules.registry import Verdict, judge


class SolverError(RuntimeError):
    """The solver and the checkers disagree, or the model is broken: a defect of ours, never a result."""


OnRoster = Callable[[TracePoint, tuple[Assigned, ...]], None]


def solve(
    problem: Problem,
    *,
    time_limit_seconds: float,
    deterministic_limit: float | None = None,
    workers: int = 2,
    seed: int = 0,
    on_progress: Callable[[TracePoint], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    start_from: Sequence[Assigned] = (),
    on_roster: OnRoster | None = None,
) -> Result:
    """Plan `problem` for at most `time_limit_seconds`.

    Parameters
    ----------
    deterministic_limit
        Limit in CP-SAT's deterministic units; with it, the same seed and workers give the same roster.
    on_progress
        Called from a solver thread whenever the objective or the bound improves.
    should_stop
        Asked several times a second; once it says true, the best roster so far is kept.
    start_from
        A roster to start from; it need not be valid or complete.
    on_roster
        Called with each improved roster, so that the best is never lost.

    Raises
    ------
    SolverError
        A roster breaks a hard rule or does not cost what the model said.
    """
    started = time.monotonic()
    grid = Grid(problem)
    conflicts = conflicts_of(grid)
    if conflicts:
        seconds = time.monotonic() - started
        return Result(status=Status.INFEASIBLE, conflicts=conflicts, seconds=seconds, seed=seed, workers=workers)
    roster = RosterModel(grid)
    post_rules(roster)
    roster.minimise_costs()
    if start_from:
        roster.hint(start_from)
    search = Search(
        roster,
        started=started,
        time_limit_seconds=time_limit_seconds,
        deterministic_limit=deterministic_limit,
        workers=workers,
        seed=seed,
        on_progress=on_progress,
        on_roster=on_roster,
        should_stop=should_stop,
    )
    status = search.run()
    if status == cp_model.MODEL_INVALID:
        raise SolverError(f"the model is invalid: {roster.model.validate()}")
    if status == cp_model.INFEASIBLE:
        raise SolverError("the solver calls a roster infeasible that the elastic model can build")
    found = search.best
    seconds = time.monotonic() - started
    if found is None:
        return Result(
            status=Status.UNKNOWN,
            bound=search.bound,
            trace=tuple(search.trace),
            seconds=seconds,
            seed=seed,
            workers=workers,
            stopped=search.stopped,
        )
    verdict = accepted(problem, found)
    objective = exact_objective(grid, found, search.objective, verdict)
    bound = objective if status == cp_model.OPTIMAL else search.bound
    return Result(
        status=Status.OPTIMAL if bound is not None and bound >= objective else Status.FEASIBLE,
        assignments=found,
        objective=objective,
        bound=bound,
        costs=verdict.costs,
        trace=tuple(search.trace),
        seconds=time.monotonic() - started,
        seed=seed,
        workers=workers,
        stopped=search.stopped,
    )


def accepted(problem: Problem, assignments: Sequence[Assigned]) -> Verdict:
    """The checkers' verdict on a roster of ours; raises `SolverError` where it breaks a hard rule."""
    verdict = judge(problem, assignments)
    if verdict.violations:
        first = verdict.violations[0]
        raise SolverError(f"the solver broke the rule {first.rule}: {first.sentence}")
    return verdict


def exact_objective(grid: Grid, assignments: Sequence[Assigned], claimed: int | None, verdict: Verdict) -> int:
    """What the model says `assignments` cost; raises `SolverError` unless the checkers say the same.

    A roster found on the way may claim more than it costs (an excess variable above what it needs), so a claim that
    differs is computed again with the roster fixed.
    """
    if claimed == verdict.cost:
        return verdict.cost
    roster = RosterModel(grid)
    post_rules(roster)
    roster.minimise_costs()
    roster.fix(assignments)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    status = solver.solve(roster.model)
    if status != cp_model.OPTIMAL:
        raise SolverError(f"the model refuses ({solver.status_name(status)}) a roster that the checkers accept")
    objective = round(solver.objective_value)
    if objective != verdict.cost:
        raise SolverError(f"the model says {objective}, the checkers say {verdict.cost} ({verdict.costs})")
    return objective

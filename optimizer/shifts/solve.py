"""Solve a roster: search, judge what was found, and say what is proved."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial
from math import inf

from ortools.sat.python import cp_model

from optimizer.cp_sat import new_solver
from optimizer.shifts.cover.table import CoverTable
from optimizer.shifts.errors import SolverError
from optimizer.shifts.grid import Grid
from optimizer.shifts.model.postings import post_rules
from optimizer.shifts.model.roster_model import RosterModel
from optimizer.shifts.model.solving import search
from optimizer.shifts.progress import OnProgress, OnRoster, Progress
from optimizer.shifts.reasons.asking import Asking
from optimizer.shifts.reasons.infeasible import Clashes, clashes_of
from optimizer.shifts.reasons.team_clashes import hard_team_rules, team_clashes_of
from optimizer.shifts.rows.finder import RowFinder
from optimizer.shifts.rows.in_row import TooLarge
from optimizer.shifts.rows.people import people_of
from optimizer.shifts.search.crew import Crew
from optimizer.shifts.search.planner import plan
from optimizer.shifts.teams.parts import SIDE_BY_SIDE_FROM
from optimizer.shifts.teams.side_by_side import plan_teams
from roster.problem import Assigned, Problem
from roster.result import Result, Status
from roster.rules.registry import Verdict, judge
from roster.unmet import unmet

DIRECT_LITERALS = 2500
"""Up to so many person-day-shift literals plain CP-SAT is tried first."""

DIRECT_SHARE = 0.25
DIRECT_SECONDS = 30.0
"""It has this share of the time, and no longer: what it has not proved by then, rows find and prove sooner."""

REASONS_SHARE = 0.25
"""Of the time limit, kept for saying why there is no roster; used for the search as soon as there is one."""


def solve(
    problem: Problem,
    *,
    time_limit_seconds: float,
    deterministic_limit: float | None = None,
    workers: int = 2,
    seed: int = 0,
    on_progress: OnProgress | None = None,
    should_stop: Callable[[], bool] | None = None,
    start_from: Sequence[Assigned] = (),
    on_roster: OnRoster | None = None,
    executor: Executor | None = None,
) -> Result:
    """Plan `problem` for at most `time_limit_seconds`.

    Parameters
    ----------
    deterministic_limit
        Limit in deterministic units; with it, the same seed and workers give the same roster.
    on_progress
        Called, perhaps from a solver thread, whenever the objective or the bound improves.
    should_stop
        Asked several times a second; once it says true, the best roster so far is kept.
    start_from
        A roster to start from; it need not be valid or complete. A valid one is kept until there is a better one.
    on_roster
        Called with each improved roster, so that the best is never lost.
    executor
        Where the teams of very many people are planned side by side; none: processes of this machine.

    Raises
    ------
    SolverError
        A roster breaks a hard rule or does not cost what the model said.
    """
    progress = Progress(
        time_limit_seconds=time_limit_seconds,
        deterministic_limit=deterministic_limit,
        on_progress=on_progress,
        on_roster=on_roster,
        should_stop=should_stop,
        count_costs=(lambda found: judge(problem, found).costs) if on_progress or on_roster else None,
        reserved_seconds=REASONS_SHARE * time_limit_seconds,
    )
    asking = Asking(progress)
    grid = Grid(problem)
    crew = _crew(grid)
    if crew is not None:
        stuck = [one.agent for one in crew.people if crew.finder.best(one, one.own * 0) is None]
        clashes = clashes_of(grid, stuck, asking)
        if clashes.conflicts:
            return _impossible(clashes, grid, progress, workers=workers, seed=seed)
        if stuck:
            crew = None
    _go_on_from(start_from, problem, progress)
    literals = len(problem.agents) * len(grid.options)
    refused = False
    if not progress.over() and (crew is None or literals <= DIRECT_LITERALS):
        share, longest = (1.0, inf) if crew is None else (DIRECT_SHARE, DIRECT_SECONDS)
        refused = _direct(
            grid, progress, share=share, longest=longest, workers=workers, seed=seed, start_from=start_from
        )
    if crew is not None and not refused and not progress.over():
        big = len(crew.people) >= SIDE_BY_SIDE_FROM
        search_rows = partial(plan_teams, executor=executor) if big else plan
        search_rows(crew, progress, workers=workers, seed=seed, start_from=progress.best or start_from)
        if progress.best is None and not progress.over():
            # Row after row found no way in: pairs and roles can be so tight that a model of all is the way.
            refused = _direct(grid, progress, workers=workers, seed=seed, start_from=start_from)
    if progress.best is None and not progress.stopped:
        progress.release()
        clashes = clashes_of(grid, asking=asking) if crew is None else Clashes()
        if not clashes.conflicts:
            clashes = team_clashes_of(grid, asking)
        if clashes.conflicts:
            return _impossible(clashes, grid, progress, workers=workers, seed=seed)
        if refused and not hard_team_rules(problem) and not asking.left_open:
            raise SolverError("the solver calls a roster infeasible that the elastic model can build")
    return _concluded(grid, progress, workers=workers, seed=seed)


def _impossible(clashes: Clashes, grid: Grid, progress: Progress, *, workers: int, seed: int) -> Result:
    return Result(
        status=Status.INFEASIBLE,
        conflicts=clashes.conflicts,
        relax=clashes.relax,
        warnings=unmet(grid.problem),
        seconds=progress.seconds,
        seed=seed,
        workers=workers,
    )


def _go_on_from(start_from: Sequence[Assigned], problem: Problem, progress: Progress) -> None:
    """Take the roster to start from as the best so far, where it is one: what was found before is never lost."""
    lines = dict.fromkeys(start_from)
    known = [line for line in lines if line.agent in problem.agent_of and line.shift in problem.shift_of]
    if not known or any(not 0 <= line.day < problem.days for line in known):
        return
    verdict = judge(problem, known)
    if not verdict.violations:
        progress.offer(verdict.cost, lambda: known)


def _crew(grid: Grid) -> Crew | None:
    """Rows by dynamic programming, where the rules allow it and nobody's row holds what they miss by an absence."""
    if any(agent.absences for agent in grid.problem.agents):
        return None
    try:
        people = people_of(grid)
        return Crew(grid, people, RowFinder(grid, people), CoverTable(grid))
    except TooLarge:
        return None


def _direct(
    grid: Grid,
    progress: Progress,
    *,
    share: float = 1.0,
    longest: float = inf,
    workers: int,
    seed: int,
    start_from: Sequence[Assigned],
) -> bool:
    """Plain CP-SAT on the whole model, for a share of the limits and the `longest` seconds.

    Says whether it called the problem impossible.

    That is no result yet: it must be possible to say why.
    """
    roster = RosterModel(grid)
    post_rules(roster)
    roster.minimise_costs()
    if start_from:
        roster.hint(start_from)
    limit = progress.deterministic_limit
    status = search(
        roster,
        progress,
        # Before there is a roster the search ends earlier by what is reserved.
        seconds=min(progress.seconds_in_all * share, longest),
        deterministic_limit=None if limit is None else limit * share,
        workers=workers,
        seed=seed,
    )
    if status == cp_model.MODEL_INVALID:
        raise SolverError(f"the model is invalid: {roster.model.validate()}")
    return status == cp_model.INFEASIBLE


def _concluded(grid: Grid, progress: Progress, *, workers: int, seed: int) -> Result:
    """Judge the best roster and make the result."""
    found = progress.best
    if found is None or progress.objective is None:
        return Result(
            status=Status.UNKNOWN,
            bound=progress.bound,
            warnings=unmet(grid.problem),
            trace=tuple(progress.trace),
            seconds=progress.seconds,
            seed=seed,
            workers=workers,
            stopped=progress.stopped,
        )
    verdict = accepted(grid.problem, found)
    objective = exact_objective(grid, found, progress.objective, verdict)
    bound = progress.bound
    if bound is not None and bound > objective:
        raise SolverError(f"the bound {bound} is above the roster's cost {objective}")
    return Result(
        status=Status.OPTIMAL if bound == objective else Status.FEASIBLE,
        assignments=found,
        objective=objective,
        bound=bound,
        costs=verdict.costs,
        warnings=unmet(grid.problem),
        trace=tuple(progress.trace),
        seconds=progress.seconds,
        seed=seed,
        workers=workers,
        stopped=progress.stopped,
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
    solver = new_solver()
    solver.parameters.num_workers = 1
    status = solver.solve(roster.model)
    if status != cp_model.OPTIMAL:
        raise SolverError(f"the model refuses ({solver.status_name(status)}) a roster that the checkers accept")
    objective = round(solver.objective_value)
    if objective != verdict.cost:
        raise SolverError(f"the model says {objective}, the checkers say {verdict.cost} ({verdict.costs})")
    return objective

"""One CP-SAT search over a whole roster model, reporting to the run's progress."""

import threading

from ortools.sat.python import cp_model

from optimizer.cp_sat import new_solver
from optimizer.shifts.model.roster_model import RosterModel
from optimizer.shifts.progress import Progress

POLL_SECONDS = 0.1


class _Report(cp_model.CpSolverSolutionCallback):
    def __init__(self, roster: RosterModel, progress: Progress) -> None:
        super().__init__()
        self._roster = roster
        self._progress = progress

    def on_solution_callback(self) -> None:
        """Offer the improved roster, and the bound that stands beside it."""
        self._progress.offer(round(self.objective_value), lambda: self._roster.extract(self.boolean_value))
        self._progress.raise_bound(self.best_objective_bound)


def search(
    roster: RosterModel,
    progress: Progress,
    *,
    seconds: float,
    deterministic_limit: float | None,
    workers: int,
    seed: int,
) -> int:
    """Search for at most `seconds`; returns the CP-SAT status, and leaves what was found with `progress`."""
    solver = new_solver()
    parameters = solver.parameters
    parameters.num_workers = workers
    parameters.random_seed = seed
    parameters.max_time_in_seconds = max(0.01, seconds)
    if deterministic_limit is not None:
        parameters.max_deterministic_time = deterministic_limit
        parameters.interleave_search = workers > 1
    solver.best_bound_callback = progress.raise_bound
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(solver, progress, over), daemon=True)
    watcher.start()
    try:
        status = int(solver.solve(roster.model, _Report(roster, progress)))
    finally:
        over.set()
        watcher.join()
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        progress.raise_bound(solver.best_objective_bound)
    return status


def _watch(solver: cp_model.CpSolver, progress: Progress, over: threading.Event) -> None:
    """Stop the solver once asked to; it may ask before the solver has begun, so keep asking."""
    while not over.wait(POLL_SECONDS):
        if progress.asked_to_stop():
            solver.stop_search()

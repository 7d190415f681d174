"""One CP-SAT search over a whole roster model, reporting to the run's progress."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

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
    with stopped_with(solver, progress):
        status = int(solver.solve(roster.model, _Report(roster, progress)))
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        progress.raise_bound(solver.best_objective_bound)
    return status


@contextmanager
def stopped_with(solver: cp_model.CpSolver, progress: Progress) -> Iterator[None]:
    """Stop `solver`, which solves in the block, once the run is asked to stop or its time is over."""
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(solver, progress, over), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _watch(solver: cp_model.CpSolver, progress: Progress, over: threading.Event) -> None:
    """It may be asked before the solver has begun, so keep asking."""
    while not over.wait(POLL_SECONDS):
        if progress.asked_to_stop() or progress.seconds_left <= 0:
            solver.stop_search()

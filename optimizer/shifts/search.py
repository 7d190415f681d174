"""One CP-SAT search with its limits, progress and stop."""

import math
import threading
import time
from collections.abc import Callable

from ortools.sat.python import cp_model

from optimizer.shifts.variables import RosterModel
from roster.problem import Assigned
from roster.result import TracePoint

POLL_SECONDS = 0.1


class Search(cp_model.CpSolverSolutionCallback):
    """Runs once; afterwards `best`, `objective`, `bound`, `trace` and `stopped` say what came of it."""

    def __init__(
        self,
        roster: RosterModel,
        *,
        started: float,
        time_limit_seconds: float,
        deterministic_limit: float | None,
        workers: int,
        seed: int,
        on_progress: Callable[[TracePoint], None] | None,
        on_roster: Callable[[TracePoint, tuple[Assigned, ...]], None] | None,
        should_stop: Callable[[], bool] | None,
    ) -> None:
        super().__init__()
        self._roster = roster
        self._started = started
        self._until = started + time_limit_seconds
        self._on_progress = on_progress
        self._on_roster = on_roster
        self._should_stop = should_stop
        self._lock = threading.Lock()
        self._over = threading.Event()
        self.best: tuple[Assigned, ...] | None = None
        self.objective: int | None = None
        self.bound: int | None = None
        self.trace: list[TracePoint] = []
        self.stopped = False
        self._solver = cp_model.CpSolver()
        parameters = self._solver.parameters
        parameters.num_workers = workers
        parameters.random_seed = seed
        if deterministic_limit is not None:
            parameters.max_deterministic_time = deterministic_limit
            parameters.interleave_search = workers > 1

    def run(self) -> int:
        """Search until the end; the CP-SAT status."""
        self._solver.parameters.max_time_in_seconds = max(0.01, self._until - time.monotonic())
        self._solver.best_bound_callback = self._on_bound
        watcher = threading.Thread(target=self._watch, daemon=True)
        if self._should_stop is not None:
            watcher.start()
        try:
            status = self._solver.solve(self._roster.model, self)
        finally:
            self._over.set()
            if self._should_stop is not None:
                watcher.join()
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            self._improve_bound(self._solver.best_objective_bound)
        return int(status)

    def on_solution_callback(self) -> None:
        """Keep the improved roster and pass it on."""
        with self._lock:
            self.best = self._roster.extract(self.boolean_value)
            self.objective = round(self.objective_value)
            point = self._point()
            if self._on_roster is not None:
                self._on_roster(point, self.best)
        self._improve_bound(self.best_objective_bound)

    def _on_bound(self, bound: float) -> None:
        self._improve_bound(bound)

    def _improve_bound(self, value: float) -> None:
        if not math.isfinite(value):
            return
        bound = math.ceil(value - 1e-6)
        with self._lock:
            if self.bound is None or bound > self.bound:
                self.bound = bound
                self._point()

    def _point(self) -> TracePoint:
        point = TracePoint(seconds=time.monotonic() - self._started, objective=self.objective, bound=self.bound)
        self.trace.append(point)
        if self._on_progress is not None:
            self._on_progress(point)
        return point

    def _watch(self) -> None:
        """Stop the solver once asked to; it may ask before the solver has begun, so keep asking."""
        while not self._over.wait(POLL_SECONDS):
            if self._should_stop is not None and self._should_stop():
                self.stopped = True
                self._solver.stop_search()

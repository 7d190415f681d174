"""Questions to CP-SAT about why a roster can't be: each by a deterministic limit, all within the run's limits."""

from ortools.sat.python import cp_model

from optimizer.cp_sat import new_solver
from optimizer.shifts.model.solving import stopped_with
from optimizer.shifts.progress import Progress


class Asking:
    """Asks until the run is over: from then on every question stays open, which never counts as an answer."""

    def __init__(self, progress: Progress | None = None) -> None:
        """Without `progress` only the deterministic limits hold."""
        self._progress = progress
        self.left_open = False
        """Whether a question has stayed open."""
        self.spent = 0.0
        """Deterministic units of all questions."""

    def over(self) -> bool:
        """Whether nothing more can be asked."""
        return self._progress is not None and self._progress.over()

    def seconds_left(self) -> float:
        """Until the run's time limit."""
        return float("inf") if self._progress is None else self._progress.seconds_left

    def solve(self, model: cp_model.CpModel, *, limit: float, presolve: bool = True) -> tuple[int, cp_model.CpSolver]:
        """The status and what it was found with: one worker and `limit` units of work, so the same every time."""
        solver = new_solver()
        if self.over():
            self.left_open = True
            return int(cp_model.UNKNOWN), solver
        solver.parameters.num_workers = 1
        solver.parameters.max_deterministic_time = limit
        solver.parameters.cp_model_presolve = presolve
        if self._progress is None:
            status = int(solver.solve(model))
        else:
            solver.parameters.max_time_in_seconds = max(0.01, self._progress.seconds_left)
            with stopped_with(solver, self._progress):
                status = int(solver.solve(model))
        self.spent += solver.response_proto.deterministic_time
        if status not in (cp_model.OPTIMAL, cp_model.INFEASIBLE):
            self.left_open = True
        return status, solver

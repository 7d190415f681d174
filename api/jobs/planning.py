"""Drives one planning run: the solver in a child process, progress into the store, stop requests out of it.

The database is the only link between a run and whoever asks it to stop, so any process may do so.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from api.context import Context
from api.services.rosters.runs import fail_run, finish_run, record_progress, stop_wanted
from optimizer.shifts.processes.process import SolverCrashed, SolverProcess
from optimizer.shifts.processes.wire import Improvement, plain
from roster.problem import Assigned, Problem
from roster.result import Result, TracePoint

TICK_SECONDS = 0.25
BEAT_SECONDS = 2.0
MAX_REASON = 300
KEEP_SECONDS = 5.0
"""The best roster is stored at most so often while the run goes on."""
TELL_SECONDS = 1.0
"""The log gets a progress line at most so often."""

OnProgress = Callable[[TracePoint], None]
OnNote = Callable[[str], None]

logger = logging.getLogger(__name__)


class _Follower(threading.Thread):
    """Reads the child's progress, which blocks, so that the driver can look at the store meanwhile."""

    def __init__(self, process: SolverProcess) -> None:
        super().__init__(name="solver-progress", daemon=True)
        self._process = process
        self._trace: list[TracePoint] = []
        self._best: Improvement | None = None
        self._lock = threading.Lock()

    def run(self) -> None:
        for point in self._process.progress():
            with self._lock:
                # A better roster comes twice: as a point, and with its shifts.
                if self._trace[-1:] != [plain(point)]:
                    self._trace.append(plain(point))
                if isinstance(point, Improvement):
                    self._best = point

    def trace(self) -> list[TracePoint]:
        """What has come so far."""
        with self._lock:
            return list(self._trace)

    def best(self) -> Improvement | None:
        """The best roster that has come so far."""
        with self._lock:
            return self._best


class Drive:
    """One run, from the child's start to the stored end. Whatever happens, it leaves no run "running" behind."""

    def __init__(
        self,
        context: Context,
        run_id: int,
        problem: Problem,
        *,
        time_limit_seconds: float,
        start_from: Sequence[Assigned] = (),
        on_progress: OnProgress | None = None,
        on_note: OnNote | None = None,
    ) -> None:
        self.context = context
        self._run_id = run_id
        self._problem = problem
        self._time_limit_seconds = time_limit_seconds
        self._start_from = start_from
        self._on_progress = on_progress
        self._on_note = on_note
        self._note = ""
        self._process: SolverProcess | None = None

    def run(self) -> None:
        """Solve and store."""
        over = False
        try:
            self._solve_and_store()
            over = True
        finally:
            if not over:
                fail_run(self.context, self._run_id, "The run broke off because of a fault inside Breather.")

    def cancel(self) -> None:
        """End the child at once; the best roster that it has reported is kept."""
        if self._process is not None:
            self._process.kill()

    def _solve_and_store(self) -> None:
        try:
            result = self._solve()
        except SolverCrashed as error:
            logger.warning("planning run %s: %s", self._run_id, error)
            if error.best is None:
                # The log has all of it; a lead needs no traceback.
                words = " ".join(str(error).split())[:MAX_REASON]
                fail_run(self.context, self._run_id, f"Nothing was changed: {words}.")
                return
            note = "The solver ended before it was done; the best roster it had found was kept."
            finish_run(self.context, self._run_id, self._problem, error.best, note=note)
            return
        finish_run(self.context, self._run_id, self._problem, result)

    def _solve(self) -> Result:
        process = SolverProcess(
            self._problem,
            time_limit_seconds=self._time_limit_seconds,
            workers=self.context.settings.solver_workers,
            start_from=self._start_from,
            on_note=self._take_note,
        )
        self._process = process
        watched = False
        try:
            self._watch(process)
            watched = True
        finally:
            if not watched:
                process.kill()
        return process.result()

    def _take_note(self, note: str) -> None:
        self._note = note
        if self._on_note is not None:
            self._on_note(note)

    def _watch(self, process: SolverProcess) -> None:
        """Until the child is done: progress into the store, at most every tick, and stop requests to the child."""
        follower = _Follower(process)
        follower.start()
        begun = time.monotonic()
        shown, beat_at, told_at, kept_at = 0, begun, begun - TELL_SECONDS, begun - KEEP_SECONDS
        kept: Improvement | None = None
        stopped = False
        alive = True
        # Once more after the end, for what came last.
        while alive:
            try:
                follower.join(TICK_SECONDS)
                alive = follower.is_alive()
                trace = follower.trace()
                now = time.monotonic()
                fresh = len(trace) > shown
                tell = fresh and now - told_at >= TELL_SECONDS
                best = follower.best()
                keep = best is not kept and now - kept_at >= KEEP_SECONDS
                if fresh or keep or now - beat_at >= BEAT_SECONDS:
                    beat_at = now
                    lines = best.assignments if best is not None and keep else None
                    wanted = record_progress(
                        self.context, self._run_id, trace, process.seconds, tell, lines, note=self._note
                    )
                    kept, kept_at = (best, now) if keep else (kept, kept_at)
                else:
                    wanted = stop_wanted(self.context, self._run_id)
                if wanted and not stopped:
                    stopped = True
                    process.stop()
                told_at = now if tell else told_at
                if self._on_progress is not None:
                    for point in trace[shown:]:
                        self._on_progress(point)
                shown = len(trace)
            except KeyboardInterrupt:
                stopped = True
                process.stop()


_running: set[Drive] = set()
_lock = threading.Lock()


def drive_in_background(drive: Drive) -> None:
    """Run `drive` in a thread of its own."""

    def work() -> None:
        try:
            drive.run()
        finally:
            with _lock:
                _running.discard(drive)

    with _lock:
        _running.add(drive)
    threading.Thread(target=work, name="planning", daemon=True).start()


def shut_down(context: Context, seconds: float = 10.0) -> None:
    """End every background run on this context and wait, at most `seconds`, until each is stored."""
    with _lock:
        left = [drive for drive in _running if drive.context is context]
    for drive in left:
        drive.cancel()
    wait_until_idle(context, seconds)


def wait_until_idle(context: Context, seconds: float) -> bool:
    """Wait, at most `seconds`, until no background run goes on on this context; whether that is so."""
    until = time.monotonic() + seconds
    while True:
        with _lock:
            if not any(drive.context is context for drive in _running):
                return True
        if time.monotonic() >= until:
            return False
        time.sleep(TICK_SECONDS / 10)

"""A planning run in a child process: progress as it comes, a stop that keeps the best, a crash that is told.

The child ends by itself when this process does (its stdin closes), and this class never waits for ever: past the
time limit and a grace the child is killed and the best roster it reported is what there is.
"""

import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import IO

from pydantic import ValidationError

from optimizer.shifts.processes.wire import STOP, Improvement, Message, Order, plain
from roster.problem import Assigned, Problem
from roster.result import Result, Status, TracePoint
from roster.rules.registry import judge

GRACE_SECONDS = 60.0
"""Past the time limit: for starting Python, building the model, judging the last roster on a busy machine."""

PREPARING_SECONDS = 300.0
"""For the child that says it must compile first: about 40 s on two free cores, minutes where others work there too."""

STDERR_CHARACTERS = 2000

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
"""For the child and all of its own: their matrices are small, and threads that wait for one another on processors that
all work made the bound of 50 people take 60 s instead of 2."""


class SolverCrashed(RuntimeError):
    """The child ended without a result. `best` is the best roster it had reported, judged again, if any."""

    def __init__(self, message: str, exit_code: int | None, best: Result | None) -> None:
        # All of it in `args`: that is what an error is made of anew on the other side of a process pool.
        super().__init__(message, exit_code, best)
        self.exit_code = exit_code
        self.best = best

    def __str__(self) -> str:
        return str(self.args[0])


class SolverProcess:
    """One planning run in `python -m optimizer.shifts.processes.child`; starts at once."""

    def __init__(
        self,
        problem: Problem,
        *,
        time_limit_seconds: float,
        workers: int,
        seed: int = 0,
        deterministic_limit: float | None = None,
        start_from: Sequence[Assigned] = (),
        grace_seconds: float = GRACE_SECONDS,
        on_note: Callable[[str], None] | None = None,
        command: Sequence[str] = (sys.executable, "-m", "optimizer.shifts.processes.child"),
    ) -> None:
        """`on_note` gets a sentence, from a thread, where something takes long before the work begins."""
        self._order = Order(
            problem=problem,
            time_limit_seconds=time_limit_seconds,
            deterministic_limit=deterministic_limit,
            workers=workers,
            seed=seed,
            start_from=tuple(start_from),
        )
        self._on_note = on_note
        self._ready_at: float | None = None
        self._patience_seconds = time_limit_seconds + grace_seconds
        self._deadline = time.monotonic() + self._patience_seconds
        self._child = subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, **ONE_THREAD},
            # A group of its own: Ctrl-C in a terminal reaches us, and we say when to stop.
            process_group=0,
        )
        self._stdin = _pipe(self._child.stdin)
        self._stdout = _pipe(self._child.stdout)
        self._stderr = _pipe(self._child.stderr)
        self._points: queue.Queue[TracePoint | None] = queue.Queue()
        self._trace: list[TracePoint] = []
        self._best: Improvement | None = None
        self._result: Result | None = None
        self._refused: str | None = None
        self._noise = ""
        self._killed = False
        self._said_stop = False
        self._lock = threading.Lock()
        self._readers = [
            threading.Thread(target=self._send, daemon=True),
            threading.Thread(target=self._read, daemon=True),
            threading.Thread(target=self._read_stderr, daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid

    @property
    def seconds(self) -> float:
        """How long the work has gone on; 0 before it has begun, as the time limit counts."""
        return 0.0 if self._ready_at is None else time.monotonic() - self._ready_at

    def progress(self) -> Iterator[TracePoint]:
        """Each point of the trace as it comes, an `Improvement` where a better roster was found; ends with the run."""
        while True:
            try:
                point = self._points.get(timeout=self._remaining())
            except queue.Empty:
                if self._remaining():
                    continue  # the work has begun meanwhile
                self.kill()
                return
            if point is None:
                self._points.put(None)
                return
            yield point

    def stop(self) -> None:
        """Ask the child to stop; `result()` then has the best roster found so far."""
        with self._lock:
            self._said_stop = True
            self._write(STOP + "\n")

    def kill(self) -> None:
        """End the child now; `result()` then has the best roster it had reported."""
        self._killed = True
        self._child.kill()

    def result(self) -> Result:
        """Wait for the end and return the result; raises `SolverCrashed`, with the exit code, where there is none."""
        while self._child.poll() is None and (seconds := self._remaining()):
            with suppress(subprocess.TimeoutExpired):
                self._child.wait(timeout=seconds)
        if self._child.poll() is None:
            self.kill()
        code = self._child.wait()
        for reader in self._readers:
            reader.join(timeout=10)
        for pipe in (self._stdin, self._stdout, self._stderr):
            with suppress(BrokenPipeError, ValueError):
                pipe.close()
        if self._result is not None:
            return self._result
        best = self._from_best()
        if self._killed:
            return best or self._nothing()
        reason = self._refused or self._noise.strip()[-STDERR_CHARACTERS:] or "it said nothing"
        raise SolverCrashed(f"the solver process ended with exit code {code}: {reason}", code, best)

    def _remaining(self) -> float:
        return max(0.0, self._deadline - time.monotonic())

    def _send(self) -> None:
        """In a thread of its own: a large order fills the pipe before the child reads."""
        line = self._order.model_dump_json()
        with self._lock:
            self._write(line + "\n")

    def _write(self, text: str) -> None:
        """A child that is gone has a result or a crash to tell; the broken pipe adds nothing."""
        with suppress(BrokenPipeError, ValueError):
            self._stdin.write(text)
            self._stdin.flush()

    def _read(self) -> None:
        for line in self._stdout:
            try:
                message = Message.model_validate_json(line)
            except ValidationError:
                # A killed child may leave half a line, a library may print: neither is a message.
                self._noise += line
                continue
            self._take(message)
        self._points.put(None)

    def _take(self, message: Message) -> None:
        if message.ready:
            self._ready_at = time.monotonic()
            self._deadline = self._ready_at + self._patience_seconds
        if message.preparing:
            self._deadline = time.monotonic() + self._patience_seconds + PREPARING_SECONDS
            if self._on_note is not None:
                self._on_note(message.preparing)
        self._result = message.result or self._result
        self._refused = message.refused or self._refused
        self._best = message.improved or self._best
        point = message.improved or message.progress
        if point is not None:
            self._trace.append(plain(point))
            self._points.put(point)

    def _read_stderr(self) -> None:
        for line in self._stderr:
            self._noise = (self._noise + line)[-2 * STDERR_CHARACTERS :]

    def _from_best(self) -> Result | None:
        """The best roster reported, if the checkers accept it."""
        if self._best is None:
            return None
        verdict = judge(self._order.problem, self._best.assignments)
        if verdict.violations:
            return None
        bounds = [point.bound for point in self._trace if point.bound is not None]
        return self._nothing().model_copy(
            update={
                "status": Status.FEASIBLE,
                "assignments": self._best.assignments,
                "objective": verdict.cost,
                "bound": max(bounds, default=None),
                "costs": verdict.costs,
            }
        )

    def _nothing(self) -> Result:
        return Result(
            status=Status.UNKNOWN,
            trace=tuple(self._trace),
            seconds=self.seconds,
            seed=self._order.seed,
            workers=self._order.workers,
            stopped=True,
        )


def _pipe(end: IO[str] | None) -> IO[str]:
    if end is None:
        raise RuntimeError("the solver process was started without pipes")
    return end

"""The parent's end of the second process of a planning run: `partner_process.py` says what that one does."""

import logging
import subprocess
import sys
import threading
from contextlib import suppress

import numpy as np
from pydantic import BaseModel, ValidationError

from optimizer.shifts.processes.exchange import Mirror, Rows, Told, news
from optimizer.shifts.processes.wire import Order
from optimizer.shifts.progress import Progress
from optimizer.shifts.search.crew import Crew, Floats

LOG = logging.getLogger(__name__)


class Partner:
    """Bounds go straight to the run's progress; guidance and better rows are there when the planner asks."""

    def __init__(self, order: Order, progress: Progress) -> None:
        self.guidance: Told | None = None
        """The newest that has slopes."""
        self.worth: Floats | None = None
        """What options are worth at the prices of the bound, [group, option], once it is found."""
        self._progress = progress
        self._mirror = Mirror()
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._told: Rows = {}
        self._child = subprocess.Popen(
            [sys.executable, "-m", "optimizer.shifts.processes.partner_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        # In a thread of its own: a large order fills the pipe before the child reads.
        self._writer = threading.Thread(target=self._send, args=(order,), daemon=True)
        self._sending.acquire()
        self._writer.start()

    def tell(self, crew: Crew, cost: int) -> None:
        """Send the rows that have changed, if the child has time to listen."""
        rows = news(self._told, crew.rows)
        if rows and self._sending.acquire(blocking=False):
            self._told = crew.snapshot()
            self._writer = threading.Thread(target=self._send, args=(Told(rows=rows, cost=cost),), daemon=True)
            self._writer.start()

    def merge(self, crew: Crew) -> bool:
        """Make `crew` better by what the child has found, if it can be; says whether it was."""
        with self._lock:
            return self._mirror.merge(crew)

    def _send(self, line: BaseModel) -> None:
        # A child that is gone has nothing more to say; the run goes on without.
        try:
            with suppress(BrokenPipeError, ValueError):
                if self._child.stdin is not None:
                    self._child.stdin.write(line.model_dump_json() + "\n")
                    self._child.stdin.flush()
        finally:
            self._sending.release()

    def _read(self) -> None:
        if self._child.stdout is None:
            return
        for line in self._child.stdout:
            try:
                told = Told.model_validate_json(line)
            except ValidationError:
                continue  # half a line of a process that was ended
            if told.bound is not None:
                self._progress.raise_bound(told.bound)
            if told.slopes is not None:
                self.guidance = told
            if told.worth is not None:
                self.worth = np.array(told.worth)
            if told.rows:
                with self._lock:
                    self._mirror.hear(told)

    def wait_for_guidance(self) -> None:
        """Wait until the child has taught something, or has ended."""
        while self.guidance is None and self._reader.is_alive():
            self._reader.join(timeout=0.1)

    def close(self) -> None:
        """End the child; a crash of its own is logged, for the roster does not depend on it."""
        code = self._child.poll()
        if code not in (None, 0):
            LOG.warning("the second process ended with exit code %s; the bound may be missing", code)
        self._child.kill()
        self._child.wait()
        self._reader.join(timeout=5)
        self._writer.join(timeout=5)
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError, ValueError):
                    pipe.close()

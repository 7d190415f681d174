"""The second process of a planning run: it proves the bound and sends what it learns, while the first one plans.

Started as `python -m optimizer.shifts.bound_process`; reads an `Order` on stdin and writes `Learned` lines on stdout.
It ends by itself when its stdin closes, so it never outlives its parent.
"""

import logging
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress

from pydantic import BaseModel, ConfigDict, ValidationError

from optimizer.shifts.anneal import anneal
from optimizer.shifts.automaton import TooLarge
from optimizer.shifts.bounding import Bounding
from optimizer.shifts.construct import construct
from optimizer.shifts.cover_table import CoverTable
from optimizer.shifts.crew import Crew
from optimizer.shifts.progress import Progress
from optimizer.shifts.rows import RowFinder, people_of
from optimizer.shifts.variables import Grid
from optimizer.shifts.wire import Order

ANNEAL_SHARE = 0.05
ANNEAL_SECONDS = 3.0
GUIDES_AT = 0.015
"""Distance of the bound to its limit at which the columns and slopes are first worth sending."""

LOG = logging.getLogger(__name__)


class Learned(BaseModel):
    """A proved bound; with it, near the end, what a point of exposure is worth for each agent, and parts of rows.

    Parts are indices into the grid's options, by agent id.
    """

    model_config = ConfigDict(extra="forbid")

    bound: int
    slopes: dict[str, float] | None = None
    parts: tuple[tuple[str, tuple[int, ...]], ...] = ()


class BoundProcess:
    """The parent's end: `latest` has the newest guidance, bounds go straight to the run's progress."""

    def __init__(self, order: Order, progress: Progress) -> None:
        self.latest: Learned | None = None
        self._progress = progress
        self._child = subprocess.Popen(
            [sys.executable, "-m", "optimizer.shifts.bound_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._writer = threading.Thread(target=self._send, args=(order,), daemon=True)
        self._writer.start()

    def _send(self, order: Order) -> None:
        # A child that is gone proves nothing more; the run goes on without.
        with suppress(BrokenPipeError, ValueError):
            if self._child.stdin is not None:
                self._child.stdin.write(order.model_dump_json() + "\n")
                self._child.stdin.flush()

    def _read(self) -> None:
        if self._child.stdout is None:
            return
        for line in self._child.stdout:
            try:
                learned = Learned.model_validate_json(line)
            except ValidationError:
                continue  # half a line of a process that was ended
            self._progress.raise_bound(learned.bound)
            if learned.slopes is not None:
                self.latest = learned

    def wait(self) -> None:
        """Wait until the child has nothing left to prove, or has come to its time limit."""
        self._reader.join()

    def close(self) -> None:
        """End the child; a crash of its own is logged, for the roster does not depend on it."""
        code = self._child.poll()
        if code not in (None, 0):
            LOG.warning("the bounding process ended with exit code %s; the bound may be missing", code)
        self._child.kill()
        self._child.wait()
        self._reader.join(timeout=5)
        self._writer.join(timeout=5)
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError, ValueError):
                    pipe.close()


def main() -> int:
    """The child's end; 0 when there is nothing left to prove or the rules can't be put into rows."""
    # Ctrl-C reaches the whole process group; the parent says when to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    order = Order.model_validate_json(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    grid = Grid(order.problem)
    people = people_of(grid)
    try:
        crew = Crew(grid, people, RowFinder(grid, people), CoverTable(grid))
    except TooLarge:
        return 0
    progress = Progress(time_limit_seconds=order.time_limit_seconds)
    if not construct(crew, order.seed):
        return 0
    seconds = min(ANNEAL_SECONDS, ANNEAL_SHARE * order.time_limit_seconds)
    anneal(crew, progress, seconds=seconds, moves=None, seed=order.seed)
    bounding = Bounding(grid, people, crew.cover, [crew.rows[person.agent.id] for person in people])
    told: list[int] = []

    def tell() -> None:
        if progress.bound is None:
            return
        guide = bounding.distance <= GUIDES_AT
        if guide or not told or progress.bound > told[-1]:
            told.append(progress.bound)
            learned = Learned(bound=progress.bound)
            if guide:
                learned = Learned(bound=progress.bound, slopes=bounding.slopes, parts=tuple(bounding.parts))
            sys.stdout.write(learned.model_dump_json() + "\n")
            sys.stdout.flush()

    bounding.run(progress, on_round=tell)
    return 0


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())

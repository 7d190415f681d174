"""The bound of a big run, proved in a process of its own beside the teams; at once, by counts, where work is limited.

A thread would not do: the bound is half Python, and whoever puts the teams' answers together would wait for it.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from optimizer.shifts.columns.quick_bound import QuickBounding
from optimizer.shifts.processes.workers import deaf_to_ctrl_c, end_with_parent
from optimizer.shifts.progress import Progress
from optimizer.shifts.search.crew import Crew
from optimizer.shifts.teams.task import Rows, crew_of
from roster.result import TracePoint

LOG = logging.getLogger(__name__)

ROUNDS_PER_UNIT = 0.2
"""What a unit of a deterministic limit buys."""


class Proof:
    """What the other process has proved so far; nothing is going on without one."""

    def __init__(
        self, progress: Progress, process: SpawnProcess | None = None, bounds: Connection | None = None
    ) -> None:
        self._progress = progress
        self._process = process
        self._bounds = bounds

    @property
    def busy(self) -> bool:
        """Whether it takes a processor."""
        return self._process is not None and self._process.is_alive()

    def read(self) -> None:
        """Take the bounds that have come."""
        try:
            while self._bounds is not None and self._bounds.poll():
                self._progress.raise_bound(self._bounds.recv())
        except EOFError:
            self._bounds = None


@contextmanager
def proving(crew: Crew, progress: Progress, share: float) -> Iterator[Proof]:
    """Prove for a `share` of the time that is left, beside what is done in the block."""
    rows = {agent: tuple(row) for agent, row in crew.rows.items()}
    if progress.deterministic_limit is not None:
        bounding = QuickBounding(crew.grid, crew.people, crew.cover, rows)
        bounding.run(progress, rounds=round(progress.deterministic_limit * ROUNDS_PER_UNIT))
        yield Proof(progress)
        return
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    order = (crew.grid.problem.model_dump_json(), rows, share * progress.seconds_left, theirs)
    process = context.Process(target=prove, args=order, daemon=True)
    with deaf_to_ctrl_c():
        process.start()
    theirs.close()
    proof = Proof(progress, process, ours)
    try:
        yield proof
    finally:
        proof.read()
        if process.exitcode:
            LOG.warning("the process of the bound ended with exit code %s; the bound may be missing", process.exitcode)
        process.terminate()
        process.join()
        ours.close()


def prove(problem: str, rows: Rows, seconds: float, bounds: Connection) -> None:
    """The other process: each better bound is sent as it comes."""
    end_with_parent()

    def tell(point: TracePoint) -> None:
        bounds.send(point.bound)

    progress = Progress(time_limit_seconds=seconds, on_progress=tell)
    crew = crew_of(problem)
    QuickBounding(crew.grid, crew.people, crew.cover, rows).run(progress)

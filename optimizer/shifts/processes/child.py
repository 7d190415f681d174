"""The child process of a planning run: an order on stdin, progress and the result as JSON lines on stdout.

A line `stop` on stdin, or its end (the parent is gone), stops the search and keeps the best roster.
"""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError

from optimizer.shifts.errors import SolverError
from optimizer.shifts.processes.wire import Improvement, Message, Order
from optimizer.shifts.solve import solve
from optimizer.shifts.warm import warm
from roster.problem import Assigned
from roster.result import TracePoint

ORPHAN_SECONDS = 20.0
"""How long a child may still need once its parent is gone."""

TELL_AFTER_SECONDS = 2.0
PREPARING = (
    "The row finder is being made ready. Right after an installation it is compiled for this machine, which takes some"
    " ten seconds, once; the time limit begins after that."
)


def main() -> int:
    """Work on one order; 0 when a result was written, 1 for a defect, 2 for an order that can't be read."""
    try:
        order = Order.model_validate_json(sys.stdin.readline())
    except ValidationError as error:
        _say(Message(refused=str(error)))
        return 2
    stop = threading.Event()
    threading.Thread(target=_listen, args=(stop,), daemon=True).start()
    with telling_what_takes_long():
        warm()
    _say(Message(ready=True))
    try:
        result = solve(
            order.problem,
            time_limit_seconds=order.time_limit_seconds,
            deterministic_limit=order.deterministic_limit,
            workers=order.workers,
            seed=order.seed,
            start_from=order.start_from,
            on_progress=_on_progress,
            on_roster=_on_roster,
            should_stop=stop.is_set,
        )
    except SolverError as error:
        _say(Message(refused=str(error)))
        return 1
    _say(Message(result=result))
    return 0


def _listen(stop: threading.Event) -> None:
    word = sys.stdin.readline()
    stop.set()
    while word:
        word = sys.stdin.readline()
    leave = threading.Timer(ORPHAN_SECONDS, os._exit, args=(3,))
    leave.daemon = True
    leave.start()


@contextmanager
def telling_what_takes_long() -> Iterator[None]:
    """The block compiles what was not compiled yet; where that takes long, it is said."""
    teller = threading.Timer(TELL_AFTER_SECONDS, _say, args=(Message(preparing=PREPARING),))
    teller.daemon = True
    teller.start()
    try:
        yield
    finally:
        teller.cancel()
        teller.join()


_lock = threading.Lock()
_told: list[int | None] = []


def _say(message: Message) -> None:
    with _lock:
        sys.stdout.write(message.model_dump_json() + "\n")
        sys.stdout.flush()


def _on_progress(point: TracePoint) -> None:
    """Points that bring a roster are said by `_on_roster`."""
    if not _told or point.objective == _told[-1]:
        _say(Message(progress=point))


def _on_roster(point: TracePoint, assignments: tuple[Assigned, ...]) -> None:
    _told.append(point.objective)
    _say(Message(improved=Improvement(**point.model_dump(), assignments=assignments)))


if __name__ == "__main__":
    sys.exit(main())

"""The second process of a planning run: it proves the bound first, then helps to search, while the first one plans.

Started as `python -m optimizer.shifts.processes.partner_process`; reads an `Order` and then `Told` lines on stdin,
writes `Told` lines on stdout. It ends by itself when its stdin closes, so it never outlives its parent.
"""

import os
import signal
import sys
import threading

from optimizer.shifts.columns.bounding import Bounding, worth_bounding
from optimizer.shifts.columns.quick_bound import QuickBounding, bounding_of
from optimizer.shifts.cover.table import CoverTable
from optimizer.shifts.grid import Grid
from optimizer.shifts.processes.exchange import Mirror, Rows, Told, news
from optimizer.shifts.processes.wire import Order
from optimizer.shifts.progress import Progress
from optimizer.shifts.rows.finder import RowFinder
from optimizer.shifts.rows.in_row import TooLarge
from optimizer.shifts.rows.people import people_of
from optimizer.shifts.search.anneal import anneal, anneal_seconds
from optimizer.shifts.search.calm import calmly, many_weeks
from optimizer.shifts.search.closing import close_gap
from optimizer.shifts.search.construct import construct
from optimizer.shifts.search.crew import Crew
from optimizer.shifts.search.everybody import dive_from
from optimizer.shifts.search.in_turns import search_of

ANNEAL_SHARE = 0.05
ANNEAL_SECONDS = 3.0
GUIDES_AT = 0.02
"""Distance of the bound to its limit at which the columns and slopes are first worth sending."""


class Talk:
    """This end of the pipe: what the parent has told, and what it has been told."""

    def __init__(self) -> None:
        self.mirror = Mirror()
        self.lock = threading.Lock()
        self._told: Rows = {}
        self._bound: int | None = None
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in sys.stdin:
            told = Told.model_validate_json(line)
            with self.lock:
                self.mirror.hear(told)
        os._exit(0)

    def say(self, told: Told) -> None:
        """Send a line."""
        sys.stdout.write(told.model_dump_json() + "\n")
        sys.stdout.flush()

    def bound(self, progress: Progress, bounding: Bounding | QuickBounding) -> None:
        """The bound where it has risen; near its end also what it teaches."""
        if progress.bound is None:
            return
        guide = bounding.distance <= GUIDES_AT
        if guide:
            self.say(Told(bound=progress.bound, slopes=bounding.slopes, parts=tuple(bounding.parts)))
        elif self._bound is None or progress.bound > self._bound:
            self.say(Told(bound=progress.bound))
        self._bound = progress.bound

    def rows(self, crew: Crew, cost: int) -> None:
        """What has changed in the roster."""
        self.say(Told(rows=news(self._told, crew.rows), cost=cost))
        self._told = crew.snapshot()

    def merge(self, crew: Crew) -> bool:
        """Make `crew` better by what the parent has found, if it can be."""
        with self.lock:
            return self.mirror.merge(crew)


def main() -> int:
    """0 when there is nothing left to do or the rules can't be put into rows."""
    # Ctrl-C reaches the whole process group; the parent says when to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    order = Order.model_validate_json(sys.stdin.readline())
    talk = Talk()
    grid = Grid(order.problem)
    try:
        people = people_of(grid)
        crew = Crew(grid, people, RowFinder(grid, people), CoverTable(grid))
    except TooLarge:
        return 0
    progress = Progress(time_limit_seconds=order.time_limit_seconds)
    if not construct(crew, order.seed):
        return 0
    if worth_bounding(order.problem):
        seconds = min(ANNEAL_SECONDS, ANNEAL_SHARE * order.time_limit_seconds)
        anneal(crew, progress, seconds=seconds, moves=None, seed=order.seed)
        bounding = bounding_of(grid, people, crew.cover, crew.known_rows())
        bounding.run(progress, on_round=lambda: talk.bound(progress, bounding))
        crew.worth = bounding.worth
        if crew.worth is not None:
            talk.say(Told(worth=tuple(tuple(line) for line in crew.worth.tolist())))
        talk.merge(crew)
        if close_gap(bounding, crew, progress, order.seed, on_bound=lambda: talk.bound(progress, bounding)):
            talk.rows(crew, crew.cost())
        if dive_from(bounding, crew, progress):
            talk.rows(crew, crew.cost())
    else:
        anneal(crew, progress, seconds=anneal_seconds(crew, progress), moves=None, seed=order.seed)
        talk.rows(crew, crew.cost())
    talk.merge(crew)
    search, done = search_of(crew, progress, order.seed), 0
    while not progress.over():
        talk.merge(crew)
        done += 1
        if calmly(crew, progress, order.seed + done) if many_weeks(crew) else search.step() > 0:
            talk.rows(crew, crew.cost())
    return 0


if __name__ == "__main__":
    sys.exit(main())

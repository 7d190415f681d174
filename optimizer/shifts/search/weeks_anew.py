"""Week after week of everybody planned anew: for rosters whose hours are counted by the week.

Once the bound has taught what a point of exposure is worth, all weeks are planned anew in one go at that price, so that
they agree, for better or worse; single weeks with exposure at what it costs then mend what that leaves.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from optimizer.shifts.columns.master import Row
from optimizer.shifts.progress import Progress
from optimizer.shifts.search.crew import Crew
from optimizer.shifts.search.dive import Dive

TOGETHER_NEEDS = 1.3
"""Weeks are planned anew together while there is time for this many dives a week."""


@dataclass(frozen=True)
class Guidance:
    """What the bound has taught: the worth of a unit of each balance by agent, and parts of rows."""

    slopes: Mapping[str, Sequence[float]]
    parts: Iterable[tuple[str, Row]]


class WeeksAnew:
    """The weeks in turn; `best` is the cheapest roster seen, which is offered to the run."""

    def __init__(self, crew: Crew, progress: Progress, guidance: Callable[[], Guidance | None]) -> None:
        days = crew.grid.problem.days
        self._crew = crew
        self._progress = progress
        self._guidance = guidance
        self._weeks = [range(first, min(first + 7, days)) for first in range(0, days, 7)]
        self._position = self._still = self.done = 0
        self._guided = False
        self._began = progress.seconds
        self.best, self.rows = crew.cost(), crew.snapshot()

    def step(self) -> bool:
        """One week anew, or once all of them together; False when no week gets better any more."""
        taught = self._guidance()
        each = (self._progress.seconds - self._began) / self.done if self.done else 0.0
        enough = self._progress.seconds_left > TOGETHER_NEEDS * each * len(self._weeks)
        if taught is not None and not self._guided and enough:
            self._guided, self._still = True, 0
            for week in self._weeks:
                self._dive(week, taught, together=True)
        elif self._still < len(self._weeks):
            better = self._dive(self._weeks[self._position], taught, together=False)
            self._still = 0 if better else self._still + 1
            self._position = (self._position + 1) % len(self._weeks)
        else:
            self._crew.restore(self.rows)
            return False
        return True

    def again(self) -> None:
        """The roster has changed: every week may get better again."""
        self._still = 0
        self._keep_best()

    def _dive(self, week: range, taught: Guidance | None, *, together: bool) -> bool:
        slopes = taught.slopes if taught is not None and together else None
        parts = () if taught is None else taught.parts
        better = Dive(self._crew, week, parts=parts, slopes=slopes).run(self._progress, keep_worse=together)
        self.done += 1
        self._keep_best()
        return better

    def _keep_best(self) -> None:
        cost = self._crew.cost()
        if cost < self.best:
            self.best, self.rows = cost, self._crew.snapshot()
            self._crew.offer(self._progress)

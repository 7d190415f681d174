"""The best roster and the best bound of a run, its trace, its clock and its stop: what every part of a solve shares."""

import math
import threading
import time
from collections.abc import Callable, Sequence

from roster.problem import Assigned
from roster.result import TracePoint

OnRoster = Callable[[TracePoint, tuple[Assigned, ...]], None]
OnProgress = Callable[[TracePoint], None]
CountCosts = Callable[[Sequence[Assigned]], dict[str, int]]

COUNTING_SHARE = 0.05
"""Costs by rule are counted for at most so much of the time: the checkers judge a whole roster each time."""


class Progress:
    """Keeps the best of what is offered; safe to be called from solver threads."""

    def __init__(
        self,
        *,
        time_limit_seconds: float,
        deterministic_limit: float | None = None,
        on_progress: OnProgress | None = None,
        on_roster: OnRoster | None = None,
        should_stop: Callable[[], bool] | None = None,
        count_costs: CountCosts | None = None,
        reserved_seconds: float = 0.0,
    ) -> None:
        """Begin now.

        Parameters
        ----------
        count_costs
            The cost of a roster by rule, for those who watch; asked seldom enough to cost little.
        reserved_seconds
            Of the time limit, kept for saying why there is no roster: time is up earlier as long as there is none.
        """
        self.started = time.monotonic()
        self._until = self.started + time_limit_seconds
        self._reserved_seconds = reserved_seconds
        self.deterministic_limit = deterministic_limit
        self._on_progress = on_progress
        self._on_roster = on_roster
        self._should_stop = should_stop
        self._count_costs = count_costs
        self._counted_until = self._counting_took = 0.0
        self._lock = threading.RLock()
        self.best: tuple[Assigned, ...] | None = None
        self.objective: int | None = None
        self.bound: int | None = None
        self.trace: list[TracePoint] = []
        self.stopped = False

    @property
    def seconds(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self.started

    @property
    def seconds_left(self) -> float:
        """Seconds until time is up, not below 0; without what is reserved, as long as there is no roster."""
        return self.seconds_in_all if self.best is not None else max(0.0, self.seconds_in_all - self._reserved_seconds)

    @property
    def seconds_in_all(self) -> float:
        """Seconds until the time limit, not below 0, whatever is reserved."""
        return max(0.0, self._until - time.monotonic())

    def release(self) -> None:
        """What was reserved may be used now."""
        self._reserved_seconds = 0.0

    def asked_to_stop(self) -> bool:
        """Whether the caller wants the run to end; remembered once said."""
        if not self.stopped and self._should_stop is not None and self._should_stop():
            self.stopped = True
        return self.stopped

    @property
    def proved(self) -> bool:
        """Whether the best roster is proved to be optimal."""
        return self.objective is not None and self.bound is not None and self.bound >= self.objective

    def over(self) -> bool:
        """Whether it is time to end: asked to, out of time, or nothing left to prove."""
        return self.asked_to_stop() or self.seconds_left <= 0 or self.proved

    def offer(self, objective: int, roster: Callable[[], Sequence[Assigned]]) -> bool:
        """Take a valid roster if it is better than the best; says whether it was."""
        with self._lock:
            if self.objective is not None and objective >= self.objective:
                return False
            self.objective = objective
            self.best = tuple(roster())
            point = self._point(self._costs(self.best))
            if self._on_roster is not None:
                self._on_roster(point, self.best)
            return True

    def raise_bound(self, value: float) -> None:
        """Take a proved lower bound; what is left of it after rounding up to an integer counts."""
        if not math.isfinite(value):
            return
        bound = math.ceil(value - 1e-6)
        with self._lock:
            if self.bound is None or bound > self.bound:
                self.bound = bound
                self._point()

    def _costs(self, roster: Sequence[Assigned]) -> dict[str, int]:
        """The cost by rule, or nothing while counting it again would take too much of the time."""
        began = self.seconds
        waited = began - self._counted_until
        if self._count_costs is None or waited * COUNTING_SHARE < self._counting_took:
            return {}
        costs = self._count_costs(roster)
        self._counted_until = self.seconds
        self._counting_took = self._counted_until - began
        return costs

    def _point(self, costs: dict[str, int] | None = None) -> TracePoint:
        point = TracePoint(seconds=self.seconds, objective=self.objective, bound=self.bound, costs=costs or {})
        self.trace.append(point)
        if self._on_progress is not None:
            self._on_progress(point)
        return point

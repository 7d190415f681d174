"""Slows down guessing: so many failures per key in a window, then a wait. In memory, one per process."""

import threading
from collections import deque
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=5)
MOST_KEYS = 20_000


class Throttle:
    """Counts failures by key, such as a name together with an address. The caller hands in the time."""

    def __init__(self, window: timedelta = WINDOW) -> None:
        self._window = window
        self._lock = threading.Lock()
        self._failures: dict[str, deque[datetime]] = {}

    def wait_seconds(self, key: str, limit: int, now: datetime) -> int:
        """Seconds until `key` may try again; 0 when it may now."""
        with self._lock:
            times = self._recent(key, now)
            if len(times) < limit:
                return 0
            return max(1, round((times[-limit] + self._window - now).total_seconds()))

    def failed(self, key: str, now: datetime) -> None:
        """Note one failure."""
        with self._lock:
            if key not in self._failures and len(self._failures) >= MOST_KEYS:
                self._forget_oldest(now)
            self._failures.setdefault(key, deque()).append(now)

    def succeeded(self, key: str) -> None:
        """Forget the failures of `key`."""
        with self._lock:
            self._failures.pop(key, None)

    def _recent(self, key: str, now: datetime) -> deque[datetime]:
        times = self._failures.get(key, deque())
        while times and times[0] + self._window <= now:
            times.popleft()
        if not times:
            self._failures.pop(key, None)
        return times

    def _forget_oldest(self, now: datetime) -> None:
        for key in list(self._failures):
            self._recent(key, now)
        # Still full of recent failures: the oldest keys go, so that memory stays bounded under attack.
        while len(self._failures) >= MOST_KEYS:
            self._failures.pop(next(iter(self._failures)))

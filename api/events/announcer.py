"""Wakes whoever waits for news of the event log, from any thread. It carries no data: readers read the log."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Listener:
    """One reader, in its own event loop. News between two waits is not lost: the next wait ends at once."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()

    def wake(self) -> None:
        """End the wait; safe from any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._news.set)

    async def wait(self, seconds: float) -> bool:
        """Until news since the last wait, at most `seconds`; true if there was some."""
        try:
            await asyncio.wait_for(self._news.wait(), seconds)
        except TimeoutError:
            return False
        self._news.clear()
        return True


class Announcer:
    """One per process. `announce` after each commit; `wait` in the event loop of a reader.

    Events of other processes are found by a watcher that polls the log (`api.events.watch`).
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: set[Listener] = set()

    def announce(self) -> None:
        """Wake every waiter; safe from any thread."""
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener.wake()

    @contextmanager
    def listening(self) -> Iterator[Listener]:
        """A listener that hears every announcement until the block ends."""
        listener = Listener()
        with self._lock:
            self._listeners.add(listener)
        try:
            yield listener
        finally:
            with self._lock:
                self._listeners.discard(listener)

    async def wait(self, seconds: float) -> bool:
        """Until the next announcement, at most `seconds`; true if there was one."""
        with self.listening() as listener:
            return await listener.wait(seconds)

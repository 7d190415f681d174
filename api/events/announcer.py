"""Wakes whoever waits for news of the event log, from any thread. It carries no data: readers read the log."""

import asyncio
import threading


class Announcer:
    """One per process. `announce` after each commit; `wait` in the event loop of a reader.

    Events of other processes are found by the reader's own time-out.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    def announce(self) -> None:
        """Wake every waiter; safe from any thread."""
        with self._lock:
            waiting = list(self._waiting)
        for loop, event in waiting:
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)

    async def wait(self, seconds: float) -> bool:
        """Until the next announcement, at most `seconds`; true if there was one."""
        entry = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._waiting.add(entry)
        try:
            await asyncio.wait_for(entry[1].wait(), seconds)
        except TimeoutError:
            return False
        finally:
            with self._lock:
                self._waiting.discard(entry)
        return True

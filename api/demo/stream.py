"""Keeps the demo alive while it is served: the played day goes on in real time, beside whoever uses the pages."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from api.demo.play import Play

logger = logging.getLogger(__name__)
BEAT_SECONDS = 0.5


class Stream(threading.Thread):
    """Moves `play` on to `clock()` twice a second until `stop`."""

    def __init__(self, play: Play, clock: Callable[[], datetime]) -> None:
        super().__init__(name="demo-stream", daemon=True)
        self._play = play
        self._clock = clock
        self._over = threading.Event()

    def run(self) -> None:
        """Until stopped; a fault ends the stream and is logged, the pages go on without it."""
        try:
            while not self._over.wait(BEAT_SECONDS):
                self._play.run_until(self._clock(), among_others=True)
        except Exception:
            logger.exception("the demo's stream of contacts stopped")
            raise

    def stop(self) -> None:
        """End it and wait for the step under way."""
        self._over.set()
        self.join(10)

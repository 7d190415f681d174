"""What this process remembers of the floors: the last committed state of each pool, never more."""

import threading
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from api.services.floor.state import PoolState


class FloorCache:
    """The last committed state of each pool in this process, and this process's turn at the floor.

    The turn only keeps threads of one process from queueing inside the database, where waiting is by polling.
    """

    def __init__(self) -> None:
        self.turn = threading.RLock()
        self._pools: dict[int, PoolState] = {}

    def get(self, pool_id: int) -> PoolState | None:
        """The state last kept for the pool."""
        return self._pools.get(pool_id)

    def put(self, state: PoolState) -> None:
        """Keep `state`; call after commit only."""
        self._pools[state.pool_id] = state


_caches: WeakKeyDictionary[Engine, FloorCache] = WeakKeyDictionary()
_caches_lock = threading.Lock()


def cache_of(engine: Engine) -> FloorCache:
    """The cache that belongs to `engine`."""
    with _caches_lock:
        return _caches.setdefault(engine, FloorCache())

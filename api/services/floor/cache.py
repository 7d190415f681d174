"""What this process remembers of the floors: the last committed state of each pool, never more."""

import threading
from collections import deque
from types import TracebackType
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from api.services.floor.standing import Standing
from api.services.floor.state import PoolState
from roster.contacts import EntryConditions
from roster.load.difficulty import Difficulty
from roster.policy import Policy


class Turn:
    """A lock that is handed over in the order of asking, so that a busy queue never keeps a page or a job waiting."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Lock] = deque()

    def taken_at_once(self) -> bool:
        """Take the lock if nobody has it; whether it was taken. Given back by leaving, as ever."""
        with self._lock:
            if self._taken:
                return False
            self._taken = True
            return True

    def __enter__(self) -> None:
        with self._lock:
            if not self._taken:
                self._taken = True
                return
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        mine.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.give_back()

    def give_back(self) -> None:
        """Hand it to whoever has waited longest."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


class FloorCache:
    """The last committed state of each pool in this process, and this process's turn at the floor.

    The turn only keeps threads of one process from queueing inside the database, where waiting is by polling.
    """

    def __init__(self) -> None:
        self.turn = Turn()
        self._pools: dict[int, PoolState] = {}
        self.standings: dict[int, Standing] = {}
        """by pool, what was last said of its floor"""
        self._known: tuple[Policy | None, dict[EntryConditions, Difficulty]] = (None, {})

    def get(self, pool_id: int) -> PoolState | None:
        """The state last kept for the pool."""
        return self._pools.get(pool_id)

    def put(self, state: PoolState) -> None:
        """Keep `state`; call after commit only."""
        self._pools[state.pool_id] = state

    def drop(self, pool_id: int) -> None:
        """Forget the pool's state: something is taken over from it that may not be committed."""
        self._pools.pop(pool_id, None)

    def known(self, policy: Policy) -> dict[EntryConditions, Difficulty]:
        """Difficulties worked out so far by this very policy."""
        if self._known[0] is not policy:
            self._known = (policy, {})
        return self._known[1]

    def pool_of_queue(self, code: str) -> int | None:
        """The pool that the queue belonged to when last seen: a guess, to be checked under the pool's lock."""
        return next((pool_id for pool_id, state in list(self._pools.items()) if code in state.own_queues), None)

    def pool_of_contact(self, contact_id: str) -> int | None:
        """The pool on whose floor the contact was when last seen: a guess, to be checked under the pool's lock."""
        return next((pool_id for pool_id, state in list(self._pools.items()) if contact_id in state.contacts), None)


_caches: WeakKeyDictionary[Engine, FloorCache] = WeakKeyDictionary()
_caches_lock = threading.Lock()


def cache_of(engine: Engine) -> FloorCache:
    """The cache that belongs to `engine`."""
    with _caches_lock:
        return _caches.setdefault(engine, FloorCache())

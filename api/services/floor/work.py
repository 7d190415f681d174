"""The floor's transaction: pools' rows locked, their floors at hand, all writes at the end, the cache after commit.

`with floor_transaction(context) as transaction: work = transaction.pool(id)` gives a `PoolWork`: the floor as it
stands, changed by commands, written once. The database is the only arbiter: the cached floor counts only while the
pool's version says that nobody else has decided since. Several commands may share one transaction.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlmodel import Session

from api.context import Context
from api.services.floor.cache import FloorCache, cache_of
from api.services.floor.pool_work import PoolWork
from api.services.floor.state import PoolState, load_pool
from api.services.floor.tables import EVENT, POOL
from roster.store.engine import writing

CACHE_AGE = timedelta(seconds=60)
"""A cached floor holds plans and counts that move with time; past this age it is read again."""

# Lines of the log that say nothing new about plans, skills or people; any other makes cached floors stale.
KNOWN_KINDS = (
    "adapter.",
    "agent.state",
    "contact.",
    "floor.",
    "rest.",
    "run.",
    "session.",
    "token.",
    "user.",
    "webhook.",
)


def touch_pools(session: Session) -> None:
    """Lock every floor and make its caches stale: for whoever changes people, skills, shifts or segments.

    Rows are locked in order of id, as every transaction of the floor does, so that two never wait for each other.
    """
    session.execute(select(POOL.c.id).order_by(POOL.c.id).with_for_update()).all()
    session.execute(update(POOL).values(version=POOL.c.version + 1))


class FloorTransaction:
    """One write transaction over the floors of one pool, or of several locked in order of id."""

    def __init__(self, context: Context, session: Session, cache: FloorCache) -> None:
        self.context = context
        self.session = session
        self.now: datetime = context.now()
        self.wrote = False
        self._cache = cache
        self._works: dict[int, PoolWork] = {}
        self._states: list[PoolState] = []

    def pool(self, pool_id: int) -> PoolWork:
        """The pool's floor, its row locked until the transaction ends."""
        return self.pools(pool_id)[0]

    def pools(self, *pool_ids: int) -> list[PoolWork]:
        """Several floors, locked in order of id so that two transactions never wait for each other."""
        for pool_id in sorted(set(pool_ids) - set(self._works)):
            locked = select(POOL.c.version).where(POOL.c.id == pool_id).with_for_update()
            version = self.session.execute(locked).scalar_one()
            self._works[pool_id] = PoolWork(self.session, self.context.policy, self.now, self._state(pool_id, version))
        return [self._works[pool_id] for pool_id in pool_ids]

    def flush(self) -> None:
        """Write what the commands changed and move the versions on."""
        for work in self._works.values():
            state = work.flush()
            if state is not work.state:
                self.wrote = True
            self._states.append(state)
        self.wrote = self.wrote or bool(self.session.new)

    def committed(self) -> None:
        """After commit: what was written is what the next decision starts from."""
        for state in self._states:
            self._cache.put(state)

    def _state(self, pool_id: int, version: int) -> PoolState:
        cached = self._cache.get(pool_id)
        if cached is not None and cached.version == version and abs(self.now - cached.built_at) < CACHE_AGE:
            news = self.session.execute(
                select(EVENT.c.id, EVENT.c.kind).where(EVENT.c.id > cached.seen_event).order_by(EVENT.c.id)
            ).all()
            if all(kind.startswith(KNOWN_KINDS) for _, kind in news):
                return replace(cached, seen_event=news[-1][0]) if news else cached
        seen = self.session.execute(select(func.max(EVENT.c.id))).scalar() or 0
        return load_pool(self.session, pool_id, version, seen, self.now, cached.handled if cached else None)


@contextmanager
def floor_transaction(context: Context) -> Iterator[FloorTransaction]:
    """One transaction over floors: committed whole with its events, or not at all; then readers are woken."""
    cache = cache_of(context.engine)
    with cache.turn:
        # Where it fails, the cache still holds what was last committed: states are replaced, never changed.
        with writing(context.engine) as session:
            transaction = FloorTransaction(context, session, cache)
            yield transaction
            transaction.flush()
        transaction.committed()
    if transaction.wrote:
        context.announcer.announce()

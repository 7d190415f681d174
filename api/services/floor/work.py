"""The floor's transaction: pools' rows locked, their floors at hand, all writes at the end, the cache after commit.

`with floor_transaction(context) as transaction: work = transaction.pool(id)` gives a `PoolWork`: the floor as it
stands, changed by commands, written once. The database is the only arbiter: the cached floor counts only while the
pool's version says that nobody else has decided since. Several commands may share one transaction.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, bindparam, cast, func, select, update
from sqlmodel import Session

from api.context import Context
from api.errors import Conflict
from api.services.floor.cache import FloorCache, cache_of
from api.services.floor.contact_values import ContactRow
from api.services.floor.idempotency import keep_replies
from api.services.floor.lookups import Asks, Lookups
from api.services.floor.page import Page
from api.services.floor.pool_work import PoolWork
from api.services.floor.queues import queue_named
from api.services.floor.refresh import KEPT_VERSIONS, refreshed
from api.services.floor.state import PoolState, QueueFacts, load_pool
from api.services.floor.tables import CONTACT, EVENT, POOL
from roster.store.bulk import among, as_list
from roster.store.engine import Writer, is_embedded, writing_rows
from roster.store.quick import Answer, Quick, together

CACHE_AGE = timedelta(seconds=60)
"""A cached floor holds plans and counts that move with time; past this age it is read again."""

MOST_AHEAD = timedelta(minutes=1)
"""So far behind what is written a process's clock may be; by more, somebody's clock was wrong, and its own counts."""

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


LOCKED = Quick(
    select(POOL.c.id, POOL.c.version, select(func.max(EVENT.c.id)).scalar_subquery())
    .where(among(cast(POOL.c.id, String)))
    .order_by(POOL.c.id)
    .with_for_update(of=POOL)
)


# Of several lines, because what is written beside the floors has its own process's time.
_LAST = select(func.max(select(EVENT.c.at).order_by(EVENT.c.id.desc()).limit(64).subquery().c.at))
_KINDS = select(EVENT.c.kind).where(EVENT.c.id > bindparam("seen")).distinct()


def touch_pools(session: Session) -> None:
    """Lock every floor and make its caches stale: for whoever changes people, skills, shifts or segments.

    Rows are locked in order of id, as every transaction of the floor does, so that two never wait for each other.
    """
    session.execute(select(POOL.c.id).order_by(POOL.c.id).with_for_update()).all()
    session.execute(update(POOL).values(version=POOL.c.version + 1))


class FloorTransaction:
    """One write transaction over the floors of one pool, or of several locked in order of id."""

    def __init__(self, context: Context, writer: Writer, cache: FloorCache) -> None:
        self.context = context
        self._writer = writer
        self._connection = writer.connection
        self._page = Page(writer.connection, shared=not is_embedded(context.engine))
        self.lookups = Lookups(self._connection)
        self._now: datetime | None = None
        self.wrote = False
        self._cache = cache
        self._newest = -1
        self._works: dict[int, PoolWork] = {}
        self._states: list[PoolState] = []

    @property
    def now(self) -> datetime:
        """The floor's time: this process's clock, but never before what is already written of these floors.

        It is read under the lock. Processes' clocks differ, and who waits for the lock longer may have come first: by
        an earlier time a rest that another has just given would not yet have begun.
        """
        return self.context.now() if self._now is None else self._now

    @property
    def session(self) -> Session:
        """A session in this transaction."""
        return self._writer.session

    @property
    def changes(self) -> int:
        """How often anything was changed so far; a refusal that left it alone has harmed nobody."""
        return sum(work.changes for work in self._works.values()) + len(self.lookups.kept)

    def prepare(self, asked: Sequence[Asks]) -> None:
        """Lock the floors that commands will need, all at once in order of id, and read what they will look up."""
        if agents := {asks.agent for asks in asked if asks.agent is not None}:
            self.lookups.read_agents(agents)
        pools = {self._cache.pool_of_queue(code) for code in {asks.queue for asks in asked} if code is not None}
        pools |= {row.pool_id for row in self.lookups.agents_read()}
        ids = {asks.contact for asks in asked if asks.contact is not None}
        guessed = {contact_id: self._cache.pool_of_contact(contact_id) for contact_id in ids}
        pools.update(guessed.values())
        if unknown := sorted(contact_id for contact_id, pool_id in guessed.items() if pool_id is None):
            query = select(CONTACT.c.pool_id).where(CONTACT.c.id.in_(unknown))
            pools.update(self._connection.execute(query).scalars())
        with together(self._connection):
            tokens = self.lookups.ask_tokens({asks.token for asks in asked if asks.token is not None})
            locked = self._ask_for_lock(pool_id for pool_id in pools if pool_id is not None)
            # After the lock: what came in meanwhile is there by now.
            refs = self.lookups.ask_refs({asks.ref for asks in asked if asks.ref is not None})
        tokens()
        self._open(locked())
        refs()
        self.lookups.read_contacts(ids)
        if owners := {asks.owner for asks in asked if asks.owner is not None}:
            self.lookups.read_owners(owners)

    def pool(self, pool_id: int) -> PoolWork:
        """The pool's floor, its row locked until the transaction ends."""
        return self.pools(pool_id)[0]

    def pools(self, *pool_ids: int) -> list[PoolWork]:
        """Several floors, locked in order of id so that two transactions never wait for each other."""
        self._open(self._ask_for_lock(pool_ids)())
        return [self._works[pool_id] for pool_id in pool_ids]

    def _ask_for_lock(self, pool_ids: Iterable[int]) -> Answer:
        """Lock those of the floors that are not locked yet; the answer has their id, version and the newest line."""
        missing = sorted(set(pool_ids) - set(self._works))
        return LOCKED.ask(self._connection, wanted=as_list(map(str, missing))) if missing else tuple

    def _open(self, locked: Sequence[Any]) -> None:
        """The work of floors that were just locked."""
        if not locked:
            return
        newest = max(row[2] or 0 for row in locked)
        self._newest = newest if self._newest < 0 else self._newest
        versions = {pool_id: version for pool_id, version, _ in locked}
        self._now = self._time(versions)
        for state in self._current(versions, newest):
            work = PoolWork(self._writer, self._page, self.context.policy, self.now, state)
            work.rows = self.lookups.rows
            work.known = self._cache.known(self.context.policy)
            work.standing = self._cache.standings.get(state.pool_id)
            self._works[state.pool_id] = work

    def pool_of_queue(self, code: str) -> tuple[PoolWork, QueueFacts]:
        """The floor that the queue called `code` belongs to, locked; raises `Invalid` with the known names."""
        for work in self._works.values():
            queue = work.state.own_queues.get(code)
            if queue is not None:
                return work, queue
        found = queue_named(self.session, code)
        return self.pool(found.pool_id), QueueFacts(
            found.id, found.code, found.name, found.channel, found.priority, found.target_wait_seconds
        )

    def pool_of_contact(self, contact_id: str) -> tuple[PoolWork, ContactRow]:
        """The floor that the contact is on, locked, and its row; a transfer meanwhile is a `Conflict`."""
        row = self.lookups.row(contact_id)
        if row.pool_id not in self._works:
            # It was thought to be elsewhere: under its own pool's lock it is read again.
            work = self.pool(row.pool_id)
            row = self.lookups.row_again(contact_id)
            if row.pool_id != work.state.pool_id:
                raise Conflict(f"contact {contact_id!r} is just being transferred: try again")
        return self._works[row.pool_id], row

    def settle(self) -> None:
        """Decide, once for all commands of the batch, for what waits on the floors that they changed."""
        for work in self._works.values():
            if work.changes:
                work.offer()

    def flush(self) -> None:
        """Write what the commands changed and move the versions on."""
        for work in self._works.values():
            self._states.append(work.flush())
            self.wrote = self.wrote or self._states[-1] is not work.state
        lines = len(self._page.events)
        self._page.write()
        self._states = [
            replace(state, seen_event=self._newest, own_lines=lines, moved_at=self.now) for state in self._states
        ]
        keep_replies(self._connection, self.lookups.kept, self.now)
        self.wrote = self.wrote or bool(self.lookups.kept) or self._writer.unwritten

    def committed(self) -> None:
        """After commit: what was written is what the next decision starts from."""
        for state, (pool_id, work) in zip(self._states, self._works.items(), strict=True):
            self._cache.put(work.committed(state))
            if work.standing is not None:
                self._cache.standings[pool_id] = work.standing

    def _current(self, versions: dict[int, int], newest_event: int) -> list[PoolState]:
        """The pools' states at `versions`: kept, caught up with, or read from the tables."""
        found: dict[int, PoolState] = {}
        checked: list[PoolState] = []
        behind: list[tuple[PoolState, int]] = []
        for pool_id, version in versions.items():
            cached = self._cache.get(pool_id)
            if cached is None or abs(self.now - cached.built_at) >= CACHE_AGE:
                continue
            # Lines beyond what was seen are all our own where there are just as many.
            if cached.version == version and newest_event == cached.seen_event + cached.own_lines:
                found[pool_id] = cached
            elif cached.version == version:
                checked.append(cached)
            elif not is_embedded(self.context.engine) and 0 < version - cached.version <= KEPT_VERSIONS:
                behind.append((cached, version))
        doubtful = [*checked, *(state for state, _ in behind)]
        if doubtful and not self._stale(min(state.seen_event for state in doubtful)):
            found |= {state.pool_id: state for state in checked}
            for state, _ in behind:
                # Its contacts go over to its successor.
                self._cache.drop(state.pool_id)
            found |= refreshed(self.session, behind)
        known = {pool_id: replace(state, seen_event=newest_event, own_lines=0) for pool_id, state in found.items()}
        return [
            known[pool_id] if pool_id in known else self._loaded(pool_id, versions[pool_id]) for pool_id in versions
        ]

    def _time(self, versions: dict[int, int]) -> datetime:
        """The time now on floors of these `versions`, which are locked."""
        own = self.now
        cached = {pool_id: self._cache.get(pool_id) for pool_id in versions}
        moved: list[datetime | None] = [state.moved_at for state in cached.values() if state is not None]
        if any(state is None or state.version != versions[pool_id] for pool_id, state in cached.items()):
            # Another process moved one on: its lines are there, now that the lock is ours.
            moved.append(self._connection.execute(_LAST).scalar())
        return max([own, *(at for at in moved if at is not None and at - own <= MOST_AHEAD)])

    def _stale(self, seen_event: int) -> bool:
        """Whether a line of the log since then says that plans, skills or people changed."""
        news = self._connection.execute(_KINDS, {"seen": seen_event}).scalars()
        return not all(kind.startswith(KNOWN_KINDS) for kind in news)

    def _loaded(self, pool_id: int, version: int) -> PoolState:
        cached = self._cache.get(pool_id)
        seen = self._connection.execute(select(func.max(EVENT.c.id))).scalar() or 0
        return load_pool(self.session, pool_id, version, seen, self.now, cached.handled if cached else None)


@contextmanager
def in_turn(context: Context, *, at_once: bool = False) -> Iterator[FloorTransaction]:
    """One transaction over floors, for whoever has this process's turn: committed whole with its events, or not at all.

    Where it fails, the cache still holds what was last committed: states are replaced, never changed.
    """
    with writing_rows(context.engine, at_once=at_once) as writer:
        transaction = FloorTransaction(context, writer, cache_of(context.engine))
        yield transaction
        transaction.flush()
    transaction.committed()
    if transaction.wrote:
        context.announcer.announce()


@contextmanager
def floor_transaction(context: Context) -> Iterator[FloorTransaction]:
    """As `in_turn`, waiting for the turn first."""
    with cache_of(context.engine).turn, in_turn(context) as transaction:
        yield transaction

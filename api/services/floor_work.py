"""The floor's transaction: one pool's row locked, its floor at hand, all writes at the end, the cache after commit.

`with floor_transaction(context) as transaction: work = transaction.pool(id)` gives a `PoolWork`: the floor as it
stands, changed by commands, written once. The database is the only arbiter: the cached floor counts only while the
pool's version says that nobody else has decided since. Several commands may share one transaction.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, func, insert, select, update
from sqlmodel import Session

from api.context import Context
from api.events.log import append
from api.services.floor_state import (
    AgentFacts,
    LiveContact,
    PoolState,
    load_agents,
    load_pool,
    write_declined,
)
from api.services.floor_tables import CONTACT, EVENT, FLOOR_STATE, POOL
from optimizer.routing.decide import Decision, decide
from optimizer.routing.floor import AgentOnFloor, Floor
from roster.contacts import OPEN_STATUSES, ContactStatus
from roster.store.engine import writing

BREATHER = "breather"
CACHE_AGE = timedelta(seconds=60)
"""A cached floor holds plans and counts that move with time; past this age it is read again."""

# Lines of the log that say nothing new about plans, skills or people; any other makes cached floors stale.
KNOWN_KINDS = ("contact.", "agent.state", "rest.", "floor.", "run.", "user.", "token.", "session.")


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


def touch_pools(session: Session) -> None:
    """Make every cached floor stale: for whoever changes skills, people or segments in `session`'s transaction."""
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

    def pool(self, pool_id: int) -> "PoolWork":
        """The pool's floor, its row locked until the transaction ends."""
        return self.pools(pool_id)[0]

    def pools(self, *pool_ids: int) -> list["PoolWork"]:
        """Several floors, locked in order of id so that two transactions never wait for each other."""
        for pool_id in sorted(set(pool_ids) - set(self._works)):
            locked = select(POOL.c.version).where(POOL.c.id == pool_id).with_for_update()
            version = self.session.execute(locked).scalar_one()
            self._works[pool_id] = PoolWork(self, self._state(pool_id, version))
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
        return load_pool(self.session, pool_id, version, seen, self.now)


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


class PoolWork:
    """One pool's floor inside a transaction: read and changed in memory, written by `flush`."""

    def __init__(self, transaction: FloorTransaction, state: PoolState) -> None:
        self.session = transaction.session
        self.policy = transaction.context.policy
        self.now = transaction.now
        self.state = state
        self.contacts: dict[str, LiveContact] = dict(state.contacts)
        self._agents: dict[int, AgentOnFloor] = {}
        self._facts: dict[int, AgentFacts] = {}
        self._saved: set[int] = set()
        self._new: dict[str, dict[str, Any]] = {}
        self._updates: dict[str, dict[str, Any]] = {}
        self._dirty = False

    # -- people ------------------------------------------------------------------------------------------------

    def agent(self, agent_id: int) -> AgentOnFloor | None:
        """The agent as they stand now; nothing for somebody who is not on this floor."""
        return self._agents.get(agent_id) or self.state.floor.agents.get(agent_id)

    def facts(self, agent_id: int) -> AgentFacts:
        """Who they are."""
        return self._facts.get(agent_id) or self.state.facts[agent_id]

    def people(self) -> list[AgentOnFloor]:
        """Everybody on this floor, as they stand now."""
        return list({**self.state.floor.agents, **self._agents}.values())

    def put(self, agent: AgentOnFloor, *, save: bool = True) -> None:
        """`agent` in place of their former self; `save` where their row in `floor_state` changes too."""
        self._agents[agent.id] = agent
        if save:
            self._saved.add(agent.id)

    def put_facts(self, facts: AgentFacts) -> None:
        """New facts (pending rest, say); saved with the agent."""
        self._facts[facts.id] = facts
        self._saved.add(facts.id)

    def reload_agent(self, agent_id: int) -> AgentOnFloor:
        """Read an agent who has just come to the floor."""
        agents, facts = load_agents(self.session, self.state.pool_id, self.contacts.values(), self.now, agent_id)
        self._agents[agent_id] = agents[0]
        self._facts[agent_id] = facts[agent_id]
        return agents[0]

    # -- contacts ----------------------------------------------------------------------------------------------

    def add(self, contact: LiveContact, values: dict[str, Any]) -> None:
        """A new contact; `values` are its row's other columns."""
        self.contacts[contact.id] = contact
        self._new[contact.id] = values

    def change(self, contact: LiveContact, **values: Any) -> None:
        """`contact` in place of its former self; `values` go to its row."""
        former = self.contacts.get(contact.id)
        if former is not None:
            self._hold(former, False)
        self.contacts[contact.id] = contact
        self._hold(contact, True)
        self.write(contact.id, **values)

    def close(self, contact: LiveContact, **values: Any) -> None:
        """`contact` is over on this floor."""
        self._hold(contact, False)
        del self.contacts[contact.id]
        self.write(contact.id, **values)

    def move(self, contact: LiveContact, moved: LiveContact, onto: "PoolWork", **values: Any) -> None:
        """`contact`, not begun, leaves this floor as `moved` for the floor `onto` (which may be this one)."""
        self._hold(contact, False)
        del self.contacts[contact.id]
        onto.contacts[moved.id] = moved
        onto.write(
            moved.id,
            pool_id=onto.state.pool_id,
            queue_id=moved.queue_id,
            channel=moved.channel,
            priority=moved.priority,
            status=moved.status,
            agent_id=None,
            assigned_at=None,
            reservation_expires_at=None,
            declined_by=write_declined(moved.declined),
            **values,
        )
        self._dirty = True

    def release(self, contact: LiveContact, *, declined: bool) -> LiveContact:
        """Take a reservation back; `declined` keeps it from the same agent for a while."""
        passed = ((contact.agent_id, self.now),) if declined and contact.agent_id is not None else ()
        kept = tuple(entry for entry in contact.declined if entry[0] != contact.agent_id)
        freed = replace(
            contact,
            status=ContactStatus.WAITING,
            agent_id=None,
            reservation_expires_at=None,
            declined=(*kept, *passed) if passed else contact.declined,
        )
        self.change(
            freed,
            status=ContactStatus.WAITING,
            agent_id=None,
            assigned_at=None,
            reservation_expires_at=None,
            declined_by=write_declined(freed.declined),
        )
        return freed

    def write(self, contact_id: str, **values: Any) -> None:
        """More columns of a contact's row."""
        into = self._new[contact_id] if contact_id in self._new else self._updates.setdefault(contact_id, {})
        into.update(values)

    def waiting(self) -> list[LiveContact]:
        """Contacts that nobody has."""
        return [contact for contact in self.contacts.values() if contact.status is ContactStatus.WAITING]

    def offer(self) -> None:
        """Decide for everything that waits, and reserve what is given to somebody."""
        waiting = self.waiting()
        if not waiting:
            return
        declined_for = timedelta(seconds=self.policy.routing.max_wait_seconds)
        seen = [
            contact.waiting(self.state.queues[contact.queue_id].target_wait_seconds, self.now, declined_for)
            for contact in waiting
        ]
        for decision in decide(self.floor(), seen, self.now, self.policy):
            contact = self.contacts[decision.contact_id]
            if decision.agent_id is not None:
                self._reserve(contact, decision, decision.agent_id)
            elif contact.id in self._new:
                self.write(contact.id, reason={"sentence": decision.sentence})

    def floor(self) -> Floor:
        """The floor as it stands now, as the decision takes it."""
        return self.state.floor.changed(self._agents.values())

    def event(self, kind: str, subject: str, actor: str, agent_id: int | None = None, **data: Any) -> None:
        """A line of the log; with `agent_id` it is private to that agent."""
        append(self.session, at=self.now, kind=kind, subject=subject, actor=actor, agent_id=agent_id, data=data)

    def show(self, agent_id: int, state: str, actor: str = BREATHER) -> None:
        """Tell everybody that somebody's place on the floor changed, and not why."""
        self.event("floor.changed", self.facts(agent_id).code, actor, state=state)

    # -- writing -----------------------------------------------------------------------------------------------

    def flush(self) -> PoolState:
        """Write everything and move the pool's version on; the state as it will be once committed."""
        self.write_contacts()
        if not (self._agents or self._saved or self._dirty):
            return self.state
        for agent_id in sorted(self._saved):
            self._save(agent_id)
        version = self.state.version + 1
        self.session.execute(update(POOL).where(POOL.c.id == self.state.pool_id).values(version=version))
        return replace(
            self.state,
            version=version,
            floor=self.floor(),
            facts={**self.state.facts, **self._facts} if self._facts else self.state.facts,
            contacts=self.contacts,
        )

    def write_contacts(self) -> None:
        """Write the contacts' rows now, for whoever reads them inside the transaction."""
        for values in self._new.values():
            self.session.execute(insert(CONTACT).values(**values))
        for contact_id, values in self._updates.items():
            self.session.execute(update(CONTACT).where(CONTACT.c.id == contact_id).values(**values))
        self._dirty = self._dirty or bool(self._new) or bool(self._updates)
        self._new.clear()
        self._updates.clear()

    def _save(self, agent_id: int) -> None:
        agent = self.agent(agent_id)
        if agent is None:
            raise LookupError(f"agent {agent_id} is not on the floor of pool {self.state.pool_id}")
        facts = self.facts(agent_id)
        self.session.execute(
            update(FLOOR_STATE)
            .where(FLOOR_STATE.c.agent_id == agent_id)
            .values(
                state=agent.state,
                idle_since=agent.idle_since,
                acute=agent.load.acute,
                carried=agent.load.carried,
                load_at=agent.load.at,
                light_only_until=agent.light_only_until,
                last_tier=agent.last_tier,
                heavy_on=facts.on_date,
                heavy_count=agent.heavy_this_shift,
                pending_rest_minutes=facts.pending_rest_minutes,
                pending_contact_id=facts.pending_contact_id,
            )
        )

    def _reserve(self, contact: LiveContact, decision: Decision, agent_id: int) -> None:
        expires_at = self.now + timedelta(seconds=self.policy.routing.reservation_seconds)
        self.change(
            replace(
                contact,
                status=ContactStatus.ASSIGNED,
                agent_id=agent_id,
                reservation_expires_at=expires_at,
            ),
            status=ContactStatus.ASSIGNED,
            agent_id=agent_id,
            assigned_at=self.now,
            reservation_expires_at=expires_at,
            reason=self._reason(decision),
        )
        code, queue = self.facts(agent_id).code, self.state.queues[contact.queue_id].code
        self.event("contact.assigned", contact.id, BREATHER, agent=code, queue=queue, sentence=decision.sentence)

    def _reason(self, decision: Decision) -> dict[str, Any]:
        return {
            "sentence": decision.sentence,
            "factors": [vars(factor) for factor in decision.factors],
            "cost": decision.cost,
            "decided_at": self.now.isoformat(),
            "next_best": [
                {
                    "agent": self.facts(other.agent_id).code,
                    "cost": other.cost,
                    "factors": [vars(factor) for factor in other.factors],
                }
                for other in decision.next_best
            ],
            "yielded": [vars(protection) for protection in decision.yielded],
        }

    def _hold(self, contact: LiveContact, holding: bool) -> None:
        if contact.agent_id is None or contact.status not in OPEN_STATUSES:
            return
        agent = self.agent(contact.agent_id)
        if agent is None:
            return
        held = tuple(other for other in agent.held if other.contact_id != contact.id)
        self.put(replace(agent, held=(*held, contact.held) if holding else held), save=False)

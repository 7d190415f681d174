"""One pool's floor inside a transaction: read and changed in memory, decided over, and written once."""

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import replace
from datetime import datetime, timedelta
from heapq import nsmallest
from typing import Any

from sqlmodel import Session

from api.services.floor.contact_values import ContactRow
from api.services.floor.layered import Layered
from api.services.floor.page import Page
from api.services.floor.standing import Standing
from api.services.floor.state import AgentFacts, LiveContact, PoolState, load_agents, write_declined
from optimizer.routing.decide import Decision, decide
from optimizer.routing.floor import AgentOnFloor, Floor, WaitingContact
from roster.contacts import OPEN_STATUSES, ContactStatus, EntryConditions
from roster.load.difficulty import Difficulty, inherited_difficulty
from roster.policy import Policy
from roster.store.engine import Writer

BREATHER = "breather"

MOST_KNOWN = 4096
LOOKED_AT = 500
"""Waiting contacts that one decision looks at, the first by priority and arrival; more would only be backlog."""


class PoolWork:
    """One pool's floor inside a transaction: read and changed in memory, written by `flush`."""

    def __init__(self, writer: Writer, page: Page, policy: Policy, now: datetime, state: PoolState) -> None:
        self._writer = writer
        self._page = page
        self.policy = policy
        self.now = now
        self.state = state
        self.contacts: Layered[str, LiveContact] = Layered(state.contacts)
        self.rows: dict[str, ContactRow] = {}
        """rows that commands have looked at, kept current"""
        self.known: dict[EntryConditions, Difficulty] = {}
        """difficulties that were worked out before, by this policy"""
        self.standing: Standing | None = None
        """what was said of this floor before, if it has not changed since"""
        self.changes = 0
        """how often anything was changed: a refusal that changed nothing leaves it alone"""
        self._waiting: Layered[str, LiveContact] = Layered(state.waiting)
        self._agents: dict[int, AgentOnFloor] = {}
        self._facts: dict[int, AgentFacts] = {}
        self._saved: set[int] = set()
        self._written: set[str] = set()
        self._floor: Floor | None = None

    @property
    def session(self) -> Session:
        """A session in the transaction."""
        return self._writer.session

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
        self._floor = None
        self.changes += 1
        if save:
            self._saved.add(agent.id)

    def put_facts(self, facts: AgentFacts) -> None:
        """New facts (pending rest, say); saved with the agent."""
        self._facts[facts.id] = facts
        self.changes += 1
        self._saved.add(facts.id)

    def reload_agent(self, agent_id: int) -> AgentOnFloor:
        """Read an agent who has just come to the floor."""
        agents, facts = load_agents(self.session, self.state.pool_id, self.contacts.values(), self.now, [agent_id])
        self._agents[agent_id] = agents[0]
        self._facts[agent_id] = facts[agent_id]
        self._saved.add(agent_id)
        self._floor = None
        self.changes += 1
        return agents[0]

    # -- contacts ----------------------------------------------------------------------------------------------

    def add(self, contact: LiveContact, values: dict[str, Any]) -> None:
        """A new contact; `values` are its row, whole."""
        self._keep(contact)
        self._page.contacts[contact.id] = values
        self._written.add(contact.id)
        queue = self.state.queues.get(contact.queue_id)
        self.rows[contact.id] = ContactRow(
            {**values, "queue_code": "" if queue is None else queue.code, "agent_code": None}
        )

    def change(self, contact: LiveContact, **values: Any) -> None:
        """`contact` in place of its former self; `values` go to its row."""
        former = self.contacts.get(contact.id)
        if former is not None:
            self._hold(former, False)
        self._keep(contact)
        self._hold(contact, True)
        self.write(contact.id, **values)

    def close(self, contact: LiveContact, **values: Any) -> None:
        """`contact` is over on this floor."""
        self._hold(contact, False)
        self._drop(contact)
        self.write(contact.id, **values)

    def move(self, contact: LiveContact, moved: LiveContact, onto: "PoolWork", **values: Any) -> None:
        """`contact`, not begun, leaves this floor as `moved` for the floor `onto` (which may be this one)."""
        self._hold(contact, False)
        self._drop(contact)
        onto._keep(moved)
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
        self._written.add(contact.id)

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
        new = self._page.contacts.get(contact_id)
        (self._page.updates.setdefault(contact_id, {}) if new is None else new).update(values)
        self._written.add(contact_id)
        self.changes += 1
        row = self.rows.get(contact_id)
        if row is not None:
            row.set(values)
            if "agent_id" in values:
                holder = values["agent_id"]
                row.set({"agent_code": None if holder is None else self.facts(holder).code})

    def difficulty(self, entry: EntryConditions) -> Difficulty:
        """How heavy a contact is that comes in so."""
        found = self.known.get(entry)
        if found is None:
            if len(self.known) >= MOST_KNOWN:
                self.known.clear()
            found = self.known[entry] = inherited_difficulty(entry, self.policy.difficulty)
        return found

    @property
    def anything_waits(self) -> bool:
        """Whether there is a contact that nobody has."""
        return bool(self._waiting)

    def waiting(self) -> list[LiveContact]:
        """Contacts that nobody has."""
        return list(self._waiting.values())

    def offer(self) -> None:
        """Decide for everything that waits, and reserve what is given to somebody."""
        if not self._waiting:
            return
        floor = self.floor()
        fresh = [self._waiting[contact_id] for contact_id in self._page.contacts if contact_id in self._waiting]
        if self.standing is None or not self.standing.holds(floor, self.now):
            self.standing = Standing(floor, self.now, self.policy.routing.concurrency)
        if self.standing.has_room:
            self._decide(floor, self._first(fresh))
        elif fresh:
            self._say_why(self.standing, fresh)

    def _first(self, fresh: list[LiveContact]) -> list[LiveContact]:
        """Those that the decision looks at: all, or of a backlog the first by priority and arrival and the new ones."""
        if len(self._waiting) <= LOOKED_AT:
            return list(self._waiting.values())
        first = nsmallest(LOOKED_AT, self._waiting.values(), key=lambda each: (each.priority, each.arrived_at))
        return list({contact.id: contact for contact in (*first, *fresh)}.values())

    def _decide(self, floor: Floor, contacts: list[LiveContact]) -> None:
        for decision in decide(floor, [self._seen(contact) for contact in contacts], self.now, self.policy):
            contact = self.contacts[decision.contact_id]
            if decision.agent_id is not None:
                self._reserve(contact, decision, decision.agent_id)
            elif contact.id in self._page.contacts:
                self.write(contact.id, reason={"sentence": decision.sentence})

    def _say_why(self, standing: Standing, fresh: list[LiveContact]) -> None:
        """Why new contacts wait while nobody has room: the same sentence for all that are alike to a decision."""
        alike: defaultdict[Hashable, list[LiveContact]] = defaultdict(list)
        for contact in fresh:
            of = (contact.queue_id, contact.channel, contact.declined, contact.topics, contact.life_at_risk)
            alike[of].append(contact)
        new = {likeness: contacts[0] for likeness, contacts in alike.items() if likeness not in standing.reasons}
        seen = [self._seen(contact) for contact in new.values()]
        for likeness, decision in zip(new, decide(standing.floor, seen, self.now, self.policy), strict=True):
            standing.reasons[likeness] = decision.sentence
        for likeness, contacts in alike.items():
            reason = {"sentence": standing.reasons[likeness]}
            for contact in contacts:
                self.write(contact.id, reason=reason)

    def _seen(self, contact: LiveContact) -> WaitingContact:
        declined_for = timedelta(seconds=self.policy.routing.max_wait_seconds)
        return contact.waiting(self.state.queues[contact.queue_id].target_wait_seconds, self.now, declined_for)

    def floor(self) -> Floor:
        """The floor as it stands now, as the decision takes it."""
        if self._floor is None:
            self._floor = self.state.floor.changed(self._agents.values())
        return self._floor

    def event(self, kind: str, subject: str, actor: str, agent_id: int | None = None, **data: Any) -> None:
        """A line of the log; with `agent_id` it is private to that agent."""
        self.changes += 1
        self._page.events.append(
            {"at": self.now, "kind": kind, "subject": subject, "actor": actor, "agent_id": agent_id, "data": data}
        )

    def show(self, agent_id: int, state: str, actor: str = BREATHER) -> None:
        """Tell everybody that somebody's place on the floor changed, and not why."""
        self.event("floor.changed", self.facts(agent_id).code, actor, state=state)

    # -- writing -----------------------------------------------------------------------------------------------

    def flush(self) -> PoolState:
        """Leave everything to be written and move the pool's version on; the state as it will be once committed."""
        if not (self._agents or self._saved or self._written):
            # A line of the log alone: the floor stands as it stood, but its readers have news.
            return replace(self.state) if self.changes else self.state
        self._page.agents += [(each, self._saving(each)) for each in sorted(self._saved)]
        pool_id, version = self.state.pool_id, self.state.version + 1
        self._page.versions.append({"pool": pool_id, "moved": version})
        self._page.changes.append(
            {"pool_id": pool_id, "version": version, "contacts": sorted(self._written), "agents": sorted(self._saved)}
        )
        return replace(
            self.state,
            version=version,
            floor=self.floor(),
            facts={**self.state.facts, **self._facts} if self._facts else self.state.facts,
        )

    def committed(self, state: PoolState) -> PoolState:
        """`state`, which `flush` gave and which now is committed, with the contacts as they have become."""
        return replace(state, contacts=self.contacts.folded(), waiting=self._waiting.folded())

    def write_contacts(self) -> None:
        """Write the contacts' rows now, for whoever reads them inside the transaction."""
        self._page.write_contacts()

    def _saving(self, agent_id: int) -> dict[str, Any]:
        agent = self.agent(agent_id)
        if agent is None:
            raise LookupError(f"agent {agent_id} is not on the floor of pool {self.state.pool_id}")
        facts = self.facts(agent_id)
        return {
            "state": agent.state,
            "idle_since": agent.idle_since,
            "acute": agent.load.acute,
            "carried": agent.load.carried,
            "load_at": agent.load.at,
            "light_only_until": agent.light_only_until,
            "last_tier": agent.last_tier,
            "heavy_on": facts.on_date,
            "heavy_count": agent.heavy_this_shift,
            "wrap_up_until": agent.wrap_up_until,
            "pending_rest_minutes": facts.pending_rest_minutes,
            "pending_contact_id": facts.pending_contact_id,
        }

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

    def _keep(self, contact: LiveContact) -> None:
        self.changes += 1
        self.contacts[contact.id] = contact
        if contact.status is ContactStatus.WAITING:
            self._waiting[contact.id] = contact
        else:
            self._waiting.pop(contact.id, None)

    def _drop(self, contact: LiveContact) -> None:
        self.changes += 1
        del self.contacts[contact.id]
        self._waiting.pop(contact.id, None)

    def _hold(self, contact: LiveContact, holding: bool) -> None:
        if contact.agent_id is None or contact.status not in OPEN_STATUSES:
            return
        agent = self.agent(contact.agent_id)
        if agent is None:
            return
        held = tuple(other for other in agent.held if other.contact_id != contact.id)
        self.put(replace(agent, held=(*held, contact.held) if holding else held), save=False)

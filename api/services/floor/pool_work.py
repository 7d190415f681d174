"""One pool's floor inside a transaction: read and changed in memory, decided over, and written once."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, update
from sqlmodel import Session

from api.events.log import append
from api.services.floor.state import AgentFacts, LiveContact, PoolState, load_agents, write_declined
from api.services.floor.tables import CONTACT, FLOOR_STATE, POOL
from optimizer.routing.decide import Decision, decide
from optimizer.routing.floor import AgentOnFloor, Floor
from roster.contacts import OPEN_STATUSES, ContactStatus
from roster.policy import Policy

BREATHER = "breather"


class PoolWork:
    """One pool's floor inside a transaction: read and changed in memory, written by `flush`."""

    def __init__(self, session: Session, policy: Policy, now: datetime, state: PoolState) -> None:
        self.session = session
        self.policy = policy
        self.now = now
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
                wrap_up_until=agent.wrap_up_until,
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

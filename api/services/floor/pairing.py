"""What production routing says of one pairing: for vendors that pick an agent themselves and ask, or score.

The filters and costs are those of `optimizer.routing`, over the same floor; nothing is decided here by other rules.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from enum import IntEnum
from typing import Any

from sqlalchemy import Row

from api.context import Context
from api.services.floor.contact_rows import contact_row, pool_of_contact
from api.services.floor.pool_work import PoolWork
from api.services.floor.state import LiveContact
from api.services.floor.work import floor_transaction
from optimizer.routing.floor import AgentOnFloor, Floor, WaitingContact
from optimizer.routing.pairings import Prices, prices_of
from roster.contacts import ContactStatus, Tier
from roster.rest import AgentState


def prices(work: PoolWork, contact: LiveContact) -> Prices:
    """Everybody who may take `contact` now, with every protection in force, and at what cost; as if nobody held it."""
    queue = work.state.queues[contact.queue_id]
    declined_for = timedelta(seconds=work.policy.routing.max_wait_seconds)
    waiting = contact.waiting(queue.target_wait_seconds, work.now, declined_for)
    return prices_of(_without(work, contact), waiting, work.now, work.policy)


def accept_offered(
    context: Context, contact_id: str, agent_code: str, *, within_points: float, reservation: str, actor: str
) -> bool:
    """Accept for the agent whom another system has picked, if production routing has nothing against it.

    It has nothing against them where they are whom it chose itself, or may take it and would cost at most
    `within_points` more than the best. `reservation` is the other system's name for it, kept with the reason. False
    where they may not, or somebody else is that much better, or the contact has begun or is over.
    """
    with floor_transaction(context) as transaction:
        work = pool_of_contact(transaction, contact_id)
        row = contact_row(work.session, contact_id)
        contact = work.contacts.get(contact_id)
        agent = next((each for each in work.people() if work.facts(each.id).code == agent_code), None)
        if contact is None or contact.status is ContactStatus.ACTIVE or agent is None:
            return False
        reason = row.reason if contact.agent_id == agent.id else _reason_for(work, contact, agent, within_points)
        if reason is None:
            return False
        _accept(work, contact, row, agent.id, {**reason, "reservation": reservation}, actor)
        work.offer()
        return True


def _accept(
    work: PoolWork, contact: LiveContact, row: Row[Any], agent_id: int, reason: dict[str, Any], actor: str
) -> None:
    values: dict[str, Any] = {"reason": reason}
    if contact.agent_id != agent_id:
        values |= {"agent_id": agent_id, "assigned_at": work.now}
        told = {"agent": work.facts(agent_id).code, "queue": row.queue_code, "sentence": reason["sentence"]}
        work.event("contact.assigned", contact.id, actor, **told)
    if contact.status is not ContactStatus.ACCEPTED or contact.agent_id != agent_id:
        work.event("contact.accepted", contact.id, actor)
    accepted = replace(contact, status=ContactStatus.ACCEPTED, agent_id=agent_id, reservation_expires_at=None)
    work.change(accepted, status=ContactStatus.ACCEPTED, reservation_expires_at=None, **values)


def _reason_for(
    work: PoolWork, contact: LiveContact, agent: AgentOnFloor, within_points: float
) -> dict[str, Any] | None:
    """Why the agent may have it; nothing where they may not."""
    found = prices(work, contact)
    cost = found.of(agent.id)
    if cost is None or cost > found.costs.min() + within_points:
        return None
    return {
        "sentence": f"{agent.name}: offered by the other system, and as good as the best of {len(found.agents)} who "
        "could take it now, by wait, skill and a fair share of the load.",
        "factors": [vars(factor) for factor in found.factors(agent.id)],
        "cost": round(cost, 2),
        "decided_at": work.now.isoformat(),
        "next_best": [],
    }


def _without(work: PoolWork, contact: LiveContact) -> Floor:
    """The floor as if nobody held `contact`."""
    floor = work.floor()
    holder = None if contact.agent_id is None else floor.agents.get(contact.agent_id)
    if holder is None:
        return floor
    held = tuple(other for other in holder.held if other.contact_id != contact.id)
    return floor.changed([replace(holder, held=held)])


class Openness(IntEnum):
    """What an agent may take now, as coarse as software outside can do with. Never why."""

    ANY = 0
    LIGHTER = 1
    NONE = 2


def openness(work: PoolWork) -> dict[int, Openness]:
    """What everybody on the floor who says they are available may take, by agent id, whatever they hold now."""
    people = [replace(agent, held=()) for agent in work.people() if agent.state is AgentState.AVAILABLE]
    floor = Floor.of(people, work.state.queues)
    light = _anything(work, floor, people, 0, Tier.ROUTINE)
    heavy = _anything(work, floor, people, work.policy.difficulty.tiers.heavy, Tier.HEAVY)
    return {
        agent.id: Openness.ANY if agent.id in heavy else Openness.LIGHTER if agent.id in light else Openness.NONE
        for agent in people
    }


def _anything(work: PoolWork, floor: Floor, people: Iterable[AgentOnFloor], score: int, tier: Tier) -> set[int]:
    """Who may take a contact of `score` and `tier` from any of the pool's queues."""
    probes = [
        WaitingContact(
            id=str(queue.id),
            queue_id=queue.id,
            channel=queue.channel,
            priority=queue.priority,
            arrived_at=work.now,
            target_wait_seconds=queue.target_wait_seconds,
            score=score,
            tier=tier,
        )
        for queue in work.state.queues.values()
    ]
    return {agent_id for probe in probes for agent_id in prices_of(floor, probe, work.now, work.policy).agents.tolist()}

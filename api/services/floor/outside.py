"""What another system has already decided: a contact taken there, handed back there, over there.

Vendors' adapters tell of it late, twice or out of order. Each command looks at the contact under the pool's lock,
changes what is true of it, and leaves alone what has moved on.
"""

import math
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, select
from sqlmodel import Session

from api.context import Context
from api.errors import Conflict, NotFound
from api.services.floor.commands import CompletionIn, TransferIn, abandon, complete, on_floor, transfer
from api.services.floor.contact_rows import conflict, contact_row, contact_view, pool_id_of, pool_of_contact, view_in
from api.services.floor.pool_work import BREATHER, PoolWork
from api.services.floor.tables import AGENT, CONTACT
from api.services.floor.views import ContactView
from api.services.floor.work import floor_transaction
from optimizer.routing.decide import REST_YIELDED
from optimizer.routing.floor import AgentOnFloor
from roster.contacts import ContactStatus, OutcomeMarker
from roster.store.engine import reading

TAKEN = "Taken in the other system, not by a decision of Breather."
RESERVED = frozenset({ContactStatus.ASSIGNED, ContactStatus.ACCEPTED})


def known_contact(session: Session, ref: str) -> str | None:
    """The id by which the contact posted as `ref` goes now: a transfer in conversation goes on under a new one."""
    found = session.execute(select(CONTACT.c.id, CONTACT.c.reason).where(CONTACT.c.ref == ref)).one_or_none()
    while found is not None and "transferred" in found.reason:
        onward = found.reason["transferred"]["id"]
        found = session.execute(select(CONTACT.c.id, CONTACT.c.reason).where(CONTACT.c.id == onward)).one_or_none()
    return None if found is None else str(found.id)


def contact_of(context: Context, ref: str) -> str:
    """As `known_contact`; raises `NotFound` where nothing was posted as `ref`."""
    with reading(context.engine) as session:
        contact_id = known_contact(session, ref)
    if contact_id is None:
        raise NotFound(f"contact {ref!r} is not known")
    return contact_id


def agent_id_of(context: Context, code: str) -> int:
    """The agent called `code`; raises `NotFound`."""
    with reading(context.engine) as session:
        found = session.execute(select(AGENT.c.id).where(AGENT.c.code == code, AGENT.c.active)).scalar()
    if found is None:
        raise NotFound(f"agent {code!r} is not known")
    return int(found)


def taken(
    context: Context, contact_id: str, agent_code: str, *, actor: str, queue_code: str | None = None
) -> ContactView:
    """The agent has the contact in conversation, whoever Breather had chosen.

    In conversation with somebody else it is a transfer (to `queue_code`, where that is said): that agent's part is
    completed, with the rest that follows. Told again, it changes nothing. Rest that the agent is in and the contact
    takes is owed to them once it is completed.

    Raises
    ------
    NotFound: no such contact or agent. Conflict: the contact is over, or the agent works in another pool.
    """
    with floor_transaction(context) as transaction:
        work, agent = on_floor(transaction, agent_code)
        if pool_id_of(work.session, contact_id) != work.state.pool_id:
            raise Conflict(f"agent {agent_code!r} works in another pool than contact {contact_id!r}")
        row = contact_row(work.session, contact_id)
        if row.status in (ContactStatus.COMPLETED, ContactStatus.ABANDONED):
            raise conflict(row, "taken", "waiting, assigned, accepted or active")
        if row.status is not ContactStatus.ACTIVE:
            _begin(work, row, agent, actor)
            work.offer()
        if row.status is not ContactStatus.ACTIVE or row.agent_id == agent.id:
            work.write_contacts()
            return view_in(work.session, contact_id)
    onward = transfer(context, contact_id, TransferIn(queue=queue_code or row.queue_code), actor=actor)
    return taken(context, onward.id, agent_code, actor=actor)


def _begin(work: PoolWork, row: Row[Any], agent: AgentOnFloor, actor: str) -> None:
    contact = replace(
        work.contacts[row.id], status=ContactStatus.ACTIVE, agent_id=agent.id, reservation_expires_at=None
    )
    values: dict[str, Any] = {"status": ContactStatus.ACTIVE, "reservation_expires_at": None, "started_at": work.now}
    if row.agent_id != agent.id:
        reason = {"sentence": TAKEN, "yielded": _rest_taken(work, agent)}
        values |= {"agent_id": agent.id, "assigned_at": work.now, "reason": reason}
        code = work.facts(agent.id).code
        work.event("contact.assigned", row.id, actor, agent=code, queue=row.queue_code, sentence=TAKEN)
    work.change(contact, **values)
    work.event("contact.started", row.id, actor)


def _rest_taken(work: PoolWork, agent: AgentOnFloor) -> list[dict[str, Any]]:
    """The rest that the agent is in, as what gave way to the contact; completing it makes a debt of what it took."""
    closed = agent.closed_at(work.now)
    if closed is None or not closed.is_rest:
        return []
    minutes = math.ceil(agent.resting_minutes(work.now, closed.ends_at))
    return [{"protection": REST_YIELDED, "minutes": minutes}]


def hand_back(context: Context, contact_id: str, reservation: str, *, actor: str) -> ContactView:
    """What was accepted under `reservation` (the other system's name for it) came to nothing: somebody else gets it.

    Nothing changes where the contact has begun, is over, or was accepted under another reservation by now.
    """
    with floor_transaction(context) as transaction:
        work = pool_of_contact(transaction, contact_id)
        row = contact_row(work.session, contact_id)
        if row.status in RESERVED and row.reason.get("reservation") == reservation:
            work.release(work.contacts[contact_id], declined=True)
            work.event("contact.declined", contact_id, actor, row.agent_id)
            work.event("contact.waiting", contact_id, BREATHER)
            work.offer()
            work.write_contacts()
        return view_in(work.session, contact_id)


def over(context: Context, contact_id: str, *, actor: str, outcomes: list[OutcomeMarker] | None = None) -> ContactView:
    """The contact is over: completed where it had begun, abandoned where not. Told again, it changes nothing."""
    view = contact_view(context, contact_id)
    if view.status is ContactStatus.ACTIVE:
        complete(context, contact_id, CompletionIn(outcomes=outcomes or []), actor=actor)
    elif view.status not in (ContactStatus.COMPLETED, ContactStatus.ABANDONED):
        abandon(context, contact_id, actor=actor)
    return contact_view(context, contact_id)

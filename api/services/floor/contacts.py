"""A contact's way through the floor: posted, offered, accepted, started; declined or abandoned.

Each command is one transaction under the pool's lock and ends with a decision for all that waits. A command that
comes twice gives the same reply; one that the contact's state does not allow is a `Conflict` that names the state.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from api.context import Context
from api.errors import Invalid
from api.services.floor.contact_rows import (
    add_contact,
    conflict,
    contact_row,
    pool_of_contact,
    queue_named,
    require_holder,
    view_in,
)
from api.services.floor.idempotency import earlier_reply, keep_reply, stored_key
from api.services.floor.pool_work import BREATHER, PoolWork
from api.services.floor.state import LiveContact
from api.services.floor.tables import AGENT, CONTACT
from api.services.floor.views import ContactIn, ContactView
from api.services.floor.work import floor_transaction
from roster.contacts import ContactStatus
from roster.load.difficulty import Difficulty, inherited_difficulty
from roster.protections import topics_of

CREATED = 201
POST_OPERATION = "POST /contacts"


@dataclass(frozen=True)
class Posted:
    """A contact's view, and whether this request made it (else it was there before)."""

    view: ContactView
    created: bool


def post(context: Context, body: ContactIn, *, actor: str, idempotency_key: str | None = None) -> Posted:
    """Take a contact in and decide who takes it.

    The same `ref` again returns the contact that is there; the same key again returns the very same reply.

    Raises
    ------
    Invalid: unknown queue or owner, or a key that came before with another body.
    """
    try:
        return _post(context, body, actor, idempotency_key)
    except IntegrityError:
        # Another process posted the same ref or key to another pool's lock at this instant: now it is there.
        return _post(context, body, actor, idempotency_key)


def _post(context: Context, body: ContactIn, actor: str, key: str | None) -> Posted:
    stored = stored_key(actor, POST_OPERATION, key) if key is not None else None
    with floor_transaction(context) as transaction:
        session = transaction.session
        queue = queue_named(session, body.queue)
        # The lock first: whoever comes second must find what the first one wrote.
        work = transaction.pool(queue.pool_id)
        if stored is not None and key is not None:
            earlier = earlier_reply(session, stored, key, body)
            if earlier is not None:
                return Posted(ContactView.model_validate_json(earlier.body), earlier.status_code == CREATED)
        known = session.execute(select(CONTACT.c.id).where(CONTACT.c.ref == body.ref)).scalar()
        if known is None:
            contact_id = take_in(work, body, queue, actor)
            work.offer()
            work.write_contacts()
        else:
            contact_id = known
        view = view_in(session, contact_id)
        if stored is not None:
            keep_reply(session, stored, body, view, CREATED if known is None else 200, transaction.now)
            transaction.wrote = True
        return Posted(view, known is None)


def take_in(work: PoolWork, body: ContactIn, queue: Row[Any], actor: str) -> str:
    """Put a new contact of `queue` (a row of its table) on this floor, waiting; its id. Its `ref` must be new."""
    contact, difficulty = incoming(work, body, queue)
    add_contact(work, contact, body.entry, difficulty)
    work.event("contact.waiting", contact.id, actor, queue=body.queue, tier=difficulty.tier.value)
    return contact.id


def incoming(work: PoolWork, body: ContactIn, queue: Row[Any]) -> tuple[LiveContact, Difficulty]:
    """`body` as a contact that waits on this floor, though it is not on it yet, and its difficulty."""
    owner_id = None if body.owner is None else _owner(work.session, body.owner)
    # A caller's clock may run ahead of ours: nobody has waited since tomorrow.
    arrived_at = min(body.arrived_at or work.now, work.now)
    difficulty = inherited_difficulty(body.entry, work.policy.difficulty)
    contact = LiveContact(
        id=str(uuid.uuid4()),
        ref=body.ref,
        queue_id=queue.id,
        channel=body.channel or queue.channel,
        priority=queue.priority,
        status=ContactStatus.WAITING,
        arrived_at=arrived_at,
        score=difficulty.score,
        tier=difficulty.tier,
        owner_id=owner_id,
        topics=topics_of(body.entry),
        life_at_risk=body.life_at_risk,
        handle_seconds=work.state.queues[queue.id].handle_seconds if queue.id in work.state.queues else 0.0,
    )
    return contact, difficulty


def accept(context: Context, contact_id: str, *, actor: str, as_agent: int | None = None) -> ContactView:
    """The agent takes what was reserved for them; accepting again changes nothing."""
    with _command(context, contact_id, as_agent) as (work, row):
        if row.status is ContactStatus.ASSIGNED:
            contact = replace(work.contacts[contact_id], status=ContactStatus.ACCEPTED, reservation_expires_at=None)
            work.change(contact, status=ContactStatus.ACCEPTED, reservation_expires_at=None)
            work.event("contact.accepted", contact_id, actor)
        elif row.status is not ContactStatus.ACCEPTED:
            raise conflict(row, "accepted", "assigned")
        return _result(work, contact_id)


def decline(context: Context, contact_id: str, *, actor: str, as_agent: int | None = None) -> ContactView:
    """The agent passes on it, without a reason; it is offered to somebody else."""
    with _command(context, contact_id, as_agent) as (work, row):
        if row.status is not ContactStatus.ASSIGNED:
            raise conflict(row, "declined", "assigned")
        agent_id = row.agent_id
        work.release(work.contacts[contact_id], declined=True)
        work.event("contact.declined", contact_id, actor, agent_id)
        work.event("contact.waiting", contact_id, BREATHER)
        work.offer()
        return _result(work, contact_id)


def start(context: Context, contact_id: str, *, actor: str, as_agent: int | None = None) -> ContactView:
    """The conversation begins; accepts it where that was not said. Starting again changes nothing."""
    with _command(context, contact_id, as_agent) as (work, row):
        if row.status in (ContactStatus.ASSIGNED, ContactStatus.ACCEPTED):
            contact = replace(work.contacts[contact_id], status=ContactStatus.ACTIVE, reservation_expires_at=None)
            work.change(contact, status=ContactStatus.ACTIVE, reservation_expires_at=None, started_at=work.now)
            work.event("contact.started", contact_id, actor)
        elif row.status is not ContactStatus.ACTIVE:
            raise conflict(row, "started", "assigned or accepted")
        return _result(work, contact_id)


def abandon(context: Context, contact_id: str, *, actor: str) -> ContactView:
    """The other side gave up before it began; whoever it was reserved for is free again."""
    with _command(context, contact_id, None) as (work, row):
        if row.status in (ContactStatus.WAITING, ContactStatus.ASSIGNED, ContactStatus.ACCEPTED):
            work.close(work.contacts[contact_id], status=ContactStatus.ABANDONED, reservation_expires_at=None)
            work.event("contact.abandoned", contact_id, actor)
            work.offer()
        elif row.status is not ContactStatus.ABANDONED:
            raise conflict(row, "abandoned", "waiting, assigned or accepted")
        return _result(work, contact_id)


@contextmanager
def _command(context: Context, contact_id: str, as_agent: int | None) -> Iterator[tuple[PoolWork, Row[Any]]]:
    """The contact's pool, locked, and the contact's row as it is under that lock."""
    with floor_transaction(context) as transaction:
        work = pool_of_contact(transaction, contact_id)
        row = contact_row(work.session, contact_id)
        require_holder(row, as_agent)
        yield work, row


def _result(work: PoolWork, contact_id: str) -> ContactView:
    work.write_contacts()
    return view_in(work.session, contact_id)


def _owner(session: Session, code: str) -> int:
    found = session.execute(select(AGENT.c.id).where(AGENT.c.code == code)).scalar()
    if found is None:
        raise Invalid(f"owner {code!r} is not known: expected the code of an agent")
    return int(found)

"""A contact's way through the floor: posted, offered, accepted, started; declined, abandoned, transferred.

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
from api.errors import Conflict, Forbidden, Invalid, NotFound
from api.services.finishing import finish
from api.services.floor_state import LiveContact, write_declined
from api.services.floor_tables import AGENT, CONTACT, QUEUE
from api.services.floor_views import (
    ContactIn,
    ContactView,
    DifficultyView,
    FactorView,
    TransferIn,
    stored_reason,
)
from api.services.floor_work import BREATHER, FloorTransaction, PoolWork, floor_transaction
from api.services.idempotency import earlier_reply, keep_reply, stored_key
from roster.contacts import ContactStatus, EntryConditions
from roster.load.difficulty import Difficulty, Factor, inherited_difficulty, sentence_of
from roster.store.engine import reading

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
            contact_id = str(uuid.uuid4())
            _add(work, contact_id, body, queue, actor)
            work.offer()
            work.write_contacts()
        else:
            contact_id = known
        view = view_in(session, contact_id)
        if stored is not None:
            keep_reply(session, stored, body, view, CREATED if known is None else 200, transaction.now)
            transaction.wrote = True
        return Posted(view, known is None)


def _add(work: PoolWork, contact_id: str, body: ContactIn, queue: Row[Any], actor: str) -> None:
    owner_id = None if body.owner is None else _owner(work.session, body.owner)
    # A caller's clock may run ahead of ours: nobody has waited since tomorrow.
    arrived_at = min(body.arrived_at or work.now, work.now)
    difficulty = inherited_difficulty(body.entry, work.policy.difficulty)
    contact = LiveContact(
        id=contact_id,
        ref=body.ref,
        queue_id=queue.id,
        channel=body.channel or queue.channel,
        priority=queue.priority,
        status=ContactStatus.WAITING,
        arrived_at=arrived_at,
        score=difficulty.score,
        tier=difficulty.tier,
        owner_id=owner_id,
    )
    add_contact(work, contact, body.entry, difficulty)
    work.event("contact.waiting", contact_id, actor, queue=body.queue, tier=difficulty.tier.value)


def add_contact(work: PoolWork, contact: LiveContact, entry: EntryConditions, difficulty: Difficulty) -> None:
    """Put a new contact on the floor, with its row."""
    work.add(
        contact,
        {
            "id": contact.id,
            "ref": contact.ref,
            "queue_id": contact.queue_id,
            "pool_id": work.state.pool_id,
            "channel": contact.channel,
            "priority": contact.priority,
            "status": contact.status,
            "arrived_at": contact.arrived_at,
            "owner_id": contact.owner_id,
            **entry_values(entry, difficulty),
            "outcomes": [],
            "declined_by": write_declined(contact.declined),
            "reason": {},
        },
    )


def entry_values(entry: EntryConditions, difficulty: Difficulty) -> dict[str, Any]:
    """Columns of a contact that say how it arrives."""
    return {
        "arrival_state": entry.arrival_state,
        "parties": entry.parties,
        "history": entry.history,
        "stakes": [stake.value for stake in entry.stakes],
        "resolvability": entry.resolvability,
        "score": difficulty.score,
        "tier": difficulty.tier,
        "factors": [vars(factor) for factor in difficulty.factors],
    }


def accept(context: Context, contact_id: str, *, actor: str, as_agent: int | None = None) -> ContactView:
    """The agent takes what was reserved for them; accepting again changes nothing."""
    with _command(context, contact_id, as_agent) as (work, row):
        if row.status is ContactStatus.ASSIGNED:
            contact = replace(work.contacts[contact_id], status=ContactStatus.ACCEPTED, reservation_expires_at=None)
            work.change(contact, status=ContactStatus.ACCEPTED, reservation_expires_at=None)
            work.event("contact.accepted", contact_id, actor)
        elif row.status is not ContactStatus.ACCEPTED:
            raise _conflict(row, "accepted", "assigned")
        return _result(work, contact_id)


def decline(context: Context, contact_id: str, *, actor: str, as_agent: int | None = None) -> ContactView:
    """The agent passes on it, without a reason; it is offered to somebody else."""
    with _command(context, contact_id, as_agent) as (work, row):
        if row.status is not ContactStatus.ASSIGNED:
            raise _conflict(row, "declined", "assigned")
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
            raise _conflict(row, "started", "assigned or accepted")
        return _result(work, contact_id)


def abandon(context: Context, contact_id: str, *, actor: str) -> ContactView:
    """The other side gave up before it began; whoever it was reserved for is free again."""
    with _command(context, contact_id, None) as (work, row):
        if row.status in (ContactStatus.WAITING, ContactStatus.ASSIGNED, ContactStatus.ACCEPTED):
            work.close(work.contacts[contact_id], status=ContactStatus.ABANDONED, reservation_expires_at=None)
            work.event("contact.abandoned", contact_id, actor)
            work.offer()
        elif row.status is not ContactStatus.ABANDONED:
            raise _conflict(row, "abandoned", "waiting, assigned or accepted")
        return _result(work, contact_id)


def transfer(context: Context, contact_id: str, body: TransferIn, *, actor: str) -> ContactView:
    """Send a contact on to another queue; the view returned has the id to use from now on.

    One that has not begun moves as it is. One in conversation is completed for its agent, whose rest is as after any
    contact, and goes on as a new contact (`ref` + "/2", "/3" …) that is not offered to that agent again for a while.
    """
    with floor_transaction(context) as transaction:
        queue = queue_named(transaction.session, body.queue)
        pool_id = _pool_of(transaction.session, contact_id)
        work, onto = transaction.pools(pool_id, queue.pool_id)
        row = contact_row(work.session, contact_id)
        contact = work.contacts.get(contact_id)
        if contact is None:
            raise _conflict(row, "transferred", "waiting, assigned, accepted or active")
        entry = body.entry or entry_of(row)
        difficulty = inherited_difficulty(entry, work.policy.difficulty)
        declined = contact.declined
        if contact.agent_id is not None:
            declined = (*declined, (contact.agent_id, work.now))
        moved = replace(
            contact,
            queue_id=queue.id,
            channel=contact.channel if queue.channel == contact.channel else queue.channel,
            priority=queue.priority,
            status=ContactStatus.WAITING,
            score=difficulty.score,
            tier=difficulty.tier,
            agent_id=None,
            reservation_expires_at=None,
            declined=declined,
        )
        if contact.status is ContactStatus.ACTIVE:
            finish(work, contact, row, outcomes=(), felt=None, follow_up_due=None, actor=actor)
            moved = replace(moved, id=str(uuid.uuid4()), ref=_next_ref(work.session, contact.ref))
            add_contact(onto, moved, entry, difficulty)
        else:
            work.move(contact, moved, onto, **entry_values(entry, difficulty))
        onto.event("contact.transferred", moved.id, actor, queue=body.queue, tier=difficulty.tier.value)
        for each in {work.state.pool_id: work, onto.state.pool_id: onto}.values():
            each.offer()
            each.write_contacts()
        return view_in(work.session, moved.id)


def _next_ref(session: Session, ref: str) -> str:
    stem, number = ref[:110], 2
    while session.execute(select(CONTACT.c.id).where(CONTACT.c.ref == f"{stem}/{number}")).scalar() is not None:
        number += 1
    return f"{stem}/{number}"


@contextmanager
def _command(context: Context, contact_id: str, as_agent: int | None) -> Iterator[tuple[PoolWork, Row[Any]]]:
    """The contact's pool, locked, and the contact's row as it is under that lock."""
    with floor_transaction(context) as transaction:
        work = pool_of_contact(transaction, contact_id)
        row = contact_row(work.session, contact_id)
        require_holder(row, as_agent)
        yield work, row


def pool_of_contact(transaction: FloorTransaction, contact_id: str) -> PoolWork:
    """The floor that the contact is on, locked; a transfer meanwhile is noticed."""
    pool_id = _pool_of(transaction.session, contact_id)
    work = transaction.pool(pool_id)
    if _pool_of(transaction.session, contact_id) != pool_id:
        raise Conflict(f"contact {contact_id!r} is just being transferred: try again")
    return work


def _pool_of(session: Session, contact_id: str) -> int:
    found = session.execute(select(CONTACT.c.pool_id).where(CONTACT.c.id == contact_id)).scalar()
    if found is None:
        raise NotFound(f"contact {contact_id!r} is not known")
    return int(found)


def contact_row(session: Session, contact_id: str) -> Row[Any]:
    """The contact with its queue's and its agent's code."""
    found = session.execute(
        select(CONTACT, QUEUE.c.code.label("queue_code"), AGENT.c.code.label("agent_code"))
        .join(QUEUE, QUEUE.c.id == CONTACT.c.queue_id)
        .outerjoin(AGENT, AGENT.c.id == CONTACT.c.agent_id)
        .where(CONTACT.c.id == contact_id)
    ).one_or_none()
    if found is None:
        raise NotFound(f"contact {contact_id!r} is not known")
    return found


def require_holder(row: Row[Any], as_agent: int | None) -> None:
    """Refuse an agent who speaks for a contact of somebody else's; software and leads pass."""
    if as_agent is not None and row.agent_id != as_agent:
        raise Forbidden(f"contact {row.id!r} is not yours")


def contact_view(context: Context, contact_id: str, *, as_agent: int | None = None) -> ContactView:
    """The contact as it stands."""
    with reading(context.engine) as session:
        require_holder(contact_row(session, contact_id), as_agent)
        return view_in(session, contact_id)


def view_in(session: Session, contact_id: str) -> ContactView:
    """The contact as `session` sees it."""
    row = contact_row(session, contact_id)
    return ContactView(
        id=row.id,
        ref=row.ref,
        queue=row.queue_code,
        channel=row.channel,
        status=row.status,
        agent=row.agent_code,
        arrived_at=row.arrived_at,
        reservation_expires_at=row.reservation_expires_at,
        difficulty=difficulty_view(row),
        reason=stored_reason(row.reason),
    )


def difficulty_view(row: Row[Any]) -> DifficultyView:
    """Inherited difficulty of a contact's row."""
    factors = tuple(Factor(**factor) for factor in row.factors)
    return DifficultyView(
        score=row.score,
        tier=row.tier,
        factors=tuple(FactorView(name=factor.name, points=factor.points) for factor in factors),
        sentence=sentence_of(row.tier, factors),
    )


def entry_of(row: Row[Any]) -> EntryConditions:
    """The entry conditions of a contact's row."""
    return EntryConditions(
        arrival_state=row.arrival_state,
        parties=row.parties,
        history=row.history,
        stakes=tuple(row.stakes),
        resolvability=row.resolvability,
    )


def _result(work: PoolWork, contact_id: str) -> ContactView:
    work.write_contacts()
    return view_in(work.session, contact_id)


def queue_named(session: Session, code: str) -> Row[Any]:
    """The queue called `code`; raises `Invalid` with the known names."""
    found = session.execute(select(QUEUE).where(QUEUE.c.code == code)).one_or_none()
    if found is None:
        known = session.execute(select(QUEUE.c.code).order_by(QUEUE.c.code)).scalars().all()
        raise Invalid(f"queue {code!r} is not known: expected one of {', '.join(known) or '(no queue yet)'}")
    return found


def _owner(session: Session, code: str) -> int:
    found = session.execute(select(AGENT.c.id).where(AGENT.c.code == code)).scalar()
    if found is None:
        raise Invalid(f"owner {code!r} is not known: expected the code of an agent")
    return int(found)


def _conflict(row: Row[Any], done: str, allowed: str) -> Conflict:
    return Conflict(
        f"contact {row.id!r} is {row.status.value}: it can be {done} only while it is {allowed}",
        state=row.status.value,
    )

"""A contact's way through the floor: posted, offered, accepted, started; declined or abandoned.

Each is a command for the desk (`api.services.floor.desk`), done together with whatever else has come, under the
pool's lock; one decision for all that waits ends the batch. A command that comes twice gives the same reply; one that
the contact's state does not allow is a `Conflict` that names the state.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from api.context import Context
from api.services.floor.contact_rows import add_contact, conflict, require_holder, view_of
from api.services.floor.contact_values import ContactRow
from api.services.floor.desk import Command, desk_of
from api.services.floor.idempotency import request_hash, require_same, stored_key
from api.services.floor.lookups import Asks, Kept, Lookups, Speaker
from api.services.floor.pool_work import BREATHER, PoolWork
from api.services.floor.state import LiveContact, QueueFacts
from api.services.floor.views import ContactIn, ContactView
from api.services.floor.work import FloorTransaction
from roster.contacts import ContactStatus
from roster.load.difficulty import Difficulty
from roster.protections import topics_of

CREATED = 201
THERE_BEFORE = 200
POST_OPERATION = "POST /contacts"

Change = Callable[[PoolWork, ContactRow, Speaker], None]


@dataclass(frozen=True)
class Posted:
    """A contact's view, and whether this request made it (else it was there before)."""

    view: ContactView
    created: bool


def posting(body: ContactIn, key: str | None = None, token: str | None = None) -> Command[Posted]:
    """The command to take a contact in; with `token` (a hash), on the word of whoever it stands for."""

    def run(transaction: FloorTransaction, speaker: Speaker) -> Callable[[], Posted]:
        if key is not None:
            return _post_once(transaction, body, speaker, key)
        row, created = _post(transaction, body, speaker)
        return lambda: Posted(view_of(row), created)

    return Command(run, Asks(queue=body.queue, ref=body.ref, owner=body.owner, token=token))


def post(context: Context, body: ContactIn, *, actor: str, idempotency_key: str | None = None) -> Posted:
    """Take a contact in and decide who takes it.

    The same `ref` again returns the contact that is there; the same key again returns the very same reply.

    Raises
    ------
    Invalid: unknown queue or owner, or a key that came before with another body.
    """
    return desk_of(context).ask(context, posting(body, idempotency_key), Speaker(actor))


def _post_once(transaction: FloorTransaction, body: ContactIn, speaker: Speaker, key: str) -> Callable[[], Posted]:
    stored = stored_key(speaker.name, POST_OPERATION, key)
    # The lock first: whoever comes second must find what the first one wrote.
    transaction.pool_of_queue(body.queue)
    earlier = transaction.lookups.reply(stored)
    if earlier is not None:
        require_same(earlier, key, body)
        return lambda: Posted(ContactView.model_validate_json(earlier.body), earlier.status_code == CREATED)
    row, created = _post(transaction, body, speaker)
    kept = transaction.lookups.kept[stored] = Kept(request_hash(body), CREATED if created else THERE_BEFORE)

    def answer() -> Posted:
        view = view_of(row)
        kept.body = view.model_dump_json()
        return Posted(view, created)

    return answer


def _post(transaction: FloorTransaction, body: ContactIn, speaker: Speaker) -> tuple[ContactRow, bool]:
    work, queue = transaction.pool_of_queue(body.queue)
    known = transaction.lookups.posted(body.ref)
    if known is not None:
        return known, False
    contact_id = take_in(work, body, queue, speaker.name, transaction.lookups)
    row = work.rows[contact_id]
    transaction.lookups.now_posted(row)
    return row, True


def take_in(
    work: PoolWork, body: ContactIn, queue: Row[Any] | QueueFacts, actor: str, lookups: Lookups | None = None
) -> str:
    """Put a new contact of `queue` (a row of its table) on this floor, waiting; its id. Its `ref` must be new."""
    contact, difficulty = incoming(work, body, queue, lookups)
    add_contact(work, contact, body.entry, difficulty)
    work.event("contact.waiting", contact.id, actor, queue=body.queue, tier=difficulty.tier.value)
    return contact.id


def incoming(
    work: PoolWork, body: ContactIn, queue: Row[Any] | QueueFacts, lookups: Lookups | None = None
) -> tuple[LiveContact, Difficulty]:
    """`body` as a contact that waits on this floor, though it is not on it yet, and its difficulty."""
    looking = lookups or Lookups(work.session.connection())
    owner_id = None if body.owner is None else looking.owner_id(body.owner)
    # A caller's clock may run ahead of ours: nobody has waited since tomorrow.
    arrived_at = min(body.arrived_at or work.now, work.now)
    difficulty = work.difficulty(body.entry)
    contact = LiveContact(
        id=new_id(work.now),
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


def new_id(now: datetime) -> str:
    """An id that begins with the time (RFC 9562, version 7): new ones lie together in the database's index."""
    value = int(now.timestamp() * 1000) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def changing(contact_id: str, change: Change, token: str | None = None) -> Command[ContactView]:
    """The command that does `change` to a contact and replies with it as it stands once the batch is decided."""

    def run(transaction: FloorTransaction, speaker: Speaker) -> Callable[[], ContactView]:
        work, row = transaction.pool_of_contact(contact_id)
        require_holder(row, speaker.as_agent)
        change(work, row, speaker)
        return lambda: view_of(row)

    return Command(run, Asks(contact=contact_id, token=token))


def accepted(work: PoolWork, row: ContactRow, speaker: Speaker) -> None:
    """The agent takes what was reserved for them; accepting again changes nothing."""
    if row.status is ContactStatus.ASSIGNED:
        contact = replace(work.contacts[row.id], status=ContactStatus.ACCEPTED, reservation_expires_at=None)
        work.change(contact, status=ContactStatus.ACCEPTED, reservation_expires_at=None)
        work.event("contact.accepted", row.id, speaker.name)
    elif row.status is not ContactStatus.ACCEPTED:
        raise conflict(row, "accepted", "assigned")


def declined(work: PoolWork, row: ContactRow, speaker: Speaker) -> None:
    """The agent passes on it, without a reason; it is offered to somebody else."""
    if row.status is not ContactStatus.ASSIGNED:
        raise conflict(row, "declined", "assigned")
    agent_id = row.agent_id
    work.release(work.contacts[row.id], declined=True)
    work.event("contact.declined", row.id, speaker.name, agent_id)
    work.event("contact.waiting", row.id, BREATHER)


def started(work: PoolWork, row: ContactRow, speaker: Speaker) -> None:
    """The conversation begins; accepts it where that was not said. Starting again changes nothing."""
    if row.status in (ContactStatus.ASSIGNED, ContactStatus.ACCEPTED):
        contact = replace(work.contacts[row.id], status=ContactStatus.ACTIVE, reservation_expires_at=None)
        work.change(contact, status=ContactStatus.ACTIVE, reservation_expires_at=None, started_at=work.now)
        work.event("contact.started", row.id, speaker.name)
    elif row.status is not ContactStatus.ACTIVE:
        raise conflict(row, "started", "assigned or accepted")


def abandoned(work: PoolWork, row: ContactRow, speaker: Speaker) -> None:
    """The other side gave up before it began; whoever it was reserved for is free again."""
    if row.status in (ContactStatus.WAITING, ContactStatus.ASSIGNED, ContactStatus.ACCEPTED):
        work.close(work.contacts[row.id], status=ContactStatus.ABANDONED, reservation_expires_at=None)
        work.event("contact.abandoned", row.id, speaker.name)
    elif row.status is not ContactStatus.ABANDONED:
        raise conflict(row, "abandoned", "waiting, assigned or accepted")


def accept(context: Context, contact_id: str, *, actor: str, as_agent: int | None = None) -> ContactView:
    """The agent takes what was reserved for them; accepting again changes nothing."""
    return _changed(context, contact_id, accepted, actor, as_agent)


def decline(context: Context, contact_id: str, *, actor: str, as_agent: int | None = None) -> ContactView:
    """The agent passes on it, without a reason; it is offered to somebody else."""
    return _changed(context, contact_id, declined, actor, as_agent)


def start(context: Context, contact_id: str, *, actor: str, as_agent: int | None = None) -> ContactView:
    """The conversation begins; accepts it where that was not said. Starting again changes nothing."""
    return _changed(context, contact_id, started, actor, as_agent)


def abandon(context: Context, contact_id: str, *, actor: str) -> ContactView:
    """The other side gave up before it began; whoever it was reserved for is free again."""
    return _changed(context, contact_id, abandoned, actor, None)


def _changed(context: Context, contact_id: str, change: Change, actor: str, as_agent: int | None) -> ContactView:
    return desk_of(context).ask(context, changing(contact_id, change), Speaker(actor, as_agent=as_agent))

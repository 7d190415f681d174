"""One outstanding offer for each department: what Rocket.Chat's external routing asks for, ten times a chat.

Its request names a department and no chat, so all requests for a department are about one contact, the *offer*,
until it is taken (its room is told by the webhook), or nobody has asked for it for `offer_seconds`. Offers live in
the contact table like any contact, with a `ref` of their own, and are looked for under the pool's lock.
"""

import uuid
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session

from api.context import Context
from api.errors import Conflict, NotFound
from api.services.floor.commands import abandon, on_floor
from api.services.floor.contact_rows import queue_named
from api.services.floor.contacts import take_in
from api.services.floor.outside import agent_id_of, known_contact, over, taken
from api.services.floor.pool_work import BREATHER, PoolWork
from api.services.floor.state import LiveContact, write_declined
from api.services.floor.tables import CONTACT, EVENT
from api.services.floor.views import ContactIn
from api.services.floor.work import floor_transaction
from roster.contacts import ContactStatus, EntryConditions
from roster.store.engine import reading

ACTOR = "rocketchat"
OFFER = "rocketchat:offer:"
ROOM = "rocketchat:room:"
ASKED = "adapter.asked"
UNTAKEN = frozenset({ContactStatus.WAITING, ContactStatus.ASSIGNED})


def next_agent(context: Context, queue_code: str, ignored: str | None) -> str | None:
    """Code of the agent for the next chat of the queue, nobody where it has to wait.

    `ignored` is an agent not to name: an offer to them goes to somebody else.

    Raises
    ------
    Invalid: no such queue. NotFound: no such agent.
    """
    ignored_id = None if ignored is None else agent_id_of(context, ignored)
    with floor_transaction(context) as transaction:
        queue = queue_named(transaction.session, queue_code)
        work = transaction.pool(queue.pool_id)
        offer = _outstanding(work, queue.id)
        contact_id = offer.id if offer is not None else take_in(work, _body(context, OFFER, queue_code), queue, ACTOR)
        if ignored_id is not None:
            _pass_over(work, work.contacts[contact_id], ignored_id)
        work.offer()
        if not _asked_within(work.session, contact_id, work.now - _given_up_after(context) / 3):
            work.event(ASKED, contact_id, ACTOR)
        agent_id = work.contacts[contact_id].agent_id
        return None if agent_id is None else work.facts(agent_id).code


def room_taken(context: Context, room: str, queue_code: str, agent_code: str) -> None:
    """The agent has the chat in `room`: the department's offer was for it, or nobody had asked.

    Raises
    ------
    Invalid: no such queue. NotFound: no such agent. Conflict: the chat is over, or the agent is of another pool.
    """
    with floor_transaction(context) as transaction:
        work, agent = on_floor(transaction, agent_code)
        queue = queue_named(transaction.session, queue_code)
        if queue.pool_id != work.state.pool_id:
            raise Conflict(f"agent {agent_code!r} works in another pool than queue {queue_code!r}")
        offer = _outstanding(work, queue.id)
        contact_id = known_contact(work.session, ROOM + room)
        known = contact_id is not None
        if contact_id is None and offer is not None:
            contact_id = offer.id
            work.change(replace(offer, ref=ROOM + room), ref=ROOM + room)
        elif contact_id is None:
            contact_id = take_in(work, _body(context, ROOM, queue_code, room), queue, ACTOR)
    taken(context, contact_id, agent_code, actor=ACTOR, queue_code=queue_code)
    if known and offer is not None and offer.agent_id == agent.id:
        # A chat that was forwarded: the offer was for it, and it has a contact already.
        _abandon(context, offer.id)


def room_over(context: Context, room: str, queue_code: str | None) -> None:
    """The chat in `room` was closed; one that nobody had taken was what the department's offer was for.

    Raises
    ------
    Invalid: no such queue. NotFound: no such chat, and no offer that could be for it.
    """
    with reading(context.engine) as session:
        contact_id = known_contact(session, ROOM + room)
        if contact_id is None and queue_code is not None:
            offers = _offers(session, queue_named(session, queue_code).id)
            contact_id = offers[0] if offers else None
    if contact_id is None:
        raise NotFound(f"chat {room!r} is not known")
    over(context, contact_id, actor=ACTOR)


def give_up(context: Context) -> None:
    """Abandon the offers that nobody has asked for in a while: their chats went elsewhere, or away."""
    since = context.now() - _given_up_after(context)
    with reading(context.engine) as session:
        stale = [offer for offer in _offers(session) if not _asked_within(session, offer, since)]
    for offer in stale:
        _abandon(context, offer)


def _body(context: Context, prefix: str, queue_code: str, name: str | None = None) -> ContactIn:
    entry = context.adapters.rocketchat.entries.get(queue_code, EntryConditions())
    return ContactIn(ref=prefix + (name or str(uuid.uuid4())), queue=queue_code, entry=entry)


def _outstanding(work: PoolWork, queue_id: int) -> LiveContact | None:
    """The queue's offer, if one is out; the oldest, should there ever be two."""
    offers = [
        contact
        for contact in work.contacts.values()
        if contact.queue_id == queue_id and contact.status in UNTAKEN and contact.ref.startswith(OFFER)
    ]
    return min(offers, key=lambda contact: (contact.arrived_at, contact.id), default=None)


def _offers(session: Session, queue_id: int | None = None) -> list[str]:
    """Ids of the offers that are out, oldest first."""
    chosen = CONTACT.c
    # A range first: every database finds that in the index of refs, whatever waits. A UUID lies in it in any collation.
    named = chosen.ref.between(OFFER + "0", OFFER + "g") & chosen.ref.startswith(OFFER)
    query = select(chosen.id).where(chosen.status.in_(UNTAKEN), named)
    if queue_id is not None:
        query = query.where(chosen.queue_id == queue_id)
    return list(session.execute(query.order_by(chosen.arrived_at, chosen.id)).scalars())


def _pass_over(work: PoolWork, offer: LiveContact, agent_id: int) -> None:
    """Keep the offer from the agent for a while; said ten times, it is done once."""
    if offer.agent_id == agent_id:
        work.release(offer, declined=True)
        work.event("contact.declined", offer.id, ACTOR, agent_id)
        work.event("contact.waiting", offer.id, BREATHER)
    elif all(passed != agent_id for passed, _ in offer.declined):
        declined = (*offer.declined, (agent_id, work.now))
        work.change(replace(offer, declined=declined), declined_by=write_declined(declined))


def _given_up_after(context: Context) -> timedelta:
    return timedelta(seconds=context.adapters.rocketchat.offer_seconds)


def _asked_within(session: Session, contact_id: str, since: datetime) -> bool:
    chosen = EVENT.c
    query = select(chosen.id).where(chosen.at > since, chosen.kind == ASKED, chosen.subject == contact_id).limit(1)
    return session.execute(query).first() is not None


def _abandon(context: Context, contact_id: str) -> None:
    # Where it has just been taken, it is no offer any more.
    with suppress(Conflict):
        abandon(context, contact_id, actor=ACTOR)

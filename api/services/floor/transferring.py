"""A contact goes on to another queue: moved as it is, or completed for its agent and continued as a new one."""

from dataclasses import replace

from sqlalchemy import select
from sqlmodel import Session

from api.context import Context
from api.errors import Conflict
from api.services.floor.contact_rows import (
    add_contact,
    conflict,
    contact_row,
    entry_of,
    entry_values,
    pool_id_of,
    queue_named,
    view_in,
)
from api.services.floor.contacts import new_id
from api.services.floor.finishing import finish
from api.services.floor.tables import CONTACT
from api.services.floor.views import ContactView, TransferIn
from api.services.floor.work import floor_transaction
from roster.contacts import ContactStatus
from roster.load.difficulty import inherited_difficulty
from roster.protections import topics_of


def transfer(context: Context, contact_id: str, body: TransferIn, *, actor: str) -> ContactView:
    """Send a contact on to another queue; the view returned has the id to use from now on.

    One that has not begun moves as it is. One in conversation is completed for its agent, whose rest is as after any
    contact, and goes on as a new contact (`ref` + "/2", "/3" …) that is not offered to that agent again for a while.
    """
    with floor_transaction(context) as transaction:
        queue = queue_named(transaction.session, body.queue)
        work, onto = transaction.pools(pool_id_of(transaction.session, contact_id), queue.pool_id)
        row = contact_row(work.session, contact_id)
        if row.pool_id != work.state.pool_id:
            raise Conflict(f"contact {contact_id!r} is just being transferred: try again")
        gone_on = row.reason.get("transferred", {})
        if gone_on.get("queue") == body.queue:
            return view_in(work.session, gone_on["id"])
        contact = work.contacts.get(contact_id)
        if contact is None:
            raise conflict(row, "transferred", "waiting, assigned, accepted or active")
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
            topics=topics_of(entry),
            handle_seconds=onto.state.queues[queue.id].handle_seconds if queue.id in onto.state.queues else 0.0,
        )
        if contact.status is ContactStatus.ACTIVE:
            moved = replace(moved, id=new_id(work.now), ref=_next_ref(work.session, contact.ref))
            onward = {"transferred": {"id": moved.id, "queue": body.queue}}
            finish(work, contact, row, outcomes=(), felt=None, follow_up_due=None, actor=actor, remember=onward)
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

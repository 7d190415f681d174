"""A contact's row: found, read as a view, written for a new one, and refused for what its state does not allow."""

from functools import lru_cache
from typing import Any

from sqlalchemy import Row, select
from sqlmodel import Session

from api.context import Context
from api.errors import Conflict, Forbidden, NotFound
from api.services.floor.contact_values import ContactRow
from api.services.floor.lookups import WHOLE_CONTACT
from api.services.floor.pool_work import PoolWork
from api.services.floor.queues import queue_named as queue_named
from api.services.floor.state import LiveContact, write_declined
from api.services.floor.tables import CONTACT
from api.services.floor.views import ContactView, DifficultyView, FactorView, stored_reason
from api.services.floor.work import FloorTransaction
from roster.contacts import EntryConditions, Tier
from roster.load.difficulty import Difficulty, Factor, sentence_of
from roster.store.engine import reading

AnyRow = Row[Any] | ContactRow
"""A contact's row as read by itself, or as a batch keeps it current."""


def contact_row(session: Session, contact_id: str) -> Row[Any]:
    """The contact with its queue's and its agent's code."""
    found = session.execute(WHOLE_CONTACT.where(CONTACT.c.id == contact_id)).one_or_none()
    if found is None:
        raise NotFound(f"contact {contact_id!r} is not known")
    return found


def contact_view(context: Context, contact_id: str, *, as_agent: int | None = None) -> ContactView:
    """The contact as it stands."""
    with reading(context.engine) as session:
        require_holder(contact_row(session, contact_id), as_agent)
        return view_in(session, contact_id)


def view_in(session: Session, contact_id: str) -> ContactView:
    """The contact as `session` sees it."""
    return view_of(contact_row(session, contact_id))


def view_of(row: AnyRow) -> ContactView:
    """The contact as its row says."""
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


def difficulty_view(row: AnyRow) -> DifficultyView:
    """Inherited difficulty of a contact's row."""
    return _difficulty(row.score, row.tier, tuple((factor["name"], factor["points"]) for factor in row.factors))


@lru_cache(maxsize=1024)
def _difficulty(score: int, tier: Tier, factors: tuple[tuple[str, int], ...]) -> DifficultyView:
    named = tuple(Factor(name, points) for name, points in factors)
    return DifficultyView(
        score=score,
        tier=tier,
        factors=tuple(FactorView(name=factor.name, points=factor.points) for factor in named),
        sentence=sentence_of(tier, named),
    )


def entry_of(row: AnyRow) -> EntryConditions:
    """The entry conditions of a contact's row."""
    return EntryConditions(
        arrival_state=row.arrival_state,
        parties=row.parties,
        history=row.history,
        stakes=tuple(row.stakes),
        resolvability=row.resolvability,
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
            "agent_id": None,
            "owner_id": contact.owner_id,
            "assigned_at": None,
            "reservation_expires_at": None,
            **entry_values(entry, difficulty),
            "life_at_risk": contact.life_at_risk,
            "outcomes": [],
            "declined_by": write_declined(contact.declined),
            "reason": {},
        },
    )


def pool_of_contact(transaction: FloorTransaction, contact_id: str) -> PoolWork:
    """The floor that the contact is on, locked; a transfer meanwhile is noticed."""
    pool_id = pool_id_of(transaction.session, contact_id)
    work = transaction.pool(pool_id)
    if pool_id_of(transaction.session, contact_id) != pool_id:
        raise Conflict(f"contact {contact_id!r} is just being transferred: try again")
    return work


def pool_id_of(session: Session, contact_id: str) -> int:
    """The pool that the contact is in; raises `NotFound`."""
    found = session.execute(select(CONTACT.c.pool_id).where(CONTACT.c.id == contact_id)).scalar()
    if found is None:
        raise NotFound(f"contact {contact_id!r} is not known")
    return int(found)


def require_holder(row: AnyRow, as_agent: int | None) -> None:
    """Refuse an agent who speaks for a contact of somebody else's; software and leads pass."""
    if as_agent is not None and row.agent_id != as_agent:
        raise Forbidden(f"contact {row.id!r} is not yours")


def conflict(row: AnyRow, done: str, allowed: str) -> Conflict:
    """The refusal of something that the contact's state does not allow."""
    return Conflict(
        f"contact {row.id!r} is {row.status.value}: it can be {done} only while it is {allowed}",
        state=row.status.value,
    )

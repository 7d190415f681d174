"""The event log: append in the transaction of what happened, read in order by who may see it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, or_, select

from roster.accounts import Role
from roster.events import Event


def append(
    session: Session,
    *,
    at: datetime,
    kind: str,
    subject: str,
    actor: str,
    agent_id: int | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Write one line. `agent_id` makes it private to that agent (and to routing software)."""
    session.add(Event(at=at, kind=kind, subject=subject, actor=actor, agent_id=agent_id, data=data or {}))


def since(
    session: Session, last_id: int, *, role: Role, agent_id: int | None = None, limit: int = 500
) -> Sequence[Event]:
    """Lines after `last_id`, oldest first, that this reader may see.

    Leads see lines about nobody in particular; an agent sees those and their own; routers see all.
    """
    query = select(Event).where(col(Event.id) > last_id).order_by(col(Event.id)).limit(limit)
    if role is not Role.ROUTER:
        query = query.where(or_(col(Event.agent_id).is_(None), col(Event.agent_id) == agent_id))
    return session.exec(query).all()


def newest_id(session: Session) -> int:
    """Id of the newest line, 0 in an empty log."""
    return session.exec(select(func.max(Event.id))).one() or 0


def mark(session: Session, window: int) -> tuple[int, int]:
    """What changes whenever a line is committed: the newest id, and how many of the `window` ids up to it are there.

    On PostgreSQL a line may be committed after one with a higher id, and then only the second figure moves.
    """
    newest = newest_id(session)
    return newest, session.exec(select(func.count()).where(col(Event.id) > newest - window)).one()

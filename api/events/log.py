"""The event log: append in the transaction of what happened, read in order by who may see it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, or_, select

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
    """Write one line. `agent_id` makes it private to that agent."""
    session.add(Event(at=at, kind=kind, subject=subject, actor=actor, agent_id=agent_id, data=data or {}))


def since(session: Session, last_id: int, *, agent_id: int | None = None, limit: int = 500) -> Sequence[Event]:
    """Lines after `last_id`, oldest first, that this reader may see.

    Everybody sees lines about nobody in particular; an agent also sees their own. Routing software learns what it
    needs of an agent (free, on a contact, in protected time) from the public lines.
    """
    visible = or_(col(Event.agent_id).is_(None), col(Event.agent_id) == agent_id)
    query = select(Event).where(col(Event.id) > last_id, visible).order_by(col(Event.id)).limit(limit)
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

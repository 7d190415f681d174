"""Queues by the name that callers use."""

from typing import Any

from sqlalchemy import Row, select
from sqlmodel import Session

from api.errors import Invalid
from api.services.floor.tables import QUEUE


def queue_named(session: Session, code: str) -> Row[Any]:
    """The queue called `code`; raises `Invalid` with the known names."""
    found = session.execute(select(QUEUE).where(QUEUE.c.code == code)).one_or_none()
    if found is None:
        known = session.execute(select(QUEUE.c.code).order_by(QUEUE.c.code)).scalars().all()
        raise Invalid(f"queue {code!r} is not known: expected one of {', '.join(known) or '(no queue yet)'}")
    return found

"""An endpoint's reader of the event log: every line that may leave and is wanted becomes one delivery, once.

On SQLite lines are committed in the order of their ids. On PostgreSQL an id is given out before the commit, so a
line may appear below ids that were read already. The reader therefore keeps the ids it did not find, as *gaps*, and
looks for them until every transaction that could still fill them is over, however long it takes.
"""

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, insert, or_, text
from sqlmodel import Session, col, select

from api.services.webhooks.endpoints import id_of
from api.services.webhooks.messages import is_wanted, may_leave
from roster.events import Event
from roster.webhooks import DeliveryStatus, WebhookDelivery, WebhookEndpoint

BATCH = 500
ID_PREFIX = "msg_"

Gap = list[int]
"""First id, last id, and the transaction before which all must be over for the gap to be settled."""
Line = tuple[int, str, int | None]
"""An event's id, its kind, and the agent it is private to."""


def read_on(session: Session, endpoint: WebhookEndpoint, now: datetime) -> bool:
    """Make deliveries of the next batch of lines and move the cursor on; whether there may be more.

    In the caller's transaction, which holds the endpoint's row: what is written is written once.
    """
    settled = _oldest_running(session)
    late = _lines(session, _inside(endpoint.gaps)) if endpoint.gaps else []
    new = _lines(session, col(Event.id) > endpoint.cursor, BATCH)
    _deliver(session, endpoint, [*late, *new], now)
    if settled is not None:
        begun = _next_transaction(session)
        ids = [endpoint.cursor, *(event_id for event_id, _, _ in new)]
        found = [[before + 1, after - 1, begun] for before, after in pairwise(ids) if after > before + 1]
        endpoint.gaps = [gap for gap in endpoint.gaps if gap[2] > settled] + found
    if new:
        endpoint.cursor = new[-1][0]
    session.add(endpoint)
    session.flush()
    return len(new) == BATCH


def _lines(session: Session, where: ColumnElement[bool], most: int | None = None) -> list[Line]:
    query = select(Event.id, Event.kind, Event.agent_id).where(where).order_by(col(Event.id)).limit(most)
    return [(event_id, kind, agent_id) for event_id, kind, agent_id in session.exec(query) if event_id is not None]


def _inside(gaps: Iterable[Gap]) -> ColumnElement[bool]:
    return or_(*(and_(col(Event.id) >= first, col(Event.id) <= last) for first, last, _ in gaps))


def _deliver(session: Session, endpoint: WebhookEndpoint, lines: Iterable[Line], now: datetime) -> None:
    endpoint_id = id_of(endpoint)
    chosen = {
        event_id: kind
        for event_id, kind, agent_id in lines
        if may_leave(kind, agent_id) and is_wanted(kind, endpoint.kinds)
    }
    if not chosen:
        return
    there = select(WebhookDelivery.event_id).where(
        WebhookDelivery.endpoint_id == endpoint_id, col(WebhookDelivery.event_id).in_(chosen)
    )
    known = set(session.exec(there).all())
    rows: list[dict[str, Any]] = [
        {
            "id": ID_PREFIX + uuid4().hex,
            "endpoint_id": endpoint_id,
            "event_id": event_id,
            "kind": kind,
            "status": DeliveryStatus.PENDING,
            "aside": False,
            "attempts": 0,
            "created_at": now,
            "next_at": now,
        }
        for event_id, kind in sorted(chosen.items())
        if event_id not in known
    ]
    if rows:
        session.execute(insert(WebhookDelivery), rows)


def _oldest_running(session: Session) -> int | None:
    """The oldest transaction still running on PostgreSQL; nothing on SQLite, where writers wait for each other."""
    return _transaction(session, "pg_snapshot_xmin")


def _next_transaction(session: Session) -> int | None:
    """The transaction that PostgreSQL would begin next."""
    return _transaction(session, "pg_snapshot_xmax")


def _transaction(session: Session, end: str) -> int | None:
    if session.get_bind().dialect.name != "postgresql":
        return None
    return int(session.execute(text(f"select {end}(pg_current_snapshot())::text")).scalar_one())

"""How long contacts of a queue take: what routing expects of one that waits or is in hand."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import fmean

from sqlalchemy import select
from sqlmodel import Session

from api.services.floor.tables import CONTACT, PAST_CONTACT
from roster.contacts import ContactStatus

LATEST = 200
"""So many of the latest contacts are looked at."""
FEWEST = 5
"""Fewer say nothing: the policy's `expected_handle_seconds` is taken."""
WINDOW = timedelta(days=28)


def handle_seconds(session: Session, queue_ids: Iterable[int], now: datetime) -> dict[int, float]:
    """Mean handle time by queue, of its latest contacts here and, where these are few, of imported history."""
    found = {}
    for queue_id in sorted(queue_ids):
        seconds = _handled_here(session, queue_id, now)
        if len(seconds) < FEWEST:
            seconds += _imported(session, queue_id, now)
        if len(seconds) >= FEWEST:
            found[queue_id] = fmean(seconds)
    return found


def _handled_here(session: Session, queue_id: int, now: datetime) -> list[float]:
    chosen = CONTACT.c
    rows = session.execute(
        select(chosen.started_at, chosen.completed_at)
        .where(chosen.queue_id == queue_id, chosen.completed_at > now - WINDOW, chosen.started_at.is_not(None))
        .where(chosen.status == ContactStatus.COMPLETED)
        .order_by(chosen.completed_at.desc())
        .limit(LATEST)
    )
    return [max(0.0, (row[1] - row[0]).total_seconds()) for row in rows]


def _imported(session: Session, queue_id: int, now: datetime) -> list[float]:
    chosen = PAST_CONTACT.c
    rows = session.execute(
        select(chosen.handle_seconds)
        .where(chosen.queue_id == queue_id, chosen.arrived_at > now - 12 * WINDOW, chosen.abandoned.is_(False))
        .order_by(chosen.arrived_at.desc())
        .limit(LATEST)
    )
    return [float(row[0]) for row in rows]

"""What waits beyond what a requirement can explain: how many more agents a queue needs for a while.

A contact that waits past its queue's target is one that the requirement did not foresee. As many agents are needed on
top as serve those contacts within `day.spike_minutes`; fewer than `day.spike_contacts` of them are chance.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import Row, select
from sqlmodel import Session

from api.services.floor.handling import handle_seconds
from api.services.floor.tables import CONTACT, QUEUE
from roster.contacts import ContactStatus
from roster.policy import Policy

MOST_COUNTED = 500
"""Of the contacts that wait, the oldest of each pool: more are a breakdown that no day's plan answers, and looking at
them every few seconds would take time from the floor."""


def more_needed(session: Session, policy: Policy, now: datetime) -> Mapping[str, int]:
    """Agents on top by the code of the queue, for those that need any."""
    queues = session.execute(select(QUEUE.c.id, QUEUE.c.code, QUEUE.c.pool_id, QUEUE.c.target_wait_seconds)).all()
    if not queues:
        return {}
    past = {row.id: now - timedelta(seconds=row.target_wait_seconds) for row in queues}
    counts: Counter[int] = Counter()
    for pool_id in sorted({row.pool_id for row in queues}):
        counts.update(row.queue_id for row in _oldest(session, pool_id) if row.arrived_at < past[row.queue_id])
    late = {queue_id: count for queue_id, count in counts.items() if count >= policy.day.spike_contacts}
    if not late:
        return {}
    seconds = handle_seconds(session, late, now)
    codes = {row.id: row.code for row in queues}
    return {
        codes[queue_id]: ceil(
            count * seconds.get(queue_id, policy.routing.expected_handle_seconds) / (60 * policy.day.spike_minutes)
        )
        for queue_id, count in sorted(late.items())
    }


def _oldest(session: Session, pool_id: int) -> Sequence[Row[tuple[int, datetime]]]:
    """Queue and arrival of those that have waited longest."""
    chosen = CONTACT.c
    query = select(chosen.queue_id, chosen.arrived_at).where(
        chosen.pool_id == pool_id, chosen.status == ContactStatus.WAITING
    )
    return session.execute(query.order_by(chosen.arrived_at).limit(MOST_COUNTED)).all()

"""What waits beyond what a requirement can explain: how many more agents a queue needs for a while.

A contact that waits past its queue's target is one that the requirement did not foresee. As many agents are needed on
top as serve those contacts within `day.spike_minutes`; fewer than `day.spike_contacts` of them are chance.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import func, or_, select
from sqlmodel import Session

from api.services.floor.handling import handle_seconds
from api.services.floor.tables import CONTACT, QUEUE
from roster.contacts import ContactStatus
from roster.policy import Policy

MOST_COUNTED = 500
"""Of the contacts that wait too long, all queues together: more are a breakdown that no day's plan answers, and
counting them every few seconds would take time from the floor."""


def more_needed(session: Session, policy: Policy, now: datetime) -> Mapping[str, int]:
    """Agents on top by the code of the queue, for those that need any."""
    queues = session.execute(select(QUEUE.c.id, QUEUE.c.code, QUEUE.c.pool_id, QUEUE.c.target_wait_seconds)).all()
    if not queues:
        return {}
    chosen = CONTACT.c
    past = [
        (chosen.queue_id == row.id) & (chosen.arrived_at < now - timedelta(seconds=row.target_wait_seconds))
        for row in queues
    ]
    some = (
        select(chosen.queue_id)
        .where(chosen.pool_id.in_({row.pool_id for row in queues}), chosen.status == ContactStatus.WAITING, or_(*past))
        .limit(MOST_COUNTED)
        .subquery()
    )
    counts = session.execute(select(some.c.queue_id, func.count()).group_by(some.c.queue_id)).all()
    late = {row[0]: row[1] for row in counts if row[1] >= policy.day.spike_contacts}
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

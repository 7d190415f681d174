"""What a day must cover: requirements by quarter, and the heavy contacts that history makes one expect."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import case, func
from sqlmodel import Session, col, select

from roster.clock import QUARTER, at_local, local_day
from roster.contacts import PastContact
from roster.day_problem import QueueDemand
from roster.events import Event
from roster.policy import Policy
from roster.queues import Queue
from roster.shifts import Requirement

WEEKS_BACK = 4
NOON = 720


@dataclass(frozen=True)
class Shares:
    """How many of a queue's contacts are heavy, and how many severe, 0 to 1."""

    heavy: float
    severe: float


def read_demands(
    session: Session, policy: Policy, starts_at: datetime, quarters: int, zone: str
) -> tuple[QueueDemand, ...]:
    """One demand per queue that has a requirement in the stretch of `quarters` from `starts_at`."""
    ends_at = starts_at + quarters * QUARTER
    required: dict[int, list[int]] = {}
    rows = session.exec(
        select(Requirement.queue_id, Requirement.starts_at, Requirement.required).where(
            col(Requirement.starts_at) >= starts_at, col(Requirement.starts_at) < ends_at
        )
    )
    for queue_id, at, count in rows:
        required.setdefault(queue_id, [0] * quarters)[(at - starts_at) // QUARTER] = count
    shares = heavy_shares(session, policy)
    arrivals = _expected_arrivals(session, starts_at, quarters, zone)
    demands = []
    for queue in session.exec(select(Queue).order_by(col(Queue.code))).all():
        if queue.id not in required:
            continue
        share = shares.get(queue.id, Shares(0.0, 0.0))
        expected = [arrivals.get((queue.id, quarter), 0.0) for quarter in range(quarters)]
        demands.append(
            QueueDemand(
                queue=queue.code,
                required=tuple(required[queue.id]),
                expected_heavy=tuple(round(count * share.heavy, 4) for count in expected),
                expected_severe=tuple(round(count * share.severe, 4) for count in expected),
            )
        )
    return tuple(demands)


def heavy_shares(session: Session, policy: Policy) -> dict[int, Shares]:
    """The share of heavy and of severe contacts among a queue's scored past contacts; unscored queues are left out."""
    tiers = policy.difficulty.tiers
    score = col(PastContact.score)
    rows: Sequence[tuple[int, int, int, int]] = session.execute(
        select(
            PastContact.queue_id,
            func.count(),
            func.sum(case((score >= tiers.heavy, 1), else_=0)),
            func.sum(case((score >= tiers.severe, 1), else_=0)),
        )
        .where(score.is_not(None), col(PastContact.abandoned).is_(False))
        .group_by(col(PastContact.queue_id))
    ).all()
    return {
        queue_id: Shares((heavy - severe) / count, severe / count) for queue_id, count, heavy, severe in rows if count
    }


def requirement_is_gross(session: Session, on_date: date) -> bool:
    """Whether the day's requirement was computed from history, so that it counts breaks, absence and rest already."""
    events = session.exec(
        select(Event).where(Event.kind == "requirements.replaced").order_by(col(Event.id).desc()).limit(50)
    ).all()
    for event in events:
        begin, _, days = event.subject.partition("/")
        first = date.fromisoformat(begin)
        if first <= on_date < first + timedelta(days=int(days)):
            return True
    return False


def _expected_arrivals(session: Session, starts_at: datetime, quarters: int, zone: str) -> dict[tuple[int, int], float]:
    """Mean arrivals by (queue, quarter) on the last four dates of that weekday in history, local time by local time."""
    newest = session.exec(select(func.max(PastContact.arrived_at))).one()
    if newest is None:
        return {}
    latest = newest if isinstance(newest, datetime) else datetime.fromisoformat(str(newest))
    day = local_day(starts_at, zone)
    begin = round((starts_at - at_local(day, NOON, zone)) / timedelta(minutes=1))
    behind = (local_day(latest, zone) - day).days
    last = day + timedelta(days=behind - behind % 7)
    counts: Counter[tuple[int, int]] = Counter()
    weeks = 0
    for back in range(WEEKS_BACK):
        # Counted from local noon, so that a clock change at night does not shift the whole day.
        first = at_local(last - timedelta(days=7 * back), NOON, zone) + timedelta(minutes=begin)
        rows = session.exec(
            select(PastContact.queue_id, PastContact.arrived_at).where(
                col(PastContact.arrived_at) >= first, col(PastContact.arrived_at) < first + quarters * QUARTER
            )
        ).all()
        weeks += bool(rows)
        counts.update((queue_id, (at - first) // QUARTER) for queue_id, at in rows)
    return {key: count / weeks for key, count in counts.items()}

"""An endpoint's turn: one process works for it at a time, one delivery after another, each result written at once.

Who works is decided by compare-and-set on the endpoint's row: a lease, renewed before every attempt. A process that
dies keeps nobody waiting longer than its lease, and what it had sent without writing so is sent again: at least once.
A result counts only if nobody has written one for that attempt meanwhile.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Update, or_, update
from sqlmodel import Session, col, select

from api.context import Context
from api.events.log import newest_id
from api.services.webhooks.endpoints import keys_in_force, switch_off
from api.services.webhooks.log_reader import read_on
from api.services.webhooks.messages import CONTENT_TYPE, cloud_event
from api.services.webhooks.schedule import DISABLED_AFTER, HELD_ATTEMPTS, delay_seconds, pause_seconds
from api.services.webhooks.sending import Outcome, Send, Sendable
from api.services.webhooks.signing import signed_headers
from roster.events import Event
from roster.store.engine import reading, writing
from roster.webhooks import DeliveryStatus, EndpointStatus, WebhookDelivery, WebhookEndpoint

LEASE = timedelta(seconds=60)
"""Longer than an attempt can take, address look-up included."""
MOST_A_TURN = 200
TURN = timedelta(seconds=5)
"""After so long a turn begins no further attempt, so that a stopping server need not wait for a long queue."""
BREATHER = "breather"


@dataclass(frozen=True)
class Attempt:
    """One attempt at a delivery: its number counts from 0; `aside` says that later lines do not wait for it."""

    delivery_id: str
    number: int
    aside: bool
    sendable: Sendable


@dataclass(frozen=True)
class Done:
    """An attempt and what became of it."""

    attempt: Attempt
    outcome: Outcome


def endpoints_with_work(context: Context, *, failing: bool) -> list[int]:
    """Endpoints for which something is to be done now, well or failing ones; a look without a lock."""
    now = context.now()
    with reading(context.engine) as session:
        troubled = col(WebhookEndpoint.failing_since)
        found = session.exec(
            select(WebhookEndpoint).where(
                WebhookEndpoint.status == EndpointStatus.ACTIVE,
                _free(now),
                troubled.is_not(None) if failing else troubled.is_(None),
                or_(col(WebhookEndpoint.resume_at).is_(None), col(WebhookEndpoint.resume_at) <= now),
            )
        ).all()
        newest = newest_id(session) if found else 0
        return [
            one.id
            for one in found
            if one.id is not None and (one.cursor < newest or one.gaps or next_due(session, one.id, now) is not None)
        ]


async def take_turn(context: Context, endpoint_id: int, send: Send) -> int:
    """Do what is due for one endpoint, unless another process is at it; the number of attempts."""
    lease = await asyncio.to_thread(claim, context, endpoint_id)
    if lease is None:
        return 0
    until, count = context.now() + TURN, 0
    done: Done | None = None
    try:
        while True:
            more = count < MOST_A_TURN and context.now() < until
            attempt = await asyncio.to_thread(step, context, endpoint_id, lease, done, more=more)
            if attempt is None:
                return count
            done = Done(attempt, await send(attempt.sendable))
            count += 1
    finally:
        await asyncio.to_thread(release, context, endpoint_id, lease)


def claim(context: Context, endpoint_id: int) -> str | None:
    """A lease on the endpoint, or nothing where another process has it or it is switched off."""
    lease, now = uuid4().hex, context.now()
    claiming = (
        update(WebhookEndpoint)
        .where(col(WebhookEndpoint.id) == endpoint_id, col(WebhookEndpoint.status) == EndpointStatus.ACTIVE, _free(now))
        .values(lease=lease, lease_until=now + LEASE)
    )
    with writing(context.engine) as session:
        return lease if _changed_one(session, claiming) else None


def release(context: Context, endpoint_id: int, lease: str) -> None:
    """Give the lease back, if it is still ours."""
    held = (col(WebhookEndpoint.id) == endpoint_id, col(WebhookEndpoint.lease) == lease)
    with writing(context.engine) as session:
        session.execute(update(WebhookEndpoint).where(*held).values(lease=None, lease_until=None))


def step(context: Context, endpoint_id: int, lease: str, done: Done | None, *, more: bool = True) -> Attempt | None:
    """Write what became of the last attempt, and (`more`) prepare the next: one transaction.

    Nothing is prepared when nothing is due, the endpoint is off or to be left alone, or the lease is another's by now.
    """
    now = context.now()
    held = (col(WebhookEndpoint.id) == endpoint_id, col(WebhookEndpoint.lease) == lease)
    told = False
    with writing(context.engine) as session:
        # First of all, so that the endpoint's row is locked: whoever reads the log for it does so alone.
        ours = _changed_one(session, update(WebhookEndpoint).where(*held).values(lease_until=now + LEASE))
        endpoint = session.get(WebhookEndpoint, endpoint_id)
        if endpoint is None:
            return None
        if done is not None:
            told = _record(session, endpoint, done, now)
        attempt = _prepare(context, session, endpoint, now) if ours and more else None
    if told:
        context.announcer.announce()
    return attempt


def _prepare(context: Context, session: Session, endpoint: WebhookEndpoint, now: datetime) -> Attempt | None:
    paused = endpoint.resume_at is not None and endpoint.resume_at > now
    if endpoint.status is not EndpointStatus.ACTIVE or paused or endpoint.id is None:
        return None
    delivery = next_due(session, endpoint.id, now)
    unread = True
    while delivery is None and unread:
        unread = read_on(session, endpoint, now)
        delivery = next_due(session, endpoint.id, now)
    if delivery is None:
        return None
    body = cloud_event(session.get_one(Event, delivery.event_id), context.settings.event_source)
    keys = [key.secret for key in keys_in_force(session, endpoint.id, now)]
    headers = {"content-type": CONTENT_TYPE, **signed_headers(keys, delivery.id, now, body)}
    return Attempt(delivery.id, delivery.attempts, delivery.aside, Sendable(endpoint.url, headers, body))


def next_due(session: Session, endpoint_id: int, now: datetime) -> WebhookDelivery | None:
    """What is to be sent now: the head of the line, or an earlier one that stepped aside and is due again."""
    line = (
        select(WebhookDelivery)
        .where(WebhookDelivery.endpoint_id == endpoint_id, WebhookDelivery.status == DeliveryStatus.PENDING)
        .order_by(col(WebhookDelivery.event_id))
        .limit(1)
    )
    heads: Sequence[WebhookDelivery | None] = (
        session.exec(line.where(col(WebhookDelivery.aside).is_(False))).first(),
        session.exec(line.where(col(WebhookDelivery.aside).is_(True), col(WebhookDelivery.next_at) <= now)).first(),
    )
    due = [one for one in heads if one is not None and one.next_at is not None and one.next_at <= now]
    return min(due, key=lambda one: one.event_id, default=None)


def _record(session: Session, endpoint: WebhookEndpoint, done: Done, now: datetime) -> bool:
    """Write an attempt's result; whether that wrote a line into the log."""
    attempts, outcome = done.attempt.number + 1, done.outcome
    values: dict[str, Any] = {"attempts": attempts, "last_at": now, "last_status": outcome.status}
    values |= {"last_error": outcome.error, "next_at": None}
    why = None if outcome.delivered else _why_off(endpoint, outcome, now)
    delay = delay_seconds(attempts, done.attempt.delivery_id)
    if outcome.delivered:
        values["status"] = DeliveryStatus.DELIVERED
    elif why is not None:
        # The endpoint is at fault, not what was sent: it goes out once the endpoint is enabled.
        values["next_at"] = now
    elif delay is None:
        values["status"] = DeliveryStatus.DEAD
    else:
        values["next_at"] = now + timedelta(seconds=delay)
        values["aside"] = done.attempt.aside or outcome.refused or attempts >= HELD_ATTEMPTS
    writing_it = update(WebhookDelivery).where(
        col(WebhookDelivery.id) == done.attempt.delivery_id,
        col(WebhookDelivery.status) == DeliveryStatus.PENDING,
        col(WebhookDelivery.attempts) == done.attempt.number,
    )
    if not _changed_one(session, writing_it.values(**values)):
        return False
    session.add(endpoint)
    if outcome.delivered:
        endpoint.failures, endpoint.failing_since, endpoint.resume_at = 0, None, None
        return False
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or now
    pause = max(pause_seconds(endpoint.failures, str(endpoint.id)), outcome.retry_after_seconds or 0)
    endpoint.resume_at = now + timedelta(seconds=pause) if pause else None
    if why is not None:
        switch_off(session, now, endpoint, why, BREATHER)
    return why is not None


def _why_off(endpoint: WebhookEndpoint, outcome: Outcome, now: datetime) -> str | None:
    """Why an endpoint is to be disabled after this failure, if it is."""
    if endpoint.status is not EndpointStatus.ACTIVE:
        return None
    if outcome.gone:
        return "the receiver answered 410: it wants nothing more"
    since = endpoint.failing_since
    if since is not None and now - since >= DISABLED_AFTER:
        return f"none of {endpoint.failures + 1} attempts since {since:%Y-%m-%d %H:%M} UTC was taken"
    return None


def _free(now: datetime) -> Any:
    return or_(col(WebhookEndpoint.lease_until).is_(None), col(WebhookEndpoint.lease_until) <= now)


def _changed_one(session: Session, statement: Update) -> bool:
    return bool(getattr(session.execute(statement), "rowcount", 0) == 1)

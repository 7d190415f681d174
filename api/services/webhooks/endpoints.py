"""Endpoints: who is told. Made, listed, switched off and on, given a new key, taken away; each is a line of the log."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, col, func, or_, select

from api.context import Context
from api.errors import Conflict, Invalid, NotFound
from api.events.log import append, newest_id
from api.services.webhooks.addresses import checked_url
from api.services.webhooks.messages import checked_kinds
from api.services.webhooks.signing import new_key
from api.services.webhooks.views import EndpointIn, EndpointView, NewEndpoint, NewKey
from roster.accounts import User
from roster.store.engine import reading, writing
from roster.webhooks import DeliveryStatus, EndpointStatus, WebhookDelivery, WebhookEndpoint, WebhookKey

MOST_ENDPOINTS = 20
MOST_KEYS = 3
OVERLAP_HOURS, LONGEST_OVERLAP_HOURS = 24, 720
BY_HAND = "switched off by hand"


def make_endpoint(context: Context, body: EndpointIn, *, actor: str) -> NewEndpoint:
    """A new endpoint, told of what is committed from now on.

    Raises
    ------
    Invalid: an address that may not be sent to, or a kind that is not sent. Conflict: there are `MOST_ENDPOINTS`.
    """
    url = checked_url(body.url, context.settings.allowed_networks)
    kinds = checked_kinds(body.kinds)
    secret = new_key()
    with writing(context.engine) as session:
        count = session.exec(select(func.count()).select_from(WebhookEndpoint)).one()
        if count >= MOST_ENDPOINTS:
            raise Conflict(f"there are {count} webhooks: expected at most {MOST_ENDPOINTS}, take one away first")
        now = context.now()
        endpoint = WebhookEndpoint(
            url=url,
            description=body.description.strip(),
            kinds=kinds,
            created_at=now,
            created_by=actor,
            cursor=newest_id(session),
        )
        session.add(endpoint)
        session.flush()
        session.add(WebhookKey(endpoint_id=id_of(endpoint), secret=secret, created_at=now))
        tell(session, now, "webhook.created", endpoint, actor)
        view = _views(session, [endpoint])[0]
    context.announcer.announce()
    return NewEndpoint(**view.model_dump(), secret=secret)


def list_endpoints(context: Context) -> list[EndpointView]:
    """Every endpoint, the oldest first; never a key."""
    with reading(context.engine) as session:
        return _views(session, session.exec(select(WebhookEndpoint).order_by(col(WebhookEndpoint.id))).all())


def endpoint_view(context: Context, endpoint_id: int) -> EndpointView:
    """One endpoint."""
    with reading(context.engine) as session:
        return _views(session, [known_endpoint(session, endpoint_id)])[0]


def remove_endpoint(context: Context, endpoint_id: int, *, actor: str) -> None:
    """Take an endpoint away, with its keys and everything that was on its way."""
    with writing(context.engine) as session:
        endpoint = known_endpoint(session, endpoint_id)
        tell(session, context.now(), "webhook.removed", endpoint, actor)
        session.flush()
        session.execute(delete(WebhookEndpoint).where(col(WebhookEndpoint.id) == endpoint_id))
    context.announcer.announce()


def enable_endpoint(context: Context, endpoint_id: int, *, actor: str) -> EndpointView:
    """Send again, from where it stopped, in order, each with a full count of attempts; without a pause any more."""
    with writing(context.engine) as session:
        endpoint = known_endpoint(session, endpoint_id, lock=True)
        now = context.now()
        if endpoint.status is EndpointStatus.DISABLED:
            tell(session, now, "webhook.enabled", endpoint, actor)
        waiting = (
            col(WebhookDelivery.endpoint_id) == endpoint_id,
            col(WebhookDelivery.status) == DeliveryStatus.PENDING,
        )
        session.execute(update(WebhookDelivery).where(*waiting).values(attempts=0, aside=False, next_at=now))
        endpoint.status = EndpointStatus.ACTIVE
        endpoint.disabled_at = endpoint.disabled_why = endpoint.failing_since = endpoint.resume_at = None
        endpoint.failures = 0
        session.add(endpoint)
        session.flush()
        view = _views(session, [endpoint])[0]
    context.announcer.announce()
    return view


def disable_endpoint(context: Context, endpoint_id: int, *, actor: str) -> EndpointView:
    """Send nothing until it is enabled; what happens meanwhile is sent then."""
    with writing(context.engine) as session:
        endpoint = known_endpoint(session, endpoint_id)
        if endpoint.status is EndpointStatus.ACTIVE:
            switch_off(session, context.now(), endpoint, BY_HAND, actor)
        session.flush()
        view = _views(session, [endpoint])[0]
    context.announcer.announce()
    return view


def switch_off(session: Session, now: datetime, endpoint: WebhookEndpoint, why: str, actor: str) -> None:
    """Disable `endpoint` in the caller's transaction, with a line in the log."""
    endpoint.status = EndpointStatus.DISABLED
    endpoint.disabled_at, endpoint.disabled_why = now, why
    session.add(endpoint)
    tell(session, now, "webhook.disabled", endpoint, actor, why=why)


def rotate_key(context: Context, endpoint_id: int, *, overlap_hours: int = OVERLAP_HOURS, actor: str) -> NewKey:
    """A new signing key; for `overlap_hours` deliveries carry signatures by the former keys, too (0: at once not).

    Raises
    ------
    Invalid: an overlap that is not 0 to 720 hours. Conflict: `MOST_KEYS` keys are in force already.
    """
    if not 0 <= overlap_hours <= LONGEST_OVERLAP_HOURS:
        raise Invalid(f"overlap_hours {overlap_hours}: expected 0 to {LONGEST_OVERLAP_HOURS}")
    secret = new_key()
    with writing(context.engine) as session:
        endpoint = known_endpoint(session, endpoint_id, lock=True)
        now = context.now()
        until = now + timedelta(hours=overlap_hours)
        keys = keys_in_force(session, endpoint_id, now)
        if overlap_hours and len(keys) >= MOST_KEYS:
            raise Conflict(
                f"webhook {endpoint_id} has {len(keys)} keys in force, the first until"
                f" {min(key.expires_at for key in keys if key.expires_at is not None).isoformat(timespec='seconds')}:"
                " wait for it, or give overlap_hours 0"
            )
        for key in keys:
            key.expires_at = until if key.expires_at is None else min(key.expires_at, until)
            session.add(key)
        session.add(WebhookKey(endpoint_id=endpoint_id, secret=secret, created_at=now))
        tell(session, now, "webhook.key_rotated", endpoint, actor)
    context.announcer.announce()
    return NewKey(secret=secret, old_keys_until=until)


def keys_in_force(session: Session, endpoint_id: int, now: datetime) -> Sequence[WebhookKey]:
    """The keys to sign with at `now`, the newest first."""
    unexpired = or_(col(WebhookKey.expires_at).is_(None), col(WebhookKey.expires_at) > now)
    query = select(WebhookKey).where(WebhookKey.endpoint_id == endpoint_id, unexpired)
    return session.exec(query.order_by(col(WebhookKey.id).desc())).all()


def known_endpoint(session: Session, endpoint_id: int, *, lock: bool = False) -> WebhookEndpoint:
    """The endpoint, locked for this transaction if need be; raises `NotFound` quoting its id."""
    endpoint = session.get(WebhookEndpoint, endpoint_id, with_for_update=lock or None)
    if endpoint is None:
        raise NotFound(f"webhook {endpoint_id} is not known")
    return endpoint


def id_of(endpoint: WebhookEndpoint) -> int:
    """The id of a stored `endpoint`."""
    if endpoint.id is None:
        raise LookupError("the endpoint is not stored yet")
    return endpoint.id


def tell(session: Session, at: datetime, kind: str, endpoint: WebhookEndpoint, actor: str, **data: Any) -> None:
    """A line about `endpoint`. Its address stays out: it may hold a secret of the receiver's."""
    append(session, at=at, kind=kind, subject=str(id_of(endpoint)), actor=actor, data=data)


def _views(session: Session, endpoints: Sequence[WebhookEndpoint]) -> list[EndpointView]:
    counts = {
        (endpoint_id, status): count
        for endpoint_id, status, count in session.exec(
            select(WebhookDelivery.endpoint_id, WebhookDelivery.status, func.count())
            .where(col(WebhookDelivery.status) != DeliveryStatus.DELIVERED)
            .group_by(col(WebhookDelivery.endpoint_id), col(WebhookDelivery.status))
        ).all()
    }
    makers = {endpoint.created_by for endpoint in endpoints}
    names = dict(session.exec(select(User.username, User.display_name).where(col(User.username).in_(makers))).all())
    return [
        EndpointView(
            **endpoint.model_dump(include=set(EndpointView.model_fields)),
            created_by_name=names.get(endpoint.created_by) or endpoint.created_by,
            waiting=counts.get((id_of(endpoint), DeliveryStatus.PENDING), 0),
            dead=counts.get((id_of(endpoint), DeliveryStatus.DEAD), 0),
        )
        for endpoint in endpoints
    ]

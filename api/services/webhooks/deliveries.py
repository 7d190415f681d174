"""Deliveries as leads see them: what was sent, what is stuck, what was given up; sent again by hand; tidied away."""

from datetime import timedelta

from sqlalchemy import delete, update
from sqlmodel import col, select

from api.context import Context
from api.errors import Conflict, Invalid, NotFound
from api.services.webhooks.endpoints import known_endpoint
from api.services.webhooks.views import DeliveryPage, DeliveryView, Redelivered
from roster.store.engine import reading, writing
from roster.webhooks import DeliveryStatus, EndpointStatus, WebhookDelivery, WebhookEndpoint, WebhookKey

MOST_A_PAGE = 200
DELIVERED_KEPT = timedelta(days=14)
DEAD_KEPT = timedelta(days=90)


def list_deliveries(
    context: Context,
    endpoint_id: int,
    *,
    status: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> DeliveryPage:
    """Deliveries of one endpoint, the newest line first, of lines before the id `before`; `dead` are dead letters.

    Raises `Invalid` for a status or limit that is none, `NotFound` for an unknown endpoint.
    """
    known = [each.value for each in DeliveryStatus]
    if status is not None and status not in known:
        raise Invalid(f"status {status[:40]!r}: expected {', '.join(known)}")
    if not 1 <= limit <= MOST_A_PAGE:
        raise Invalid(f"limit {limit}: expected 1 to {MOST_A_PAGE}")
    query = select(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint_id)
    if status is not None:
        query = query.where(WebhookDelivery.status == DeliveryStatus(status))
    if before is not None:
        query = query.where(col(WebhookDelivery.event_id) < before)
    with reading(context.engine) as session:
        known_endpoint(session, endpoint_id)
        rows = session.exec(query.order_by(col(WebhookDelivery.event_id).desc()).limit(limit + 1)).all()
    shown = rows[:limit]
    return DeliveryPage(
        deliveries=[DeliveryView(**row.model_dump(include=set(DeliveryView.model_fields))) for row in shown],
        older=shown[-1].event_id if len(rows) > limit else None,
    )


def redeliver(context: Context, endpoint_id: int, delivery_id: str) -> DeliveryView:
    """Send one delivery again, whatever became of it, with the same id and a full count of attempts.

    Raises
    ------
    NotFound: no such endpoint or delivery. Conflict: the endpoint is disabled.
    """
    with writing(context.engine) as session:
        _require_active(known_endpoint(session, endpoint_id))
        delivery = session.get(WebhookDelivery, delivery_id)
        if delivery is None or delivery.endpoint_id != endpoint_id:
            raise NotFound(f"webhook {endpoint_id} has no delivery {delivery_id[:80]!r}")
        # A line that still waits keeps its place; one that was over must not hold up later ones.
        delivery.aside = delivery.aside or delivery.status is not DeliveryStatus.PENDING
        delivery.status, delivery.attempts, delivery.next_at = DeliveryStatus.PENDING, 0, context.now()
        session.add(delivery)
        session.flush()
        return DeliveryView(**delivery.model_dump(include=set(DeliveryView.model_fields)))


def redeliver_dead(context: Context, endpoint_id: int) -> Redelivered:
    """Send every dead letter of an endpoint again."""
    with writing(context.engine) as session:
        _require_active(known_endpoint(session, endpoint_id))
        again = (
            update(WebhookDelivery)
            .where(col(WebhookDelivery.endpoint_id) == endpoint_id, col(WebhookDelivery.status) == DeliveryStatus.DEAD)
            .values(status=DeliveryStatus.PENDING, aside=True, attempts=0, next_at=context.now())
        )
        return Redelivered(deliveries=getattr(session.execute(again), "rowcount", 0))


def tidy(context: Context) -> None:
    """Forget deliveries that nobody will ask about any more, and keys that no longer sign."""
    now = context.now()
    with writing(context.engine) as session:
        for status, kept in ((DeliveryStatus.DELIVERED, DELIVERED_KEPT), (DeliveryStatus.DEAD, DEAD_KEPT)):
            old = (col(WebhookDelivery.status) == status, col(WebhookDelivery.created_at) <= now - kept)
            session.execute(delete(WebhookDelivery).where(*old))
        session.execute(delete(WebhookKey).where(col(WebhookKey.expires_at) <= now))


def _require_active(endpoint: WebhookEndpoint) -> None:
    if endpoint.status is EndpointStatus.DISABLED:
        raise Conflict(f"webhook {endpoint.id} is disabled ({endpoint.disabled_why}): enable it first")

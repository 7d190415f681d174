"""`/webhooks`: endpoints that are told what happens, their keys, what is on its way, and dead letters. For leads."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, status
from pydantic import BaseModel, ConfigDict, Field

from api.deps import ContextDep, LeadDep
from api.services.webhooks import deliveries, endpoints
from api.services.webhooks.views import (
    DeliveryPage,
    DeliveryView,
    EndpointIn,
    EndpointList,
    EndpointView,
    NewEndpoint,
    NewKey,
    Redelivered,
)
from roster.columns import LARGEST_LONG
from roster.webhooks import DeliveryStatus

router = APIRouter(prefix="/webhooks", tags=["webhooks"])

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
DeliveryId = Annotated[str, Path(max_length=80, description="the webhook-id of the delivery")]


class RotateIn(BaseModel):
    """For how many hours the former keys still sign beside the new one; 0 = not at all."""

    model_config = ConfigDict(extra="forbid")

    overlap_hours: int = Field(default=endpoints.OVERLAP_HOURS, ge=0, le=endpoints.LONGEST_OVERLAP_HOURS)


@router.post("", status_code=status.HTTP_201_CREATED)
def create_webhook(body: EndpointIn, context: ContextDep, caller: LeadDep) -> NewEndpoint:
    """A new endpoint. The reply alone holds its signing key."""
    return endpoints.make_endpoint(context, body, actor=caller.name)


@router.get("")
def read_webhooks(context: ContextDep, caller: LeadDep) -> EndpointList:
    """Every endpoint, the oldest first."""
    return EndpointList(webhooks=endpoints.list_endpoints(context))


@router.get("/{webhook}")
def read_webhook(webhook: Number, context: ContextDep, caller: LeadDep) -> EndpointView:
    """One endpoint."""
    return endpoints.endpoint_view(context, webhook)


@router.delete("/{webhook}", status_code=status.HTTP_204_NO_CONTENT)
def delete_webhook(webhook: Number, context: ContextDep, caller: LeadDep) -> None:
    """Take it away, with everything that was on its way."""
    endpoints.remove_endpoint(context, webhook, actor=caller.name)


@router.post("/{webhook}/enable")
def enable_webhook(webhook: Number, context: ContextDep, caller: LeadDep) -> EndpointView:
    """Send again, from where it stopped."""
    return endpoints.enable_endpoint(context, webhook, actor=caller.name)


@router.post("/{webhook}/disable")
def disable_webhook(webhook: Number, context: ContextDep, caller: LeadDep) -> EndpointView:
    """Send nothing until it is enabled again."""
    return endpoints.disable_endpoint(context, webhook, actor=caller.name)


@router.post("/{webhook}/rotate")
def rotate_webhook_key(webhook: Number, context: ContextDep, caller: LeadDep, body: RotateIn | None = None) -> NewKey:
    """A new signing key; for a while deliveries are signed with the former ones, too."""
    asked = body or RotateIn()
    return endpoints.rotate_key(context, webhook, overlap_hours=asked.overlap_hours, actor=caller.name)


@router.get("/{webhook}/deliveries")
def read_deliveries(
    webhook: Number,
    context: ContextDep,
    caller: LeadDep,
    state: Annotated[
        DeliveryStatus | None, Query(alias="status", description="pending, delivered or dead (the dead letters)")
    ] = None,
    before: Annotated[int | None, Query(ge=1, le=LARGEST_LONG, description="event id; only older lines")] = None,
    limit: Annotated[int, Query(ge=1, le=deliveries.MOST_A_PAGE)] = 50,
) -> DeliveryPage:
    """What was sent, is waiting, or was given up; the newest line first."""
    return deliveries.list_deliveries(context, webhook, status=state, before=before, limit=limit)


@router.post("/{webhook}/deliveries/{delivery}/redeliver", status_code=status.HTTP_202_ACCEPTED)
def redeliver_one(webhook: Number, delivery: DeliveryId, context: ContextDep, caller: LeadDep) -> DeliveryView:
    """Send one delivery again, with the same `webhook-id`."""
    return deliveries.redeliver(context, webhook, delivery)


@router.post("/{webhook}/redeliver", status_code=status.HTTP_202_ACCEPTED)
def redeliver_dead_letters(webhook: Number, context: ContextDep, caller: LeadDep) -> Redelivered:
    """Send all its dead letters again."""
    return deliveries.redeliver_dead(context, webhook)

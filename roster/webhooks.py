"""Webhooks: where lines of the event log are sent, with which keys, and what became of each."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from roster.columns import Json, Long, UtcDateTime, enum_type


class EndpointStatus(StrEnum):
    """Whether anything is sent to an endpoint."""

    ACTIVE = "active"
    DISABLED = "disabled"


class DeliveryStatus(StrEnum):
    """Where a delivery is: still to be sent, taken by the receiver, or given up."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


class WebhookEndpoint(SQLModel, table=True):
    """An address that lines of the log are sent to, and how far its reader is.

    Every line up to `cursor` was looked at, but for those in `gaps`: on PostgreSQL a line may be committed after one
    with a higher id. `lease` names the process that works for this endpoint until `lease_until`.
    """

    __tablename__: ClassVar[str] = "webhook_endpoint"
    __table_args__ = (
        CheckConstraint("failures >= 0", name="failures_not_negative"),
        CheckConstraint("status <> 'disabled' or disabled_at is not null", name="disabled_when"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    url: str = Field(max_length=2000)
    description: str = Field(default="", max_length=120)
    kinds: list[Any] = Field(default_factory=list, sa_type=Json, description="kinds wanted; empty = all that may leave")
    status: EndpointStatus = Field(default=EndpointStatus.ACTIVE, sa_type=enum_type(EndpointStatus))
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: str = Field(max_length=120)
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    disabled_why: str | None = Field(default=None, max_length=200)
    cursor: int = Field(default=0, sa_type=Long, description="id of the newest line looked at")
    gaps: list[Any] = Field(
        default_factory=list, sa_type=Json, description="[[first id, last id, transaction id that settles it], …]"
    )
    failures: int = Field(default=0, description="attempts that failed since the last that did not")
    failing_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    resume_at: datetime | None = Field(default=None, sa_type=UtcDateTime, description="nothing is sent before")
    lease: str | None = Field(default=None, max_length=32)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class WebhookKey(SQLModel, table=True):
    """A signing key of an endpoint. Both sides sign with it, so it is kept as it is, unlike a password."""

    __tablename__: ClassVar[str] = "webhook_key"
    id: int | None = Field(default=None, primary_key=True)
    endpoint_id: int = Field(foreign_key="webhook_endpoint.id", index=True, ondelete="CASCADE")
    secret: str = Field(max_length=120, description="whsec_ and base64")
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime, description="set once a newer key is there")


class WebhookDelivery(SQLModel, table=True):
    """One line of the log on its way to one endpoint. The body is made from the line whenever it is sent."""

    __tablename__: ClassVar[str] = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "event_id", name="webhook_delivery_once"),
        CheckConstraint("attempts >= 0", name="attempts_not_negative"),
        CheckConstraint("status <> 'pending' or next_at is not null", name="pending_until"),
        Index("webhook_delivery_line", "endpoint_id", "status", "event_id"),
        Index("webhook_delivery_created", "created_at"),
    )
    id: str = Field(primary_key=True, max_length=40, description="the webhook-id, the same at every attempt")
    endpoint_id: int = Field(foreign_key="webhook_endpoint.id", ondelete="CASCADE")
    event_id: int = Field(foreign_key="event.id", ondelete="CASCADE", sa_type=Long)
    kind: str = Field(max_length=64)
    status: DeliveryStatus = Field(default=DeliveryStatus.PENDING, sa_type=enum_type(DeliveryStatus))
    aside: bool = Field(default=False, description="later lines no longer wait for it")
    attempts: int = 0
    created_at: datetime = Field(sa_type=UtcDateTime)
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_status: int | None = Field(default=None, description="HTTP status of the last attempt; empty = no answer")
    last_error: str | None = Field(default=None, max_length=200)

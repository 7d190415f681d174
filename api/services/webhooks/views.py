"""What is shown of webhooks, and what comes in to make one. A signing key is shown once, by whoever makes it."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.services.webhooks.addresses import LONGEST_URL
from roster.webhooks import DeliveryStatus, EndpointStatus

MOST_KINDS = 50


class EndpointIn(BaseModel):
    """A new endpoint. Without `kinds` it gets every line that may leave; `contact.*` stands for a family."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: Annotated[str, Field(min_length=1, max_length=LONGEST_URL)]
    kinds: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=MOST_KINDS)] = []
    description: Annotated[str, Field(max_length=120)] = ""


class EndpointView(BaseModel):
    """An endpoint as leads see it. `waiting` and `dead` count its deliveries."""

    id: int
    url: str
    description: str
    kinds: list[str]
    status: EndpointStatus
    created_at: datetime
    created_by: str
    created_by_name: str
    disabled_at: datetime | None
    disabled_why: str | None
    failures: int
    failing_since: datetime | None
    resume_at: datetime | None
    waiting: int
    dead: int


class EndpointList(BaseModel):
    """Every endpoint, the oldest first."""

    webhooks: list[EndpointView]


class NewEndpoint(EndpointView):
    """An endpoint just made; `secret` is shown this once."""

    secret: str


class NewKey(BaseModel):
    """A signing key just made, shown this once; until `old_keys_until` deliveries are signed with the former too."""

    secret: str
    old_keys_until: datetime


class DeliveryView(BaseModel):
    """One line of the log on its way to one endpoint."""

    id: str
    event_id: int
    kind: str
    status: DeliveryStatus
    attempts: int
    created_at: datetime
    next_at: datetime | None
    last_at: datetime | None
    last_status: int | None
    last_error: str | None


class DeliveryPage(BaseModel):
    """Some deliveries, the newest line first; `older` is the `before` of the next page, if there is one."""

    deliveries: list[DeliveryView]
    older: int | None


class Redelivered(BaseModel):
    """How many deliveries will be sent again."""

    deliveries: int

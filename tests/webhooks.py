"""Helpers for tests of webhooks: a receiver without a network, lines in the log, and one round of the job."""

import asyncio
import json
from collections import deque
from typing import Any

from sqlmodel import col, select

from api.context import Context
from api.events.log import append
from api.jobs.webhooks import take_turns
from api.services.webhooks.endpoints import make_endpoint
from api.services.webhooks.sending import Outcome, Sendable
from api.services.webhooks.turns import endpoints_with_work
from api.services.webhooks.views import EndpointIn
from roster.store.engine import reading, writing
from roster.webhooks import WebhookDelivery, WebhookEndpoint

URL = "https://router.example/hook"
TAKEN = Outcome(204)
BROKEN = Outcome(500, "answered 500")


class Receiver:
    """Answers with the outcomes given, then takes everything; remembers what it heard."""

    def __init__(self, *outcomes: Outcome, always: Outcome = TAKEN) -> None:
        self.outcomes = deque(outcomes)
        self.always = always
        self.heard: list[Sendable] = []

    async def __call__(self, sendable: Sendable) -> Outcome:
        self.heard.append(sendable)
        return self.outcomes.popleft() if self.outcomes else self.always

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """The CloudEvents heard."""
        return [json.loads(one.body) for one in self.heard]

    @property
    def subjects(self) -> list[str]:
        """What they were about."""
        return [body["subject"] for body in self.bodies]

    @property
    def ids(self) -> list[str]:
        """Their `webhook-id`s."""
        return [one.headers["webhook-id"] for one in self.heard]


def round_of(context: Context, receiver: Receiver) -> int:
    """What the two jobs do in one round; the number of attempts."""
    due = endpoints_with_work(context, failing=False) + endpoints_with_work(context, failing=True)
    return asyncio.run(take_turns(context, due, receiver))


def endpoint(context: Context, *kinds: str, url: str = URL) -> int:
    """A new endpoint's id."""
    return make_endpoint(context, EndpointIn(url=url, kinds=list(kinds)), actor="lead").id


def write(
    context: Context, *subjects: str, kind: str = "contact.started", agent_id: int | None = None, **data: Any
) -> None:
    """Lines of the log about `subjects`, in one transaction."""
    with writing(context.engine) as session:
        for subject in subjects:
            append(session, at=context.now(), kind=kind, subject=subject, actor="test", agent_id=agent_id, data=data)
            session.flush()


def stored(context: Context, endpoint_id: int) -> list[WebhookDelivery]:
    """The endpoint's deliveries in the order of their lines."""
    query = select(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint_id)
    with reading(context.engine) as session:
        return list(session.exec(query.order_by(col(WebhookDelivery.event_id))).all())


def row_of(context: Context, endpoint_id: int) -> WebhookEndpoint:
    """The endpoint as it is stored."""
    with reading(context.engine) as session:
        return session.get_one(WebhookEndpoint, endpoint_id)

"""The event log as a stream of server-sent events: resumable, by the reader's rights at the moment of reading."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import anyio
from fastapi.concurrency import run_in_threadpool
from sse_starlette import EventSourceResponse, ServerSentEvent

from api.context import Context
from api.events.announcer import Listener
from api.events.log import newest_id, since
from api.security.caller import Caller
from roster.events import Event
from roster.store.engine import reading

HEARTBEAT_SECONDS = 15
IDLE_SECONDS = 5.0
"""The longest wait between two looks at the log, should an announcement not arrive."""
CLOSING_SECONDS = 0.5
"""How soon a quiet stream notices that the server is stopping."""
BATCH = 200

Shape = Callable[[Event], ServerSentEvent]
Who = Callable[[], Caller | None]


def whole(event: Event) -> ServerSentEvent:
    """A line as software reads it."""
    values = {
        "id": event.id,
        "at": event.at.isoformat(),
        "kind": event.kind,
        "subject": event.subject,
        "actor": event.actor,
        "data": event.data,
    }
    return _sent(event, event.kind, values)


def news_only(event: Event) -> ServerSentEvent:
    """A line as a page needs it: that something happened. The page then asks for its parts again."""
    return _sent(event, "news", {"id": event.id, "kind": event.kind})


def _sent(event: Event, name: str, values: dict[str, Any]) -> ServerSentEvent:
    return ServerSentEvent(id=str(event.id), event=name, data=json.dumps(values, separators=(",", ":")))


async def lines(
    context: Context, who: Who, last_id: int, shape: Shape, closing: anyio.Event
) -> AsyncIterator[ServerSentEvent]:
    """Lines after `last_id`, then those that come, until the reader is signed out, goes away, or `closing` is set."""
    # So that a reader learns at once that the stream stands, and proxies pass its head on.
    yield ServerSentEvent(comment="hello", retry=1000)
    with context.announcer.listening() as listener:
        while not closing.is_set():
            read = await run_in_threadpool(_read, context, who, last_id)
            if read is None:
                return
            for event in read:
                last_id = event.id or last_id
                yield shape(event)
            if len(read) < BATCH:
                await _news(listener, closing)


async def _news(listener: Listener, closing: anyio.Event) -> None:
    waited = 0.0
    # In short waits, because nothing else would tell a quiet stream that the server is about to stop.
    while waited < IDLE_SECONDS and not closing.is_set() and not await listener.wait(CLOSING_SECONDS):
        waited += CLOSING_SECONDS


def _read(context: Context, who: Who, last_id: int) -> list[Event] | None:
    caller = who()
    if caller is None:
        return None
    with reading(context.engine) as session:
        return list(since(session, last_id, role=caller.role, agent_id=caller.agent_id, limit=BATCH))


def newest(context: Context) -> int:
    """Where a reader starts who asks for no past."""
    with reading(context.engine) as session:
        return newest_id(session)


def stream(context: Context, who: Who, last_id: int, shape: Shape) -> EventSourceResponse:
    """The response; it ends by itself when the server shuts down."""
    closing = anyio.Event()
    return EventSourceResponse(
        lines(context, who, last_id, shape, closing),
        ping=HEARTBEAT_SECONDS,
        shutdown_event=closing,
        shutdown_grace_period=4 * CLOSING_SECONDS,
    )

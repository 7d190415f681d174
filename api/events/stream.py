"""The event log as a stream of server-sent events: resumable, by the reader's rights at the moment of reading."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from fastapi.concurrency import run_in_threadpool
from sse_starlette import EventSourceResponse, ServerSentEvent

from api.context import Context
from api.events.log import newest_id, since
from api.security.caller import Caller
from roster.events import Event
from roster.store.engine import reading

HEARTBEAT_SECONDS = 15
IDLE_SECONDS = 5.0
"""The longest wait between two looks at the log, should an announcement not arrive."""
BATCH = 200

Shape = Callable[[Event], dict[str, Any]]
Who = Callable[[], Caller | None]


def whole(event: Event) -> dict[str, Any]:
    """A line as software reads it."""
    return {
        "id": event.id,
        "at": event.at.isoformat(),
        "kind": event.kind,
        "subject": event.subject,
        "actor": event.actor,
        "data": event.data,
    }


def news_only(event: Event) -> dict[str, Any]:
    """A line as a page needs it: that something happened. The page then asks for its parts again."""
    return {"id": event.id, "kind": event.kind}


async def lines(
    context: Context, who: Who, last_id: int, shape: Shape, *, idle_seconds: float = IDLE_SECONDS
) -> AsyncIterator[ServerSentEvent]:
    """Lines after `last_id`, then those that come, until the reader is signed out or goes away."""
    # So that a reader learns at once that the stream stands, and proxies pass its head on.
    yield ServerSentEvent(comment="hello", retry=1000)
    with context.announcer.listening() as listener:
        while True:
            read = await run_in_threadpool(_read, context, who, last_id)
            if read is None:
                return
            for event in read:
                last_id = event.id or last_id
                yield ServerSentEvent(
                    id=str(event.id), event=event.kind, data=json.dumps(shape(event), separators=(",", ":"))
                )
            if len(read) < BATCH:
                await listener.wait(idle_seconds)


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
    return EventSourceResponse(lines(context, who, last_id, shape), ping=HEARTBEAT_SECONDS)

"""The event log as a stream of server-sent events: resumable, by the reader's rights at the moment of reading."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import anyio
from fastapi.concurrency import run_in_threadpool
from sse_starlette import EventSourceResponse, ServerSentEvent

from api.context import Context
from api.events.announcer import Listener
from api.events.log import newest_id, since
from api.events.shown import seen_of
from api.security.caller import Caller
from roster.events import Event
from roster.store.engine import reading

HEARTBEAT_SECONDS = 15
IDLE_SECONDS = 5.0
"""The longest wait between two looks at the log, should an announcement not arrive."""
CLOSING_SECONDS = 0.5
"""How soon a quiet stream notices that the server is stopping."""
PAUSE_SECONDS = 0.1
BATCH = 200
OVERLAP = 200

Shape = Callable[[Event, Caller], ServerSentEvent]
Who = Callable[[], Caller | None]


def whole(event: Event, caller: Caller) -> ServerSentEvent:
    """A line as its reader may see it (`api.events.shown`): at least that it happened."""
    values: dict[str, Any] = {"id": event.id, "at": event.at.isoformat(), "kind": event.kind}
    return _sent(event, event.kind, values | seen_of(event, caller))


def news_only(event: Event, caller: Caller) -> ServerSentEvent:
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
    reader = _Reader(context, last_id)
    with context.announcer.listening() as listener:
        while not closing.is_set():
            caller = await run_in_threadpool(who)
            if caller is None:
                return
            new = await run_in_threadpool(reader.read, caller)
            for event in new:
                yield shape(event, caller)
            if not new:
                await _news(listener, closing)
                # What follows within a moment is read together: a busy floor must not cost a query per line and page.
                await asyncio.sleep(PAUSE_SECONDS)


class _Reader:
    """Where one reader is in the log.

    Ids are given out before the commit, so on PostgreSQL a line may appear after one with a higher id. A reader
    therefore looks back over the last `OVERLAP` ids and passes on what it has not passed on yet.
    """

    def __init__(self, context: Context, last_id: int) -> None:
        self._context = context
        self._last_id = last_id
        self._overlap = 0 if context.settings.embedded else OVERLAP
        self._passed: set[int] | None = None

    def read(self, caller: Caller) -> list[Event]:
        """What is new to `caller`, oldest first, at most a batch."""
        begin = max(0, self._last_id - self._overlap)
        with reading(self._context.engine) as session:
            found = since(session, begin, agent_id=caller.agent_id, limit=BATCH + self._overlap)
        if self._passed is None:
            # The reader has these from before, or asked for no past.
            self._passed = {_id(event) for event in found if _id(event) <= self._last_id}
        new = [event for event in found if _id(event) not in self._passed]
        self._passed.update(_id(event) for event in new)
        self._last_id = max([self._last_id, *map(_id, new)])
        self._passed = {passed for passed in self._passed if passed > self._last_id - self._overlap}
        return new


def _id(event: Event) -> int:
    return event.id or 0


async def _news(listener: Listener, closing: anyio.Event) -> None:
    waited = 0.0
    # In short waits, because nothing else would tell a quiet stream that the server is about to stop.
    while waited < IDLE_SECONDS and not closing.is_set() and not await listener.wait(CLOSING_SECONDS):
        waited += CLOSING_SECONDS


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

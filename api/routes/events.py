"""`GET /events`: the log as a stream, for software and for pages."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from sse_starlette import EventSourceResponse

from api.context import Context
from api.deps import CallerDep, ContextDep, caller_again
from api.errors import Invalid
from api.events.stream import Who, newest, news_only, stream, whole
from roster.columns import LARGEST_LONG

router = APIRouter(tags=["events"])
live = APIRouter(tags=["events"])

MOST_DIGITS = len(str(LARGEST_LONG))
"""Of an event's id; Python itself refuses to read numbers of some thousand."""


@router.get("/events", response_class=EventSourceResponse)
async def read_events(
    request: Request,
    context: ContextDep,
    caller: CallerDep,
    after: Annotated[
        int | None, Query(ge=0, le=LARGEST_LONG, description="start after this id; 0 = from the first")
    ] = None,
    last_event_id: Annotated[str | None, Header(description="as EventSource sends it when it reconnects")] = None,
) -> EventSourceResponse:
    """Every line the caller may see, in order. `Last-Event-ID` resumes; without it, only what happens from now on."""
    start = await _start(context, after, last_event_id)
    return stream(context, _who(request, context), start, whole)


@live.get("/live", include_in_schema=False, response_class=EventSourceResponse)
async def read_news(
    request: Request, context: ContextDep, caller: CallerDep, last_event_id: Annotated[str | None, Header()] = None
) -> EventSourceResponse:
    """That something happened, for the page that is open: its id and kind, nothing more."""
    return stream(context, _who(request, context), await _start(context, None, last_event_id), news_only)


async def _start(context: Context, after: int | None, last_event_id: str | None) -> int:
    if last_event_id:
        digits = last_event_id.isascii() and last_event_id.isdigit() and len(last_event_id) <= MOST_DIGITS
        if not digits or int(last_event_id) > LARGEST_LONG:
            raise Invalid(f"Last-Event-ID {last_event_id[:80]!r}: expected the id of an event, such as 42")
        return int(last_event_id)
    return await run_in_threadpool(newest, context) if after is None else after


def _who(request: Request, context: Context) -> Who:
    return lambda: caller_again(request, context)

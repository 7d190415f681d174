"""`/calendar/{token}.ics`, read by its address alone, and `/agents/{code}/calendars`, where the agent makes it."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response, status
from pydantic import BaseModel, ConfigDict, Field

from api.context import Context
from api.deps import AgentDep, ContextDep
from api.errors import Forbidden
from api.metrics import API_PREFIX
from api.security.caller import Caller
from api.services.agents import is_agent
from api.services.calendars.content import feed_text
from api.services.calendars.feeds import FeedView, feeds_of, make_feed, revoke_feed
from roster.calendars import FeedKind

router = APIRouter(tags=["calendars"])

CALENDAR_TYPE = "text/calendar; charset=utf-8"

Code = Annotated[str, Path(min_length=1, max_length=64, description="the agent's code")]
Token = Annotated[str, Path(min_length=1, max_length=200, description="the secret of the address")]


class FeedIn(BaseModel):
    """The feed to make or renew."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: FeedKind
    details: bool = Field(default=False, description="name protected time, with reasons; in the own feed alone")


class NewFeedView(FeedView):
    """A feed with its address, which is shown this once."""

    url: str


@router.get("/calendar/{token}.ics", response_class=Response, responses={304: {"description": "not changed"}})
def get_calendar(token: Token, request: Request, context: ContextDep) -> Response:
    """The calendar as iCalendar. Whoever has the address reads it; a wrong or revoked one is a 404 like any other."""
    found = feed_text(context, token)
    tag = f'"{found.tag}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if _knows(request.headers.get("If-None-Match", ""), tag):
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
    headers["Content-Disposition"] = 'inline; filename="breather.ics"'
    return Response(found.text, media_type=CALENDAR_TYPE, headers=headers)


router.add_api_route("/calendar/{token}.ics", get_calendar, methods=["HEAD"], include_in_schema=False)


@router.get("/agents/{code}/calendars")
def get_feeds(code: Code, context: ContextDep, caller: AgentDep) -> list[FeedView]:
    """The agent's own feeds, without their addresses."""
    _require_self(context, caller, code)
    return list(feeds_of(context, caller))


@router.post("/agents/{code}/calendars", status_code=status.HTTP_201_CREATED)
def post_feed(code: Code, body: FeedIn, request: Request, context: ContextDep, caller: AgentDep) -> NewFeedView:
    """Make a feed, or renew its address: the old one is worth nothing from now on."""
    _require_self(context, caller, code)
    made = make_feed(context, caller, body.kind, details=body.details)
    return NewFeedView(**made.view.model_dump(), url=address_of(request, made.secret))


@router.delete("/agents/{code}/calendars/{kind}", status_code=status.HTTP_204_NO_CONTENT)
def delete_feed(code: Code, kind: FeedKind, context: ContextDep, caller: AgentDep) -> None:
    """Revoke the feed of this kind."""
    _require_self(context, caller, code)
    revoke_feed(context, caller, kind)


def address_of(request: Request, secret: str) -> str:
    """The whole address of a calendar, as the caller reached this server."""
    return f"{str(request.base_url).rstrip('/')}{API_PREFIX}/calendar/{secret}.ics"


def _knows(header: str, tag: str) -> bool:
    """Whether `If-None-Match` names `tag` (RFC 9110, 13.1.2: weak comparison)."""
    known = {one.strip().removeprefix("W/") for one in header.split(",")}
    return tag in known or "*" in known


def _require_self(context: Context, caller: Caller, code: str) -> None:
    if not is_agent(context, code, caller.agent_id):
        raise Forbidden(f"you are not agent {code!r}: a calendar is the agent's own")

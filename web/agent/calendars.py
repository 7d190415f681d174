"""The page on which an agent makes, copies, renews and revokes the addresses of their calendars."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from api.context import Context
from api.deps import AgentDep, ContextDep
from api.routes.calendars import address_of
from api.security.caller import Caller
from api.services.calendars.feeds import FeedKind, feeds_of, make_feed, revoke_feed
from web.pages import page, see_other

router = APIRouter()


@router.get("/today/calendar")
def show_calendars(request: Request, context: ContextDep, caller: AgentDep) -> Response:
    """Which calendars there are; never their addresses."""
    return _page(request, context, caller)


@router.post("/today/calendar/{kind}")
def make_calendar(
    request: Request,
    context: ContextDep,
    caller: AgentDep,
    kind: FeedKind,
    details: Annotated[str, Form(max_length=3)] = "",
) -> Response:
    """A new address, shown this once on the page that answers."""
    made = make_feed(context, caller, kind, details=details == "yes")
    return _page(request, context, caller, made=made.view.kind, address=address_of(request, made.secret))


@router.post("/today/calendar/{kind}/revoke")
def revoke_calendar(context: ContextDep, caller: AgentDep, kind: FeedKind) -> Response:
    """The address is worth nothing from now on."""
    revoke_feed(context, caller, kind)
    return see_other("/today/calendar")


def _page(
    request: Request, context: Context, caller: Caller, *, made: FeedKind | None = None, address: str = ""
) -> Response:
    return page(
        request,
        "agent/calendars.html",
        feeds={feed.kind.value: feed for feed in feeds_of(context, caller)},
        made=made.value if made is not None else "",
        address=address,
        # What a phone opens its calendar with; the same address over the same connection.
        opening=f"webcal:{address.partition(':')[2]}",
    )

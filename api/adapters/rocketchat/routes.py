"""Rocket.Chat over HTTP: the question of external routing, and the omnichannel webhook that tells what followed."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict

from api.adapters.attributes import is_name
from api.adapters.received import AdapterRoute, object_of, require_secret, secret_of
from api.adapters.rocketchat.offers import next_agent, room_over, room_taken
from api.adapters.settings import ours
from api.context import Context
from api.deps import ContextDep
from api.errors import Invalid, NotFound
from api.services.floor.views import NO_NUL

router = APIRouter(prefix="/adapters/rocketchat", tags=["adapters"], route_class=AdapterRoute)

TOKEN_HEADER = "X-RocketChat-Secret-Token"  # noqa: S105 - the header's name
WEBHOOK_HEADER = "X-RocketChat-Livechat-Token"
MOST_BYTES = 4_000_000
"""A webhook carries every message of the chat; they are dropped unread."""
ROOM_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
TEST_ROOM = "fasd6f5a4sd6f8a4sdf"
"""The chat in the sample that the button "Send Test" of Rocket.Chat's webhook settings sends."""
TAKEN, CLOSED = "LivechatSessionTaken", "LivechatSession"

LONGEST_ID = 120
VendorId = Annotated[str | None, Query(min_length=1, max_length=LONGEST_ID, pattern=NO_NUL)]


class NextAgent(BaseModel):
    """Who takes the next chat; nobody may for now where `username` is empty."""

    model_config = ConfigDict(frozen=True)

    username: str | None


def _require(request: Request, context: Context, header: str) -> None:
    secret = secret_of(context.settings.rocketchat_token, "BREATHER_ROCKETCHAT_TOKEN")
    require_secret(request, context, request.headers.get(header, ""), secret, header)


def _router(request: Request, context: ContextDep) -> None:
    _require(request, context, TOKEN_HEADER)


async def _told(request: Request, context: ContextDep) -> dict[str, Any]:
    _require(request, context, WEBHOOK_HEADER)
    return await object_of(request, MOST_BYTES)


# Named as the vendor sends them.
@router.get("/agent", dependencies=[Depends(_router)])
def get_agent(context: ContextDep, departmentId: VendorId = None, ignoreAgentId: VendorId = None) -> NextAgent:  # noqa: N803
    """The user name of who takes the department's next chat; asked ten times for one chat, it is one contact."""
    settings = context.adapters.rocketchat
    try:
        code = next_agent(context, _queue(context, departmentId), _ignored(context, ignoreAgentId))
    except NotFound as error:
        raise Invalid(error.detail) from error
    names = {agent: name for name, agent in settings.usernames.items()}
    return NextAgent(username=None if code is None else names.get(code, code))


@router.post("/events")
async def post_event(told: Annotated[dict[str, Any], Depends(_told)], context: ContextDep) -> dict[str, str]:
    """A chat was taken or closed. Other kinds are not needed; what it says of the visitor is not read."""
    await run_in_threadpool(follow, context, told)
    # Rocket.Chat keeps the answer with the chat.
    return {}


def follow(context: Context, told: dict[str, Any]) -> None:
    """Bring the floor in step with one webhook."""
    kind, room = told.get("type"), told.get("_id")
    if kind not in (TAKEN, CLOSED) or room == TEST_ROOM:
        return
    if not isinstance(room, str) or not ROOM_ID.fullmatch(room):
        raise Invalid("_id: expected the id of a chat")
    department = told.get("departmentId")
    if department is not None and not is_name(department, LONGEST_ID):
        raise Invalid("departmentId: expected the id of a department")
    if kind == TAKEN:
        try:
            room_taken(context, room, _queue(context, department), _server(context, told))
        except NotFound as error:
            raise Invalid(error.detail) from error
    else:
        queued = department is not None or context.adapters.rocketchat.default_queue
        room_over(context, room, _queue(context, department) if queued else None)


def _queue(context: Context, department: str | None) -> str:
    settings = context.adapters.rocketchat
    if department is not None:
        return ours(settings.departments, department)
    if not settings.default_queue:
        raise Invalid("departmentId is missing: expected one, or a default_queue in the adapters' file")
    return settings.default_queue


def _ignored(context: Context, user: str | None) -> str | None:
    """The agent behind a user id; nobody for a user whom the file names as no agent, such as a bot."""
    return None if user is None else ours(context.adapters.rocketchat.users, user) or None


def _server(context: Context, told: dict[str, Any]) -> str:
    """Code of the agent who has the chat."""
    settings = context.adapters.rocketchat
    served = told.get("servedBy") or told.get("agent")
    name = served.get("username") if isinstance(served, dict) else None
    if not is_name(name, LONGEST_ID):
        raise Invalid("servedBy.username: expected the user name of who took the chat")
    return ours(settings.usernames, name)

"""The short way to the floor's desk, for software's plain requests; all others go on to the routes.

Software sends a bearer token and a small JSON body. Such a request needs no dependency, no thread and no query of its
own: its body is read by the very model that the route declares, and its token is looked up in the transaction that
does the work, with those of all requests that came meanwhile. Whatever is not so plain (a session's cookie, a body
that does not fit the model) takes the ordinary way, which knows how to refuse it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.context import Context
from api.errors import ServiceError
from api.metrics import API_PREFIX
from api.problems import note_refusal, of_service_error
from api.security.secrets import token_hash
from api.services.floor.desk import Command, desk_of
from roster.accounts import Role

R = TypeVar("R")
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

SOFTWARE = (Role.ROUTER, Role.LEAD)
LONGEST_NAME = 64
LONGEST_BODY = 65_536

Make = Callable[[str, bytes, str | None, str], Command[R]]
"""The command of a request: what its address names, its body, its Idempotency-Key, the hash of its token."""
Show = Callable[[R, Role], tuple[int, BaseModel]]
"""Status and document of a reply, as a role may read it."""


@dataclass(frozen=True)
class Lane(Generic[R]):
    """An address that leads straight to the desk; `path` is the template that figures are counted under."""

    path: str
    make: Make[R]
    show: Show[R]


_lanes: dict[tuple[str, ...], Lane[Any]] = {}


def direct(path: str, make: Make[R], show: Show[R]) -> Callable[[Endpoint], Endpoint]:
    """Mark the endpoint of `path` (below the API's prefix): plain requests of software pass it by."""

    def mark(endpoint: Endpoint) -> Endpoint:
        parts = path.split("/")
        _lanes[(*parts[:2], *parts[3:])] = Lane(path, make, show)
        return endpoint

    return mark


@dataclass(frozen=True)
class _Plain:
    """What is needed of a plain request."""

    lane: Lane[Any]
    named: str
    token: str
    key: str | None


class DeskLane:
    """Answers plain requests by itself; hands on all others."""

    def __init__(self, app: ASGIApp, *, context: Context) -> None:
        self._app = app
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        plain = _plain(scope)
        if plain is None:
            await self._app(scope, receive, send)
            return
        messages = [await receive()]
        while messages[-1].get("more_body", False):
            messages.append(await receive())
        body = b"".join(message.get("body", b"") for message in messages)
        try:
            command = plain.lane.make(plain.named, body, plain.key, plain.token)
        except ValidationError:
            await self._app(scope, _again(messages, receive), send)
            return
        scope["route"] = plain.lane
        try:
            told = await desk_of(self._context).asked(self._context, command, None, SOFTWARE)
        except ServiceError as error:
            problem = of_service_error(error)
            note_refusal(scope, problem)
            await problem.response()(scope, receive, send)
            return
        status, document = plain.lane.show(told.reply, told.speaker.role)
        content = document.model_dump_json().encode()
        headers = [(b"content-length", str(len(content)).encode()), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})


def _plain(scope: Scope) -> _Plain | None:
    if scope["type"] != "http" or scope["method"] != "POST" or not scope["path"].startswith(API_PREFIX):
        return None
    parts = scope["path"][len(API_PREFIX) :].split("/")
    lane = _lanes.get((*parts[:2], *parts[3:]))
    named = parts[2] if len(parts) > 2 else ""
    if lane is None or len(named) > LONGEST_NAME or (len(parts) > 2 and not named):
        return None
    headers: Mapping[bytes, bytes] = dict(scope["headers"])
    length = headers.get(b"content-length", b"")
    if not length.isdigit() or int(length) > LONGEST_BODY:
        return None
    scheme, _, secret = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    if scheme.lower() != "bearer" or (length != b"0" and headers.get(b"content-type") != b"application/json"):
        return None
    key = headers.get(b"idempotency-key")
    return _Plain(lane, named, token_hash(secret.strip()), None if key is None else key.decode("latin-1"))


def _again(messages: list[Message], receive: Receive) -> Receive:
    """What was received, once more, for whoever reads the request after us."""
    left = iter(messages)

    async def receiving() -> Message:
        found = next(left, None)
        return await receive() if found is None else found

    return receiving

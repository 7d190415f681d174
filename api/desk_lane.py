"""The short way to the floor's desk, for software's plain requests; all others go on to the routes.

Software sends a bearer token and a small JSON body. Such a request needs no dependency, no thread and no query of its
own: its body is read by the very model that the route declares, and its token is looked up in the transaction that
does the work, with those of all requests that came meanwhile. Whatever is not so plain (a session's cookie, a body
that does not fit the model) takes the ordinary way, which knows how to refuse it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Generic, TypeVar

from fastapi import FastAPI
from pydantic import BaseModel, ValidationError
from starlette.types import Message, Receive, Scope, Send

from api.context import Context
from api.errors import ServiceError
from api.metrics import API_PREFIX, Metrics
from api.problems import PROBLEM_TYPE, note_refusal, of_crash, of_service_error
from api.security.headers import headers_for_software
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
    """Answers plain requests by itself."""

    def __init__(self, context: Context, metrics: Metrics) -> None:
        self._context = context
        self._desk = desk_of(context)
        self._metrics = metrics
        self._headers = headers_for_software(secure=context.settings.secure_cookies)

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> Receive | None:
        """Answer a plain request; any other is left, with what receives it from its beginning."""
        plain = _plain(scope)
        if plain is None:
            return receive
        began = perf_counter()
        messages = [await receive()]
        while messages[-1].get("more_body", False):
            messages.append(await receive())
        body = messages[0].get("body", b"") if len(messages) == 1 else b"".join(m.get("body", b"") for m in messages)
        try:
            command = plain.lane.make(plain.named, body, plain.key, plain.token)
        except ValidationError:
            return _again(messages, receive)
        scope["route"] = plain.lane
        status, kind, content, more = await self._answered(scope, plain.lane, command)
        headers = [(b"content-length", b"%d" % len(content)), (b"content-type", kind), *more, *self._headers]
        self._metrics.observe("POST", API_PREFIX + plain.lane.path, status, perf_counter() - began)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})
        return None

    async def _answered(
        self, scope: Scope, lane: Lane[Any], command: Command[Any]
    ) -> tuple[int, bytes, bytes, list[tuple[bytes, bytes]]]:
        """Status, media type, body and further headers of the answer."""
        try:
            told = await self._desk.asked(self._context, command, None, SOFTWARE, scope["client"])
            status, document = lane.show(told.reply, told.speaker.role)
        except ServiceError as error:
            problem = of_service_error(error)
            note_refusal(scope, problem)
        except Exception as error:  # noqa: BLE001 - logged with its traceback, and answered like any crash
            problem = of_crash(error)
        else:
            return status, b"application/json", document.model_dump_json().encode(), []
        more = [(name.lower().encode(), value.encode()) for name, value in problem.headers.items()]
        return problem.status, PROBLEM_TYPE, bytes(problem.response().body), more


class Application(FastAPI):
    """The application with the short way before everything else."""

    lane: DeskLane | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by the short way where that can be."""
        left = receive if self.lane is None else await self.lane.answer(scope, receive, send)
        if left is not None:
            await super().__call__(scope, left, send)


def _plain(scope: Scope) -> _Plain | None:
    if scope["type"] != "http" or scope["method"] != "POST" or not scope["path"].startswith(API_PREFIX):
        return None
    parts = scope["path"][len(API_PREFIX) :].split("/")
    lane = _lanes.get((*parts[:2], *parts[3:]))
    named = parts[2] if len(parts) > 2 else ""
    if lane is None or len(named) > LONGEST_NAME or "\0" in named or (len(parts) > 2 and not named):
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

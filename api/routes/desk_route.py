"""Routes that the floor's desk answers: software's requests go straight to it, all others by way of the dependencies.

Software sends a bearer token and a JSON body. Such a request needs no thread and no query of its own: its body is read
by the same model, and its token is looked up in the very transaction that does the work, with those of all requests
that came meanwhile. Whatever is not so plain (a session's cookie, a body that does not fit) takes the ordinary way,
which knows how to refuse it.
"""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError

from api.context import Context
from api.deps import bearer
from api.security.caller import Caller
from api.security.secrets import token_hash
from api.services.floor.desk import Command, desk_of
from api.services.floor.lookups import Speaker
from roster.accounts import Role

R = TypeVar("R")
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
SOFTWARE = (Role.ROUTER, Role.LEAD)
JSON = "application/json"
LONGEST_NAME = 80

ParamsOf = Mapping[str, str]
Make = Callable[[ParamsOf, Mapping[str, str], bytes, str], Command[R]]
"""The command of a request: its path parameters, headers, body and the hash of its token."""
Show = Callable[[R, Role], tuple[int, BaseModel]]
"""Status and document of a reply, as a role may read it."""


@dataclass(frozen=True)
class Direct(Generic[R]):
    """How a request becomes a command, and a reply a document."""

    make: Make[R]
    show: Show[R]


_direct: dict[Callable[..., Any], Direct[Any]] = {}


def direct(make: Make[R], show: Show[R]) -> Callable[[Endpoint], Endpoint]:
    """Mark an endpoint: software's requests become commands by `make` and get what `show` makes of the reply."""

    def mark(endpoint: Endpoint) -> Endpoint:
        _direct[endpoint] = Direct(make, show)
        return endpoint

    return mark


class DeskRoute(APIRoute):
    """A route whose marked endpoint is passed by where the request is software's and plain."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler: straight to the desk where that can be, else as FastAPI makes it."""
        ordinary = super().get_route_handler()
        straight = _direct.get(self.endpoint)
        if straight is None:
            return ordinary
        needs_body = self.body_field is not None

        async def handle(request: Request) -> Response:
            secret = bearer(request)
            params = request.path_params
            plain = not needs_body or request.headers.get("Content-Type", "") == JSON
            if secret is None or not plain or any(len(value) > LONGEST_NAME for value in params.values()):
                return await ordinary(request)
            try:
                command = straight.make(params, request.headers, await request.body(), token_hash(secret))
            except ValidationError:
                return await ordinary(request)
            context: Context = request.app.state.context
            told = await desk_of(context).asked(context, command, None, SOFTWARE)
            status, document = straight.show(told.reply, told.speaker.role)
            return Response(document.model_dump_json(), status, media_type=JSON)

        return handle


async def done(context: Context, command: Command[R], caller: Caller) -> R:
    """Do `command` on the word of a caller whose rights were checked."""
    as_agent = caller.agent_id if caller.role is Role.AGENT else None
    told = await desk_of(context).asked(context, command, Speaker(caller.name, caller.role, as_agent))
    return told.reply

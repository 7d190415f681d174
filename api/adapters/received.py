"""What every adapter does before it believes a request: its size, its secret; and a line for what is refused."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import SecretStr
from starlette.exceptions import HTTPException

from api.context import Context
from api.errors import Forbidden, Invalid, NotFound, ServiceError, TooMany
from api.events.log import append
from api.problems import Problem, of_http_error, of_invalid_request, of_service_error
from api.security.secrets import same
from roster.store.engine import writing

MOST_REFUSALS = 30
"""Refused secrets from one address within the throttle's window; past it they are neither looked at nor logged."""
LONGEST_DETAIL = 300
PREFIX = "/adapters/"


class TooLarge(ServiceError):
    """A body past what this address takes."""

    status = 413
    title = "Request body too large"


class NotSetUp(NotFound):
    """An adapter whose secret is not in the environment: there is nothing here."""


async def body_of(request: Request, limit_bytes: int) -> bytes:
    """The request's body; raises `TooLarge` as soon as it is past `limit_bytes`, and reads no further."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit_bytes:
            raise TooLarge(f"the request body is too large: expected at most {limit_bytes} bytes")
        parts.append(part)
    return b"".join(parts)


async def object_of(request: Request, limit_bytes: int) -> dict[str, Any]:
    """The request's body as a JSON object. What it holds is never quoted: it may tell of a patient."""
    try:
        found = json.loads(await body_of(request, limit_bytes))
    except (ValueError, RecursionError) as error:
        raise Invalid("the body is no JSON: expected a JSON object") from error
    if not isinstance(found, dict):
        raise Invalid(f"the body is a JSON {type(found).__name__}: expected an object")
    return found


def secret_of(secret: SecretStr, variable: str) -> str:
    """The secret's text; raises `NotSetUp` where the environment has none."""
    text = secret.get_secret_value()
    if not text:
        raise NotSetUp(f"this adapter is not set up: expected its secret in {variable}")
    return text


def require_secret(request: Request, context: Context, sent: str, secret: str, header: str) -> None:
    """Refuse a request whose `header` does not hold `secret`."""
    if not same(sent, secret):
        refuse(request, context, f"{header} is missing or wrong: expected the secret that both sides were given")


def refuse(request: Request, context: Context, detail: str) -> None:
    """Raise `Forbidden`, and `TooMany` once one address has been refused too often."""
    address = request.client.host if request.client else "unknown"
    key, now = f"adapter:{address}", context.now()
    wait = context.throttle.wait_seconds(key, MOST_REFUSALS, now)
    if wait:
        raise TooMany(f"refused too often: try again in {wait} s", retry_after_seconds=wait)
    context.throttle.failed(key, now)
    raise Forbidden(detail)


class AdapterRoute(APIRoute):
    """Writes a line to the event log for every request that is refused: which address, and in which words."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, watched."""
        handler = super().get_route_handler()
        name = self.path.partition(PREFIX)[2]

        async def handle(request: Request) -> Response:
            try:
                return await handler(request)
            except (NotSetUp, TooMany):
                raise
            except ServiceError as error:
                await run_in_threadpool(_log, request, name, of_service_error(error))
                raise
            except RequestValidationError as error:
                await run_in_threadpool(_log, request, name, of_invalid_request(error))
                raise
            except HTTPException as error:
                await run_in_threadpool(_log, request, name, of_http_error(error))
                raise

        return handle


def _log(request: Request, name: str, problem: Problem) -> None:
    context: Context = request.app.state.context
    data = {"address": name, "status": problem.status, "detail": problem.detail[:LONGEST_DETAIL]}
    vendor = name.partition("/")[0]
    with writing(context.engine) as session:
        append(session, at=context.now(), kind="adapter.refused", subject=vendor, actor=vendor, data=data)
    context.announcer.announce()

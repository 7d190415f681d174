"""Every error as an RFC 9457 problem document; pages may render it as HTML instead."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import Scope

from api.errors import ServiceError
from api.metrics import API_PREFIX, template_of
from api.security.headers import security_headers

log = logging.getLogger("breather.http")
LONGEST_QUOTE = 80
LONGEST_NAME = 200
MOST_FIELDS = 100


PROBLEM_TYPE = b"application/problem+json"


class ProblemResponse(JSONResponse):
    """A JSON response of the media type for problems."""

    media_type = PROBLEM_TYPE.decode()


@dataclass(frozen=True)
class Problem:
    """One problem document. `extra` holds further members, such as `errors` (one per bad field)."""

    status: int
    title: str
    detail: str
    extra: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        """The document as JSON."""
        members = {"type": "about:blank", "title": self.title, "status": self.status, "detail": self.detail}
        return ProblemResponse(
            jsonable_encoder({**self.extra, **members}), status_code=self.status, headers=dict(self.headers)
        )


def note_refusal(scope: Scope, problem: Problem) -> None:
    """A line in the server's log for a refused request of the API: what was asked where, and why not.

    The address is the route's template, since addresses may hold secrets; what callers wrote is quoted, never raw.
    """
    if scope["path"].startswith(API_PREFIX) and 400 <= problem.status < 500:
        log.warning("refused %s %s: %d %r", scope["method"], template_of(scope), problem.status, problem.detail[:400])


HOLDS_NUL = "the request holds the character NUL (U+0000): expected text without it"

RenderError = Callable[[Request, Problem], Response | None]
"""Turns a problem into a page, or gives nothing where the document is the right answer."""


def of_service_error(error: ServiceError) -> Problem:
    """What a service refused, in its own words."""
    headers = {"WWW-Authenticate": "Bearer"} if error.status == HTTPStatus.UNAUTHORIZED else {}
    if "retry_after_seconds" in error.extra:
        headers["Retry-After"] = str(error.extra["retry_after_seconds"])
    return Problem(error.status, error.title, error.detail, error.extra, headers)


def of_http_error(error: HTTPException) -> Problem:
    """What the framework refused: unknown address, wrong method, body too large."""
    title = HTTPStatus(error.status_code).phrase
    detail = title if error.detail in (None, "") else str(error.detail)
    return Problem(error.status_code, title, detail, headers=dict(error.headers or {}))


def of_invalid_request(error: RequestValidationError) -> Problem:
    """Every bad field at once (the first `MOST_FIELDS`), each with its value and what was expected."""
    faults: Sequence[Mapping[str, Any]] = error.errors()
    errors = [_field_error(fault) for fault in faults[:MOST_FIELDS]]
    detail = "; ".join(
        f"{one['field']}: {one['expected']}" + (f" (found {one['found']})" if "found" in one else "") for one in errors
    )
    if len(faults) > MOST_FIELDS:
        detail += f"; and {len(faults) - MOST_FIELDS} more"
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "Invalid value", detail, {"errors": errors})


def _field_error(fault: Mapping[str, Any]) -> dict[str, str]:
    where = [str(part) for part in fault["loc"]]
    # The first part says where the value was (body, query, path); a bad body as a whole has no more than that.
    name = ".".join(where[1:])[:LONGEST_NAME] or where[0]
    error = {"field": name, "in": where[0], "expected": str(fault["msg"]).removeprefix("Value error, ")}
    found = fault.get("input")
    if found is not None and not isinstance(found, (dict, list)) and "password" not in name and "token" not in name:
        error["found"] = repr(found)[:LONGEST_QUOTE]
    return error


def of_crash(error: Exception) -> Problem:
    """An unexpected error: a reference to find it in the server's log by, and nothing of its inside."""
    reference = uuid4().hex[:12]
    log.error("unexpected error %s", reference, exc_info=error)
    detail = f"Something went wrong here, and it is not your doing. Reference: {reference}"
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal error", detail, {"reference": reference})


def install(app: FastAPI, render_error: RenderError | None) -> None:
    """Answer every error of `app` with its problem, as a page where `render_error` makes one of it."""

    async def answer(request: Request, problem: Problem) -> Response:
        note_refusal(request.scope, problem)
        # In a thread: a page is rendered by blocking code, which may look into the database.
        page = await run_in_threadpool(render_error, request, problem) if render_error is not None else None
        return problem.response() if page is None else page

    def by(make: Callable[[Any], Problem]) -> Callable[[Request, Exception], Awaitable[Response]]:
        async def handle(request: Request, error: Exception) -> Response:
            return await answer(request, make(error))

        return handle

    async def crash(request: Request, error: Exception) -> Response:
        response = await answer(request, of_crash(error))
        # This handler runs outside the middleware that adds them elsewhere.
        for name, value in security_headers(secure=request.app.state.context.settings.secure_cookies):
            response.headers[name] = value
        return response

    async def refused_by_the_database(request: Request, error: Exception) -> Response:
        # PostgreSQL alone can't hold this character; its driver refuses it in words of its own.
        if "NUL" not in str(error):
            raise error
        return await answer(request, Problem(422, "Invalid value", HOLDS_NUL))

    app.add_exception_handler(ServiceError, by(of_service_error))
    app.add_exception_handler(DataError, refused_by_the_database)
    app.add_exception_handler(HTTPException, by(of_http_error))
    app.add_exception_handler(RequestValidationError, by(of_invalid_request))
    app.add_exception_handler(Exception, crash)

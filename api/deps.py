"""What routes and pages ask for: the context, and who is calling. All rights are enforced here.

A person signs in with a session cookie and proves with the CSRF token that the request came from our own page;
software sends a bearer token, which no browser adds by itself, so it needs no such proof.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from http import HTTPMethod
from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from api.context import Context
from api.errors import Forbidden, Unauthenticated
from api.security.caller import Caller
from api.security.secrets import same
from api.services.access.accounts import caller_of_session
from api.services.access.tokens import caller_of_token
from roster.accounts import Role

SESSION_COOKIE = "breather_session"
CSRF_FIELD = "csrf_token"
CSRF_HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({HTTPMethod.GET, HTTPMethod.HEAD, HTTPMethod.OPTIONS})
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


def get_context(request: Request) -> Context:
    """The context that the application was made with."""
    context: Context = request.app.state.context
    return context


ContextDep = Annotated[Context, Depends(get_context)]


async def get_possible_caller(request: Request, context: ContextDep) -> AsyncIterator[Caller | None]:
    """Who is calling, if anybody; also kept as `request.state.caller` for the pages' templates."""
    caller = await run_in_threadpool(caller_again, request, context)
    secret = bearer(request)
    if secret is not None and caller is None:
        raise Unauthenticated("the bearer token is not known or was revoked")
    async with AsyncExitStack() as opened:
        if secret is None and caller is not None and request.method not in SAFE_METHODS:
            await _require_csrf(request, caller, opened)
        request.state.caller = caller
        yield caller


def caller_again(request: Request, context: Context) -> Caller | None:
    """Who the request's token or cookie stands for at this moment; streams ask again while they run."""
    secret = bearer(request)
    if secret is not None:
        return caller_of_token(context, secret)
    cookie = request.cookies.get(SESSION_COOKIE)
    return caller_of_session(context, cookie) if cookie else None


def bearer(request: Request) -> str | None:
    """The request's bearer token, if it has one."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else None


async def _require_csrf(request: Request, caller: Caller, opened: AsyncExitStack) -> None:
    sent = request.headers.get(CSRF_HEADER, "")
    if not sent and request.headers.get("Content-Type", "").startswith(FORM_TYPES):
        # The route gets this very form; its files are closed when the route is done.
        form = await opened.enter_async_context(request.form())
        field = form.get(CSRF_FIELD, "")
        sent = "" if isinstance(field, UploadFile) else field
    if not same(sent, caller.csrf_token):
        raise Forbidden(
            f"the request lacks this session's CSRF token: expected it in the form field {CSRF_FIELD}"
            f" or the header {CSRF_HEADER}; reload the page and try again"
        )


PossibleCallerDep = Annotated[Caller | None, Depends(get_possible_caller)]


async def get_caller(caller: PossibleCallerDep) -> Caller:
    """Whoever is signed in, in any role."""
    if caller is None:
        raise Unauthenticated("sign in first, or send a bearer token")
    return caller


CallerDep = Annotated[Caller, Depends(get_caller)]


def _require(caller: Caller, *roles: Role) -> Caller:
    if caller.role not in roles:
        raise Forbidden(f"you are signed in as {caller.role}: expected {' or '.join(roles)}")
    return caller


async def get_lead(caller: CallerDep) -> Caller:
    """A lead."""
    return _require(caller, Role.LEAD)


async def get_agent(caller: CallerDep) -> Caller:
    """An agent; their `agent_id` is set."""
    return _require(caller, Role.AGENT)


async def get_router(caller: CallerDep) -> Caller:
    """Routing software, or a lead standing in for it."""
    return _require(caller, Role.ROUTER, Role.LEAD)


LeadDep = Annotated[Caller, Depends(get_lead)]
AgentDep = Annotated[Caller, Depends(get_agent)]
RouterDep = Annotated[Caller, Depends(get_router)]

"""Signing in and out, and the front door."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request, Response
from starlette.concurrency import run_in_threadpool

from api.context import Context
from api.deps import SESSION_COOKIE, CallerDep, ContextDep, PossibleCallerDep
from api.errors import TooMany, Unauthenticated
from api.security.origin import require_same_origin
from api.services.access.accounts import NewSession, end_session, sign_in
from api.services.access.tokens import link_owner, use_link
from web.pages import page, see_other

router = APIRouter()

LEAD_HOME = "/rosters"
AGENT_HOME = "/today"


@router.get("/")
def front_door(caller: PossibleCallerDep) -> Response:
    """Lead, agent or stranger: each to their own page."""
    if caller is None:
        return see_other("/sign-in")
    return see_other(AGENT_HOME if caller.is_agent else LEAD_HOME)


@router.get("/sign-in")
def show_form(request: Request, caller: PossibleCallerDep, next: str = "") -> Response:  # noqa: A002 - the address says "next"
    """The sign-in form."""
    if caller is not None:
        return see_other(_own_path(next))
    return page(request, "session/sign_in.html", next=_own_path(next), username="", error="")


@router.post("/sign-in")
def submit(
    request: Request,
    context: ContextDep,
    username: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",  # noqa: A002 - the form says "next"
) -> Response:
    """Sign in with name and password. No session exists yet, so the Origin check stands in for the CSRF token."""
    require_same_origin(request)
    try:
        made = sign_in(context, username, password, address=request.client.host if request.client else "")
    except (Unauthenticated, TooMany) as refusal:
        values = {"next": _own_path(next), "username": username, "error": refusal.detail}
        response = page(request, "session/sign_in.html", status_code=refusal.status, **values)
        if isinstance(refusal, TooMany):
            response.headers["Retry-After"] = str(refusal.extra["retry_after_seconds"])
        return response
    return _signed_in(request, context, made, _own_path(next))


@router.get("/sign-in/link/{secret}")
def show_link(request: Request, context: ContextDep, secret: str) -> Response:
    """A button, not yet the session: programs that look at links before people do must not use them up."""
    return page(request, "session/link.html", secret=secret, owner=link_owner(context, secret))


@router.post("/sign-in/link/{secret}")
def use(request: Request, context: ContextDep, secret: str) -> Response:
    """Use the link up and sign its owner in."""
    require_same_origin(request)
    return _signed_in(request, context, use_link(context, secret), "/")


@router.post("/sign-out")
async def sign_out(request: Request, context: ContextDep, caller: CallerDep) -> Response:
    """End this session, here and on the server."""
    await run_in_threadpool(end_session, context, request.cookies.get(SESSION_COOKIE, ""))
    response = see_other("/sign-in")
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax")
    return response


def _signed_in(request: Request, context: Context, made: NewSession, address: str) -> Response:
    before = request.cookies.get(SESSION_COOKIE)
    if before:
        # Whoever was signed in here before is signed out, on the server too.
        end_session(context, before)
    response = see_other(address)
    response.set_cookie(
        SESSION_COOKIE,
        made.token,
        max_age=context.settings.session_hours * 3600,
        path="/",
        secure=context.settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )
    return response


def _own_path(address: str) -> str:
    """`address` if it is a path of this site, else the front door: a sign-in must not lead elsewhere."""
    parts = urlsplit(address)
    ours = address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.netloc
    return address if ours and not any(ord(sign) < 32 for sign in address) and "\\" not in address else "/"

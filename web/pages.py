"""Rendering: one Jinja2 environment, one way to make a page, and errors as friendly pages."""

from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.templating import Jinja2Templates
from starlette.responses import RedirectResponse

from api.deps import caller_again
from api.problems import Problem
from api.security.caller import Caller
from api.services.clock import demo_clock

HERE = Path(__file__).parent
STATIC = HERE / "static"
templates = Jinja2Templates(directory=HERE / "templates")
ERROR_PAGES = {
    HTTPStatus.UNAUTHORIZED: "errors/401.html",
    HTTPStatus.FORBIDDEN: "errors/403.html",
    HTTPStatus.NOT_FOUND: "errors/404.html",
    HTTPStatus.INTERNAL_SERVER_ERROR: "errors/500.html",
}


def page(request: Request, template: str, *, status_code: int = 200, **values: Any) -> Response:
    """Render `template` with `values`; `caller`, `csrf_token` and `demo_clock` are there for every template."""
    caller: Caller | None = getattr(request.state, "caller", None)
    shared: dict[str, Any] = {
        "caller": caller,
        "csrf_token": caller.csrf_token if caller else "",
    }
    if "demo_clock" not in values:
        shared["demo_clock"] = demo_clock(request.app.state.context)
    return templates.TemplateResponse(request, template, {**shared, **values}, status_code=status_code)


def see_other(address: str) -> Response:
    """Send the browser on to `address` after a form."""
    return RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)


def error_page(request: Request, problem: Problem) -> Response | None:
    """`problem` as a page for a browser; nothing for the API, whose answer is the document itself."""
    if request.url.path.startswith("/api/") or "text/html" not in request.headers.get("Accept", ""):
        return None
    if problem.status == HTTPStatus.UNAUTHORIZED and request.method == "GET":
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return see_other("/sign-in" + ("" if wanted == "/" else f"?next={quote(wanted, safe='/')}"))
    if problem.status < HTTPStatus.INTERNAL_SERVER_ERROR and not hasattr(request.state, "caller"):
        # Nobody was asked for on the way here, but whoever it is should keep their navigation.
        request.state.caller = caller_again(request, request.app.state.context)
    template = ERROR_PAGES.get(HTTPStatus(problem.status), "errors/other.html")
    # No look at the database for the demo's clock: it may be what went wrong.
    response = page(request, template, status_code=problem.status, problem=problem, demo_clock=None)
    for name, value in problem.headers.items():
        response.headers[name] = value
    return response

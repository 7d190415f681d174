"""The HTTP application without its pages: resources under /api/v1, error documents, security, health."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from fastapi import FastAPI

from api import problems
from api.adapters import azure
from api.adapters.rocketchat import routes as rocketchat
from api.adapters.twilio import routes as twilio
from api.context import Context
from api.desk_lane import Application, DeskLane
from api.metrics import API_PREFIX, MeasureRequests, Metrics
from api.problems import RenderError
from api.routes import (
    agents,
    appointments,
    breaks,
    calendars,
    contacts,
    days,
    debriefs,
    events,
    groups,
    health,
    roster_changes,
    rosters,
    session,
    staffing,
    teams,
    webhooks,
)
from api.security.body_limit import BodyLimit
from api.security.headers import SecurityHeaders

# Each room adds its line here, sorted: modules of api/routes with a `router`.
ROUTERS: tuple[Any, ...] = (
    agents,
    appointments,
    breaks,
    calendars,
    contacts,
    days,
    debriefs,
    events,
    groups,
    roster_changes,
    rosters,
    session,
    staffing,
    teams,
    webhooks,
)

# What third-party contact systems call, in their own languages; each is guarded by a secret of its own.
ADAPTERS: tuple[Any, ...] = (azure, rocketchat, twilio)

# Routers whose addresses stand at the root, outside the versioned API.
ROOT_ROUTERS = (events.live, health.router)

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_api(
    context: Context, *, render_error: RenderError | None = None, lifespan: Lifespan | None = None
) -> FastAPI:
    """The application on `context`. `render_error` lets the pages answer browsers with HTML."""
    app = Application(
        title="Breather",
        version="1",
        summary="Rosters, routing and rest for people whose work is emotionally heavy.",
        openapi_url=f"{API_PREFIX}/openapi.json",
        # The interactive documentation would load scripts from elsewhere, which the content policy forbids.
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.context = context
    app.state.scheduler = None
    app.state.jobs = False
    app.state.metrics = Metrics()
    app.lane = DeskLane(context, app.state.metrics)
    problems.install(app, render_error)
    # The last one added is outermost.
    app.add_middleware(BodyLimit, limit_bytes=context.settings.max_body_bytes)
    app.add_middleware(SecurityHeaders, secure=context.settings.secure_cookies)
    app.add_middleware(MeasureRequests, metrics=app.state.metrics)
    for module in (*ROUTERS, *ADAPTERS):
        app.include_router(module.router, prefix=API_PREFIX)
    for router in ROOT_ROUTERS:
        app.include_router(router)
    return app

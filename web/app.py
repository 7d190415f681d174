"""The composition root: the API, the pages, the static files, and what runs beside them."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

from api.app import create_api
from api.context import Context
from api.events.watch import watch
from api.jobs.planning import shut_down
from api.jobs.scheduler import make_scheduler
from api.start import prepare_routing, start_context
from web.agent import appointments as agent_appointments
from web.agent import breaks as agent_breaks
from web.agent import calendars as agent_calendars
from web.agent import debriefs as agent_debriefs
from web.agent import views as agent_views
from web.floor import views as floor_views
from web.lead import appointments as lead_appointments
from web.lead import changes as lead_changes
from web.lead import days as lead_days
from web.lead import views as lead_views
from web.lead import webhooks as lead_webhooks
from web.pages import STATIC, error_page
from web.session import views as session_views
from web.static_files import Revalidated

# Each room adds its line here, sorted: modules with a `router` of pages.
PAGES = (
    agent_appointments,
    agent_breaks,
    agent_calendars,
    agent_debriefs,
    agent_views,
    floor_views,
    lead_appointments,
    lead_changes,
    lead_days,
    lead_views,
    lead_webhooks,
    session_views,
)


def create_app(context: Context, *, jobs: bool = True) -> FastAPI:
    """The whole application on `context`; `jobs` also runs the scheduler while it serves."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        watcher = asyncio.create_task(watch(context))
        if jobs:
            app.state.scheduler = make_scheduler(context)
            app.state.scheduler.start()
        try:
            yield
        finally:
            if jobs:
                await asyncio.to_thread(app.state.scheduler.shutdown)
            await asyncio.to_thread(shut_down, context)
            watcher.cancel()
            with suppress(asyncio.CancelledError):
                await watcher

    app = create_api(context, render_error=error_page, lifespan=lifespan)
    app.state.jobs = jobs
    for module in PAGES:
        app.include_router(module.router, include_in_schema=False)
    app.mount("/static", Revalidated(directory=STATIC), name="static")
    return app


def create_default_app() -> FastAPI:
    """The application as the environment sets it up: what `breather serve` runs.

    What is loaded by now stays for good, so the garbage collector need not go through it again: a full collection
    took 150 ms in the middle of a page.
    """
    context = start_context()
    app = create_app(context, jobs=context.settings.jobs)
    prepare_routing()
    gc.collect()
    gc.freeze()
    # And look less often: requests make thousands of short-lived objects, and a large floor is gone through in vain.
    gc.set_threshold(20_000, 20, 20)
    return app

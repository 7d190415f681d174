"""The composition root: the API, the pages, the static files, and what runs beside them."""

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from api.app import create_api
from api.context import Context
from web.pages import STATIC, error_page
from web.session import views as session_views

# Each room adds its line here, sorted: modules with a `router` of pages.
PAGES = (session_views,)


def create_app(context: Context, *, jobs: bool = True) -> FastAPI:
    """The whole application on `context`; `jobs` also runs the scheduler while it serves."""
    app = create_api(context, render_error=error_page)
    for module in PAGES:
        app.include_router(module.router, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app

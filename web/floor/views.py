"""The floor's page, for leads: who is free, on contact, in protected time, on a break or away, and what waits."""

from fastapi import APIRouter, Request, Response

from api.deps import ContextDep, LeadDep
from api.services.floor.commands import floor_view
from web.pages import page

router = APIRouter()


@router.get("/floor")
def show_floor(request: Request, context: ContextDep, caller: LeadDep) -> Response:
    """The whole page."""
    return page(request, "floor/floor.html", floor=floor_view(context))


@router.get("/floor/now")
def show_now(request: Request, context: ContextDep, caller: LeadDep) -> Response:
    """The live part, asked for again when something happened."""
    return page(request, "floor/now.html", floor=floor_view(context))

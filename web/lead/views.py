"""The lead's pages: the rosters, a new one, and one roster with its grid, its run and its publication."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request, Response

from api.context import Context
from api.deps import ContextDep, LeadDep
from api.errors import ServiceError
from api.services.rosters import discarding, planning, publishing
from api.services.rosters import reading as rosters
from web.lead import words
from web.lead.entered import day, seconds, whole
from web.lead.trace import picture
from web.pages import page, see_other

router = APIRouter()

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
PER_PAGE = 25
MONDAY = 0
DAYS_PER_WEEK = 7


@router.get("/rosters")
def show_rosters(
    request: Request,
    context: ContextDep,
    caller: LeadDep,
    offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Response:
    """The list, and the form for a new one."""
    return _list_page(request, context, offset=offset)


def _list_page(
    request: Request,
    context: Context,
    *,
    offset: int = 0,
    entered: dict[str, str] | None = None,
    error: ServiceError | None = None,
) -> Response:
    today = context.now().date()
    next_monday = today + timedelta(days=(MONDAY - today.weekday()) % DAYS_PER_WEEK or DAYS_PER_WEEK)
    return page(
        request,
        "lead/rosters.html",
        status_code=error.status if error else 200,
        listing=rosters.list_rosters(context, limit=PER_PAGE, offset=offset),
        teams=rosters.team_names(context),
        entered=entered or {"team": "", "starts_on": next_monday.isoformat(), "weeks": "4", "time_limit": "60"},
        error=error,
        words=words,
    )


@router.post("/rosters")
def make_roster(
    request: Request,
    context: ContextDep,
    caller: LeadDep,
    starts_on: Annotated[str, Form(max_length=20)],
    team: Annotated[str, Form(max_length=80)] = "",
    weeks: Annotated[str, Form(max_length=8)] = "4",
    time_limit: Annotated[str, Form(max_length=8)] = "60",
) -> Response:
    """Make a draft and start planning it; what can't be is said beside the form."""
    try:
        limit = seconds(time_limit)
        roster_id = planning.create_roster(
            context,
            team=team or None,
            starts_on=day(starts_on, "first day"),
            days=whole("weeks", weeks, 1, 6) * DAYS_PER_WEEK,
            actor=caller.name,
        )
        planning.start_run(context, roster_id, time_limit_seconds=limit, actor=caller.name)
    except ServiceError as error:
        entered = {"team": team, "starts_on": starts_on, "weeks": weeks, "time_limit": time_limit}
        return _list_page(request, context, entered=entered, error=error)
    return see_other(f"/rosters/{roster_id}")


@router.get("/rosters/{roster_id}")
def show_roster(request: Request, context: ContextDep, caller: LeadDep, roster_id: Number) -> Response:
    """One roster."""
    return _roster_page(request, context, roster_id)


def _roster_page(request: Request, context: Context, roster_id: int, *, error: ServiceError | None = None) -> Response:
    view = rosters.roster_view(context, roster_id)
    # A fragment is the whole content of the page, so that grid, cover and conflicts always agree.
    template = "lead/roster_content.html" if _wants_fragment(request) else "lead/roster.html"
    return page(
        request,
        template,
        status_code=error.status if error and not _wants_fragment(request) else 200,
        view=view,
        roster=view.roster,
        grid=view.grid,
        run=view.run,
        trace=picture(view.run) if view.run else None,
        rows={person.code: row for row, person in enumerate(view.grid.people)} if view.grid else {},
        error=error,
        words=words,
    )


@router.post("/rosters/{roster_id}/solve")
def solve_roster(
    request: Request,
    context: ContextDep,
    caller: LeadDep,
    roster_id: Number,
    time_limit: Annotated[str, Form(max_length=8)] = "60",
) -> Response:
    """Plan it (again); pins stay."""
    try:
        planning.start_run(context, roster_id, time_limit_seconds=seconds(time_limit), actor=caller.name)
    except ServiceError as error:
        return _roster_page(request, context, roster_id, error=error)
    return see_other(f"/rosters/{roster_id}")


@router.get("/rosters/{roster_id}/run")
def show_run(request: Request, context: ContextDep, caller: LeadDep, roster_id: Number, run: int) -> Response:
    """How far run `run` is, as a fragment; once it is over the page is asked to load anew."""
    view = planning.run_view(context, run, roster_id)
    response = page(request, "lead/run.html", run=view, trace=picture(view), roster_id=roster_id, words=words)
    if not view.active:
        response.headers["HX-Refresh"] = "true"
    return response


@router.post("/rosters/{roster_id}/runs/{run_id}/stop")
def stop_run(context: ContextDep, caller: LeadDep, roster_id: Number, run_id: Number) -> Response:
    """Stop, and keep the best found."""
    planning.stop_run(context, run_id, caller.name, roster_id)
    return see_other(f"/rosters/{roster_id}")


@router.post("/rosters/{roster_id}/publish")
def publish_roster(request: Request, context: ContextDep, caller: LeadDep, roster_id: Number) -> Response:
    """Make it the roster that counts, in the caller's name."""
    try:
        publishing.publish(context, roster_id, actor=caller.name)
    except ServiceError as error:
        return _roster_page(request, context, roster_id, error=error)
    return see_other(f"/rosters/{roster_id}")


@router.post("/rosters/{roster_id}/discard")
def discard_roster(request: Request, context: ContextDep, caller: LeadDep, roster_id: Number) -> Response:
    """Throw a draft away, and back to the list."""
    try:
        discarding.discard(context, roster_id, actor=caller.name)
    except ServiceError as error:
        return _roster_page(request, context, roster_id, error=error)
    return see_other("/rosters")


@router.post("/rosters/{roster_id}/copy")
def copy_roster(context: ContextDep, caller: LeadDep, roster_id: Number) -> Response:
    """A new draft with the same shifts."""
    return see_other(f"/rosters/{planning.copy_roster(context, roster_id, actor=caller.name)}")


@router.get("/rosters/{roster_id}/cover/{on_date}")
def show_cover(request: Request, context: ContextDep, caller: LeadDep, roster_id: Number, on_date: date) -> Response:
    """Each queue's cover on one day."""
    cover = rosters.cover_of_day(context, roster_id, on_date)
    template = "lead/cover.html" if _wants_fragment(request) else "lead/cover_page.html"
    return page(request, template, cover=cover, words=words)


@router.get("/rosters/{roster_id}/cell")
def show_cell(
    request: Request,
    context: ContextDep,
    caller: LeadDep,
    roster_id: Number,
    agent: Annotated[str, Query(max_length=64)],
    on_date: Annotated[date, Query(alias="date")],
) -> Response:
    """The form that changes one person's day."""
    cell = rosters.cell_form(context, roster_id, agent, on_date)
    template = "lead/cell.html" if _wants_fragment(request) else "lead/cell_page.html"
    return page(request, template, cell=cell, words=words)


@router.post("/rosters/{roster_id}/cell")
def edit_cell(
    request: Request,
    context: ContextDep,
    caller: LeadDep,
    roster_id: Number,
    agent: Annotated[str, Form(max_length=64)],
    on_date: Annotated[date, Form()],
    version: Annotated[int, Form(ge=0)],
    shift: Annotated[str, Form(max_length=32)] = "",
    pin: Annotated[bool, Form()] = False,
) -> Response:
    """Change one person's day."""
    try:
        rosters.edit(
            context,
            roster_id,
            agent=agent,
            on_date=on_date,
            shift=shift or None,
            pin=pin,
            seen_version=version,
            actor=caller.name,
        )
    except ServiceError as error:
        return _roster_page(request, context, roster_id, error=error)
    if _wants_fragment(request):
        return _roster_page(request, context, roster_id)
    return see_other(f"/rosters/{roster_id}#people")


@router.post("/rosters/{roster_id}/undo")
def undo_edit(
    request: Request,
    context: ContextDep,
    caller: LeadDep,
    roster_id: Number,
    version: Annotated[int, Form(ge=0)],
) -> Response:
    """Take the last edit back."""
    try:
        rosters.undo(context, roster_id, seen_version=version, actor=caller.name)
    except ServiceError as error:
        return _roster_page(request, context, roster_id, error=error)
    if _wants_fragment(request):
        return _roster_page(request, context, roster_id)
    return see_other(f"/rosters/{roster_id}")


def _wants_fragment(request: Request) -> bool:
    return request.headers.get("HX-Request") == "true"

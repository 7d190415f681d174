"""The lead's pages for a Monday morning: who could step in, what if, why this shift, repair, and what it all costs."""

from datetime import date
from itertools import zip_longest
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request, Response

from api.deps import ContextDep, LeadDep
from api.errors import ServiceError
from api.services.rosters.asking import ask_form
from api.services.rosters.explaining import explanation
from api.services.rosters.repairing import Away, Dropped, RepairAsked, repair_roster
from api.services.rosters.whatif import Asked, what_if
from api.services.rosters.why import why
from web.lead import words
from web.lead.entered import day, others_away, whole
from web.pages import page

router = APIRouter(prefix="/rosters/{roster_id}")

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
AgentQuery = Annotated[str, Query(max_length=64)]
DateQuery = Annotated[date, Query(alias="date")]
AgentForm = Annotated[str, Form(max_length=64)]
DateForm = Annotated[date, Form()]
MOST_CHANGES = 15
MORE_AWAY = 4
"""So many others who are away can be given with one repair."""
MoreForm = Annotated[list[str], Form(default_factory=list, max_length=MORE_AWAY)]


@router.get("/explanation")
def show_explanation(request: Request, context: ContextDep, caller: LeadDep, roster_id: Number) -> Response:
    """What the roster costs, by rule, by person and by day."""
    return page(request, "lead/explanation.html", told=explanation(context, roster_id), words=words)


@router.get("/changes")
def show_changes(
    request: Request,
    context: ContextDep,
    caller: LeadDep,
    roster_id: Number,
    agent: AgentQuery,
    on_date: DateQuery,
) -> Response:
    """Everything that can be asked about one person's day."""
    return _changes(request, context, roster_id, agent, on_date)


@router.get("/why")
def show_why(
    request: Request,
    context: ContextDep,
    caller: LeadDep,
    roster_id: Number,
    agent: AgentQuery,
    on_date: DateQuery,
) -> Response:
    """Why this shift, as a fragment or on its page."""
    try:
        told = why(context, roster_id, agent, on_date)
    except ServiceError as error:
        return _changes(request, context, roster_id, agent, on_date, template="lead/why.html", why_error=error)
    return _changes(request, context, roster_id, agent, on_date, template="lead/why.html", why=told)


@router.post("/what-if")
def ask_what_if(
    request: Request,
    context: ContextDep,
    caller: LeadDep,
    roster_id: Number,
    agent: AgentForm,
    on_date: DateForm,
    kind: Annotated[str, Form(max_length=16)],
    shift: Annotated[str, Form(max_length=32)] = "",
    to_agent: Annotated[str, Form(max_length=64)] = "",
    to_date: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """What one change would do, as a fragment or on its page. Nothing is stored."""
    entered = {"kind": kind, "shift": shift, "to_agent": to_agent, "to_date": to_date}
    template = "lead/what_if.html"
    try:
        asked = Asked(kind, agent, on_date, shift or None, to_agent or None, day(to_date) if to_date.strip() else None)
        told = what_if(context, roster_id, [asked])
    except ServiceError as error:
        return _changes(
            request, context, roster_id, agent, on_date, template=template, entered=entered, what_if_error=error
        )
    return _changes(request, context, roster_id, agent, on_date, template=template, entered=entered, what_if=told)


@router.post("/repair")
def repair(
    request: Request,
    context: ContextDep,
    caller: LeadDep,
    roster_id: Number,
    agent: AgentForm,
    on_date: DateForm,
    also: MoreForm,
    also_from: MoreForm,
    also_until: MoreForm,
    happened: Annotated[str, Form(max_length=16)] = "away",
    until: Annotated[str, Form(max_length=20)] = "",
    most: Annotated[str, Form(max_length=4)] = "7",
    extent: Annotated[str, Form(max_length=8)] = "day",
) -> Response:
    """A draft in which the gap is mended; what can't be is said beside the form."""
    more = list(zip_longest(also, also_from, also_until, fillvalue=""))
    entered = {"happened": happened, "until": until, "most": most, "extent": extent, "also": more}
    template = "lead/repair.html"
    try:
        last = day(until) if until.strip() else on_date
        asked = RepairAsked(
            away=((Away(agent, on_date, last),) if happened == "away" else ()) + others_away(more, on_date),
            dropped=(Dropped(agent, on_date),) if happened == "dropped" else (),
            extent=extent,
            most_changes=whole("most days that may move", most, 0, MOST_CHANGES),
        )
        told = repair_roster(context, roster_id, asked, actor=caller.name)
    except ServiceError as error:
        return _changes(
            request, context, roster_id, agent, on_date, template=template, entered=entered, repair_error=error
        )
    return _changes(request, context, roster_id, agent, on_date, template=template, entered=entered, repair=told)


def _changes(
    request: Request,
    context: ContextDep,
    roster_id: int,
    agent: str,
    on_date: date,
    *,
    template: str | None = None,
    **values: object,
) -> Response:
    """The whole page, or the part of it that was asked for."""
    form = ask_form(context, roster_id, agent, on_date)
    fragment = request.headers.get("HX-Request") == "true" and template is not None
    errors = [value for value in values.values() if isinstance(value, ServiceError)]
    return page(
        request,
        template if fragment and template is not None else "lead/changes.html",
        status_code=errors[0].status if errors and not fragment else 200,
        form=form,
        words=words,
        more_away=MORE_AWAY,
        **{"entered": {}, **values},
    )

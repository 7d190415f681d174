"""The agent's page: today, what comes next and why, an invitation if there is one, and their own ledger."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from api.context import Context
from api.deps import AgentDep, ContextDep
from api.errors import Forbidden, Invalid
from api.security.caller import Caller
from api.services.days.ledger import ledger_export, ledger_today
from api.services.days.planning import ensure_day
from api.services.days.views import AgentDayView, agent_day, code_of
from api.services.floor.commands import moment
from api.services.floor.limits import Limits, limits_of, queues_taken, set_limits
from api.services.floor.resting import give_back_rest, postpone_rest, take_owed_rest
from web.agent import words
from web.pages import page, see_other

router = APIRouter()

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/today")
def show_today(
    request: Request, context: ContextDep, caller: AgentDep, moved: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0
) -> Response:
    """The whole page; `moved` is the number of a break that the agent has just put elsewhere."""
    return _page(request, context, caller, "agent/today.html", moved=moved)


@router.get("/today/now")
def show_now(request: Request, context: ContextDep, caller: AgentDep) -> Response:
    """The live part: now, next, invitations, the day in order."""
    return _page(request, context, caller, "agent/now.html")


@router.get("/today/ledger")
def show_ledger(request: Request, context: ContextDep, caller: AgentDep) -> Response:
    """The live part of the agent's own ledger."""
    return page(request, "agent/ledger.html", ledger=ledger_today(context, caller))


@router.post("/today/moment")
def take_moment(request: Request, context: ContextDep, caller: AgentDep) -> Response:
    """A breather now. No reason is asked."""
    told = moment(context, code_of(context, _own(caller)), actor=caller.name)
    return answer(request, context, caller, told.reason)


@router.get("/me/ledger.json")
def export_ledger(context: ContextDep, caller: AgentDep) -> Response:
    """Everything Breather knows about the agent, to take away."""
    return JSONResponse(
        ledger_export(context, caller),
        headers={"Content-Disposition": 'attachment; filename="breather-ledger.json"', "Cache-Control": "no-store"},
    )


@router.post("/today/rest/postpone")
def put_off(
    request: Request, context: ContextDep, caller: AgentDep, minutes: Annotated[int, Form(ge=1, le=1440)]
) -> Response:
    """The rest that is on begins later."""
    told = postpone_rest(context, code_of(context, _own(caller)), minutes, actor=caller.name)
    return answer(request, context, caller, told.reason)


@router.post("/today/rest/give-back")
def end_rest(request: Request, context: ContextDep, caller: AgentDep) -> Response:
    """The rest that is on ends now; the rest of it stays theirs."""
    told = give_back_rest(context, code_of(context, _own(caller)), actor=caller.name)
    return answer(request, context, caller, told.reason)


@router.post("/today/rest/take")
def take_rest(request: Request, context: ContextDep, caller: AgentDep) -> Response:
    """What is owed, now."""
    told = take_owed_rest(context, code_of(context, _own(caller)), actor=caller.name)
    return answer(request, context, caller, told.reason)


@router.get("/today/limits")
def show_limits(request: Request, context: ContextDep, caller: AgentDep) -> Response:
    """The agent's own limits, to set."""
    return _limits(request, context, caller)


@router.post("/today/limits")
async def keep_limits(request: Request, context: ContextDep, caller: AgentDep) -> Response:
    """These limits and no others. No reason is asked."""
    form = await request.form()
    chosen = {name: [str(value) for value in form.getlist(name)] for name in Limits.model_fields}
    try:
        limits = Limits.model_validate(chosen)
    except ValidationError as error:
        fault = error.errors()[0]
        raise Invalid(f"{fault['loc'][0]} {fault['input']!r}: {fault['msg']}") from error
    await run_in_threadpool(set_limits, context, limits, caller)
    return see_other("/today/limits?kept=1")


def _limits(request: Request, context: Context, caller: Caller) -> Response:
    return page(
        request,
        "agent/limits.html",
        limits=limits_of(context, caller),
        queues=queues_taken(context, caller),
        arrival_words=words.ARRIVALS,
        stake_words=words.STAKES,
        kept="kept" in request.query_params,
    )


def answer(request: Request, context: Context, caller: Caller, told: str) -> Response:
    """The live part after a button; without scripts, the page afresh."""
    if request.headers.get("HX-Request") != "true":
        return see_other("/today")
    return _page(request, context, caller, "agent/now.html", told=told)


def _page(
    request: Request, context: Context, caller: Caller, template: str, *, told: str = "", moved: int = 0
) -> Response:
    day = _day(context, _own(caller))
    told = told or words.moved(day, moved)
    return page(
        request,
        template,
        day=day,
        own=day.own,
        top=words.headline(day),
        next_break=words.next_break(day),
        words=words,
        signpost=context.policy.debrief.signpost,
        debriefs_enabled=context.policy.debrief.enabled,
        half_life_hours=round(context.policy.load.carried_half_life_hours),
        ledger=ledger_today(context, caller) if template == "agent/today.html" else None,
        told=told,
    )


def _day(context: Context, agent_id: int) -> AgentDayView:
    view = agent_day(context, agent_id, context.now())
    if view.shift is not None and ensure_day(context, view.on_date) is not None:
        view = agent_day(context, agent_id, context.now())
    return view


def _own(caller: Caller) -> int:
    if caller.agent_id is None:
        raise Forbidden(f"you are signed in as {caller.role}: this page is an agent's own")
    return caller.agent_id

"""What an agent does with their call-backs, focus time and invitations to groups, on their own page."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from pydantic import AwareDatetime

from api.context import Context
from api.deps import AgentDep, ContextDep
from api.errors import Conflict, Invalid
from api.security.caller import Caller
from api.services.appointments import call_backs, focus, groups
from api.services.appointments.call_backs import RescheduleIn
from api.services.appointments.choices import free_times_of
from api.services.appointments.focus import FocusIn
from web.agent import words
from web.agent.views import answer
from web.pages import page, see_other

router = APIRouter(prefix="/today")

Number = Annotated[str, Path(min_length=1, max_length=36)]
STEP_MINUTES = 5


@router.get("/call-backs/{number}")
def show_call_back(request: Request, context: ContextDep, caller: AgentDep, number: Number) -> Response:
    """When the call could be made instead."""
    return _page(request, context, caller, number)


@router.post("/call-backs/{number}/done")
def done(request: Request, context: ContextDep, caller: AgentDep, number: Number) -> Response:
    """The call was made."""
    call_backs.call_made(context, number, caller)
    return answer(request, context, caller, "Noted: the call was made.")


@router.post("/call-backs/{number}/cancel")
def cancel(context: ContextDep, caller: AgentDep, number: Number) -> Response:
    """The call is not needed."""
    call_backs.call_off(context, number, caller)
    return see_other("/today")


@router.post("/call-backs/{number}/move")
def move(
    request: Request, context: ContextDep, caller: AgentDep, number: Number, starts_at: Annotated[AwareDatetime, Form()]
) -> Response:
    """To another time."""
    try:
        call_backs.reschedule(context, number, RescheduleIn(starts_at=starts_at), caller)
    except (Conflict, Invalid) as error:
        return _page(request, context, caller, number, error=error)
    return see_other("/today")


@router.post("/focus")
def ask_focus(
    request: Request, context: ContextDep, caller: AgentDep, minutes: Annotated[int, Form(ge=5, le=120)]
) -> Response:
    """Focus time today."""
    try:
        view = focus.ask_focus(context, FocusIn(minutes=minutes), caller)
    except Conflict as error:
        return answer(request, context, caller, error.detail)
    return answer(request, context, caller, f"{view.minutes} minutes from {view.starts} are yours.")


@router.post("/focus/{number}/drop")
def drop_focus(request: Request, context: ContextDep, caller: AgentDep, number: Number) -> Response:
    """Not needed."""
    focus.drop_focus(context, number, caller)
    return answer(request, context, caller, "")


@router.post("/groups/{number}/accept")
def accept(request: Request, context: ContextDep, caller: AgentDep, number: Number) -> Response:
    """Keep the time for it."""
    try:
        view = groups.accept_group(context, number, caller)
    except Conflict as error:
        return answer(request, context, caller, error.detail)
    return answer(request, context, caller, f"{view.starts} to {view.ends} is kept for it.")


@router.post("/groups/{number}/decline")
def decline(request: Request, context: ContextDep, caller: AgentDep, number: Number) -> Response:
    """Say no; nobody is told."""
    groups.decline_group(context, number, caller)
    return answer(request, context, caller, "")


@router.post("/groups/{number}/step-back")
def step_back(request: Request, context: ContextDep, caller: AgentDep, number: Number) -> Response:
    """Not come after all."""
    groups.step_back(context, number, caller)
    return answer(request, context, caller, "The time is free again.")


@router.post("/wants-groups")
def switch_groups(
    request: Request, context: ContextDep, caller: AgentDep, wanted: Annotated[str, Form(max_length=3)] = ""
) -> Response:
    """Whether invitations to reflective groups are welcome."""
    groups.set_wants_groups(context, wanted == "yes", caller)
    return answer(request, context, caller, "")


def _page(
    request: Request, context: Context, caller: Caller, number: str, *, error: Conflict | Invalid | None = None
) -> Response:
    view, times = free_times_of(context, number, caller, step_minutes=STEP_MINUTES)
    return page(
        request,
        "agent/call_back.html",
        status_code=200 if error is None else error.status,
        call_back=view,
        times=times,
        quarters=[time for time in times if time.starts_at.minute % 15 == 0],
        today=words.today(context.now(), view.zone),
        words=words,
        error=error,
    )

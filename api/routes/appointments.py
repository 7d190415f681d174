"""`/call-backs`, `/meetings` and `/agents/{code}/day/focus`: what is promised a time in the day."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response, status

from api.context import Context
from api.deps import AgentDep, CallerDep, ContextDep, LeadDep, RouterDep
from api.errors import Forbidden
from api.security.caller import Caller
from api.services.agents import is_agent
from api.services.appointments import call_backs, focus, meetings
from api.services.appointments.call_backs import CallBackIn, OwnerIn, RescheduleIn
from api.services.appointments.choices import TimeView, free_times_of
from api.services.appointments.focus import FocusIn
from api.services.appointments.meetings import MeetingIn
from api.services.appointments.views import CallBackView, FocusView, MeetingView
from api.services.floor.views import NO_NUL

router = APIRouter(tags=["appointments"])

Code = Annotated[str, Path(min_length=1, max_length=64, pattern=NO_NUL, description="the agent's code")]
Number = Annotated[str, Path(min_length=1, max_length=36, pattern=NO_NUL, description="the id that making it gave")]
Step = Annotated[int, Query(ge=5, le=60, multiple_of=5, description="grid of the times, minutes")]
Attention = Annotated[bool, Query(description="only those that need an owner or a time, or are due and not done")]


@router.post(
    "/call-backs", status_code=status.HTTP_201_CREATED, responses={200: {"description": "it was promised before"}}
)
def post_call_back(body: CallBackIn, response: Response, context: ContextDep, caller: CallerDep) -> CallBackView:
    """Promise a call-back: by software, a lead, or its owner. It gets a time in its owner's day before it is due.

    Where there is none, `trouble` says why and `nearest` has the nearest possible; it is kept, and leads see it.
    """
    view, new = call_backs.promise(context, body, caller)
    if not new:
        response.status_code = status.HTTP_200_OK
    return view


@router.get("/call-backs")
def get_call_backs(context: ContextDep, caller: CallerDep, attention: Attention = False) -> list[CallBackView]:
    """Those that are not over: an agent's own; for leads and software everybody's."""
    return list(call_backs.call_backs(context, caller, attention=attention))


@router.get("/call-backs/{number}")
def get_call_back(number: Number, context: ContextDep, caller: CallerDep) -> CallBackView:
    """One call-back."""
    return call_backs.call_back(context, number, caller)


@router.get("/call-backs/{number}/times")
def get_times(number: Number, context: ContextDep, caller: CallerDep, step_minutes: Step = 15) -> list[TimeView]:
    """Times in its owner's planned days, today and tomorrow, at which it could be."""
    return list(free_times_of(context, number, caller, step_minutes=step_minutes)[1])


@router.post("/call-backs/{number}/done")
def post_done(number: Number, context: ContextDep, caller: CallerDep) -> CallBackView:
    """The call was made."""
    return call_backs.call_made(context, number, caller)


@router.post("/call-backs/{number}/cancel")
def post_cancel(number: Number, context: ContextDep, caller: CallerDep) -> CallBackView:
    """The call is not needed any more."""
    return call_backs.call_off(context, number, caller)


@router.post("/call-backs/{number}/reschedule")
def post_reschedule(number: Number, body: RescheduleIn, context: ContextDep, caller: CallerDep) -> CallBackView:
    """A new due time, or the time itself."""
    return call_backs.reschedule(context, number, body, caller)


@router.post("/call-backs/{number}/owner")
def post_owner(number: Number, body: OwnerIn, context: ContextDep, caller: RouterDep) -> CallBackView:
    """Somebody else makes the call."""
    return call_backs.give_to(context, number, body, caller)


@router.post("/meetings", status_code=status.HTTP_201_CREATED)
def post_meeting(body: MeetingIn, context: ContextDep, caller: LeadDep) -> MeetingView:
    """Ask for a meeting or training of some people, or of a team: it gets the time that costs the least cover."""
    return meetings.ask_meeting(context, body, actor=caller.name)


@router.get("/meetings")
def get_meetings(context: ContextDep, caller: LeadDep) -> list[MeetingView]:
    """Those ahead, and those without a time."""
    return list(meetings.meetings(context))


@router.get("/meetings/{number}")
def get_meeting(number: Number, context: ContextDep, caller: LeadDep) -> MeetingView:
    """One meeting."""
    return meetings.meeting(context, number)


@router.post("/meetings/{number}/cancel")
def post_cancel_meeting(number: Number, context: ContextDep, caller: LeadDep) -> MeetingView:
    """It does not take place."""
    return meetings.cancel_meeting(context, number, actor=caller.name)


@router.post("/agents/{code}/day/focus", status_code=status.HTTP_201_CREATED)
def post_focus(code: Code, body: FocusIn, context: ContextDep, caller: AgentDep) -> FocusView:
    """Focus time for messages, today."""
    _require_self(context, caller, code)
    return focus.ask_focus(context, body, caller)


@router.delete("/agents/{code}/day/focus/{number}", status_code=status.HTTP_204_NO_CONTENT)
def delete_focus(code: Code, number: Number, context: ContextDep, caller: AgentDep) -> None:
    """It is not needed."""
    _require_self(context, caller, code)
    focus.drop_focus(context, number, caller)


def _require_self(context: Context, caller: Caller, code: str) -> None:
    if not is_agent(context, code, caller.agent_id):
        raise Forbidden(f"you are not agent {code!r}: focus time is the agent's own")

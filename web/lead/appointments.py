"""The lead's page of appointments: call-backs that need an owner or a time, all others, and meetings to ask for."""

from datetime import date, datetime
from datetime import time as clock
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Path, Request, Response
from pydantic import ValidationError

from api.context import Context
from api.deps import ContextDep, LeadDep
from api.errors import Invalid, ServiceError
from api.security.caller import Caller
from api.services.appointments import call_backs, meetings
from api.services.appointments.call_backs import OwnerIn, RescheduleIn
from api.services.appointments.choices import Choices, choices
from api.services.appointments.meetings import MeetingIn
from web.lead import entered, words
from web.pages import page, see_other

router = APIRouter(prefix="/lead/appointments")

Number = Annotated[str, Path(min_length=1, max_length=36)]
Text = Annotated[str, Form(max_length=120)]
NO_ENTRY = {"kind": "meeting", "team": "", "people": [], "minutes": "30", "day": "", "begin": "09:00", "end": "17:00"}


@router.get("")
def show_appointments(request: Request, context: ContextDep, caller: LeadDep) -> Response:
    """What needs somebody, what is promised, and the meetings."""
    return _page(request, context, caller)


@router.post("/call-backs/{number}/owner")
def give_call_back(
    request: Request, context: ContextDep, caller: LeadDep, number: Number, owner: Text = ""
) -> Response:
    """Somebody else makes the call."""
    try:
        if not owner.strip():
            raise Invalid("owner '': expected the code of an agent")
        call_backs.give_to(context, number, OwnerIn(owner=owner.strip()), caller)
    except ServiceError as error:
        return _page(request, context, caller, call_back_error=error)
    return see_other("/lead/appointments")


@router.post("/call-backs/{number}/due")
def move_call_back(
    request: Request, context: ContextDep, caller: LeadDep, number: Number, day: Text = "", time: Text = ""
) -> Response:
    """It is due at another time."""
    try:
        zone = call_backs.call_back(context, number, caller).zone
        due = _instant(entered.day(day), time, zone)
        call_backs.reschedule(context, number, RescheduleIn(due_at=due), caller)
    except ServiceError as error:
        return _page(request, context, caller, call_back_error=error)
    return see_other("/lead/appointments")


@router.post("/call-backs/{number}/cancel")
def cancel_call_back(request: Request, context: ContextDep, caller: LeadDep, number: Number) -> Response:
    """It is not needed."""
    try:
        call_backs.call_off(context, number, caller)
    except ServiceError as error:
        return _page(request, context, caller, call_back_error=error)
    return see_other("/lead/appointments")


@router.post("/meetings")
def ask_meeting(
    request: Request,
    context: ContextDep,
    caller: LeadDep,
    kind: Annotated[Literal["meeting", "training"], Form()] = "meeting",
    team: Text = "",
    people: Annotated[list[str] | None, Form()] = None,
    minutes: Text = "",
    day: Text = "",
    begin: Text = "",
    end: Text = "",
) -> Response:
    """Ask for one; what can't be is said beside the form."""
    try:
        meetings.ask_meeting(
            context,
            _asked(choices(context), kind, team, people or [], minutes, day, begin, end),
            actor=caller.name,
        )
    except ServiceError as error:
        kept = {"kind": kind, "team": team, "people": people or [], "minutes": minutes, "day": day}
        return _page(request, context, caller, entry={**kept, "begin": begin, "end": end}, meeting_error=error)
    return see_other("/lead/appointments")


@router.post("/meetings/{number}/cancel")
def cancel_meeting(request: Request, context: ContextDep, caller: LeadDep, number: Number) -> Response:
    """It does not take place."""
    try:
        meetings.cancel_meeting(context, number, actor=caller.name)
    except ServiceError as error:
        return _page(request, context, caller, meeting_error=error)
    return see_other("/lead/appointments")


def _asked(
    known: Choices, kind: str, team: str, people: list[str], minutes: str, day: str, begin: str, end: str
) -> MeetingIn:
    first = next((known.people[code][1] for code in people if code in known.people), "UTC")
    zone = known.teams.get(team, first)
    on = entered.day(day)
    try:
        return MeetingIn.model_validate(
            {
                "kind": kind,
                "team": team or None,
                "people": people,
                "minutes": entered.whole("minutes", minutes, 5, 240),
                "earliest": _instant(on, begin, zone),
                "latest": _instant(on, end, zone),
            }
        )
    except ValidationError as error:
        raise Invalid("; ".join(fault["msg"].removeprefix("Value error, ") for fault in error.errors())) from error


def _instant(on: date, time: str, zone: str) -> datetime:
    """A local time as browsers send it, of a date."""
    try:
        return datetime.combine(on, clock.fromisoformat(time.strip()), ZoneInfo(zone))
    except ValueError as error:
        raise Invalid(f"time {time!r}: expected one such as 14:30") from error


def _page(
    request: Request,
    context: Context,
    caller: Caller,
    *,
    entry: dict[str, object] | None = None,
    meeting_error: ServiceError | None = None,
    call_back_error: ServiceError | None = None,
) -> Response:
    everything = call_backs.call_backs(context, caller)
    needing = [one for one in everything if one.trouble or one.late]
    error = meeting_error or call_back_error
    return page(
        request,
        "lead/appointments.html",
        status_code=error.status if error else 200,
        needing=needing,
        promised=[one for one in everything if one not in needing],
        meetings=meetings.meetings(context),
        known=choices(context),
        entry=NO_ENTRY | {"day": context.now().date().isoformat()} if entry is None else entry,
        meeting_error=meeting_error,
        call_back_error=call_back_error,
        words=words,
    )

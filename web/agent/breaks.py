"""The page on which an agent moves, takes, splits or swaps a break, and the answers to a colleague who asks."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request, Response
from pydantic import AwareDatetime, TypeAdapter, ValidationError

from api.context import Context
from api.deps import AgentDep, ContextDep
from api.errors import Conflict, Invalid
from api.security.caller import Caller
from api.services.breaks import swapping
from api.services.breaks.choices import break_choices
from api.services.breaks.moving import move_break, split_rest, take_break
from api.services.breaks.views import BreakChange
from web.agent.views import answer
from web.pages import page, see_other

router = APIRouter()

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
First = Annotated[int | None, Query(ge=1, le=1440)]
Minutes = Annotated[int, Form(ge=1, le=1440)]
Start = Annotated[AwareDatetime, Form()]
Choice = Annotated[str, Form(min_length=1, max_length=120)]

STEP_MINUTES = 5


@router.get("/today/breaks/{segment}")
def show_break(
    request: Request, context: ContextDep, caller: AgentDep, segment: Number, first: First = None
) -> Response:
    """Where the break may go; with `first` minutes that stay, where the rest of it may."""
    return _page(request, context, caller, segment, first=first)


@router.post("/today/breaks/{segment}/move")
def move(request: Request, context: ContextDep, caller: AgentDep, segment: Number, starts_at: Start) -> Response:
    """To another time."""
    try:
        return _done(move_break(context, caller, segment, starts_at))
    except (Conflict, Invalid) as error:
        return _page(request, context, caller, segment, error=error)


@router.post("/today/breaks/{segment}/take")
def take(request: Request, context: ContextDep, caller: AgentDep, segment: Number) -> Response:
    """Now."""
    try:
        return _done(take_break(context, caller, segment))
    except (Conflict, Invalid) as error:
        return _page(request, context, caller, segment, error=error)


@router.post("/today/breaks/{segment}/split")
def split(
    request: Request, context: ContextDep, caller: AgentDep, segment: Number, minutes: Minutes, starts_at: Start
) -> Response:
    """In two."""
    try:
        return _done(split_rest(context, caller, segment, minutes=minutes, starts_at=starts_at))
    except (Conflict, Invalid) as error:
        return _page(request, context, caller, segment, error=error)


@router.post("/today/breaks/{segment}/swap")
def ask(request: Request, context: ContextDep, caller: AgentDep, segment: Number, choice: Choice) -> Response:
    """Ask the colleague behind `choice`: the time of their break, a blank, and their code."""
    time, _, colleague = choice.partition(" ")
    try:
        starts_at = TypeAdapter(AwareDatetime).validate_python(time)
    except ValidationError as error:
        raise Invalid(f"choice {choice!r}: expected a time and a colleague's code") from error
    try:
        swapping.ask_swap(context, caller, segment, colleague=colleague, starts_at=starts_at)
    except (Conflict, Invalid) as error:
        return _page(request, context, caller, segment, error=error)
    return see_other("/today")


@router.post("/today/swaps/{swap}/accept")
def accept(request: Request, context: ContextDep, caller: AgentDep, swap: Number) -> Response:
    """Yes."""
    return answer(request, context, caller, swapping.accept_swap(context, caller, swap).sentence)


@router.post("/today/swaps/{swap}/decline")
def decline(request: Request, context: ContextDep, caller: AgentDep, swap: Number) -> Response:
    """No; nobody is told."""
    swapping.decline_swap(context, caller, swap)
    return answer(request, context, caller, "")


@router.post("/today/swaps/{swap}/withdraw")
def withdraw(request: Request, context: ContextDep, caller: AgentDep, swap: Number) -> Response:
    """The question is taken back."""
    swapping.withdraw_swap(context, caller, swap)
    return answer(request, context, caller, "")


def _done(change: BreakChange) -> Response:
    return see_other(f"/today?moved={change.segments[0].id}")


def _page(
    request: Request,
    context: Context,
    caller: Caller,
    segment: int,
    *,
    first: int | None = None,
    error: Conflict | Invalid | None = None,
) -> Response:
    """The page of a break; one that has begun meanwhile has none, and says so."""
    choices = break_choices(context, caller, segment, step_minutes=STEP_MINUTES, first_minutes=first)
    return page(
        request,
        "agent/break.html",
        status_code=200 if error is None else error.status,
        choices=choices,
        quarters=[time for time in choices.times if time.starts_at.minute % 15 == 0],
        first=first,
        error=error,
    )

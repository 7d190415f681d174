"""`/agents/{code}/day/breaks` and `/agents/{code}/day/swaps`: an agent's hand on their own breaks."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, status
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.context import Context
from api.deps import AgentDep, ContextDep
from api.errors import Forbidden
from api.security.caller import Caller
from api.services.agents import is_agent
from api.services.breaks import swapping
from api.services.breaks.choices import break_choices
from api.services.breaks.moving import move_break, split_rest, take_break
from api.services.breaks.swaps import SwapView
from api.services.breaks.views import BreakChange, BreakView
from api.services.floor.views import NO_NUL

router = APIRouter(prefix="/agents/{code}/day", tags=["breaks"])

Code = Annotated[str, Path(min_length=1, max_length=64, description="the agent's code")]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Step = Annotated[int, Query(ge=5, le=60, multiple_of=5, description="grid of the times, minutes")]
First = Annotated[int | None, Query(ge=1, le=1440, description="minutes of a rest that stay; times of its second part")]


class _In(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MoveIn(_In):
    """When the break is to begin."""

    starts_at: AwareDatetime


class SplitIn(_In):
    """How long the first part stays, and when the second begins."""

    minutes: Annotated[int, Field(ge=1, le=1440)]
    starts_at: AwareDatetime


class SwapIn(_In):
    """Whose break, and which of theirs."""

    colleague: Annotated[str, Field(min_length=1, max_length=64, pattern=NO_NUL)]
    starts_at: AwareDatetime


@router.get("/breaks/{segment}")
def get_break(
    code: Code,
    segment: Number,
    context: ContextDep,
    caller: AgentDep,
    step_minutes: Step = 15,
    first_minutes: First = None,
) -> BreakView:
    """Where a break may go, with cover beside each time; whether it may be split; who could swap."""
    _require_self(context, caller, code)
    return break_choices(context, caller, segment, step_minutes=step_minutes, first_minutes=first_minutes)


@router.post("/breaks/{segment}/move")
def post_move(code: Code, segment: Number, body: MoveIn, context: ContextDep, caller: AgentDep) -> BreakChange:
    """Move a break that has not begun, earlier or later. It stays where it was put."""
    _require_self(context, caller, code)
    return move_break(context, caller, segment, body.starts_at)


@router.post("/breaks/{segment}/take")
def post_take(code: Code, segment: Number, context: ContextDep, caller: AgentDep) -> BreakChange:
    """Take a break now."""
    _require_self(context, caller, code)
    return take_break(context, caller, segment)


@router.post("/breaks/{segment}/split")
def post_split(code: Code, segment: Number, body: SplitIn, context: ContextDep, caller: AgentDep) -> BreakChange:
    """Split a rest in two."""
    _require_self(context, caller, code)
    return split_rest(context, caller, segment, minutes=body.minutes, starts_at=body.starts_at)


@router.post("/breaks/{segment}/swap", status_code=status.HTTP_201_CREATED)
def post_swap(code: Code, segment: Number, body: SwapIn, context: ContextDep, caller: AgentDep) -> SwapView:
    """Ask a colleague to swap a break for this one."""
    _require_self(context, caller, code)
    return swapping.ask_swap(context, caller, segment, colleague=body.colleague, starts_at=body.starts_at)


@router.post("/swaps/{swap}/accept")
def post_accept(code: Code, swap: Number, context: ContextDep, caller: AgentDep) -> BreakChange:
    """Swap: both days change, or neither."""
    _require_self(context, caller, code)
    return swapping.accept_swap(context, caller, swap)


@router.post("/swaps/{swap}/decline", status_code=status.HTTP_204_NO_CONTENT)
def post_decline(code: Code, swap: Number, context: ContextDep, caller: AgentDep) -> None:
    """Say no. Nobody is told."""
    _require_self(context, caller, code)
    swapping.decline_swap(context, caller, swap)


@router.post("/swaps/{swap}/withdraw", status_code=status.HTTP_204_NO_CONTENT)
def post_withdraw(code: Code, swap: Number, context: ContextDep, caller: AgentDep) -> None:
    """Take one's own question back."""
    _require_self(context, caller, code)
    swapping.withdraw_swap(context, caller, swap)


def _require_self(context: Context, caller: Caller, code: str) -> None:
    if not is_agent(context, code, caller.agent_id):
        raise Forbidden(f"you are not agent {code!r}: breaks are the agent's own to move")

"""`/agents/{code}/groups`: an agent's own switch for reflective groups, and their answers to invitations."""

from typing import Annotated

from fastapi import APIRouter, Path, status
from pydantic import BaseModel, ConfigDict

from api.context import Context
from api.deps import AgentDep, ContextDep
from api.errors import Forbidden
from api.security.caller import Caller
from api.services.agents import is_agent
from api.services.appointments import groups
from api.services.appointments.groups import GroupView
from api.services.floor.views import NO_NUL

router = APIRouter(prefix="/agents/{code}/groups", tags=["groups"])

Code = Annotated[str, Path(min_length=1, max_length=64, pattern=NO_NUL, description="the agent's code")]
Number = Annotated[str, Path(min_length=1, max_length=36, pattern=NO_NUL, description="the id of the invitation")]


class WishIn(BaseModel):
    """Whether invitations are welcome."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    wanted: bool


@router.put("", status_code=status.HTTP_204_NO_CONTENT)
def put_wish(code: Code, body: WishIn, context: ContextDep, caller: AgentDep) -> None:
    """The agent's own switch, off by default. Nobody else sees it."""
    _require_self(context, caller, code)
    groups.set_wants_groups(context, body.wanted, caller)


@router.post("/{number}/accept")
def post_accept(code: Code, number: Number, context: ContextDep, caller: AgentDep) -> GroupView:
    """Keep the time for it."""
    _require_self(context, caller, code)
    return groups.accept_group(context, number, caller)


@router.post("/{number}/decline", status_code=status.HTTP_204_NO_CONTENT)
def post_decline(code: Code, number: Number, context: ContextDep, caller: AgentDep) -> None:
    """Say no. Nobody is told."""
    _require_self(context, caller, code)
    groups.decline_group(context, number, caller)


@router.post("/{number}/step-back", status_code=status.HTTP_204_NO_CONTENT)
def post_step_back(code: Code, number: Number, context: ContextDep, caller: AgentDep) -> None:
    """Not come after all."""
    _require_self(context, caller, code)
    groups.step_back(context, number, caller)


def _require_self(context: Context, caller: Caller, code: str) -> None:
    if not is_agent(context, code, caller.agent_id):
        raise Forbidden(f"you are not agent {code!r}: groups are the agent's own business")

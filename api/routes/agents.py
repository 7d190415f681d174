"""`/agents/{id}`: whether somebody takes contacts, and a moment to breathe. `id` is the agent's code."""

from typing import Annotated

from fastapi import APIRouter, Path, status
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict

from api.deps import CallerDep, ContextDep
from api.errors import Forbidden
from api.routes.desk_route import DeskRoute, ParamsOf, direct, done
from api.security.caller import Caller
from api.services.agents import is_agent
from api.services.floor.commands import being, moment
from api.services.floor.desk import Command
from api.services.floor.views import MomentView, StateView
from roster.accounts import Role
from roster.rest import AgentState

router = APIRouter(prefix="/agents", tags=["agents"], route_class=DeskRoute)

AgentCode = Annotated[str, Path(max_length=64, description="the agent's code")]


class StateIn(BaseModel):
    """The state to be in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: AgentState


def _being(params: ParamsOf, _: ParamsOf, body: bytes, token: str) -> Command[StateView]:
    return being(params["agent"], StateIn.model_validate_json(body).state, token)


def _show(view: StateView, _: Role) -> tuple[int, BaseModel]:
    return status.HTTP_200_OK, view


@router.post("/{agent}/state")
@direct(_being, _show)
async def post_state(agent: AgentCode, body: StateIn, context: ContextDep, caller: CallerDep) -> StateView:
    """Available, away or offline. By the agent, routing software, or a lead."""
    if caller.role is Role.AGENT:
        own = await run_in_threadpool(is_agent, context, agent, caller.agent_id)
        _require_self(caller, agent, own)
    return await done(context, being(agent, body.state), caller)


@router.post("/{agent}/moment")
def post_moment(agent: AgentCode, context: ContextDep, caller: CallerDep) -> MomentView:
    """A breather now, or right after the contact in hand: for the agent, or software on their word; not for leads."""
    if caller.role is Role.LEAD:
        raise Forbidden("a moment is the agent's own to take: expected the agent, or routing software on their word")
    if caller.role is Role.AGENT:
        _require_self(caller, agent, is_agent(context, agent, caller.agent_id))
    return moment(context, agent, actor=caller.name)


def _require_self(caller: Caller, agent: str, own: bool) -> None:
    if not own:
        raise Forbidden(f"{caller.name} is not agent {agent!r}: an agent speaks for themself alone")

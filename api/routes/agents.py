"""`/agents/{id}`: whether somebody takes contacts, their rest, and their own limits. `id` is the agent's code."""

from typing import Annotated

from fastapi import APIRouter, Path, status
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from api.context import Context
from api.deps import CallerDep, ContextDep
from api.desk_lane import direct
from api.errors import Forbidden
from api.security.caller import Caller
from api.services.agents import is_agent
from api.services.floor.commands import being, moment
from api.services.floor.desk import Command, done
from api.services.floor.limits import Limits, limits_of, set_limits
from api.services.floor.lookups import Speaker
from api.services.floor.resting import give_back_rest, postpone_rest, take_owed_rest
from api.services.floor.views import NO_NUL, MomentView, StateView
from roster.accounts import Role
from roster.rest import AgentState

router = APIRouter(prefix="/agents", tags=["agents"])

AgentCode = Annotated[str, Path(max_length=64, pattern=NO_NUL, description="the agent's code")]


class StateIn(BaseModel):
    """The state to be in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: AgentState


def _being(agent: str, body: bytes, _: str | None, token: str) -> Command[StateView]:
    return being(agent, StateIn.model_validate_json(body).state, token)


def _show(view: StateView, _: Role) -> tuple[int, BaseModel]:
    return status.HTTP_200_OK, view


@router.post("/{agent}/state")
@direct("/agents/{agent}/state", _being, _show)
async def post_state(agent: AgentCode, body: StateIn, context: ContextDep, caller: CallerDep) -> StateView:
    """Available, away or offline. By the agent, routing software, or a lead."""
    if caller.role is Role.AGENT:
        own = await run_in_threadpool(is_agent, context, agent, caller.agent_id)
        _require_self(caller, agent, own)
    return await done(context, being(agent, body.state), Speaker(caller.name, caller.role))


@router.post("/{agent}/moment")
def post_moment(agent: AgentCode, context: ContextDep, caller: CallerDep) -> MomentView:
    """A breather now, or right after the contact in hand: for the agent, or software on their word; not for leads."""
    _require_own_word(context, caller, agent)
    return moment(context, agent, actor=caller.name)


class PostponeIn(BaseModel):
    """How long to put a rest off."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    minutes: Annotated[int, Field(ge=1, le=1440)]


@router.post("/{agent}/rest/postpone")
def post_postpone(agent: AgentCode, body: PostponeIn, context: ContextDep, caller: CallerDep) -> MomentView:
    """Put off the rest that is on, or due after this contact; it begins then, busy or not. Never lost."""
    _require_own_word(context, caller, agent)
    return postpone_rest(context, agent, body.minutes, actor=caller.name)


@router.post("/{agent}/rest/give-back")
def post_give_back(agent: AgentCode, context: ContextDep, caller: CallerDep) -> MomentView:
    """End the rest that is on; what is left of it stays owed."""
    _require_own_word(context, caller, agent)
    return give_back_rest(context, agent, actor=caller.name)


@router.post("/{agent}/rest/take")
def post_take(agent: AgentCode, context: ContextDep, caller: CallerDep) -> MomentView:
    """Take what is owed now, without waiting for a quiet time."""
    _require_own_word(context, caller, agent)
    return take_owed_rest(context, agent, actor=caller.name)


@router.get("/{agent}/limits")
def get_limits(agent: AgentCode, context: ContextDep, caller: CallerDep) -> Limits:
    """What the agent excludes for themself: for that agent alone to see."""
    _require_own_limits(context, caller, agent)
    return limits_of(context, caller)


@router.put("/{agent}/limits")
def put_limits(agent: AgentCode, body: Limits, context: ContextDep, caller: CallerDep) -> Limits:
    """These limits and no others; no reason is asked. For the agent alone."""
    _require_own_limits(context, caller, agent)
    return set_limits(context, body, caller)


def _require_own_limits(context: Context, caller: Caller, agent: str) -> None:
    if caller.role is not Role.AGENT:
        raise Forbidden("limits are the agent's own, for nobody else to see or set: expected the agent")
    _require_self(caller, agent, is_agent(context, agent, caller.agent_id))


def _require_own_word(context: Context, caller: Caller, agent: str) -> None:
    if caller.role is Role.LEAD:
        raise Forbidden("rest is the agent's own: expected the agent, or routing software on their word")
    if caller.role is Role.AGENT:
        _require_self(caller, agent, is_agent(context, agent, caller.agent_id))


def _require_self(caller: Caller, agent: str, own: bool) -> None:
    if not own:
        raise Forbidden(f"you are not agent {agent!r}: an agent speaks for themself alone")

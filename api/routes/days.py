"""`/agents/{code}/day`."""

from typing import Annotated

from fastapi import APIRouter, Path

from api.context import Context
from api.deps import CallerDep, ContextDep
from api.errors import Forbidden
from api.security.caller import Caller
from api.services.days.planning import ensure_day
from api.services.days.views import AgentDayView, agent_day, agent_id_of, code_of, masked_day
from roster.accounts import Role

router = APIRouter(prefix="/agents", tags=["days"])

Code = Annotated[str, Path(min_length=1, max_length=64, description="the agent's code")]


@router.get("/{code}/day")
def get_day(code: Code, context: ContextDep, caller: CallerDep) -> AgentDayView:
    """The agent's day: in full for the agent; for leads and routers with protected time as just that."""
    if caller.role is Role.AGENT:
        agent_id = _own(context, code, caller)
        view = agent_day(context, agent_id, context.now())
        if view.shift is not None and ensure_day(context, view.on_date) is not None:
            view = agent_day(context, agent_id, context.now())
        return view
    return masked_day(context, agent_id_of(context, code), context.now())


def _own(context: Context, code: str, caller: Caller) -> int:
    """The agent's key, if the caller is that agent; whether another code exists is not told."""
    if caller.agent_id is None or code_of(context, caller.agent_id) != code:
        raise Forbidden(f"you may see only your own day in full, not for {code!r}")
    return caller.agent_id

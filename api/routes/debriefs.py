"""`/agents/{code}/debriefs`: an agent's debriefs, asked for, answered, moved; theirs alone."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, status
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.context import Context
from api.deps import AgentDep, ContextDep
from api.errors import Forbidden
from api.security.caller import Caller
from api.services.agents import is_agent
from api.services.debriefs import asking, hot, invitations, proposals, reminders
from api.services.debriefs.asking import AskedView, PeerView, asked_view
from api.services.debriefs.hot import HotView
from api.services.debriefs.proposals import TimeView
from api.services.debriefs.views import InvitationView
from api.services.floor.views import NO_NUL

router = APIRouter(prefix="/agents/{code}/debriefs", tags=["debriefs"])

Code = Annotated[str, Path(min_length=1, max_length=64, description="the agent's code")]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Step = Annotated[int, Query(ge=5, le=60, multiple_of=5, description="grid of the times, minutes")]


class AskIn(BaseModel):
    """Which volunteer; nobody in particular where it is empty."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    peer: Annotated[str | None, Field(min_length=1, max_length=64, pattern=NO_NUL, description="a code")] = None


class ProposeIn(BaseModel):
    """When instead."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    starts_at: AwareDatetime


@router.get("")
def get_debriefs(code: Code, context: ContextDep, caller: AgentDep) -> tuple[InvitationView, ...]:
    """Invitations to the agent, and debriefs that they get or give, that are not over."""
    return invitations.invitations_of(context, _own(context, caller, code))


@router.get("/peers")
def get_peers(code: Code, context: ContextDep, caller: AgentDep) -> tuple[PeerView, ...]:
    """The volunteers whom the agent may choose: on duty with them today or tomorrow, and nothing else about them."""
    _own(context, caller, code)
    return asking.peers_to_choose(context, caller)


@router.post("/ask")
def post_ask(code: Code, context: ContextDep, caller: AgentDep, body: AskIn | None = None) -> AskedView:
    """Ask for a debrief, with a volunteer of one's choice or with anybody; the invitation, if there is a quiet time."""
    _own(context, caller, code)
    peer = None if body is None else body.peer
    return asked_view(asking.ask_for_debrief(context, caller, peer=peer))


@router.post("/hot")
def post_hot(code: Code, context: ContextDep, caller: AgentDep) -> HotView:
    """Ask for a short debrief after a heavy contact of this shift: taken at the next time that both have."""
    _own(context, caller, code)
    return hot.ask_for_hot_debrief(context, caller)


@router.post("/reminder/dismiss", status_code=status.HTTP_204_NO_CONTENT)
def post_dismiss(code: Code, context: ContextDep, caller: AgentDep) -> None:
    """Put the reminder away. Nobody is told."""
    _own(context, caller, code)
    reminders.dismiss_reminder(context, caller)


@router.post("/{invitation}/accept")
def accept_debrief(code: Code, invitation: Number, context: ContextDep, caller: AgentDep) -> InvitationView:
    """Take the time: it is in both people's days from now on."""
    _own(context, caller, code)
    return invitations.accept(context, invitation, caller)


@router.post("/{invitation}/decline", status_code=status.HTTP_204_NO_CONTENT)
def decline_debrief(code: Code, invitation: Number, context: ContextDep, caller: AgentDep) -> None:
    """Say no. Nobody is told."""
    _own(context, caller, code)
    invitations.decline(context, invitation, caller)


@router.post("/{invitation}/give-back", status_code=status.HTTP_204_NO_CONTENT)
def give_debrief_back(code: Code, invitation: Number, context: ContextDep, caller: AgentDep) -> None:
    """Free an accepted time again, for both; either of the two may."""
    _own(context, caller, code)
    invitations.give_back(context, invitation, caller)


@router.post("/{invitation}/another")
def post_another(
    code: Code, invitation: Number, context: ContextDep, caller: AgentDep, body: AskIn | None = None
) -> AskedView:
    """Another peer instead; the invitation stays as it is where nobody else can."""
    _own(context, caller, code)
    peer = None if body is None else body.peer
    return asked_view(asking.ask_for_another(context, invitation, caller, peer=peer))


@router.get("/{invitation}/times")
def get_times(
    code: Code, invitation: Number, context: ContextDep, caller: AgentDep, step_minutes: Step = 15
) -> tuple[TimeView, ...]:
    """Other times that one could propose, today and tomorrow."""
    _own(context, caller, code)
    return proposals.possible_times(context, invitation, caller, step_minutes=step_minutes)


@router.post("/{invitation}/proposal")
def post_proposal(
    code: Code, invitation: Number, body: ProposeIn, context: ContextDep, caller: AgentDep
) -> InvitationView:
    """Propose another time to the other. What there is stays until they accept."""
    _own(context, caller, code)
    return proposals.propose(context, invitation, caller, body.starts_at)


@router.post("/{invitation}/proposal/accept")
def accept_proposal(code: Code, invitation: Number, context: ContextDep, caller: AgentDep) -> InvitationView:
    """Take the other time: both days change, or neither."""
    _own(context, caller, code)
    return proposals.accept_proposal(context, invitation, caller)


@router.post("/{invitation}/proposal/decline", status_code=status.HTTP_204_NO_CONTENT)
def decline_proposal(code: Code, invitation: Number, context: ContextDep, caller: AgentDep) -> None:
    """Say no. Nobody is told."""
    _own(context, caller, code)
    proposals.decline_proposal(context, invitation, caller)


@router.post("/{invitation}/proposal/withdraw", status_code=status.HTTP_204_NO_CONTENT)
def withdraw_proposal(code: Code, invitation: Number, context: ContextDep, caller: AgentDep) -> None:
    """Take one's own proposal back."""
    _own(context, caller, code)
    proposals.withdraw_proposal(context, invitation, caller)


def _own(context: Context, caller: Caller, code: str) -> int:
    """The agent's key, if the caller is that agent; whether another code exists is not told."""
    if caller.agent_id is None or not is_agent(context, code, caller.agent_id):
        raise Forbidden(f"you are not agent {code!r}: a debrief is the agent's own business")
    return caller.agent_id

"""The agent's debriefs: asked for, answered, moved to another time or peer, given back; and the reminder long after."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from pydantic import AwareDatetime

from api.context import Context
from api.deps import AgentDep, ContextDep
from api.errors import Conflict, Invalid, NotFound
from api.security.caller import Caller
from api.services.debriefs import asking, hot, invitations, proposals, reminders
from api.services.debriefs.rights import own_agent
from web.agent import words
from web.agent.views import answer
from web.pages import page, see_other

router = APIRouter()

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Peer = Annotated[str, Form(max_length=64)]
Start = Annotated[AwareDatetime, Form()]

NOBODY_ELSE = "Nobody else was found at a quiet time today or tomorrow. The invitation stays as it is."


@router.get("/today/debriefs")
def show_asking(request: Request, context: ContextDep, caller: AgentDep) -> Response:
    """Whom to ask, or nobody in particular."""
    return _asking(request, context, caller)


@router.post("/today/debriefs/ask")
def ask(request: Request, context: ContextDep, caller: AgentDep, peer: Peer = "") -> Response:
    """The agent would like a debrief."""
    try:
        found = asking.ask_for_debrief(context, caller, peer=peer or None)
    except (Conflict, Invalid) as error:
        return _asking(request, context, caller, error=error)
    if found is None:
        return _asking(request, context, caller, told=asking.NO_TIME)
    return answer(request, context, caller, "")


@router.post("/today/debriefs/hot")
def ask_hot(request: Request, context: ContextDep, caller: AgentDep) -> Response:
    """A few minutes with a volunteer, in this shift."""
    try:
        told = hot.ask_for_hot_debrief(context, caller)
    except Conflict as error:
        return _asking(request, context, caller, error=error)
    if told.invitation is None:
        return _asking(request, context, caller, told=told.sentence)
    return answer(request, context, caller, told.sentence)


@router.post("/today/debriefs/reminder/dismiss")
def dismiss(request: Request, context: ContextDep, caller: AgentDep) -> Response:
    """The reminder has been read."""
    reminders.dismiss_reminder(context, caller)
    return answer(request, context, caller, "")


@router.post("/today/wants-debriefs")
def switch(
    request: Request, context: ContextDep, caller: AgentDep, wanted: Annotated[str, Form(max_length=3)] = ""
) -> Response:
    """Whether invitations to a debrief are welcome."""
    invitations.set_wants_debriefs(context, wanted == "yes", caller)
    return answer(request, context, caller, "")


@router.get("/today/debriefs/{invitation}")
def show_one(request: Request, invitation: Number, context: ContextDep, caller: AgentDep) -> Response:
    """Another time, or another peer."""
    return _one(request, context, caller, invitation)


@router.post("/today/debriefs/{invitation}/another")
def another(request: Request, invitation: Number, context: ContextDep, caller: AgentDep, peer: Peer = "") -> Response:
    """Another peer."""
    try:
        found = asking.ask_for_another(context, invitation, caller, peer=peer or None)
    except (Conflict, Invalid) as error:
        return _one(request, context, caller, invitation, error=error)
    if found is None:
        return _one(request, context, caller, invitation, told=NOBODY_ELSE)
    return see_other("/today")


@router.post("/today/debriefs/{invitation}/propose")
def propose(request: Request, invitation: Number, context: ContextDep, caller: AgentDep, starts_at: Start) -> Response:
    """Another time."""
    try:
        proposals.propose(context, invitation, caller, starts_at)
    except (Conflict, Invalid) as error:
        return _one(request, context, caller, invitation, error=error)
    return see_other("/today")


@router.post("/today/debriefs/{invitation}/proposal/accept")
def accept_proposal(request: Request, invitation: Number, context: ContextDep, caller: AgentDep) -> Response:
    """Yes to another time."""
    taken = proposals.accept_proposal(context, invitation, caller)
    return answer(request, context, caller, f"{taken.starts} to {taken.ends} is yours.")


@router.post("/today/debriefs/{invitation}/proposal/decline")
def decline_proposal(request: Request, invitation: Number, context: ContextDep, caller: AgentDep) -> Response:
    """No to another time; nobody is told."""
    proposals.decline_proposal(context, invitation, caller)
    return answer(request, context, caller, "")


@router.post("/today/debriefs/{invitation}/proposal/withdraw")
def withdraw_proposal(request: Request, invitation: Number, context: ContextDep, caller: AgentDep) -> Response:
    """The question is taken back."""
    proposals.withdraw_proposal(context, invitation, caller)
    return answer(request, context, caller, "")


@router.post("/today/debriefs/{invitation}/accept")
def accept(request: Request, invitation: Number, context: ContextDep, caller: AgentDep) -> Response:
    """Take the time."""
    taken = invitations.accept(context, invitation, caller)
    return answer(request, context, caller, f"{taken.starts} to {taken.ends} is yours.")


@router.post("/today/debriefs/{invitation}/decline")
def decline(request: Request, invitation: Number, context: ContextDep, caller: AgentDep) -> Response:
    """Say no; nobody is told."""
    invitations.decline(context, invitation, caller)
    return answer(request, context, caller, "")


@router.post("/today/debriefs/{invitation}/give-back")
def give_back(request: Request, invitation: Number, context: ContextDep, caller: AgentDep) -> Response:
    """Free the time again, for both."""
    invitations.give_back(context, invitation, caller)
    return answer(request, context, caller, "The time is free again.")


def _asking(
    request: Request, context: Context, caller: Caller, *, told: str = "", error: Conflict | Invalid | None = None
) -> Response:
    return page(
        request,
        "agent/debriefs.html",
        status_code=200 if error is None else error.status,
        peers=asking.peers_to_choose(context, caller),
        signpost=context.policy.debrief.signpost,
        told=told,
        error=error,
    )


def _one(
    request: Request,
    context: Context,
    caller: Caller,
    invitation_id: int,
    *,
    told: str = "",
    error: Conflict | Invalid | None = None,
) -> Response:
    """The page of a debrief that may still be changed; one that may not any more says so."""
    times = proposals.possible_times(context, invitation_id, caller)
    found = invitations.invitations_of(context, own_agent(caller))
    invitation = next((one for one in found if one.id == invitation_id), None)
    if invitation is None:
        raise NotFound(f"there is no debrief {invitation_id} of yours")
    return page(
        request,
        "agent/debrief.html",
        status_code=200 if error is None else error.status,
        invitation=invitation,
        times=times,
        peers=[] if invitation.status == "accepted" else asking.peers_to_choose(context, caller),
        words=words,
        told=told,
        error=error,
    )

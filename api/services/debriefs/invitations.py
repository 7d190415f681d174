"""Answers to an invitation: accepted, silently declined, given back; to others never who nor why."""

from api.context import Context
from api.errors import Conflict, NotFound
from api.security.caller import Caller
from api.services.debriefs.asking import ask_for_debrief
from api.services.debriefs.offering import offer_debriefs, tend_debriefs
from api.services.debriefs.rights import PeerGone, invitation_to, is_known_to, own_agent, require_peer
from api.services.debriefs.store import forget_proposal, free, take, tell
from api.services.debriefs.views import InvitationView, invitation_view, invitations_of
from api.services.floor.work import touch_pools
from roster.day import DayError
from roster.people import Agent
from roster.rest import DebriefInvitation, InvitationStatus
from roster.store.engine import writing

__all__ = [
    "InvitationView",
    "accept",
    "ask_for_debrief",
    "decline",
    "give_back",
    "invitations_of",
    "offer_debriefs",
    "set_wants_debriefs",
    "tend_debriefs",
]

TAKEN = "That time has just been taken by something else, so it is off. You can ask for another time."


def accept(context: Context, invitation_id: int, caller: Caller) -> InvitationView:
    """Take the time: both people's days get the debrief, or neither's.

    Raises `Conflict`, with nothing changed in either day, where the offer is over or either of the two is no longer
    free then; the offer is off after that.
    """
    agent_id = own_agent(caller)
    now = context.now()
    try:
        with writing(context.engine) as session:
            touch_pools(session)
            invitation = invitation_to(session, invitation_id, agent_id)
            if invitation.status is InvitationStatus.ACCEPTED:
                return invitation_view(session, invitation, agent_id, now)
            if invitation.status is not InvitationStatus.OFFERED or invitation.starts_at <= now:
                raise Conflict("This invitation is no longer open. Nothing was changed.")
            require_peer(session, context.policy, invitation, invitation.starts_at, now)
            take(session, invitation)
            invitation.status = InvitationStatus.ACCEPTED
            forget_proposal(invitation)
            session.add(invitation)
            for person in (invitation.agent_id, invitation.peer_id):
                tell(session, now, "debrief.accepted", invitation, person)
            session.flush()
            view = invitation_view(session, invitation, agent_id, now)
    except (DayError, PeerGone) as error:
        _let_lapse(context, invitation_id)
        raise Conflict(TAKEN) from error
    context.announcer.announce()
    return view


def decline(context: Context, invitation_id: int, caller: Caller) -> None:
    """Say no: nobody is told, nothing is asked. Declining twice is declining once."""
    agent_id = own_agent(caller)
    with writing(context.engine) as session:
        invitation = invitation_to(session, invitation_id, agent_id)
        if invitation.status is InvitationStatus.ACCEPTED:
            raise Conflict("You accepted this debrief: give the time back instead.")
        if invitation.status is InvitationStatus.OFFERED:
            invitation.status = InvitationStatus.DECLINED
            session.add(invitation)


def give_back(context: Context, invitation_id: int, caller: Caller) -> None:
    """Either of the two gives an accepted time back: it is work again for both, and the other learns only that."""
    person = own_agent(caller)
    now = context.now()
    with writing(context.engine) as session:
        touch_pools(session)
        invitation = session.get(DebriefInvitation, invitation_id, with_for_update=True)
        if invitation is None or not is_known_to(invitation, person):
            raise NotFound(f"there is no debrief {invitation_id} of yours")
        if invitation.status is not InvitationStatus.ACCEPTED or invitation.starts_at <= now:
            raise Conflict("This debrief is not ahead of you any more. Nothing was changed.")
        free(session, invitation)
        invitation.status = InvitationStatus.LAPSED
        session.add(invitation)
        for one in (invitation.agent_id, invitation.peer_id):
            tell(session, now, "debrief.off", invitation, one)
    context.announcer.announce()


def set_wants_debriefs(context: Context, wanted: bool, caller: Caller) -> None:
    """The agent's own switch. Nobody else sees it, so no event tells of it."""
    with writing(context.engine) as session:
        agent = session.get(Agent, own_agent(caller))
        if agent is None:
            raise NotFound("there is no such agent")
        agent.wants_debriefs = wanted
        session.add(agent)


def _let_lapse(context: Context, invitation_id: int) -> None:
    with writing(context.engine) as session:
        invitation = session.get(DebriefInvitation, invitation_id)
        if invitation is not None and invitation.status is InvitationStatus.OFFERED:
            invitation.status = InvitationStatus.LAPSED
            session.add(invitation)
            tell(session, context.now(), "debrief.lapsed", invitation, invitation.agent_id)
    context.announcer.announce()

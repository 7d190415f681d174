"""Who may answer for a debrief, and whether its peer still may be one."""

from datetime import datetime

from sqlmodel import Session

from api.errors import Forbidden, NotFound
from api.security.caller import Caller
from api.services.debriefs.matching import barred_for, may_meet, sessions_left
from api.services.debriefs.views import zone_of
from roster.clock import local_day
from roster.people import Agent
from roster.policy import Policy
from roster.rest import DebriefInvitation, InvitationStatus


class PeerGone(Exception):
    """The peer is no volunteer for this agent any more, or has given all their sessions."""


def own_agent(caller: Caller) -> int:
    """The agent who is calling; raises `Forbidden` where it is nobody who has debriefs."""
    if caller.agent_id is None:
        raise Forbidden(f"you are signed in as {caller.role}: a debrief is the agent's own business")
    return caller.agent_id


def invitation_to(session: Session, invitation_id: int, agent_id: int) -> DebriefInvitation:
    """The invitation, if it is to this agent: whether another one exists is nobody's business."""
    invitation = session.get(DebriefInvitation, invitation_id, with_for_update=True)
    if invitation is None or invitation.agent_id != agent_id:
        raise NotFound(f"there is no invitation {invitation_id} for you")
    return invitation


def is_known_to(invitation: DebriefInvitation, person: int) -> bool:
    """Whether `person` has been told of it: the agent was, the peer only once it is agreed."""
    agreed = invitation.status is InvitationStatus.ACCEPTED
    return person == invitation.agent_id or (person == invitation.peer_id and agreed)


def require_peer(session: Session, policy: Policy, invitation: DebriefInvitation, at: datetime, now: datetime) -> None:
    """Raise `PeerGone` unless the peer of `invitation` may still be one, with a session left in the week of `at`."""
    agent, peer = session.get(Agent, invitation.agent_id), session.get(Agent, invitation.peer_id)
    if (
        agent is None
        or peer is None
        or not may_meet(agent, peer, barred_for(session, policy, invitation.agent_id, now))
    ):
        raise PeerGone
    zone = zone_of(session, peer)
    left = sessions_left(session, policy, local_day(at, zone), zone, besides=invitation.id)
    if left.get(invitation.peer_id, policy.debrief.max_sessions_per_peer_per_week) < 1:
        raise PeerGone

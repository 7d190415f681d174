"""Peer debriefs: offered in a quiet time, accepted or silently declined, given back; to others never who nor why."""

from datetime import date

from sqlmodel import Session, select

from api.context import Context
from api.errors import Conflict, Forbidden, NotFound
from api.security.caller import Caller
from api.services.days.building import build_day_problem
from api.services.days.facts import published_shifts, read_day
from api.services.days.planning import ensure_day
from api.services.debriefs.matching import debrief_requests, sessions_left
from api.services.debriefs.store import free, settle_debriefs, store_invitations, take, tell
from api.services.debriefs.views import InvitationView, invitation_view, invitations_of, open_rows, zone_of
from api.services.floor.work import touch_pools
from optimizer.day.solve import solve_day
from roster.clock import local_day
from roster.day import DayError
from roster.people import Agent, Team
from roster.rest import DebriefInvitation, InvitationStatus
from roster.store.engine import reading, writing

__all__ = ["InvitationView", "accept", "ask_for_debrief", "decline", "give_back", "invitations_of", "offer_debriefs"]

ATTEMPTS = 5
TAKEN = "That time has just been taken by something else, so it is off. You can ask for another time."


def offer_debriefs(context: Context, on_date: date) -> int:
    """Invite whoever had a severe contact 24 to 72 hours before a slot on `on_date`; how many were invited.

    A date without segments is planned first, and that plan makes the offers.
    """
    planned = ensure_day(context, on_date)
    offered = planned.invitations if planned is not None else 0
    return offered + _offer(context, on_date, None)


def ask_for_debrief(context: Context, caller: Caller) -> bool:
    """An agent asks for a debrief of their own accord, today or tomorrow; whether a time was found."""
    agent_id = _own(caller)
    with reading(context.engine) as session:
        agent = session.get(Agent, agent_id)
        zone = zone_of(session, agent)
        if any(row.status is InvitationStatus.OFFERED for row in open_rows(session, agent_id, context.now())):
            raise Conflict("There is an invitation open for you already: accept or decline it first.")
    today = local_day(context.now(), zone)
    with reading(context.engine) as session:
        dates = sorted({shift.on_date for shift in published_shifts(session, today, _next(today), [agent_id])})
    return any(_offer(context, on_date, agent_id) for on_date in dates)


def _offer(context: Context, on_date: date, asked_by: int | None) -> int:
    for _ in range(ATTEMPTS):
        now = context.now()
        with reading(context.engine) as session:
            facts = read_day(session, on_date, None)
            if not facts.shifts:
                return 0
            requests = debrief_requests(session, context.policy, facts, now, asked_by=asked_by)
            if not requests:
                return 0
            problem = build_day_problem(session, context.policy, facts, now, debriefs=requests, breaks_stay=True)
        result = solve_day(problem)
        if not result.debriefs:
            return 0
        with writing(context.engine) as session:
            touch_pools(session)
            if read_day(session, on_date, None).mark != facts.mark:
                continue
            stored = store_invitations(session, facts, result.debriefs, now)
        context.announcer.announce()
        return stored
    return 0


def accept(context: Context, invitation_id: int, caller: Caller) -> InvitationView:
    """Take the time: both people's days get the debrief, or neither's.

    Raises `Conflict`, with nothing changed in either day, where the offer is over or either of the two is no longer
    free then; the offer is off after that.
    """
    agent_id = _own(caller)
    now = context.now()
    try:
        with writing(context.engine) as session:
            touch_pools(session)
            invitation = _mine(session, invitation_id, agent_id)
            if invitation.status is InvitationStatus.ACCEPTED:
                return invitation_view(session, invitation, agent_id)
            if invitation.status is not InvitationStatus.OFFERED or invitation.starts_at <= now:
                raise Conflict("This invitation is no longer open. Nothing was changed.")
            _require_peer(context, session, invitation)
            take(session, invitation)
            invitation.status = InvitationStatus.ACCEPTED
            session.add(invitation)
            for person in (invitation.agent_id, invitation.peer_id):
                tell(session, now, "debrief.accepted", invitation, person)
            session.flush()
            view = invitation_view(session, invitation, agent_id)
    except (DayError, _PeerGone) as error:
        _let_lapse(context, invitation_id)
        raise Conflict(TAKEN) from error
    context.announcer.announce()
    return view


def decline(context: Context, invitation_id: int, caller: Caller) -> None:
    """Say no: nobody is told, nothing is asked. Declining twice is declining once."""
    agent_id = _own(caller)
    with writing(context.engine) as session:
        invitation = _mine(session, invitation_id, agent_id)
        if invitation.status is InvitationStatus.ACCEPTED:
            raise Conflict("You accepted this debrief: give the time back instead.")
        if invitation.status is InvitationStatus.OFFERED:
            invitation.status = InvitationStatus.DECLINED
            session.add(invitation)


def give_back(context: Context, invitation_id: int, caller: Caller) -> None:
    """Either of the two gives an accepted time back: it is work again for both, and the other learns only that."""
    person = _own(caller)
    now = context.now()
    with writing(context.engine) as session:
        touch_pools(session)
        invitation = session.get(DebriefInvitation, invitation_id)
        if invitation is None or person not in (invitation.agent_id, invitation.peer_id):
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
        agent = session.get(Agent, _own(caller))
        if agent is None:
            raise NotFound("there is no such agent")
        agent.wants_debriefs = wanted
        session.add(agent)


def tend_debriefs(context: Context) -> None:
    """The scheduler's job: offers whose time has come lapse; today and tomorrow are looked through for new ones."""
    with writing(context.engine) as session:
        changed = settle_debriefs(session, context.now())
    if changed:
        context.announcer.announce()
    with reading(context.engine) as session:
        today = {local_day(context.now(), zone) for zone in session.exec(select(Team.zone)).all()}
    for on_date in sorted(today | {_next(day) for day in today}):
        _offer(context, on_date, None)


class _PeerGone(Exception):
    """The peer is no volunteer any more, or has given all their sessions."""


def _require_peer(context: Context, session: Session, invitation: DebriefInvitation) -> None:
    peer = session.get(Agent, invitation.peer_id)
    if peer is None or not peer.is_peer or not peer.active:
        raise _PeerGone
    zone = zone_of(session, peer)
    on_date = local_day(invitation.starts_at, zone)
    left = sessions_left(session, context.policy, on_date, zone, besides=invitation.id)
    if left.get(invitation.peer_id, context.policy.debrief.max_sessions_per_peer_per_week) < 1:
        raise _PeerGone


def _let_lapse(context: Context, invitation_id: int) -> None:
    with writing(context.engine) as session:
        invitation = session.get(DebriefInvitation, invitation_id)
        if invitation is not None and invitation.status is InvitationStatus.OFFERED:
            invitation.status = InvitationStatus.LAPSED
            session.add(invitation)
            tell(session, context.now(), "debrief.lapsed", invitation, invitation.agent_id)
    context.announcer.announce()


def _own(caller: Caller) -> int:
    if caller.agent_id is None:
        raise Forbidden(f"you are signed in as {caller.role}: a debrief is the agent's own business")
    return caller.agent_id


def _mine(session: Session, invitation_id: int, agent_id: int) -> DebriefInvitation:
    """The invitation, if it is to this agent: whether another one exists is nobody's business."""
    invitation = session.get(DebriefInvitation, invitation_id)
    if invitation is None or invitation.agent_id != agent_id:
        raise NotFound(f"there is no invitation {invitation_id} for you")
    return invitation


def _next(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)

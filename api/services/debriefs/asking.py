"""An agent asks for a debrief of their own accord: with a volunteer whom they choose, or with anybody.

Who may be chosen tells of a volunteer only that they are one, on duty: not what they carry, nor how many sessions they
gave. Whoever can't is no different from whoever has no quiet time.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from api.context import Context
from api.errors import Conflict, Invalid
from api.security.caller import Caller
from api.services.days.facts import ONE_DAY, Shift, key, published_shifts
from api.services.debriefs.matching import Wish, barred_for, may_meet
from api.services.debriefs.offering import offer
from api.services.debriefs.rights import invitation_to, own_agent
from api.services.debriefs.views import InvitationView, invitation_view, open_rows, zone_of
from roster.clock import local_day
from roster.people import Agent
from roster.policy import Policy
from roster.rest import DebriefInvitation, InvitationStatus
from roster.store.engine import reading, writing

FOUND = "There is an invitation for you: accept it, or decline."
NO_TIME = "No quiet time was found for it today or tomorrow. You can ask again later."


@dataclass(frozen=True)
class PeerView:
    """A trained volunteer who is on duty, and nothing more about them."""

    code: str
    name: str


@dataclass(frozen=True)
class AskedView:
    """What came of asking: the invitation, or a sentence that tells nothing about anybody."""

    invitation: InvitationView | None
    sentence: str


def asked_view(invitation: InvitationView | None) -> AskedView:
    """What came of asking, in a sentence."""
    return AskedView(invitation, NO_TIME if invitation is None else FOUND)


def peers_to_choose(context: Context, caller: Caller) -> tuple[PeerView, ...]:
    """The volunteers on duty while the agent is, today or tomorrow, by name; less those whom a bar keeps away."""
    agent_id = own_agent(caller)
    with reading(context.engine) as session:
        found = _peers(session, context.policy, agent_id, context.now())
    return tuple(PeerView(peer.code, peer.name) for peer in found)


def ask_for_debrief(context: Context, caller: Caller, *, peer: str | None = None) -> InvitationView | None:
    """Ask for a debrief today or tomorrow; the invitation to a quiet time, or none where there is no such time.

    Raises
    ------
    Conflict: an invitation is open, or debriefs are switched off. Invalid: `peer` is nobody to choose.
    """
    agent_id, now = own_agent(caller), context.now()
    _require_enabled(context)
    with reading(context.engine) as session:
        if any(_is_offer(row, agent_id) for row in open_rows(session, agent_id, now)):
            raise Conflict("There is an invitation open for you already: accept or decline it first.")
        wish = Wish(agent_id, peer=_chosen(session, context.policy, agent_id, peer, now))
    return _first_offer(context, wish, instead=None)


def ask_for_another(
    context: Context, invitation_id: int, caller: Caller, *, peer: str | None = None
) -> InvitationView | None:
    """Another peer instead of the one in an open invitation; none, and the invitation stays, where nobody else can.

    Raises
    ------
    NotFound: no such invitation. Conflict: it is not open. Invalid: `peer` is nobody to choose, or the same.
    """
    agent_id, now = own_agent(caller), context.now()
    _require_enabled(context)
    with writing(context.engine) as session:
        row = invitation_to(session, invitation_id, agent_id)
        if row.status is not InvitationStatus.OFFERED or row.id not in {
            one.id for one in open_rows(session, agent_id, now)
        }:
            raise Conflict("This invitation is no longer open. Nothing was changed.")
        before = row.peer_id
        chosen = _chosen(session, context.policy, agent_id, peer, now)
        if chosen == before:
            raise Invalid(f"peer {peer!r}: expected another than in the invitation")
    return _first_offer(context, Wish(agent_id, peer=chosen, without=before), instead=invitation_id)


def _first_offer(context: Context, wish: Wish, *, instead: int | None) -> InvitationView | None:
    with reading(context.engine) as session:
        agent = session.get(Agent, wish.agent_id)
        dates = sorted({shift.on_date for shift in _shifts(session, agent, context.now(), [wish.agent_id])})
    if not any(offer(context, on_date, wish, instead=instead) for on_date in dates):
        return None
    with reading(context.engine) as session:
        newest = session.exec(
            select(DebriefInvitation)
            .where(DebriefInvitation.agent_id == wish.agent_id, DebriefInvitation.status == InvitationStatus.OFFERED)
            .order_by(col(DebriefInvitation.created_at).desc(), col(DebriefInvitation.id).desc())
        ).first()
        return None if newest is None else invitation_view(session, newest, wish.agent_id, context.now())


def _chosen(session: Session, policy: Policy, agent_id: int, code: str | None, now: datetime) -> int | None:
    if code is None:
        return None
    peers = {peer.code: key(peer.id) for peer in _peers(session, policy, agent_id, now)}
    if code not in peers:
        whom = ", ".join(peers) or "nobody, for no volunteer is on duty with you"
        raise Invalid(f"peer {code!r}: expected one of {whom}")
    return peers[code]


def _peers(session: Session, policy: Policy, agent_id: int, now: datetime) -> list[Agent]:
    agent = session.get(Agent, agent_id)
    if agent is None or not policy.debrief.enabled:
        return []
    barred = barred_for(session, policy, agent_id, now)
    around = _shifts(session, agent, now, None)
    own = [shift for shift in around if shift.agent_id == agent_id]
    least = timedelta(minutes=policy.debrief.minutes)

    def meet(one: Shift, other: Shift) -> bool:
        return min(one.ends_at, other.ends_at) - max(one.starts_at, other.starts_at, now) >= least

    found = {
        shift.agent_id: shift.agent
        for shift in around
        if may_meet(agent, shift.agent, barred) and any(meet(shift, mine) for mine in own)
    }
    return sorted(found.values(), key=lambda peer: (peer.name, peer.code))


def _shifts(session: Session, agent: Agent | None, now: datetime, agent_ids: list[int] | None) -> list[Shift]:
    """Published shifts of the agent's today and tomorrow."""
    today: date = local_day(now, zone_of(session, agent))
    return published_shifts(session, today, today + ONE_DAY, agent_ids)


def _is_offer(row: DebriefInvitation, agent_id: int) -> bool:
    return row.status is InvitationStatus.OFFERED and row.agent_id == agent_id


def _require_enabled(context: Context) -> None:
    if not context.policy.debrief.enabled:
        raise Conflict("Debriefs are switched off here.")

"""Who may be invited to a debrief on a day, and which peers may be asked. No reason leaves this file.

After a severe contact, 24 to 72 hours later (policy), somebody who wants debriefs is invited once; a peer is a trained
volunteer with sessions left this week and room for it in what they carry, shares a language, and was never on the same
contact nor is the line manager.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, or_, select

from api.services.days.facts import OPEN_INVITATIONS, DayFacts, Shift, key
from roster.clock import QUARTER, midnight
from roster.contacts import Contact, ContactStatus, Tier
from roster.day_problem import DebriefRequest
from roster.events import Event
from roster.languages import can_talk
from roster.load.pools import Load, decayed
from roster.people import Agent
from roster.policy import Policy
from roster.rest import DebriefInvitation, FloorState

NOTICE = timedelta(hours=1)
"""An offer is for no sooner than this after the shift began and after it is made, so that it can be read first."""

SPOKE = ("contact.accepted", "contact.started", "contact.completed")
HARD = (Tier.HEAVY, Tier.SEVERE)


@dataclass(frozen=True)
class Wish:
    """What an agent asks of their own accord: a debrief with anybody, with `peer`, or with anybody but `without`."""

    agent_id: int
    peer: int | None = None
    without: int | None = None

    def allows(self, peer_id: int) -> bool:
        """Whether it may be this peer."""
        return self.peer in (None, peer_id) and self.without != peer_id


def debrief_requests(
    session: Session, policy: Policy, facts: DayFacts, now: datetime, *, wish: Wish | None = None
) -> tuple[DebriefRequest, ...]:
    """Requests for the date of `facts`; with a `wish` of somebody, theirs alone."""
    terms = policy.debrief
    if not terms.enabled:
        return ()
    shifts = {shift.agent_id: shift for shift in facts.shifts}
    if wish is None:
        wanted = _after_severe_contacts(session, policy, facts, now)
    elif wish.agent_id in shifts:
        shift = shifts[wish.agent_id]
        barred = barred_for(session, policy, wish.agent_id, now)
        wanted = {wish.agent_id: (max(now + QUARTER, shift.starts_at), shift.ends_at, barred)}
    else:
        wanted = {}
    peers = able_peers(session, policy, (*facts.others, *facts.shifts), facts.on_date, now)
    requests = []
    for agent_id, (earliest, latest, barred) in sorted(wanted.items()):
        shift = shifts[agent_id]
        if latest - earliest < timedelta(minutes=terms.minutes):
            continue
        requests.append(
            DebriefRequest(
                id=shift.agent.code,
                agent=shift.agent.code,
                peers=tuple(
                    peer.code
                    for peer in peers
                    if may_meet(shift.agent, peer, barred) and (wish is None or wish.allows(key(peer.id)))
                ),
                barred=tuple(sorted(shift.agent.code for shift in facts.shifts if shift.agent_id in barred)),
                earliest=earliest,
                latest=latest,
                minutes=terms.minutes,
            )
        )
    return tuple(requests)


def may_meet(agent: Agent, peer: Agent, barred: Iterable[int]) -> bool:
    """Whether `peer` may be the peer of `agent`, whoever has time: `barred` were on the same contact."""
    return (
        peer.is_peer
        and peer.active
        and peer.id not in (agent.id, agent.manager_id, *barred)
        and can_talk(agent.languages, peer.languages)
    )


def barred_for(session: Session, policy: Policy, agent_id: int, now: datetime) -> frozenset[int]:
    """Whoever was on a heavy or severe contact with the agent in the time that a debrief may be about."""
    contacts = session.exec(
        select(Contact).where(
            Contact.agent_id == agent_id,
            Contact.status == ContactStatus.COMPLETED,
            col(Contact.final_tier).in_(HARD),
            col(Contact.completed_at) > now - timedelta(hours=policy.debrief.latest_hours),
        )
    ).all()
    found = (_on_contact(session, contact) for contact in contacts)
    return frozenset[int]().union(*found) - {agent_id}


def _after_severe_contacts(
    session: Session, policy: Policy, facts: DayFacts, now: datetime
) -> dict[int, tuple[datetime, datetime, frozenset[int]]]:
    """Agent: (earliest, latest, people on the same contact), from their last severe contact not yet followed up."""
    terms = policy.debrief
    if not facts.shifts:
        return {}
    shifts = {shift.agent_id: shift for shift in facts.shifts if shift.agent.wants_debriefs}
    begin = min(shift.starts_at for shift in facts.shifts)
    end = max(shift.ends_at for shift in facts.shifts)
    contacts = session.exec(
        select(Contact)
        .where(
            Contact.status == ContactStatus.COMPLETED,
            Contact.final_tier == Tier.SEVERE,
            col(Contact.agent_id).in_(shifts),
            col(Contact.completed_at) > begin - timedelta(hours=terms.latest_hours),
            col(Contact.completed_at) < end - timedelta(hours=terms.earliest_hours),
        )
        .order_by(col(Contact.completed_at), col(Contact.id))
    ).all()
    invited = _last_invited(session, shifts)
    found: dict[int, tuple[datetime, datetime, frozenset[int]]] = {}
    for contact in contacts:
        agent_id, done = contact.agent_id, contact.completed_at
        if agent_id is None or done is None or invited.get(agent_id, done) > done:
            continue
        shift = shifts[agent_id]
        earliest = max(now + NOTICE, shift.starts_at + NOTICE, done + timedelta(hours=terms.earliest_hours))
        latest = min(shift.ends_at, done + timedelta(hours=terms.latest_hours))
        barred = _on_contact(session, contact) - {agent_id}
        before = found.get(agent_id)
        found[agent_id] = (earliest, latest, barred | (before[2] if before else frozenset()))
    return found


def _last_invited(session: Session, agent_ids: Iterable[int]) -> dict[int, datetime]:
    """When each was last invited, whatever came of it: nobody is asked twice about the same time.

    A hot one, in the shift itself, stands in no later one's way.
    """
    rows = session.exec(
        select(DebriefInvitation.agent_id, DebriefInvitation.created_at).where(
            col(DebriefInvitation.agent_id).in_(list(agent_ids)), col(DebriefInvitation.hot).is_(False)
        )
    ).all()
    last: dict[int, datetime] = {}
    for agent_id, at in rows:
        last[agent_id] = max(at, last.get(agent_id, at))
    return last


def _on_contact(session: Session, contact: Contact) -> frozenset[int]:
    spoke = session.exec(
        select(Event.agent_id).where(Event.subject == contact.id, col(Event.kind).in_(SPOKE)).distinct()
    ).all()
    return frozenset(agent_id for agent_id in (*spoke, contact.owner_id, contact.agent_id) if agent_id is not None)


def able_peers(session: Session, policy: Policy, shifts: Iterable[Shift], on_date: date, now: datetime) -> list[Agent]:
    """Volunteers on duty with sessions left and room in what they carry; those with fewest sessions first."""
    on_duty = {shift.agent_id: shift for shift in shifts}
    zone = next((shift.zone for shift in on_duty.values() if shift.on_date == on_date), "UTC")
    left = sessions_left(session, policy, on_date, zone)
    carried = {
        state.agent_id: decayed(Load(state.acute, state.carried, state.load_at), now, policy=policy.load).carried
        for state in session.exec(select(FloorState)).all()
        if state.load_at <= now
    }
    peers = [
        shift.agent
        for agent_id, shift in on_duty.items()
        if shift.agent.is_peer
        and left.get(agent_id, policy.debrief.max_sessions_per_peer_per_week) > 0
        and carried.get(agent_id, 0.0) <= policy.load.carried_budget
    ]
    most = policy.debrief.max_sessions_per_peer_per_week
    return sorted(peers, key=lambda peer: (-left.get(key(peer.id), most), peer.code))


def sessions_left(
    session: Session, policy: Policy, on_date: date, zone: str, *, besides: int | None = None
) -> dict[int, int]:
    """Debriefs that each peer may still give in the week (Monday on) of `on_date`; who is missing has them all.

    Open offers count as given; `besides` leaves one invitation out.
    """
    monday = on_date - timedelta(days=on_date.weekday())
    rows = session.exec(
        select(DebriefInvitation).where(
            or_(*(DebriefInvitation.status == status for status in OPEN_INVITATIONS)),
            col(DebriefInvitation.starts_at) >= midnight(monday, zone),
            col(DebriefInvitation.starts_at) < midnight(monday + timedelta(days=7), zone),
        )
    ).all()
    given = Counter(row.peer_id for row in rows if row.id != besides)
    left: dict[int, int] = defaultdict(int)
    for peer_id, count in given.items():
        left[peer_id] = max(0, policy.debrief.max_sessions_per_peer_per_week - count)
    return dict(left)

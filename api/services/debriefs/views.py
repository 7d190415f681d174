"""Debriefs as their two people see them; to anybody else they are protected time and nothing more."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from api.context import Context
from api.errors import Invalid
from api.services.days.facts import key
from roster.clock import clock_text, local_day
from roster.people import Agent, Team
from roster.rest import DebriefInvitation, InvitationStatus
from roster.store.engine import reading

PROPOSED = "proposed"


@dataclass(frozen=True)
class ProposalView:
    """Another time, proposed by the one who looks (`mine`) or by the other."""

    mine: bool
    date: date
    starts_at: datetime
    ends_at: datetime
    starts: str
    ends: str


@dataclass(frozen=True)
class InvitationView:
    """A debrief as one of its two people sees it. `giving`: they are the peer. Times are local, `date` too.

    `status` is offered, accepted, or proposed: a time that one of the two asks the other for, with no other to go by.
    """

    id: int
    status: str
    giving: bool
    hot: bool
    with_name: str
    date: date
    starts_at: datetime
    ends_at: datetime
    starts: str
    ends: str
    minutes: int
    proposal: ProposalView | None


def invitations_of(context: Context, agent_id: int) -> tuple[InvitationView, ...]:
    """What lies ahead of an agent: offers to them, and accepted debriefs that they get or give; by time."""
    with reading(context.engine) as session:
        now = context.now()
        return tuple(invitation_view(session, row, agent_id, now) for row in open_rows(session, agent_id, now))


def open_rows(session: Session, agent_id: int, now: datetime) -> list[DebriefInvitation]:
    """Invitations that the agent may still answer, and accepted debriefs of theirs that are not over; by time.

    A peer learns of an invitation when it is accepted, or when the agent asks them for another time.
    """
    rows = session.exec(
        select(DebriefInvitation).where(
            (col(DebriefInvitation.agent_id) == agent_id) | (col(DebriefInvitation.peer_id) == agent_id),
            (col(DebriefInvitation.ends_at) > now) | (col(DebriefInvitation.proposed_at) > now),
        )
    ).all()
    return sorted(
        (row for row in rows if _is_open_to(row, agent_id, now)),
        key=lambda row: row.proposed_at if _is_only_proposed(row, agent_id, now) and row.proposed_at else row.starts_at,
    )


def is_proposed(row: DebriefInvitation, now: datetime) -> bool:
    """Whether another time is proposed that could still be accepted."""
    alive = row.status is InvitationStatus.OFFERED or (row.status is InvitationStatus.ACCEPTED and row.starts_at > now)
    return alive and row.proposed_at is not None and row.proposed_at > now


def is_proposed_to(row: DebriefInvitation, person: int, now: datetime) -> bool:
    """Whether `person` may still accept another time that the other of the two proposed."""
    return is_proposed(row, now) and row.proposed_by_id != person and not row.proposal_declined


def _is_open_to(row: DebriefInvitation, agent_id: int, now: datetime) -> bool:
    if row.status is InvitationStatus.ACCEPTED:
        return row.ends_at > now
    if row.status is not InvitationStatus.OFFERED:
        return False
    if row.agent_id == agent_id:
        return row.starts_at > now or is_proposed(row, now)
    return is_proposed_to(row, agent_id, now)


def _is_only_proposed(row: DebriefInvitation, agent_id: int, now: datetime) -> bool:
    """Whether the proposed time is all that there is: to a peer who was not told of the first, or after it passed."""
    return row.status is InvitationStatus.OFFERED and (row.peer_id == agent_id or row.starts_at <= now)


def invitation_view(session: Session, row: DebriefInvitation, agent_id: int, now: datetime) -> InvitationView:
    """`row` as `agent_id`, one of its two people, sees it."""
    giving = row.peer_id == agent_id
    other = session.get(Agent, row.agent_id if giving else row.peer_id)
    zone = zone_of(session, session.get(Agent, agent_id))
    length = row.ends_at - row.starts_at
    starts_at, status = row.starts_at, row.status.value
    mine = row.proposed_by_id == agent_id
    at = row.proposed_at if is_proposed(row, now) and (mine or not row.proposal_declined) else None
    if at is not None and _is_only_proposed(row, agent_id, now):
        starts_at, status = at, PROPOSED
    proposal = None
    if at is not None:
        proposal = ProposalView(
            mine, local_day(at, zone), at, at + length, clock_text(at, zone), clock_text(at + length, zone)
        )
    return InvitationView(
        id=key(row.id),
        status=status,
        giving=giving,
        hot=row.hot,
        with_name=other.name if other is not None else "",
        date=local_day(starts_at, zone),
        starts_at=starts_at,
        ends_at=starts_at + length,
        starts=clock_text(starts_at, zone),
        ends=clock_text(starts_at + length, zone),
        minutes=round(length.total_seconds() / 60),
        proposal=proposal,
    )


def zone_of(session: Session, agent: Agent | None) -> str:
    team = session.get(Team, agent.team_id) if agent is not None else None
    if team is None:
        raise Invalid("the agent is in no team")
    return team.zone

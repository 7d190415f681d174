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


@dataclass(frozen=True)
class InvitationView:
    """A debrief as one of its two people sees it. `giving`: they are the peer. Times are local, `date` too."""

    id: int
    status: str
    giving: bool
    with_name: str
    date: date
    starts_at: datetime
    ends_at: datetime
    starts: str
    ends: str
    minutes: int


def invitations_of(context: Context, agent_id: int) -> tuple[InvitationView, ...]:
    """What lies ahead of an agent: offers to them, and accepted debriefs that they get or give; by time."""
    with reading(context.engine) as session:
        return tuple(invitation_view(session, row, agent_id) for row in open_rows(session, agent_id, context.now()))


def open_rows(session: Session, agent_id: int, now: datetime) -> list[DebriefInvitation]:
    rows = session.exec(
        select(DebriefInvitation)
        .where(
            (col(DebriefInvitation.agent_id) == agent_id) | (col(DebriefInvitation.peer_id) == agent_id),
            col(DebriefInvitation.ends_at) > now,
        )
        .order_by(col(DebriefInvitation.starts_at))
    ).all()
    offered = [
        row
        for row in rows
        if row.status is InvitationStatus.OFFERED and row.agent_id == agent_id and row.starts_at > now
    ]
    return sorted(
        [*offered, *(row for row in rows if row.status is InvitationStatus.ACCEPTED)], key=lambda row: row.starts_at
    )


def invitation_view(session: Session, row: DebriefInvitation, agent_id: int) -> InvitationView:
    giving = row.peer_id == agent_id
    other = session.get(Agent, row.agent_id if giving else row.peer_id)
    zone = zone_of(session, session.get(Agent, agent_id))
    return InvitationView(
        id=key(row.id),
        status=row.status.value,
        giving=giving,
        with_name=other.name if other is not None else "",
        date=local_day(row.starts_at, zone),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        starts=clock_text(row.starts_at, zone),
        ends=clock_text(row.ends_at, zone),
        minutes=round((row.ends_at - row.starts_at).total_seconds() / 60),
    )


def zone_of(session: Session, agent: Agent | None) -> str:
    team = session.get(Team, agent.team_id) if agent is not None else None
    if team is None:
        raise Invalid("the agent is in no team")
    return team.zone

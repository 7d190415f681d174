"""A reminder about a month after a debrief, to the agent alone: once, until they put it away."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from api.context import Context
from api.security.caller import Caller
from api.services.debriefs.rights import own_agent
from api.services.debriefs.store import tell
from roster.people import Agent
from roster.policy import Policy
from roster.rest import DebriefInvitation, InvitationStatus
from roster.store.engine import writing

LATE = timedelta(days=7)
"""A reminder that could not be made for so long is not made at all."""


def remind(session: Session, policy: Policy, now: datetime) -> int:
    """Remind whoever had a debrief `debrief.reminder_days` ago and wants debriefs; how many people were.

    Several debriefs that are due together are one reminder. A hot one is followed by none.
    """
    days = policy.debrief.reminder_days
    if not policy.debrief.enabled or days == 0:
        return 0
    due = session.exec(
        select(DebriefInvitation)
        .join(Agent, col(Agent.id) == col(DebriefInvitation.agent_id))
        .where(
            DebriefInvitation.status == InvitationStatus.ACCEPTED,
            col(DebriefInvitation.hot).is_(False),
            col(DebriefInvitation.reminded_at).is_(None),
            col(DebriefInvitation.ends_at) <= now - timedelta(days=days),
            col(DebriefInvitation.ends_at) > now - timedelta(days=days) - LATE,
            col(Agent.active).is_(True),
            col(Agent.wants_debriefs).is_(True),
        )
        .order_by(col(DebriefInvitation.id))
    ).all()
    last = {row.agent_id: row for row in due}
    for row in due:
        row.reminded_at = now
        session.add(row)
    for row in last.values():
        tell(session, now, "debrief.reminder", row, row.agent_id)
    session.flush()
    return len(last)


def is_reminded(session: Session, policy: Policy, agent: Agent | None) -> bool:
    """Whether a reminder stands on the agent's page."""
    if agent is None or not agent.wants_debriefs or not policy.debrief.enabled:
        return False
    return _standing(session, agent.id) != []


def dismiss_reminder(context: Context, caller: Caller) -> None:
    """It has been read. Nobody is told; dismissing twice is dismissing once."""
    agent_id = own_agent(caller)
    with writing(context.engine) as session:
        for row in _standing(session, agent_id):
            row.reminder_over = True
            session.add(row)


def _standing(session: Session, agent_id: int | None) -> list[DebriefInvitation]:
    return list(
        session.exec(
            select(DebriefInvitation).where(
                DebriefInvitation.agent_id == agent_id,
                col(DebriefInvitation.reminded_at).is_not(None),
                col(DebriefInvitation.reminder_over).is_(False),
            )
        ).all()
    )

"""Reflective groups in the tables: who may be invited, who came, and the time that each who accepted keeps for it.

No line of the log tells of an invitation or a decline, so that even the numbers of the lines say nothing of it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from api.events.log import append
from api.services.appointments.store import BREATHER, free_times, has_time
from roster.appointments import GroupAnswer, GroupInvitation, GroupStatus, GroupWish, ReflectiveGroup
from roster.people import Agent
from roster.policy import GroupPolicy
from roster.shifts import SegmentKind

GROUP = SegmentKind.GROUP
REASON = "A reflective group that you accepted. It is working time, and to others it is protected time."
FEWEST = 3
"""A group takes place from so many people on."""


def may_be_invited(session: Session, terms: GroupPolicy, at: datetime) -> list[int]:
    """Who wants groups and was invited to none within `per_days` of `at`, whatever came of it."""
    apart = timedelta(days=terms.per_days)
    invited = (
        select(GroupInvitation.agent_id)
        .join(ReflectiveGroup, col(ReflectiveGroup.id) == col(GroupInvitation.group_id))
        .where(col(ReflectiveGroup.starts_at) > at - apart, col(ReflectiveGroup.starts_at) < at + apart)
    )
    rows = session.exec(
        select(GroupWish.agent_id)
        .join(Agent, col(Agent.id) == col(GroupWish.agent_id))
        .where(col(Agent.active).is_(True), col(GroupWish.agent_id).not_in(invited))
        .order_by(col(GroupWish.agent_id))
    ).all()
    return list(rows)


def last_groups(session: Session, agent_ids: Iterable[int]) -> dict[int, datetime]:
    """When each was last invited to one; no entry for who never was."""
    rows = session.exec(
        select(GroupInvitation.agent_id, ReflectiveGroup.starts_at)
        .join(ReflectiveGroup, col(ReflectiveGroup.id) == col(GroupInvitation.group_id))
        .where(col(GroupInvitation.agent_id).in_(list(agent_ids)))
        .order_by(col(ReflectiveGroup.starts_at))
    ).all()
    return dict(rows)


def accepted_by(session: Session, group: ReflectiveGroup) -> list[GroupInvitation]:
    """Invitations that were accepted, of people who still have the time for it."""
    rows = session.exec(
        select(GroupInvitation)
        .join(Agent, col(Agent.id) == col(GroupInvitation.agent_id))
        .where(
            GroupInvitation.group_id == group.id,
            GroupInvitation.answer == GroupAnswer.ACCEPTED,
            col(Agent.active).is_(True),
        )
        .order_by(col(GroupInvitation.agent_id))
    ).all()
    return [row for row in rows if has_time(session, GROUP, row.agent_id, group.starts_at, group.ends_at)]


def lapse(session: Session, group: ReflectiveGroup, now: datetime) -> None:
    """It does not take place: whoever kept the time has it as work again, and learns that much."""
    came = accepted_by(session, group)
    group.status = GroupStatus.LAPSED
    session.add(group)
    if group.starts_at > now:
        free_times(session, GROUP, [row.agent_id for row in came], group.starts_at, group.ends_at)
    tell(session, now, "group.off", came)


def tell(session: Session, now: datetime, kind: str, rows: Sequence[GroupInvitation]) -> None:
    """A line for each of these people, of their own invitation alone."""
    for row in rows:
        append(session, at=now, kind=kind, subject=row.id, actor=BREATHER, agent_id=row.agent_id)

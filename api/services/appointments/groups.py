"""Monthly reflective groups for those who want them: invited at a quiet time, accepted or silently declined.

Nobody but the person themself sees whether they want groups, were invited or declined. To others it is protected time.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session, and_, col, or_, select

from api.context import Context
from api.errors import Conflict, Forbidden, NotFound
from api.security.caller import Caller
from api.services.appointments.group_rows import (
    FEWEST,
    GROUP,
    REASON,
    accepted_by,
    lapse,
    last_groups,
    may_be_invited,
    tell,
)
from api.services.appointments.store import free_times, take_times
from api.services.appointments.times import Days, Time, on_grid, quietest
from api.services.days.facts import ONE_DAY, Shift, published_shifts
from api.services.debriefs.views import zone_of
from api.services.floor.work import touch_pools
from roster.appointments import GroupAnswer, GroupInvitation, GroupStatus, GroupWish, ReflectiveGroup
from roster.clock import clock_text, local_day
from roster.day import MINUTE, DayError
from roster.people import Agent, Team
from roster.policy import GroupPolicy
from roster.store.engine import reading, writing

ANSWER_TIME = timedelta(hours=2)
"""An invitation comes at least so long before it is decided whether the group takes place."""
STEP = 15 * MINUTE
NEVER = datetime.min.replace(tzinfo=UTC)
TAKEN = "That time is not free in your day now. Nothing was changed."


class GroupView(BaseModel):
    """A group as somebody invited to it sees it: nothing of the others. Times as their owner reads them, and UTC."""

    model_config = ConfigDict(frozen=True)

    id: str
    status: str
    date: date
    starts_at: datetime
    ends_at: datetime
    starts: str
    ends: str
    minutes: int


def groups_of(session: Session, agent_id: int, now: datetime, decide: timedelta) -> tuple[GroupView, ...]:
    """Open invitations of an agent, and groups ahead that they accepted; by time."""
    rows = session.exec(
        select(GroupInvitation, ReflectiveGroup)
        .join(ReflectiveGroup, col(ReflectiveGroup.id) == col(GroupInvitation.group_id))
        .where(
            GroupInvitation.agent_id == agent_id,
            GroupInvitation.answer != GroupAnswer.DECLINED,
            ReflectiveGroup.status != GroupStatus.LAPSED,
            col(ReflectiveGroup.ends_at) > now,
        )
        .order_by(col(ReflectiveGroup.starts_at))
    ).all()
    zone = zone_of(session, session.get(Agent, agent_id))
    return tuple(
        _view(invitation, group, zone)
        for invitation, group in rows
        if invitation.answer is GroupAnswer.ACCEPTED or _is_open(group, now, decide)
    )


def _view(invitation: GroupInvitation, group: ReflectiveGroup, zone: str) -> GroupView:
    accepted = invitation.answer is GroupAnswer.ACCEPTED
    return GroupView(
        id=invitation.id,
        status="offered" if not accepted else "on" if group.status is GroupStatus.ON else "accepted",
        date=local_day(group.starts_at, zone),
        starts_at=group.starts_at,
        ends_at=group.ends_at,
        starts=clock_text(group.starts_at, zone),
        ends=clock_text(group.ends_at, zone),
        minutes=(group.ends_at - group.starts_at) // MINUTE,
    )


def _is_open(group: ReflectiveGroup, now: datetime, decide: timedelta) -> bool:
    return group.status is GroupStatus.PROPOSED and group.starts_at - decide > now


def wants_groups(session: Session, agent_id: int) -> bool:
    """The agent's own switch."""
    return session.get(GroupWish, agent_id) is not None


def set_wants_groups(context: Context, wanted: bool, caller: Caller) -> None:
    """The agent's own switch, off by default. Nobody else sees it, so no line tells of it.

    Switched off, an invitation that waits for an answer is gone; what was accepted stays until they step back.
    """
    agent_id = _own(caller)
    with writing(context.engine) as session:
        wish = session.get(GroupWish, agent_id)
        if wanted and wish is None:
            session.add(GroupWish(agent_id=agent_id, since=context.now()))
        if not wanted:
            if wish is not None:
                session.delete(wish)
            for row in session.exec(
                select(GroupInvitation).where(
                    GroupInvitation.agent_id == agent_id, GroupInvitation.answer == GroupAnswer.NONE
                )
            ).all():
                row.answer = GroupAnswer.DECLINED
                session.add(row)


def accept_group(context: Context, invitation_id: str, caller: Caller) -> GroupView:
    """The time is kept for it in the agent's day. Raises `Conflict` where it is not open, or not free any more."""
    agent_id, now = _own(caller), context.now()
    try:
        with writing(context.engine) as session:
            touch_pools(session)
            invitation, group = _mine(session, invitation_id, agent_id)
            zone = zone_of(session, session.get(Agent, agent_id))
            if invitation.answer is GroupAnswer.ACCEPTED and group.status is not GroupStatus.LAPSED:
                return _view(invitation, group, zone)
            if invitation.answer is not GroupAnswer.NONE or not _is_open(group, now, _decide(context)):
                raise Conflict("This invitation is no longer open. Nothing was changed.")
            take_times(session, GROUP, [agent_id], group.starts_at, group.ends_at, REASON)
            invitation.answer = GroupAnswer.ACCEPTED
            session.add(invitation)
            session.flush()
            tell(session, now, "group.accepted", [invitation])
            view = _view(invitation, group, zone)
    except DayError as error:
        raise Conflict(TAKEN) from error
    context.announcer.announce()
    return view


def decline_group(context: Context, invitation_id: str, caller: Caller) -> None:
    """Say no: nobody is told, nothing is asked. Declining twice is declining once."""
    with writing(context.engine) as session:
        invitation, _ = _mine(session, invitation_id, _own(caller))
        if invitation.answer is GroupAnswer.ACCEPTED:
            raise Conflict("You accepted this group: step back instead.")
        invitation.answer = GroupAnswer.DECLINED
        session.add(invitation)


def step_back(context: Context, invitation_id: str, caller: Caller) -> None:
    """The agent does not come after all: the time is work again. The others learn only of it if too few are left."""
    agent_id, now = _own(caller), context.now()
    with writing(context.engine) as session:
        touch_pools(session)
        invitation, group = _mine(session, invitation_id, agent_id)
        ahead = group.status is not GroupStatus.LAPSED and group.starts_at > now
        if invitation.answer is not GroupAnswer.ACCEPTED or not ahead:
            raise Conflict("This group is not ahead of you any more. Nothing was changed.")
        free_times(session, GROUP, [agent_id], group.starts_at, group.ends_at)
        invitation.answer = GroupAnswer.DECLINED
        session.add(invitation)
        session.flush()
        tell(session, now, "group.off", [invitation])
        if group.status is GroupStatus.ON and len(accepted_by(session, group)) < FEWEST:
            lapse(session, group, now)
    context.announcer.announce()


def tend_groups(context: Context) -> None:
    """The scheduler's job: groups whose time to decide has come take place or lapse; new ones are proposed."""
    _decide_groups(context)
    if not context.policy.group.enabled:
        return
    with reading(context.engine) as session:
        today = {local_day(context.now(), zone) for zone in session.exec(select(Team.zone)).all()}
    for on_date in sorted(today | {day + ONE_DAY for day in today}):
        _propose(context, on_date)


def _decide_groups(context: Context) -> None:
    now = context.now()
    with reading(context.engine) as session:
        due = [group.id for group in _undecided(session, context, now)]
    if not due:
        return
    with writing(context.engine) as session:
        touch_pools(session)
        for group in _undecided(session, context, now):
            came = accepted_by(session, group)
            if len(came) < FEWEST:
                lapse(session, group, now)
            elif group.status is GroupStatus.PROPOSED:
                group.status = GroupStatus.ON
                session.add(group)
                tell(session, now, "group.on", came)
    context.announcer.announce()


def _undecided(session: Session, context: Context, now: datetime) -> list[ReflectiveGroup]:
    """Groups to be decided now, and those ahead that too few are left of."""
    rows = session.exec(
        select(ReflectiveGroup)
        .where(
            or_(
                ReflectiveGroup.status == GroupStatus.PROPOSED,
                and_(ReflectiveGroup.status == GroupStatus.ON, col(ReflectiveGroup.starts_at) > now),
            )
        )
        .order_by(col(ReflectiveGroup.starts_at), col(ReflectiveGroup.id))
    ).all()
    return [
        group
        for group in rows
        if (group.status is GroupStatus.PROPOSED and not _is_open(group, now, _decide(context)))
        or (group.status is GroupStatus.ON and len(accepted_by(session, group)) < FEWEST)
    ]


def _propose(context: Context, on_date: date) -> None:
    """At most one new group on a date: at the quietest time, for those who were in none for longest."""
    now, terms = context.now(), context.policy.group
    with reading(context.engine) as session:
        shifts = published_shifts(session, on_date, on_date)
        shifts = [shift for shift in shifts if shift.ends_at > now]
        if not shifts:
            return
        wanting = set(may_be_invited(session, terms, min(shift.starts_at for shift in shifts)))
        wanting &= set(may_be_invited(session, terms, max(shift.ends_at for shift in shifts)))
        shifts = [shift for shift in shifts if shift.agent_id in wanting]
        if len(shifts) < terms.least:
            return
        times = _times(session, terms, shifts, now)
        time = quietest(session, context.policy, GROUP, terms.minutes, times, now)
    if time is None:
        return
    people = [shift.agent_id for shift in time.shifts]
    with writing(context.engine) as session:
        # Two processes that propose at once come one after the other.
        touch_pools(session)
        if not set(people) <= set(may_be_invited(session, terms, time.starts_at)):
            return
        group = ReflectiveGroup(
            id=str(uuid4()),
            starts_at=time.starts_at,
            ends_at=time.starts_at + terms.minutes * MINUTE,
            created_at=now,
        )
        session.add(group)
        session.flush()
        session.add_all(GroupInvitation(id=str(uuid4()), group_id=group.id, agent_id=agent_id) for agent_id in people)


def _times(session: Session, terms: GroupPolicy, shifts: Sequence[Shift], now: datetime) -> list[Time]:
    """Times at which enough of them are on shift and free, with those who would be invited."""
    days = Days(session, shifts)
    waited = last_groups(session, [shift.agent_id for shift in shifts])
    in_turn = sorted(shifts, key=lambda shift: (waited.get(shift.agent_id, NEVER), shift.agent_id))
    at = on_grid(max(min(shift.starts_at for shift in shifts), now + ANSWER_TIME + terms.decide_minutes * MINUTE))
    last = max(shift.ends_at for shift in shifts) - terms.minutes * MINUTE
    found = []
    while at <= last:
        free = _free(days, in_turn, at, at + terms.minutes * MINUTE)
        if len(free) >= terms.least:
            found.append(Time(at, tuple(free[: terms.most])))
        at += STEP if at.minute % 15 == 0 else 5 * MINUTE
    return found


def _free(days: Days, shifts: Iterable[Shift], starts_at: datetime, ends_at: datetime) -> list[Shift]:
    return [
        shift
        for shift in shifts
        if shift.starts_at <= starts_at and ends_at <= shift.ends_at and days.is_free(shift, starts_at, ends_at)
    ]


def _decide(context: Context) -> timedelta:
    return context.policy.group.decide_minutes * MINUTE


def _mine(session: Session, invitation_id: str, agent_id: int) -> tuple[GroupInvitation, ReflectiveGroup]:
    """The invitation, if it is to this agent: whether another one exists is nobody's business."""
    invitation = session.get(GroupInvitation, invitation_id)
    group = session.get(ReflectiveGroup, invitation.group_id) if invitation is not None else None
    if invitation is None or group is None or invitation.agent_id != agent_id:
        raise NotFound(f"there is no invitation {invitation_id!r} for you")
    return invitation, group


def _own(caller: Caller) -> int:
    if caller.agent_id is None:
        raise Forbidden(f"you are signed in as {caller.role}: a group is the agent's own business")
    return caller.agent_id

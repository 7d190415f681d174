"""A hot debrief: a few minutes with a volunteer in the shift of the heavy contact itself, if the agent asks for it.

It is taken at the next time when both are at work. It takes no break from anybody, nor time that is kept for an offer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from api.context import Context
from api.errors import Conflict
from api.security.caller import Caller
from api.services.days.facts import (
    ONE_DAY,
    Shift,
    key,
    open_invitations,
    published_shifts,
    segments_by_agent,
    span_of,
)
from api.services.debriefs.matching import HARD, able_peers, barred_for, may_meet
from api.services.debriefs.rights import own_agent
from api.services.debriefs.store import take, tell
from api.services.debriefs.views import InvitationView, invitation_view, zone_of
from api.services.floor.work import touch_pools
from roster.clock import clock_text, local_day
from roster.contacts import Contact, ContactStatus
from roster.day import MINUTE, SegmentSpan, fits
from roster.people import Agent
from roster.policy import Policy
from roster.rest import DebriefInvitation, InvitationStatus
from roster.store.engine import reading, writing

STEP = timedelta(minutes=5)
NOTICE = timedelta(minutes=5)
"""Both hear of it before it begins."""


@dataclass(frozen=True)
class HotView:
    """What came of asking: the time that both have now, or a sentence and the nearest time that was possible."""

    invitation: InvitationView | None
    sentence: str
    nearest: datetime | None = None


@dataclass(frozen=True)
class _Found:
    """A time when the agent and a volunteer are both at work."""

    starts_at: datetime
    peer_id: int


def ask_for_hot_debrief(context: Context, caller: Caller) -> HotView:
    """A short debrief at the next time in this shift when the agent and a volunteer are both free.

    Raises `Conflict` where they are switched off, the agent had no heavy contact in this shift, or has one ahead.
    """
    agent_id, now, policy = own_agent(caller), context.now(), context.policy
    with reading(context.engine) as session:
        shift = _require_due(session, policy, agent_id, now)
        if _next_time(session, policy, shift, now) is None:
            return _told(session, policy, shift, now)
    with writing(context.engine) as session:
        touch_pools(session)
        shift = _require_due(session, policy, agent_id, now)
        found = _next_time(session, policy, shift, now)
        if found is None:
            return _told(session, policy, shift, now)
        row = DebriefInvitation(
            agent_id=agent_id,
            peer_id=found.peer_id,
            starts_at=found.starts_at,
            ends_at=found.starts_at + policy.debrief.hot_minutes * MINUTE,
            status=InvitationStatus.ACCEPTED,
            created_at=now,
            hot=True,
        )
        session.add(row)
        session.flush()
        take(session, row)
        for person in (row.agent_id, row.peer_id):
            tell(session, now, "debrief.accepted", row, person)
        session.flush()
        view = invitation_view(session, row, agent_id, now)
    context.announcer.announce()
    return HotView(view, f"{view.starts} to {view.ends} is yours, with {view.with_name}.")


def may_ask(session: Session, policy: Policy, agent_id: int, now: datetime) -> bool:
    """Whether the agent's page offers one."""
    try:
        _require_due(session, policy, agent_id, now)
    except Conflict:
        return False
    return True


def _require_due(session: Session, policy: Policy, agent_id: int, now: datetime) -> Shift:
    """The shift going on, if a hot debrief may be asked for in it."""
    if not policy.debrief.enabled or policy.debrief.hot_minutes == 0:
        raise Conflict("Short debriefs are switched off here.")
    today = local_day(now, zone_of(session, session.get(Agent, agent_id)))
    shifts = published_shifts(session, today - ONE_DAY, today, [agent_id])
    shift = next((one for one in shifts if one.starts_at <= now < one.ends_at), None)
    if shift is None:
        raise Conflict("A short debrief is for the shift that is on, and none of yours is.")
    heavy = session.exec(
        select(Contact.id).where(
            Contact.agent_id == agent_id,
            Contact.status == ContactStatus.COMPLETED,
            col(Contact.final_tier).in_(HARD),
            col(Contact.completed_at) >= shift.starts_at,
        )
    ).first()
    if heavy is None:
        raise Conflict("A short debrief follows a heavy contact of this shift. You can ask for a debrief instead.")
    ahead = session.exec(
        select(DebriefInvitation).where(
            DebriefInvitation.agent_id == agent_id,
            DebriefInvitation.status == InvitationStatus.ACCEPTED,
            col(DebriefInvitation.hot).is_(True),
            col(DebriefInvitation.ends_at) > now,
        )
    ).first()
    if ahead is not None:
        raise Conflict(f"You have one already, at {clock_text(ahead.starts_at, shift.zone)}.")
    return shift


def _told(session: Session, policy: Policy, shift: Shift, now: datetime) -> HotView:
    """The quiet answer, with the nearest time: in the agent's next shift, if it begins tomorrow at the latest."""
    following = published_shifts(session, shift.on_date, shift.on_date + ONE_DAY, [shift.agent_id])
    times = (_next_time(session, policy, one, now) for one in following if one.starts_at >= shift.ends_at)
    nearest = next((found.starts_at for found in times if found is not None), None)
    words = "Nobody can before your shift ends."
    if nearest is not None:
        words += f" The nearest time is tomorrow at {clock_text(nearest, shift.zone)}: you can ask for a debrief then."
    return HotView(None, words, nearest)


def _next_time(session: Session, policy: Policy, shift: Shift, now: datetime) -> _Found | None:
    """The first time in `shift`, with whoever has given fewest sessions."""
    around = published_shifts(session, shift.on_date - ONE_DAY, shift.on_date + ONE_DAY)
    begin, end = max(now + NOTICE, shift.starts_at), shift.ends_at
    on_duty = [one for one in around if one.starts_at < end and begin < one.ends_at]
    barred = barred_for(session, policy, shift.agent_id, now)
    peers = [
        peer for peer in able_peers(session, policy, on_duty, shift.on_date, now) if may_meet(shift.agent, peer, barred)
    ]
    people = [shift.agent_id, *(key(peer.id) for peer in peers)]
    segments = segments_by_agent(session, shift.on_date - ONE_DAY, shift.on_date + ONE_DAY, people)
    spans = {person: [span_of(row) for row in segments.get(person, ())] for person in people}
    kept = open_invitations(session, begin, end)
    had = set(
        session.exec(select(DebriefInvitation.starts_at).where(DebriefInvitation.agent_id == shift.agent_id)).all()
    )
    length = policy.debrief.hot_minutes * MINUTE
    at = begin + timedelta(minutes=-begin.minute % 5, seconds=-begin.second, microseconds=-begin.microsecond)
    at += STEP if at < begin else timedelta(0)
    while at + length <= end:
        free = [person for person in people if _is_free(spans[person], kept.get(person, ()), at, at + length)]
        if at not in had and len(free) > 1 and free[0] == shift.agent_id:
            return _Found(at, free[1])
        at += STEP
    return None


def _is_free(
    spans: Sequence[SegmentSpan], kept: Iterable[DebriefInvitation], starts_at: datetime, ends_at: datetime
) -> bool:
    taken = any(row.starts_at < ends_at and starts_at < row.ends_at for row in kept)
    return not taken and fits(spans, starts_at, ends_at)

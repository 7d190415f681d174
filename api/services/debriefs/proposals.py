"""Another time for a debrief: one of the two proposes it, the other accepts, or it lapses in silence.

What was agreed or offered before stays until then. A time is looked up in the proposer's own day and in the shift of
the other, never in the other's day: that is looked at when the other accepts. A decline writes no line.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, select

from api.context import Context
from api.errors import Conflict, Invalid, NotFound
from api.security.caller import Caller
from api.services.days.facts import ONE_DAY, published_shifts, segments_by_agent, span_of
from api.services.debriefs.rights import PeerGone, is_known_to, own_agent, require_peer
from api.services.debriefs.store import forget_proposal, free, take, tell
from api.services.debriefs.views import InvitationView, invitation_view, is_proposed, is_proposed_to, zone_of
from api.services.floor.work import touch_pools
from roster.clock import clock_text, local_day, require_utc
from roster.day import DayError, fits, release
from roster.people import Agent
from roster.rest import DebriefInvitation, InvitationStatus
from roster.store.engine import reading, writing

STEP = timedelta(minutes=5)
NO_LONGER = "This debrief is no longer open to another time. Nothing was changed."
NOT_FREE = "That time is no longer free for both of you. Nothing was changed."


@dataclass(frozen=True)
class TimeView:
    """A time that could be proposed; local, `date` too."""

    date: date
    starts_at: datetime
    ends_at: datetime
    starts: str
    ends: str


def possible_times(
    context: Context, invitation_id: int, caller: Caller, *, step_minutes: int = 15
) -> tuple[TimeView, ...]:
    """Times today and tomorrow when the caller is at work and the other is on shift; raises as `propose` does."""
    person, now = own_agent(caller), context.now()
    with reading(context.engine) as session:
        row = _changeable(session, session.get(DebriefInvitation, invitation_id), invitation_id, person, now)
        zone = zone_of(session, session.get(Agent, person))
        length = row.ends_at - row.starts_at
        starts = [at for at in _possible(session, row, person, now) if at.minute % step_minutes == 0]
    return tuple(
        TimeView(local_day(at, zone), at, at + length, clock_text(at, zone), clock_text(at + length, zone))
        for at in starts
    )


def propose(context: Context, invitation_id: int, caller: Caller, starts_at: datetime) -> InvitationView:
    """Ask the other for `starts_at` instead; they learn of it, and what there is stays. Asked again, it is the same.

    Raises
    ------
    NotFound: no debrief of theirs. Conflict: it is over, a hot one, or the time is impossible (with the nearest that is
    not). Invalid: `starts_at` is past or no whole minute.
    """
    person, now, at = own_agent(caller), context.now(), require_utc(starts_at)
    if at.second or at.microsecond or at <= now:
        raise Invalid(f"starts_at {starts_at.isoformat()}: expected a whole minute that is yet to come")
    with writing(context.engine) as session:
        found = session.get(DebriefInvitation, invitation_id, with_for_update=True)
        row = _changeable(session, found, invitation_id, person, now)
        if (row.proposed_at, row.proposed_by_id) != (at, person):
            _require_possible(session, row, person, at, now)
            forget_proposal(row)
            row.proposed_at, row.proposed_by_id = at, person
            session.add(row)
            tell(session, now, "debrief.proposed", row, _other(row, person))
            session.flush()
        view = invitation_view(session, row, person, now)
    context.announcer.announce()
    return view


def accept_proposal(context: Context, invitation_id: int, caller: Caller) -> InvitationView:
    """The other time is agreed: both days have it, and no longer the one before; or nothing changes and `Conflict`."""
    person, now = own_agent(caller), context.now()
    try:
        with writing(context.engine) as session:
            touch_pools(session)
            row = _asked(session, invitation_id, person, now)
            at, length = row.proposed_at, row.ends_at - row.starts_at
            if at is None:
                raise Conflict(NO_LONGER)
            require_peer(session, context.policy, row, at, now)
            agreed = row.status is InvitationStatus.ACCEPTED
            if agreed:
                free(session, row)
            _make_room(session, row, at)
            row.starts_at, row.ends_at, row.status = at, at + length, InvitationStatus.ACCEPTED
            forget_proposal(row)
            session.add(row)
            session.flush()
            take(session, row)
            for one in (row.agent_id, row.peer_id):
                if agreed:
                    tell(session, now, "debrief.moved", row, one)
                else:
                    tell(session, now, "debrief.accepted", row, one)
            session.flush()
            view = invitation_view(session, row, person, now)
    except (DayError, PeerGone) as error:
        raise Conflict(NOT_FREE) from error
    context.announcer.announce()
    return view


def decline_proposal(context: Context, invitation_id: int, caller: Caller) -> None:
    """No: to who proposed it looks like no answer, until its time has come. Declining twice is declining once."""
    person, now = own_agent(caller), context.now()
    with writing(context.engine) as session:
        row = _asked(session, invitation_id, person, now, again=True)
        row.proposal_declined = True
        session.add(row)


def withdraw_proposal(context: Context, invitation_id: int, caller: Caller) -> None:
    """Who proposed it takes it back; what was before goes on. Withdrawing twice is withdrawing once."""
    person, now = own_agent(caller), context.now()
    with writing(context.engine) as session:
        row = session.get(DebriefInvitation, invitation_id, with_for_update=True)
        if row is None or not is_known_to(row, person):
            raise NotFound(_unknown(invitation_id))
        if row.proposed_by_id == person:
            if row.status is InvitationStatus.OFFERED and row.starts_at <= now:
                row.status = InvitationStatus.LAPSED
            forget_proposal(row)
            session.add(row)


def _changeable(
    session: Session, row: DebriefInvitation | None, invitation_id: int, person: int, now: datetime
) -> DebriefInvitation:
    """The debrief for which `person` may propose another time."""
    if row is None or not is_known_to(row, person):
        raise NotFound(_unknown(invitation_id))
    offered = row.status is InvitationStatus.OFFERED and (row.starts_at > now or is_proposed(row, now))
    agreed = row.status is InvitationStatus.ACCEPTED and row.starts_at > now
    if row.hot or not (offered or agreed):
        raise Conflict(NO_LONGER)
    return row


def _asked(
    session: Session, invitation_id: int, person: int, now: datetime, *, again: bool = False
) -> DebriefInvitation:
    """The debrief for which the other has proposed another time to `person`; `again`: even if they said no to it."""
    row = session.get(DebriefInvitation, invitation_id, with_for_update=True)
    if row is None or person not in (row.agent_id, row.peer_id):
        raise NotFound(_unknown(invitation_id))
    if is_proposed_to(row, person, now) or (again and is_proposed(row, now) and row.proposed_by_id != person):
        return row
    if is_known_to(row, person):
        raise Conflict(NO_LONGER)
    raise NotFound(_unknown(invitation_id))


def _possible(session: Session, row: DebriefInvitation, person: int, now: datetime) -> Iterator[datetime]:
    """Starts on the grid at which `person` is at work for all of it and the other is on shift; by time."""
    today = local_day(now, zone_of(session, session.get(Agent, person)))
    shifts = published_shifts(session, today - ONE_DAY, today + ONE_DAY, [row.agent_id, row.peer_id])
    segments = segments_by_agent(session, today - ONE_DAY, today + ONE_DAY, [person]).get(person, [])
    length = row.ends_at - row.starts_at
    for mine in (shift for shift in shifts if shift.agent_id == person):
        spans = tuple(span_of(one) for one in segments if one.on_date == mine.on_date)
        if row.status is InvitationStatus.ACCEPTED:
            spans = release(spans, row.starts_at, row.ends_at)
        for theirs in (shift for shift in shifts if shift.agent_id != person):
            at = max(mine.starts_at, theirs.starts_at)
            while at + length <= min(mine.ends_at, theirs.ends_at):
                if at > now and at != row.starts_at and fits(spans, at, at + length):
                    yield at
                at += STEP


def _require_possible(session: Session, row: DebriefInvitation, person: int, at: datetime, now: datetime) -> None:
    times = sorted(_possible(session, row, person, now))
    if at in times:
        return
    zone = zone_of(session, session.get(Agent, person))
    nearest = min(times, key=lambda one: abs(one - at), default=None)
    hint = "No other time is possible today or tomorrow."
    if nearest is not None:
        hint = f"The nearest time is {clock_text(nearest, zone)} on {local_day(nearest, zone)}."
    raise Conflict(
        f"{clock_text(at, zone)} on {local_day(at, zone)}: expected a time, to five minutes, when you are at work, not"
        f" on a break, and the other is on shift. {hint}",
        nearest=None if nearest is None else nearest.isoformat(),
    )


def _make_room(session: Session, row: DebriefInvitation, at: datetime) -> None:
    """An agent has one invitation at a time: one that is over gives way, and passes on when it was made."""
    other = session.exec(
        select(DebriefInvitation).where(
            DebriefInvitation.agent_id == row.agent_id,
            DebriefInvitation.starts_at == at,
            DebriefInvitation.id != row.id,
        )
    ).first()
    if other is None:
        return
    if other.status in (InvitationStatus.OFFERED, InvitationStatus.ACCEPTED):
        raise DayError(f"there is another debrief at {at:%H:%M} UTC")
    row.created_at = max(row.created_at, other.created_at)
    session.delete(other)
    session.flush()


def _other(row: DebriefInvitation, person: int) -> int:
    return row.peer_id if person == row.agent_id else row.agent_id


def _unknown(invitation_id: int) -> str:
    return f"there is no debrief {invitation_id} of yours"

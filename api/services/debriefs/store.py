"""Debriefs in the tables: an offer, a time taken by two, a time given back. Only the time is ever stored."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session, col, select

from api.events.log import append
from api.services.days.facts import DayFacts, key, span_of
from roster.clock import QUARTER
from roster.day import SegmentSpan, claim, fits, release
from roster.day_problem import PlacedDebrief
from roster.rest import DebriefInvitation, InvitationStatus
from roster.shifts import Segment, SegmentKind

BREATHER = "breather"
REASON_ASKED = "A peer debrief that you accepted. It is working time, and nothing of it is recorded."
REASON_GIVEN = "A peer debrief that you give as a volunteer. It is working time; you may step back."


def store_invitations(
    session: Session, facts: DayFacts, debriefs: Sequence[PlacedDebrief], now: datetime, *, quarter_ahead: bool = True
) -> int:
    """Offer each of `debriefs` to its agent; how many were stored. A time that they had before is offered afresh."""
    ids = {shift.agent.code: shift.agent_id for shift in (*facts.others, *facts.shifts)}
    stored = 0
    for debrief in debriefs:
        if quarter_ahead and debrief.starts_at < now + QUARTER:
            continue
        agent_id = ids[debrief.agent]
        invitation = invitation_at(session, agent_id, debrief.starts_at)
        if invitation is None:
            invitation = DebriefInvitation(
                agent_id=agent_id,
                peer_id=ids[debrief.peer],
                starts_at=debrief.starts_at,
                ends_at=debrief.ends_at,
                created_at=now,
            )
        invitation.peer_id, invitation.ends_at = ids[debrief.peer], debrief.ends_at
        invitation.status, invitation.created_at, invitation.hot = InvitationStatus.OFFERED, now, False
        forget_proposal(invitation)
        session.add(invitation)
        session.flush()
        tell(session, now, "debrief.invited", invitation, agent_id)
        stored += 1
    return stored


def invitation_at(session: Session, agent_id: int, starts_at: datetime) -> DebriefInvitation | None:
    """The invitation that the agent has or had for that time."""
    return session.exec(
        select(DebriefInvitation).where(
            DebriefInvitation.agent_id == agent_id, DebriefInvitation.starts_at == starts_at
        )
    ).first()


def forget_proposal(invitation: DebriefInvitation) -> None:
    """No other time is proposed any more."""
    invitation.proposed_at, invitation.proposed_by_id, invitation.proposal_declined = None, None, False


def tell(session: Session, now: datetime, kind: str, invitation: DebriefInvitation, agent_id: int) -> None:
    """A line that only `agent_id` (and routing, which must know the day changed) reads."""
    append(session, at=now, kind=kind, subject=str(invitation.id), actor=BREATHER, agent_id=agent_id)


def settle_debriefs(session: Session, now: datetime, on_date: date | None = None) -> int:
    """Let offers lapse whose time has come, and free the other's time where one of two has lost theirs."""
    changed = 0
    rows = session.exec(
        select(DebriefInvitation)
        .where(col(DebriefInvitation.status).in_((InvitationStatus.OFFERED, InvitationStatus.ACCEPTED)))
        .order_by(col(DebriefInvitation.id))
    ).all()
    for row in rows:
        waits = row.proposed_at is not None and row.proposed_at > now
        if row.status is InvitationStatus.OFFERED and row.starts_at <= now and not waits:
            row.status = InvitationStatus.LAPSED
            session.add(row)
            tell(session, now, "debrief.lapsed", row, row.agent_id)
            changed += 1
        elif on_date is not None and row.status is InvitationStatus.ACCEPTED and row.starts_at > now:
            both = [_slot(session, person, row) for person in (row.agent_id, row.peer_id)]
            if all(both):
                continue
            row.status = InvitationStatus.LAPSED
            session.add(row)
            free(session, row)
            for person in (row.agent_id, row.peer_id):
                tell(session, now, "debrief.off", row, person)
            changed += 1
    session.flush()
    return changed


def day_of(session: Session, agent_id: int, starts_at: datetime, ends_at: datetime) -> list[Segment]:
    """The stored segments of the shift that holds [starts_at, ends_at), by time; empty where there is none."""
    at_that_time = session.exec(
        select(Segment).where(
            Segment.agent_id == agent_id, col(Segment.starts_at) < ends_at, col(Segment.ends_at) > starts_at
        )
    ).first()
    if at_that_time is None:
        return []
    return list(
        session.exec(
            select(Segment)
            .where(Segment.agent_id == agent_id, Segment.on_date == at_that_time.on_date)
            .order_by(col(Segment.starts_at))
        ).all()
    )


def is_free(session: Session, agent_id: int, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether the agent is on shift and at work for all of that time."""
    return fits([span_of(row) for row in day_of(session, agent_id, starts_at, ends_at)], starts_at, ends_at)


def take(session: Session, invitation: DebriefInvitation) -> None:
    """Put the debrief into both days; raises `roster.day.DayError`, and has changed nothing then, if it fits not."""
    plans = []
    for agent_id, reason in ((invitation.agent_id, REASON_ASKED), (invitation.peer_id, REASON_GIVEN)):
        rows = day_of(session, agent_id, invitation.starts_at, invitation.ends_at)
        wanted = SegmentSpan(SegmentKind.DEBRIEF, invitation.starts_at, invitation.ends_at, reason)
        plans.append((rows, claim([span_of(row) for row in rows], wanted)))
    for rows, spans in plans:
        rewrite(session, rows, spans)


def free(session: Session, invitation: DebriefInvitation) -> None:
    """Make the time work again for whoever still has it as a debrief."""
    for agent_id in (invitation.agent_id, invitation.peer_id):
        if _slot(session, agent_id, invitation) is not None:
            rows = day_of(session, agent_id, invitation.starts_at, invitation.ends_at)
            spans = release([span_of(row) for row in rows], invitation.starts_at, invitation.ends_at)
            rewrite(session, rows, spans)


def _slot(session: Session, agent_id: int, invitation: DebriefInvitation) -> Segment | None:
    return session.exec(
        select(Segment).where(
            Segment.agent_id == agent_id,
            Segment.kind == SegmentKind.DEBRIEF,
            Segment.starts_at == invitation.starts_at,
            Segment.ends_at == invitation.ends_at,
        )
    ).first()


def rewrite(session: Session, rows: Sequence[Segment], spans: Sequence[SegmentSpan]) -> None:
    """Make the rows of one person's shift equal to `spans`."""
    wanted = {(span.kind, span.starts_at, span.ends_at): span for span in spans}
    first = rows[0]
    assignment_id = next((row.assignment_id for row in rows if row.assignment_id is not None), None)
    for row in rows:
        if wanted.pop((row.kind, row.starts_at, row.ends_at), None) is None:
            session.delete(row)
    session.flush()
    for span in wanted.values():
        session.add(
            Segment(
                agent_id=key(first.agent_id),
                assignment_id=assignment_id,
                on_date=first.on_date,
                zone=first.zone,
                kind=span.kind,
                starts_at=span.starts_at,
                ends_at=span.ends_at,
                reason=span.reason,
            )
        )
    session.flush()

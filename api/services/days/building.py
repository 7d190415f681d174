"""From the tables' day to a `DayProblem`: what has begun, is protected or was accepted is fixed; the rest is open."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session

from api.services.days.demand import read_demands, requirement_is_gross
from api.services.days.facts import DayFacts, Shift, span_of
from api.services.debriefs.matching import sessions_left
from roster.clock import QUARTER
from roster.day_problem import BREAK_KINDS, Appointment, DayAgent, DayProblem, DebriefRequest, Span
from roster.policy import Policy
from roster.rest import InvitationStatus
from roster.shifts import Placed, Segment, SegmentKind


def build_day_problem(
    session: Session,
    policy: Policy,
    facts: DayFacts,
    now: datetime,
    *,
    debriefs: tuple[DebriefRequest, ...] = (),
    appointments: tuple[Appointment, ...] = (),
    breaks_stay: bool = False,
) -> DayProblem:
    """The problem of a date with shifts; `breaks_stay` fixes every segment, so that only debriefs are placed."""
    begin = min(shift.starts_at for shift in facts.shifts)
    end = max(shift.ends_at for shift in facts.shifts)
    begin -= timedelta(minutes=begin.minute % 15)
    quarters = -(-(end - begin) // QUARTER)
    zone = facts.shifts[0].zone
    left = sessions_left(session, policy, facts.on_date, zone)
    gross = requirement_is_gross(session, facts.on_date)
    staffing = policy.staffing

    def person(shift: Shift, *, arranged: bool) -> DayAgent:
        rows = facts.rows(shift)
        stay = breaks_stay or not arranged
        inside = [
            row
            for row in rows
            if row.kind is not SegmentKind.WORK
            and shift.starts_at <= row.starts_at
            and row.ends_at <= shift.ends_at
            and (stay or row.kind not in BREAK_KINDS or row.starts_at <= now or row.placed is not Placed.PLAN)
        ]
        kept = tuple(
            Span(starts_at=row.starts_at, ends_at=row.ends_at)
            for row in facts.invitations.get(shift.agent_id, ())
            if row.status is InvitationStatus.OFFERED
            and shift.starts_at <= row.starts_at
            and row.ends_at <= shift.ends_at
        )
        # A shift that was never arranged is arranged whole, as it should have been from its start.
        return DayAgent(
            id=shift.agent.code,
            zone=shift.zone,
            skills=facts.skills.get(shift.agent_id, ()),
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            fixed=tuple(span_of(row) for row in inside),
            parts=parts_of(inside),
            kept_free=kept,
            not_before=now if rows and arranged else None,
            volunteer=shift.agent.is_peer,
            sessions_left=left.get(shift.agent_id, policy.debrief.max_sessions_per_peer_per_week),
        )

    return DayProblem(
        on_date=facts.on_date,
        starts_at=begin,
        quarters=quarters,
        agents=tuple(person(shift, arranged=True) for shift in facts.shifts),
        others=tuple(person(shift, arranged=False) for shift in facts.others),
        demands=read_demands(session, policy, begin, quarters, zone),
        debriefs=debriefs,
        appointments=appointments,
        breaks=policy.breaks,
        heavy_rest_minutes=policy.rest.heavy_minutes,
        severe_rest_minutes=policy.rest.severe_minutes,
        at_work_share=1 - staffing.break_shrinkage - staffing.absence_shrinkage if gross else 1.0,
        reserve_included=gross,
    )


def parts_of(rows: Iterable[Segment]) -> tuple[Span, ...]:
    """The times of those of `rows` that are parts of a rest."""
    return tuple(Span(starts_at=row.starts_at, ends_at=row.ends_at) for row in rows if row.placed is Placed.PART)

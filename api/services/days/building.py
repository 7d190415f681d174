"""From the tables' day to a `DayProblem`: what has begun, is protected or was accepted is fixed; the rest is open."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import ceil

from sqlmodel import Session

from api.services.days.demand import read_demands, requirement_is_gross
from api.services.days.facts import DayFacts, Shift, key, span_of
from api.services.debriefs.matching import sessions_left
from roster.clock import QUARTER
from roster.day import SegmentSpan
from roster.day_problem import BREAK_KINDS, Appointment, DayAgent, DayProblem, DebriefRequest, QueueDemand, Span
from roster.policy import Policy
from roster.rest import InvitationStatus
from roster.shifts import Placed, Segment, SegmentKind


@dataclass(frozen=True)
class UnderWay:
    """A day that is being worked: breaks ahead stay where they were planned unless there is a reason to move them.

    `elsewhere` has breaks that could not begin, by the row's key, and where they are now (None: nowhere);
    `busy_until` when agents will be off their contacts; `more` the agents that queues need on top until `more_until`.
    """

    announced_until: datetime
    more_until: datetime
    elsewhere: Mapping[int, SegmentSpan | None] = field(default_factory=dict)
    busy_until: Mapping[int, datetime] = field(default_factory=dict)
    more: Mapping[str, int] = field(default_factory=dict)
    appointments: tuple[Appointment, ...] = ()


def build_day_problem(
    session: Session,
    policy: Policy,
    facts: DayFacts,
    now: datetime,
    *,
    debriefs: tuple[DebriefRequest, ...] = (),
    appointments: tuple[Appointment, ...] = (),
    breaks_stay: bool = False,
    under_way: UnderWay | None = None,
) -> DayProblem:
    """The problem of a date with shifts; `breaks_stay` fixes every segment, so that only debriefs are placed."""
    live = under_way
    elsewhere = {} if live is None else live.elsewhere
    begin = min(shift.starts_at for shift in facts.shifts)
    end = max(shift.ends_at for shift in facts.shifts)
    begin -= timedelta(minutes=begin.minute % 15)
    quarters = -(-(end - begin) // QUARTER)
    zone = facts.shifts[0].zone
    left = sessions_left(session, policy, facts.on_date, zone)
    codes = {shift.agent_id: shift.agent.code for shift in (*facts.others, *facts.shifts)}
    gross = requirement_is_gross(session, facts.on_date)
    staffing = policy.staffing

    def person(shift: Shift, *, arranged: bool) -> DayAgent:
        rows = facts.rows(shift)
        stay = breaks_stay or not arranged
        there = [row for row in rows_inside(shift, rows) if row.kind is not SegmentKind.WORK]
        still = [row for row in there if row.id not in elsewhere]
        inside = [row for row in still if stay or not is_open(row, now)]
        moved = [(row, span) for row in there if (span := elsewhere.get(key(row.id))) is not None]
        not_before = now if rows and arranged else None
        if live is not None and not_before is not None:
            not_before = max(now, live.busy_until.get(shift.agent_id, now))
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
            fixed=(*(span_of(row) for row in inside), *(span for _, span in moved)),
            planned=tuple(span_of(row) for row in still if live is not None and row not in inside),
            parts=(*parts_of(inside), *(span_at(span) for row, span in moved if row.placed is Placed.PART)),
            kept_free=kept,
            not_before=not_before,
            volunteer=shift.agent.is_peer,
            sessions_left=left.get(shift.agent_id, policy.debrief.max_sessions_per_peer_per_week),
            managers=(codes[manager],) if (manager := shift.agent.manager_id) in codes else (),
            languages=tuple(shift.agent.languages),
        )

    share = 1 - staffing.break_shrinkage - staffing.absence_shrinkage if gross else 1.0
    demands = read_demands(session, policy, begin, quarters, zone)
    if live is not None:
        demands = needing_more(demands, live, begin, quarters, now, share)
    return DayProblem(
        on_date=facts.on_date,
        starts_at=begin,
        quarters=quarters,
        agents=tuple(person(shift, arranged=True) for shift in facts.shifts),
        others=tuple(person(shift, arranged=False) for shift in facts.others),
        demands=demands,
        debriefs=debriefs,
        appointments=appointments if live is None else (*appointments, *live.appointments),
        announced_until=None if live is None else live.announced_until,
        breaks=policy.breaks,
        heavy_rest_minutes=policy.rest.heavy_minutes,
        severe_rest_minutes=policy.rest.severe_minutes,
        at_work_share=share,
        reserve_included=gross,
    )


def rows_inside(shift: Shift, rows: Iterable[Segment]) -> list[Segment]:
    """Those of `rows` that lie inside the shift as it is published."""
    return [row for row in rows if shift.starts_at <= row.starts_at and row.ends_at <= shift.ends_at]


def is_planned(facts: DayFacts, shift: Shift) -> bool:
    """Whether what is stored fills the shift as it is published."""
    rows = rows_inside(shift, facts.rows(shift))
    return bool(rows) and rows[0].starts_at == shift.starts_at and rows[-1].ends_at == shift.ends_at


def arranging(facts: DayFacts, wanted: Callable[[Shift], bool]) -> DayFacts:
    """The same day in which only the `wanted` shifts are to be arranged; the others are there with what they have."""
    shifts = tuple(shift for shift in facts.shifts if wanted(shift))
    return replace(facts, shifts=shifts, others=(*facts.others, *(one for one in facts.shifts if one not in shifts)))


def is_open(row: Segment, now: datetime) -> bool:
    """Whether a plan may still put this segment elsewhere: a break that a plan placed, not overdue and not begun."""
    return row.kind in BREAK_KINDS and row.placed is Placed.PLAN and not row.overdue and row.starts_at > now


def needing_more(
    demands: tuple[QueueDemand, ...], live: UnderWay, begin: datetime, quarters: int, now: datetime, share: float
) -> tuple[QueueDemand, ...]:
    """`demands` with the agents that `live` says are needed on top, from the quarter-hour now until `more_until`."""
    if not live.more:
        return demands
    first, last = (now - begin) // QUARTER, -(-(live.more_until - begin) // QUARTER)
    inside = range(max(0, first), min(quarters, last))
    found = {demand.queue: demand for demand in demands}
    for queue, count in live.more.items():
        demand = found.get(queue, QueueDemand(queue=queue, required=(0,) * quarters))
        # The requirement may count breaks; what waits now does not.
        extra = ceil(count / share)
        required = tuple(each + extra if at in inside else each for at, each in enumerate(demand.required))
        found[queue] = demand.model_copy(update={"required": required})
    return tuple(found[queue] for queue in sorted(found))


def span_at(span: SegmentSpan) -> Span:
    """The time of `span`."""
    return Span(starts_at=span.starts_at, ends_at=span.ends_at)


def parts_of(rows: Iterable[Segment]) -> tuple[Span, ...]:
    """The times of those of `rows` that are parts of a rest."""
    return tuple(Span(starts_at=row.starts_at, ends_at=row.ends_at) for row in rows if row.placed is Placed.PART)

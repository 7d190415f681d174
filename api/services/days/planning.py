"""Plan a day: read it, arrange it, judge it, store it in one transaction; again if something changed meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, select

from api.context import Context
from api.errors import Conflict
from api.events.log import append
from api.services.appointments.planned import appointments_of, keep_appointments
from api.services.days.building import arranging, build_day_problem, is_planned
from api.services.days.facts import ONE_DAY, DayFacts, Shift, published_shifts, read_day, span_of
from api.services.days.views import AgentDayView, TeamDayView, agent_day, team_day
from api.services.debriefs.matching import debrief_requests
from api.services.debriefs.store import settle_debriefs, store_invitations
from api.services.floor.work import touch_pools
from optimizer.day.solve import solve_day
from roster.clock import local_day
from roster.day import SegmentSpan
from roster.day_problem import Appointment, DayResult, DayStatus
from roster.people import Team
from roster.shifts import Segment, SegmentKind
from roster.store.engine import reading, writing

__all__ = ["AgentDayView", "DayPlanView", "TeamDayView", "agent_day", "ensure_day", "plan_day", "team_day"]

BREATHER = "breather"
ATTEMPTS = 5
REASON_LENGTH = 240


@dataclass(frozen=True)
class DayPlanView:
    """What came of planning a date. `short_minutes`: agent-minutes of cover below requirement plus reserve."""

    on_date: date
    people: int
    segments: int
    invitations: int
    unplaced: tuple[str, ...]
    short_minutes: int
    status: str
    seconds: float


def plan_day(
    context: Context,
    on_date: date,
    *,
    team_id: int | None = None,
    actor: str = BREATHER,
    deterministic_limit: float | None = None,
    only_new: bool = False,
) -> DayPlanView:
    """Place breaks, and time for debriefs to offer, in every published shift that begins on local `on_date`.

    Planning again replaces breaks that have not begun; what has begun, protected time and accepted debriefs stay. With
    `only_new` nobody's day changes whose shift is as it was planned: `api.services.days.replanning` does that, with
    few changes, each told.
    `deterministic_limit` is the solver's (0: the greedy plan at once).

    Raises
    ------
    Conflict : the day kept changing while it was planned; nothing was stored.
    """
    limit = 1.0 if deterministic_limit is None else deterministic_limit
    for attempt in range(ATTEMPTS):
        now = context.now()
        with reading(context.engine) as session:
            facts = _to_arrange(read_day(session, on_date, team_id), only_new=only_new)
            if not facts.shifts:
                problem = None
            else:
                requests = debrief_requests(session, context.policy, facts, now)
                wanted = appointments_of(session, facts, now)
                problem = build_day_problem(session, context.policy, facts, now, debriefs=requests, appointments=wanted)
        if problem is None:
            result = DayResult(status=DayStatus.OPTIMAL, days=())
        else:
            # The last attempts take the quick plan: a floor that never stands still must not starve the day.
            result = solve_day(problem, deterministic_limit=limit if attempt < ATTEMPTS - 2 else 0.0)
        asked = () if problem is None else problem.appointments
        stored = _store(context, facts, result, asked=asked, team_id=team_id, actor=actor, now=now, only_new=only_new)
        if stored is not None:
            return stored
    raise Conflict(f"the day {on_date} kept changing while it was planned: try again in a moment")


def _store(
    context: Context,
    facts: DayFacts,
    result: DayResult,
    *,
    asked: Sequence[Appointment],
    team_id: int | None,
    actor: str,
    now: datetime,
    only_new: bool,
) -> DayPlanView | None:
    """Write a plan, unless the day is no longer as it was read."""
    with writing(context.engine) as session:
        touch_pools(session)
        fresh = _to_arrange(read_day(session, facts.on_date, team_id), only_new=only_new)
        if fresh.mark != facts.mark:
            return None
        result = keep_appointments(session, fresh, asked, result, now)
        count = 0
        for shift in fresh.shifts:
            count += store_shift(session, fresh, shift, result.segments_of[shift.agent.code])
        _name_assignments(session, fresh)
        gone = _clear_without_shift(session, fresh, team_id, now)
        invited = store_invitations(session, fresh, result.debriefs, now)
        settle_debriefs(session, now, facts.on_date)
        view = DayPlanView(
            on_date=facts.on_date,
            people=len(fresh.shifts),
            segments=count,
            invitations=invited,
            unplaced=tuple(item.sentence for item in result.unplaced),
            short_minutes=result.short_minutes,
            status=result.status.value,
            seconds=result.seconds,
        )
        if fresh.shifts or gone:
            append(
                session,
                at=now,
                kind="day.planned",
                subject=facts.on_date.isoformat(),
                actor=actor,
                data={"people": view.people, "short_minutes": view.short_minutes, "unplaced": len(view.unplaced)},
            )
    context.announcer.announce()
    return view


def _to_arrange(facts: DayFacts, *, only_new: bool) -> DayFacts:
    return arranging(facts, lambda shift: not is_planned(facts, shift)) if only_new else facts


def store_shift(session: Session, facts: DayFacts, shift: Shift, spans: Sequence[SegmentSpan]) -> int:
    """Make the stored segments of a shift equal to `spans`; rows that are right already are left alone."""
    wanted = {(span.kind, span.starts_at, span.ends_at): span for span in spans}
    for row in facts.segments.get(shift.agent_id, ()):
        if row.on_date != shift.on_date:
            continue
        same = wanted.pop((row.kind, row.starts_at, row.ends_at), None)
        if same is not None:
            row.assignment_id, row.reason = shift.assignment_id, same.reason[:REASON_LENGTH]
            session.add(row)
        elif row.kind is not SegmentKind.DECOMPRESSION or span_of(row).overlaps(shift.starts_at, shift.ends_at):
            session.delete(row)
    # Deletions first: the new rows may begin where old ones did.
    session.flush()
    for span in wanted.values():
        session.add(
            Segment(
                agent_id=shift.agent_id,
                assignment_id=shift.assignment_id,
                on_date=shift.on_date,
                kind=span.kind,
                starts_at=span.starts_at,
                ends_at=span.ends_at,
                zone=shift.zone,
                reason=span.reason[:REASON_LENGTH],
            )
        )
    session.flush()
    return len(spans)


def _name_assignments(session: Session, facts: DayFacts) -> None:
    """Segments of shifts that were published again, as they were, belong to the new roster's assignments."""
    for shift in facts.others:
        for row in facts.rows(shift):
            if row.assignment_id != shift.assignment_id:
                row.assignment_id = shift.assignment_id
                session.add(row)


def _clear_without_shift(session: Session, facts: DayFacts, team_id: int | None, now: datetime) -> int:
    """Remove what is still to come of shifts that are no longer published; what was given as rest stays."""
    working = {shift.agent_id for shift in (*facts.shifts, *facts.others) if shift.on_date == facts.on_date}
    if team_id is not None:
        working |= {shift.agent_id for shift in published_shifts(session, facts.on_date, facts.on_date)}
    removed = 0
    for agent_id, rows in facts.segments.items():
        if agent_id in working:
            continue
        for row in rows:
            if row.on_date == facts.on_date and row.starts_at > now and row.kind is not SegmentKind.DECOMPRESSION:
                session.delete(row)
                removed += 1
    session.flush()
    return removed


def ensure_day(context: Context, on_date: date, *, deterministic_limit: float | None = None) -> DayPlanView | None:
    """Plan the published shifts of `on_date` that have no segments yet; nothing where all have theirs."""
    with reading(context.engine) as session:
        facts = read_day(session, on_date, None)
        missing = [shift for shift in facts.shifts if not facts.spans(shift)]
    return plan_day(context, on_date, deterministic_limit=deterministic_limit, only_new=True) if missing else None


def keep_days_planned(context: Context) -> None:
    """The scheduler's job: today and tomorrow, in each team's zone, have their segments."""
    with reading(context.engine) as session:
        zones = set(session.exec(select(Team.zone)).all())
    today = {local_day(context.now(), zone) for zone in zones}
    for on_date in sorted(today | {one + ONE_DAY for one in today}):
        ensure_day(context, on_date)

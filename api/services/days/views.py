"""A day as people see it: its owner with every reason, anybody else with protected time as just that."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session, col, select

from api.context import Context
from api.errors import NotFound
from api.services.appointments.own import OwnAppointments, own_appointments
from api.services.breaks.swaps import SwapView, swaps_of
from api.services.days.changes import ChangeView, recent_changes
from api.services.days.facts import ONE_DAY, Shift, published_shifts, segments_by_agent, span_of
from api.services.debriefs.hot import may_ask
from api.services.debriefs.reminders import is_reminded
from api.services.debriefs.views import InvitationView, invitations_of, zone_of
from api.services.floor.planned import is_before_break
from roster.clock import clock_text, local_day
from roster.day import SegmentSpan
from roster.load.pools import Load, decayed
from roster.people import Agent
from roster.policy import LoadPolicy
from roster.rest import FloorState, RestDebt
from roster.shifts import PROTECTED_KINDS, Placed, Segment, SegmentKind
from roster.store.engine import reading

LABELS = {
    SegmentKind.WORK: "Contacts",
    SegmentKind.MEAL: "Meal",
    SegmentKind.REST: "Rest",
    SegmentKind.DECOMPRESSION: "Your time",
    SegmentKind.DEBRIEF: "Peer debrief",
    SegmentKind.CALL_BACK: "Call-back",
    SegmentKind.TRAINING: "Training",
    SegmentKind.MEETING: "Meeting",
    SegmentKind.FOCUS: "Focus time",
    SegmentKind.GROUP: "Reflective group",
    SegmentKind.AWAY: "Away",
}
PROTECTED = "protected"
PROTECTED_LABEL = "Protected time"
NOT_WORK = frozenset(SegmentKind) - {SegmentKind.WORK}
BREAKS = frozenset({SegmentKind.MEAL, SegmentKind.REST})
LOAD_WORDS = ((0.15, "little"), (0.4, "some"), (0.75, "a fair amount"), (1.0, "a lot"))


class _View(BaseModel):
    model_config = ConfigDict(frozen=True)


class SegmentView(_View):
    """A stretch of the day. `when` is past, now or ahead; `starts`, `ends` are local.

    For its owner alone: `why`, its number `id`, whether they put it there (`by_hand`) and may still (`movable`).
    """

    kind: str
    label: str
    starts_at: datetime
    ends_at: datetime
    starts: str
    ends: str
    minutes: int
    when: str
    why: str = ""
    id: int | None = None
    by_hand: bool = False
    movable: bool = False


class ShiftView(_View):
    """A shift by its ends, UTC and local."""

    on_date: date
    starts_at: datetime
    ends_at: datetime
    starts: str
    ends: str


class LoadView(_View):
    """What its owner carries now, points, beside the budget, and in a word. Nobody else is shown it."""

    acute: int
    carried: int
    carried_budget: int
    words: str


class OwnView(_View):
    """What only the day's owner sees."""

    light_only_until: datetime | None
    light_only: str
    break_next: bool
    """Whether nothing new is offered to them now, because their break is next."""
    load: LoadView
    owed_minutes: int
    owed: str
    changes: tuple[ChangeView, ...]
    invitations: tuple[InvitationView, ...]
    swaps: tuple[SwapView, ...]
    appointments: OwnAppointments
    wants_debriefs: bool
    reminder: bool
    """Whether a debrief of theirs was about a month ago, and they have not put the reminder away."""
    hot_debrief: bool
    """Whether they may ask for a short one now."""
    is_peer: bool


class AgentDayView(_View):
    """One person's day. `own` is there for its owner alone."""

    agent: str
    name: str
    zone: str
    on_date: date
    now: datetime
    shift: ShiftView | None
    segments: tuple[SegmentView, ...]
    current: SegmentView | None
    next_break: SegmentView | None
    next_shift: ShiftView | None
    own: OwnView | None = None


class TeamDayView(_View):
    """Everybody's day on a date, as others see it."""

    on_date: date
    people: tuple[AgentDayView, ...]


def agent_day(context: Context, agent_id: int, now: datetime) -> AgentDayView:
    """The day of `agent_id` at `now`, for their own eyes."""
    view = _seen(context, agent_id, now, own=True)
    with reading(context.engine) as session:
        agent = session.get(Agent, agent_id)
        state = session.get(FloorState, agent_id)
        reminder = is_reminded(session, context.policy, agent)
        hot_debrief = may_ask(session, context.policy, agent_id, now)
        debts = session.exec(
            select(RestDebt).where(RestDebt.agent_id == agent_id, col(RestDebt.repaid_minutes) < col(RestDebt.minutes))
        ).all()
        changes = recent_changes(session, agent_id, now, view.zone)
        break_next = is_before_break(session, agent_id, now)
    light = state.light_only_until if state is not None else None
    if light is not None and light <= now:
        light = None
    own = OwnView(
        light_only_until=light,
        light_only="" if light is None else clock_text(light, view.zone),
        break_next=break_next,
        load=load_view(state, now, context.policy.load),
        owed_minutes=sum(debt.minutes - debt.repaid_minutes for debt in debts),
        owed=_when_owed(debts, view),
        changes=changes,
        invitations=invitations_of(context, agent_id),
        swaps=swaps_of(context, agent_id, view.zone),
        appointments=own_appointments(context, agent_id, now),
        wants_debriefs=agent is not None and agent.wants_debriefs,
        reminder=reminder,
        hot_debrief=hot_debrief,
        is_peer=agent is not None and agent.is_peer,
    )
    return view.model_copy(update={"own": own})


def _when_owed(debts: Sequence[RestDebt], view: AgentDayView) -> str:
    """When what is owed is to come, in words that end a sentence; empty where nothing is owed."""
    if not debts:
        return ""
    later = min((debt.on_date for debt in debts if debt.on_date > view.on_date), default=None)
    here = [debt for debt in debts if debt.on_date == view.on_date]
    times = [at for debt in here if (at := debt.postponed_to or debt.planned_at) is not None and at > view.now]
    if times:
        quiet = "" if any(debt.postponed_to is not None for debt in here) else ", sooner if it is quiet"
        return f"at {clock_text(min(times), view.zone)}{quiet}"
    if here or later is None:
        return "at the first quiet time of this shift, or before it ends"
    return f"in your shift on {later:%A} {later.day} {later:%B}"


def masked_day(context: Context, agent_id: int, now: datetime) -> AgentDayView:
    """The day of `agent_id` as others see it: protected time without its kind, no reasons, nothing of their load."""
    return _seen(context, agent_id, now, own=False)


def team_day(context: Context, on_date: date, now: datetime, *, team_id: int | None = None) -> TeamDayView:
    """Everybody who works on `on_date`, as others see them."""
    with reading(context.engine) as session:
        shifts = published_shifts(session, on_date, on_date)
        rows = segments_by_agent(session, on_date, on_date)
    people = []
    for shift in shifts:
        if team_id in (None, shift.agent.team_id):
            segments = rows.get(shift.agent_id, [])
            people.append(_arranged(shift.agent, shift.zone, on_date, now, shift, segments, None, own=False))
    return TeamDayView(on_date=on_date, people=tuple(people))


def agent_id_of(context: Context, code: str) -> int:
    """The key of the agent called `code`; raises `NotFound`."""
    with reading(context.engine) as session:
        found = session.exec(select(Agent.id).where(Agent.code == code)).first()
    if found is None:
        raise NotFound(f"there is no agent {code!r}")
    return found


def code_of(context: Context, agent_id: int) -> str:
    """The code of an agent; raises `NotFound`."""
    with reading(context.engine) as session:
        agent = session.get(Agent, agent_id)
    if agent is None:
        raise NotFound(f"there is no agent number {agent_id}")
    return agent.code


def load_view(state: FloorState | None, now: datetime, policy: LoadPolicy) -> LoadView:
    """What is carried at `now`, faded since it was last written."""
    load = Load(0.0, 0.0, now)
    if state is not None:
        load = Load(state.acute, state.carried, state.load_at)
        if state.load_at < now:
            load = decayed(load, now, policy=policy)
    share = load.carried / policy.carried_budget
    words = next((word for limit, word in LOAD_WORDS if share < limit), "more than a plan would give you")
    return LoadView(
        acute=round(load.acute), carried=round(load.carried), carried_budget=round(policy.carried_budget), words=words
    )


def day_shown(session: Session, agent_id: int, now: datetime, zone: str) -> tuple[date, Shift | None, Shift | None]:
    """The date to show, its shift if there is one, and the shift after: the one going on, else today's."""
    today = local_day(now, zone)
    shifts = published_shifts(session, today - ONE_DAY, today + timedelta(days=14), [agent_id])
    on = next((shift for shift in shifts if shift.starts_at <= now < shift.ends_at), None)
    on = on or next((shift for shift in shifts if shift.on_date == today), None)
    after = next((shift for shift in shifts if shift.starts_at > (on.starts_at if on else now)), None)
    return (on.on_date if on else today), on, after


def _seen(context: Context, agent_id: int, now: datetime, *, own: bool) -> AgentDayView:
    with reading(context.engine) as session:
        agent = session.get(Agent, agent_id)
        if agent is None:
            raise NotFound(f"there is no agent number {agent_id}")
        zone = zone_of(session, agent)
        on_date, shift, after = day_shown(session, agent_id, now, zone)
        rows = segments_by_agent(session, on_date, on_date).get(agent_id, [])
    return _arranged(agent, zone, on_date, now, shift, rows, after, own=own)


def _arranged(
    agent: Agent,
    zone: str,
    on_date: date,
    now: datetime,
    shift: Shift | None,
    rows: list[Segment],
    after: Shift | None,
    *,
    own: bool,
) -> AgentDayView:
    spans = [span_of(row) for row in rows]
    if shift is not None and not any(span.kind is SegmentKind.WORK for span in spans):
        spans = [*spans, SegmentSpan(SegmentKind.WORK, shift.starts_at, shift.ends_at)]
    known = dict(zip(spans, rows, strict=False)) if own else {}
    segments = tuple(segment_view(span, zone, now, own=own, row=known.get(span)) for span in spans)
    pairs = list(zip(spans, segments, strict=True))
    return AgentDayView(
        agent=agent.code,
        name=agent.name,
        zone=zone,
        on_date=on_date,
        now=now,
        shift=_shift(shift, zone),
        segments=segments,
        current=next((view for view in segments if view.when == "now"), None),
        next_break=next((view for span, view in pairs if span.kind in BREAKS and span.starts_at > now), None),
        next_shift=_shift(after, zone),
    )


def segment_view(span: SegmentSpan, zone: str, now: datetime, *, own: bool, row: Segment | None = None) -> SegmentView:
    """A stretch of a day as its owner, or anybody else, sees it; `row` is where it is stored."""
    hidden = not own and span.kind in PROTECTED_KINDS
    when = "past" if span.ends_at <= now else "ahead" if span.starts_at > now else "now"
    return SegmentView(
        kind=PROTECTED if hidden else span.kind.value,
        label=PROTECTED_LABEL if hidden else LABELS[span.kind],
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        starts=clock_text(span.starts_at, zone),
        ends=clock_text(span.ends_at, zone),
        minutes=round(span.duration / timedelta(minutes=1)),
        when=when,
        why=span.reason if own else "",
        id=row.id if row is not None else None,
        by_hand=row is not None and row.placed is not Placed.PLAN,
        movable=row is not None and when == "ahead" and span.kind in BREAKS,
    )


def _shift(shift: Shift | None, zone: str) -> ShiftView | None:
    if shift is None:
        return None
    return ShiftView(
        on_date=shift.on_date,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        starts=clock_text(shift.starts_at, zone),
        ends=clock_text(shift.ends_at, zone),
    )

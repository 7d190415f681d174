"""When an appointment can be: stretches in which all its people are on shift, free times in them, the cheapest one."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from api.services.days.building import build_day_problem
from api.services.days.facts import ONE_DAY, Shift, published_shifts, read_day, segments_by_agent, span_of
from roster.appointments import KeptAppointment
from roster.clock import QUARTER, QUARTER_MINUTES
from roster.day import MINUTE, SegmentSpan, fits
from roster.day_problem import DayResult, DayStatus, PersonDay
from roster.people import Agent
from roster.policy import Policy
from roster.rest import DebriefInvitation, InvitationStatus
from roster.rules.day.cover import short_minutes
from roster.shifts import SegmentKind

STEP = 5 * MINUTE
MOST_TIMES = 60
"""Times whose cover is compared; of more than that, those on a coarser grid."""
LEAST_OF_A_TEAM = 2
NOTICE = {SegmentKind.CALL_BACK: STEP, SegmentKind.FOCUS: STEP}
"""How long after now something may begin; what is not here: a quarter-hour."""


@dataclass(frozen=True)
class Stretch:
    """A time in which everybody of `shifts` (or, of a team, some of them) is on shift."""

    starts_at: datetime
    ends_at: datetime
    shifts: tuple[Shift, ...]


@dataclass(frozen=True)
class Time:
    """A possible time, and the shifts that it lies in: one for each of its people."""

    starts_at: datetime
    shifts: tuple[Shift, ...]


def soonest(row: KeptAppointment, now: datetime) -> datetime:
    """The earliest start at `now`: no earlier than asked, and late enough to be read first."""
    return max(row.earliest, on_grid(now + NOTICE.get(row.kind, QUARTER)))


def on_grid(instant: datetime) -> datetime:
    """The first instant of the grid of five minutes that is no earlier."""
    over = timedelta(minutes=instant.minute % 5, seconds=instant.second, microseconds=instant.microsecond)
    return instant if not over else instant - over + STEP


def stretches(
    session: Session, row: KeptAppointment, agent_ids: Sequence[int], begin: datetime, end: datetime
) -> list[Stretch]:
    """Stretches of [begin, end) long enough for `row`, those to be tried first before the others.

    A call-back is kept on the last day before it is due, else the one before; all else as soon as may be.
    """
    if end <= begin:
        return []
    team = row.team_id is not None
    ids = team_members(session, row.team_id) if row.team_id is not None else list(agent_ids)
    shifts = published_shifts(session, (begin - 2 * ONE_DAY).date(), (end + ONE_DAY).date(), ids)
    found = _of_a_team(shifts) if team else _common(shifts, ids)
    clipped = [Stretch(max(one.starts_at, begin), min(one.ends_at, end), one.shifts) for one in found]
    long_enough = [one for one in clipped if one.ends_at - one.starts_at >= row.minutes * MINUTE]
    return sorted(long_enough, key=lambda one: one.starts_at, reverse=row.kind is SegmentKind.CALL_BACK)


def team_members(session: Session, team_id: int) -> list[int]:
    """Who works in a team."""
    rows = session.exec(select(Agent.id).where(Agent.team_id == team_id, col(Agent.active).is_(True))).all()
    return [agent_id for agent_id in rows if agent_id is not None]


def _common(shifts: Iterable[Shift], agent_ids: Sequence[int]) -> list[Stretch]:
    by_agent: dict[int, list[Shift]] = defaultdict(list)
    for shift in shifts:
        by_agent[shift.agent_id].append(shift)
    found: list[Stretch] | None = None
    for agent_id in agent_ids:
        own = [Stretch(shift.starts_at, shift.ends_at, (shift,)) for shift in by_agent[agent_id]]
        found = own if found is None else [both for one in found for other in own if (both := _both(one, other))]
    return found or []


def _both(one: Stretch, other: Stretch) -> Stretch | None:
    begin, end = max(one.starts_at, other.starts_at), min(one.ends_at, other.ends_at)
    return Stretch(begin, end, one.shifts + other.shifts) if begin < end else None


def _of_a_team(shifts: Iterable[Shift]) -> list[Stretch]:
    """Each date on which the team works, from its first shift's begin to its last one's end."""
    by_date: dict[object, list[Shift]] = defaultdict(list)
    for shift in shifts:
        by_date[shift.on_date].append(shift)
    return [
        Stretch(min(one.starts_at for one in day), max(one.ends_at for one in day), tuple(day))
        for day in by_date.values()
        if len(day) >= LEAST_OF_A_TEAM
    ]


def there(row: KeptAppointment, stretch: Stretch, starts_at: datetime) -> tuple[Shift, ...]:
    """Whose shifts hold the appointment at `starts_at`."""
    if row.team_id is None:
        return stretch.shifts
    ends_at = starts_at + row.minutes * MINUTE
    return tuple(shift for shift in stretch.shifts if shift.starts_at <= starts_at and ends_at <= shift.ends_at)


def starts_of(row: KeptAppointment, stretch: Stretch) -> list[datetime]:
    """Every start on the grid in a stretch."""
    starts, at = [], on_grid(stretch.starts_at)
    while at + row.minutes * MINUTE <= stretch.ends_at:
        starts.append(at)
        at += STEP
    return starts


class Days:
    """What is stored of the days of some shifts, read once."""

    def __init__(self, session: Session, shifts: Iterable[Shift]) -> None:
        shifts = list(shifts)
        dates = [shift.on_date for shift in shifts]
        ids = sorted({shift.agent_id for shift in shifts})
        self._spans: dict[tuple[int, object], list[SegmentSpan]] = defaultdict(list)
        self._kept: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
        if not shifts:
            return
        for agent_id, rows in segments_by_agent(session, min(dates), max(dates), ids).items():
            for row in rows:
                self._spans[agent_id, row.on_date].append(span_of(row))
        offers = session.exec(
            select(DebriefInvitation).where(
                col(DebriefInvitation.agent_id).in_(ids), DebriefInvitation.status == InvitationStatus.OFFERED
            )
        ).all()
        for offer in offers:
            self._kept[offer.agent_id].append((offer.starts_at, offer.ends_at))

    def is_planned(self, stretch: Stretch) -> bool:
        """Whether everybody in it has their segments."""
        return all(self._spans[shift.agent_id, shift.on_date] for shift in stretch.shifts)

    def is_free(self, shift: Shift, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether they are at work for all of it, and it is not offered to them for a debrief."""
        offered = any(begin < ends_at and starts_at < end for begin, end in self._kept[shift.agent_id])
        return not offered and fits(self._spans[shift.agent_id, shift.on_date], starts_at, ends_at)

    def free_times(self, row: KeptAppointment, stretch: Stretch) -> list[Time]:
        """Times at which all its people are free; of a team's, those at which most of it is on shift."""
        found = []
        for starts_at in starts_of(row, stretch):
            shifts = there(row, stretch, starts_at)
            ends_at = starts_at + row.minutes * MINUTE
            enough = len(shifts) >= (LEAST_OF_A_TEAM if row.team_id is not None else 1)
            if enough and all(self.is_free(shift, starts_at, ends_at) for shift in shifts):
                found.append(Time(starts_at, shifts))
        most = max((len(time.shifts) for time in found), default=0)
        return [time for time in found if len(time.shifts) == most]


def cheapest(
    session: Session, policy: Policy, kind: SegmentKind, minutes: int, times: Sequence[Time], now: datetime
) -> Time:
    """Of `times` (at least one, all on one date) that with the least cover lost, then the first."""
    if len(times) == 1:
        return times[0]
    cover = Cover(session, policy, times[0], now)
    if not cover.is_asked:
        return times[0]
    return min(_coarser(times), key=lambda time: (cover.lost(kind, minutes, time), time.starts_at))


def quietest(
    session: Session, policy: Policy, kind: SegmentKind, minutes: int, times: Sequence[Time], now: datetime
) -> Time | None:
    """Of `times` (all on one date) that with most people to spare, of those that take nobody from cover."""
    if not times:
        return None
    cover = Cover(session, policy, times[0], now)
    harmless = [time for time in _coarser(times) if not cover.lost(kind, minutes, time)]
    return min(harmless, key=lambda time: (-cover.spare(minutes, time), time.starts_at), default=None)


class Cover:
    """The cover of a date as it stands, to lay appointments beside it."""

    def __init__(self, session: Session, policy: Policy, time: Time, now: datetime) -> None:
        facts = read_day(session, time.shifts[0].on_date, None)
        self._problem = build_day_problem(session, policy, facts, now, breaks_stay=True)
        self._before = short_minutes(self._problem, DayResult(status=DayStatus.FEASIBLE, days=()))

    @property
    def is_asked(self) -> bool:
        """Whether any queue needs anybody on that date."""
        return bool(self._problem.demands)

    def lost(self, kind: SegmentKind, minutes: int, time: Time) -> int:
        """Agent-minutes more that are short when everybody of `time` is away for it."""
        problem = self._problem
        if not problem.demands:
            return 0
        quarters = self._quarters(minutes, time)
        codes = {shift.agent.code for shift in time.shifts}
        span = SegmentSpan(kind, time.starts_at, time.starts_at + minutes * MINUTE)
        away = tuple(
            PersonDay(agent=person.id, segments=(*person.fixed, span))
            for person in problem.agents
            if person.id in codes
        )
        others = tuple(
            person.model_copy(update={"fixed": (*person.fixed, span)}) if person.id in codes else person
            for person in problem.others
        )
        after = short_minutes(
            problem.model_copy(update={"others": others}), DayResult(status=DayStatus.FEASIBLE, days=away), quarters
        )
        return sum(after) - sum(self._before[quarter] for quarter in quarters)

    def spare(self, minutes: int, time: Time) -> int:
        """People at work beyond what all queues need, in the worst quarter-hour of `time`."""
        return min(self._spare(quarter) for quarter in self._quarters(minutes, time))

    def _spare(self, quarter: int) -> int:
        problem = self._problem
        begin = problem.starts_at + quarter * QUARTER
        at_work = sum(
            person.starts_at <= begin
            and begin + QUARTER <= person.ends_at
            and not any(span.overlaps(begin, begin + QUARTER) for span in person.fixed)
            for person in (*problem.agents, *problem.others)
        )
        needed = sum(problem.needed_minutes(demand, quarter) for demand in problem.demands)
        return at_work - -(-needed // QUARTER_MINUTES)

    def _quarters(self, minutes: int, time: Time) -> range:
        last = self._problem.quarter_at(time.starts_at + (minutes - 1) * MINUTE)
        return range(self._problem.quarter_at(time.starts_at), last + 1)


def _coarser(times: Sequence[Time]) -> Sequence[Time]:
    for minutes in (15, 30, 60):
        if len(times) <= MOST_TIMES:
            return times
        times = [time for time in times if time.starts_at.minute % minutes == 0] or times
    return times[:MOST_TIMES]

"""What requirements from history come to, told so that every hour can be checked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from optimizer.staffing.dated import QuarterLines
from optimizer.staffing.profile import Profile
from optimizer.staffing.requirement import ShrinkageLine, WeekRequirement, shrinkage_lines
from roster.clock import QUARTER, midnight
from roster.clock import zone as zone_named
from roster.policy import Policy
from roster.queues import Queue

HOURS_PER_QUARTER = 0.25
FEW_DAYS = 20
WEEKDAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class QueueStaffing:
    """One queue's part; hours are agent-hours in a week of seven days."""

    queue: str
    name: str
    contacts_per_week: float
    mean_handle_seconds: float
    working_hours: float
    required_hours: float
    peak_required: int
    peak_at: str
    """Weekday and local time of the peak, `Mon 10:15`."""
    scored_share: float
    mean_score: float
    exposure_per_hour: float


@dataclass(frozen=True)
class DayStaffing:
    """Agent-hours required on one local date, all queues, and the lines that they add up from."""

    on_date: date
    required_hours: float
    working_hours: float
    decompression_hours: float
    debrief_hours: float
    """Expected, or agreed where that is more."""
    break_hours: float
    absence_hours: float
    rounding_hours: float


@dataclass(frozen=True)
class StaffingReport:
    """What history asks for. `lines` name what lies between `working_hours` and `required_hours` of a week."""

    starts_on: date
    days: int
    zone: str
    history_from: date
    history_to: date
    contacts: int
    queues: tuple[QueueStaffing, ...]
    daily: tuple[DayStaffing, ...]
    lines: tuple[ShrinkageLine, ...]
    working_hours: float
    required_hours: float
    quarters: int
    """Requirement rows stored (or that would be)."""
    check_only: bool
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ForecastReport:
    """Expected contacts by queue code and local date: the weekday's mean, no trend, no season."""

    starts_on: date
    zone: str
    history_from: date
    history_to: date
    dates: tuple[date, ...]
    contacts: dict[str, tuple[float, ...]]


@dataclass(frozen=True)
class History:
    """Profiles of the queues by code; `skilled` are ids of queues that somebody can take."""

    queues: dict[str, Queue]
    profiles: dict[str, Profile]
    first: date
    last: date
    skilled: frozenset[int]

    @property
    def contacts(self) -> int:
        """All contacts of the history."""
        return sum(profile.contacts for profile in self.profiles.values())


def quarters_of_stretch(starts_on: date, days: int, zone: str) -> Iterator[tuple[datetime, tuple[int, int]]]:
    """Every quarter-hour of the stretch (UTC begin) and its cell: weekday and local quarter of the day."""
    here = zone_named(zone)
    instant, end = midnight(starts_on, zone), midnight(starts_on + timedelta(days=days), zone)
    while instant < end:
        local = instant.astimezone(here)
        yield instant, (local.weekday(), local.hour * 4 + local.minute // 15)
        instant += QUARTER


def report(
    history: History,
    weeks: Mapping[str, WeekRequirement],
    dated: Mapping[datetime, Mapping[str, QuarterLines]],
    policy: Policy,
    starts_on: date,
    days: int,
    zone: str,
    quarters: int,
    check_only: bool,
) -> StaffingReport:
    """The report on `weeks`, and on the `dated` quarter-hours of the stretch; `quarters` = requirement rows."""
    here = zone_named(zone)
    by_day: dict[date, list[QuarterLines]] = {starts_on + timedelta(days=day): [] for day in range(days)}
    for instant, lines in dated.items():
        by_day[instant.astimezone(here).date()].extend(lines.values())
    return StaffingReport(
        starts_on=starts_on,
        days=days,
        zone=zone,
        history_from=history.first,
        history_to=history.last,
        contacts=history.contacts,
        queues=tuple(_queue_line(history.queues[code], history.profiles[code], week) for code, week in weeks.items()),
        daily=tuple(_day_line(day, lines) for day, lines in by_day.items()),
        lines=shrinkage_lines(weeks, policy.staffing),
        working_hours=HOURS_PER_QUARTER * sum(float(week.working.sum()) for week in weeks.values()),
        required_hours=HOURS_PER_QUARTER * sum(float(week.required.sum()) for week in weeks.values()),
        quarters=quarters,
        check_only=check_only,
        notes=tuple(_notes(history, policy)),
    )


def _day_line(on_date: date, lines: Sequence[QuarterLines]) -> DayStaffing:
    names = ("required", "working", "decompression", "debriefs", "breaks", "absence", "rounding")
    hours = (HOURS_PER_QUARTER * sum(float(getattr(line, name)) for line in lines) for name in names)
    return DayStaffing(on_date, *hours)


def _queue_line(queue: Queue, profile: Profile, week: WeekRequirement) -> QueueStaffing:
    weekday, quarter = np.unravel_index(int(week.required.argmax()), week.required.shape)
    required_hours = HOURS_PER_QUARTER * float(week.required.sum())
    name = WEEKDAY_NAMES[int(weekday)]
    per_hour = profile.week_contacts / required_hours if required_hours else 0.0
    return QueueStaffing(
        queue=queue.code,
        name=queue.name,
        contacts_per_week=profile.week_contacts,
        mean_handle_seconds=profile.mean_handle_seconds,
        working_hours=HOURS_PER_QUARTER * float(week.working.sum()),
        required_hours=required_hours,
        peak_required=int(week.required.max()),
        peak_at=f"{name} {int(quarter) // 4:02d}:{int(quarter) % 4 * 15:02d}",
        scored_share=profile.scored / profile.contacts,
        mean_score=profile.mean_score,
        exposure_per_hour=round(profile.mean_score * per_hour, 4),
    )


def _notes(history: History, policy: Policy) -> Iterator[str]:
    """What a reader must know to judge the figures."""
    unscored = [code for code, profile in history.profiles.items() if profile.scored == 0]
    if unscored:
        yield (
            f"no entry conditions in the history of {', '.join(unscored)}: exposure there is taken as 0 points an hour,"
            " and no decompression or debrief is planned for"
        )
    partly = [
        f"{code} {profile.scored / profile.contacts:.0%}"
        for code, profile in history.profiles.items()
        if 0 < profile.scored < profile.contacts
    ]
    if partly:
        yield f"only part of the history has entry conditions ({', '.join(partly)}): the rest is taken to be like it"
    unmeasured = [code for code, profile in history.profiles.items() if profile.mean_handle_seconds == 0]
    if unmeasured:
        yield f"no handle time in the history of {', '.join(unmeasured)}: nothing is required there"
    without = sorted(set(history.queues) - set(history.profiles))
    if without:
        yield f"no history for {', '.join(without)}: their requirement stays as it is"
    nobody = [code for code in history.profiles if history.queues[code].id not in history.skilled]
    if nobody:
        yield f"nobody has the skill for {', '.join(nobody)}: what is required there can't be covered"
    if (history.last - history.first).days < FEW_DAYS:
        yield f"history covers only {history.first} to {history.last}: each weekday is seen a few times"
    if len(history.profiles) > 1:
        yield "each queue is staffed as if its people did nothing else: with shared skills, quiet queues need less"
    if not policy.debrief.enabled:
        yield "debriefs are switched off by policy: their line is 0"

"""What the top of an agent's page says: where they are now, what comes next, and how far a rest has come."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from api.services.days.views import LABELS, AgentDayView, SegmentView, ShiftView
from api.services.debriefs.views import InvitationView, ProposalView

MINUTE = timedelta(minutes=1)
ARRIVALS = {"distressed": "distressed", "hostile": "hostile", "grieving": "grieving", "flooded": "flooded by it all"}
STAKES = {
    "care_access": "getting care",
    "medication": "medication",
    "money": "money",
    "legal_rights": "legal rights",
    "urgent_timing": "something urgent",
}
ON_BREAK = {"meal": "Meal", "rest": "Rest", "debrief": "Peer debrief", "training": "Training", "away": "Away"}


@dataclass(frozen=True)
class Progress:
    """How much of a stretch has passed, minutes."""

    passed: int
    total: int


@dataclass(frozen=True)
class Headline:
    """The page's first words. `tone` is the colour of what it is about."""

    title: str
    lines: tuple[str, ...]
    tone: str
    progress: Progress | None = None


def headline(day: AgentDayView) -> Headline:
    """Now, in a few words."""
    current = day.current
    if current is None:
        return _no_segment(day)
    if current.kind == "work" and day.own is not None and day.own.break_next:
        return Headline("Your break is next", ("Nothing new comes before it, unless a life is at risk.",), "meal")
    if current.kind == "work":
        return Headline("On contacts", _light(day), "work")
    until = _joined_end(day, current)
    progress = Progress((day.now - current.starts_at) // MINUTE, max(1, (until.ends_at - current.starts_at) // MINUTE))
    if current.kind == "decompression":
        words = f"Your time until {until.ends}."
        return Headline(words, ("Nothing reaches you meanwhile.", *_light(day)), "protected", progress)
    title = f"{ON_BREAK.get(current.kind, current.label)} until {current.ends}"
    tone = {"meal": "meal", "rest": "rest", "debrief": "protected", "group": "protected"}.get(current.kind, "other")
    return Headline(title, _light(day), tone, progress)


def next_break(day: AgentDayView) -> str:
    """`Rest at 10:30, in 25 minutes`; empty where none is left."""
    ahead = day.next_break
    if ahead is None:
        return ""
    return f"{ahead.label} at {ahead.starts}, {in_words(ahead.starts_at - day.now)}"


def kind(value: str) -> str:
    """What a stretch of one's own day is called: `Rest`, `Your time`."""
    return next(label for each, label in LABELS.items() if each == value)


def moved(day: AgentDayView, number: int) -> str:
    """`Your meal is at 11:30 now, and stays there.` for a break that its owner has just placed; else empty."""
    found = next((segment for segment in day.segments if segment.id == number and segment.by_hand), None)
    if found is None:
        return ""
    if found.when == "now":
        return f"Your {found.label.lower()} has begun, until {found.ends}."
    return f"Your {found.label.lower()} is at {found.starts} now, and stays there."


def in_words(ahead: timedelta) -> str:
    """`in 25 minutes`, `in 1 h 05 min`."""
    minutes = max(1, -(-ahead // MINUTE))
    if minutes < 60:
        return f"in {minutes} minute{'' if minutes == 1 else 's'}"
    return f"in {minutes // 60} h {minutes % 60:02d} min"


def moment(instant: datetime, zone: str, today: date) -> str:
    """`10:30`, or `Wednesday 25 November, 10:30` on another day."""
    local = instant.astimezone(ZoneInfo(zone))
    time = f"{local:%H:%M}"
    return time if local.date() == today else f"{date_words(local.date())}, {time}"


def today(now: datetime, zone: str) -> date:
    """The date where the agent is."""
    return now.astimezone(ZoneInfo(zone)).date()


def date_words(on: date) -> str:
    """`Tuesday 24 November`."""
    return f"{on:%A} {on.day} {on:%B}"


def span_words(one: InvitationView | ProposalView, today: date) -> str:
    """`10:30 to 10:55`, with the day before it where it is another one."""
    times = f"{one.starts} to {one.ends}"
    return times if one.date == today else f"{date_words(one.date)}, {times}"


def _no_segment(day: AgentDayView) -> Headline:
    shift = day.shift
    if shift is None:
        return Headline("No shift today", _after(day.next_shift), "other")
    if day.now < shift.starts_at:
        title = f"Your shift starts at {shift.starts}"
        return Headline(title, (f"{in_words(shift.starts_at - day.now).capitalize()}, until {shift.ends}.",), "other")
    return Headline("Your shift is over", _after(day.next_shift), "other")


def _after(shift: ShiftView | None) -> tuple[str, ...]:
    if shift is None:
        return ()
    return (f"Your next one: {date_words(shift.on_date)}, {shift.starts} to {shift.ends}.",)


def _light(day: AgentDayView) -> tuple[str, ...]:
    own = day.own
    return (f"Light contacts until {own.light_only}.",) if own is not None and own.light_only else ()


def _joined_end(day: AgentDayView, current: SegmentView) -> SegmentView:
    """The last of the stretches of protected time that follow one another without a gap."""
    last = current
    for segment in day.segments:
        if segment.kind == current.kind and segment.starts_at == last.ends_at:
            last = segment
    return last

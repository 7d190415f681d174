"""How the lead's pages write dates, hours and numbers. Plain words, one way everywhere."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

STATUS = {
    "draft": "Draft",
    "published": "Published",
    "superseded": "Replaced",
}
RUN_STATUS = {
    "queued": "Waiting",
    "running": "Planning",
    "stopping": "Stopping",
    "finished": "Done",
    "failed": "Failed",
}
OUTCOME = {
    "optimal": "the best there is",
    "feasible": "a good roster",
    "infeasible": "no roster can keep all rules",
    "unknown": "no roster found",
}
RULES = {
    "preferences": "Wishes not granted",
    "cover": "Cover",
    "cover_by_shift": "People on each shift",
    "role_cover": "Roles on shift",
    "keep_together": "People kept together",
    "keep_apart": "People kept apart",
    "stability": "Published shifts changed",
    "notice": "Changes at short notice",
    "fairness": "Fair shares",
    "exposure_balance": "Balance of planned exposure",
}

CHANGES = {
    "remove": "is free that day",
    "add": "works that day",
    "move": "gives it or moves it",
    "swap": "swaps with somebody",
}


def rule(key: str) -> str:
    """What a rule's cost is called; its key in words where it has no name of its own here."""
    return RULES.get(key, key.replace("_", " ").capitalize())


def day(value: date) -> str:
    """`Tue 1 Dec`."""
    return f"{value:%a} {value.day} {value:%b}"


def long_day(value: date) -> str:
    """`Tuesday 1 December 2026`."""
    return f"{value:%A} {value.day} {value:%B} {value.year}"


def stretch(first: date, last: date) -> str:
    """`30 November to 27 December 2026`; the first year only where it differs."""
    begin = f"{first.day} {first:%B}" + (f" {first.year}" if first.year != last.year else "")
    return f"{begin} to {last.day} {last:%B} {last.year}"


def hours(minutes: int) -> str:
    """`37.5`, `40`: hours, without needless zeros."""
    return f"{minutes / 60:.1f}".removesuffix(".0")


def quarters(count: int) -> str:
    """Agent-quarters as people say them: `2.5 agent-hours`."""
    return f"{count / 4:.2f}".rstrip("0").rstrip(".") + (" agent-hour" if count == 4 else " agent-hours")


def short(count: int) -> str:
    """Agent-quarters as agent-hours in few characters: `1.25`, `12`."""
    return f"{count / 4:.2f}".rstrip("0").rstrip(".") if count < 40 else f"{count / 4:.0f}"


def percent(share: float | None) -> str:
    """`2.9 %`, or a dash while unknown."""
    return "–" if share is None else f"{share * 100:.1f} %"


def number(value: int | None) -> str:
    """`12 345` with thin spaces, or a dash while unknown."""
    return "–" if value is None else f"{value:,}".replace(",", "\u202f")


def signed(value: int) -> str:
    """`+240`, `−12`, `0`: by how much something changes."""
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{number(abs(value))}"


def moment(value: datetime, zone: str) -> str:
    """`1 Dec 2026, 14:05` in the roster's zone."""
    there = local(value, zone)
    return f"{there.day} {there:%b %Y, %H:%M}"


def local(value: datetime, zone: str) -> datetime:
    """`value` by the clocks there."""
    return value.astimezone(ZoneInfo(zone))


def clock(value: datetime, zone: str) -> str:
    """`14:05` in `zone`."""
    return f"{value.astimezone(ZoneInfo(zone)):%H:%M}"


def people(count: float) -> str:
    """A number of people that may be part of one: `3`, `2.5`."""
    return f"{count:.1f}".removesuffix(".0")


def team(name: str | None) -> str:
    """The team's name; none means every team."""
    return name or "All teams"

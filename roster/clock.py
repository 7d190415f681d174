"""Instants and local time: UTC inside, the team's zone at the edges.

A *quarter* is 15 minutes, the grid of requirements and cover. A local day has 96 quarters, 92 or 100 where
the clocks change. All functions are pure; "now" is always handed in.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

QUARTER_MINUTES = 15
QUARTER = timedelta(minutes=QUARTER_MINUTES)


class ClockError(ValueError):
    """A zone, a local time or an instant that does not exist; the message quotes it."""


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The IANA zone called `name`; raises `ClockError` where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ClockError(
            f"time zone {name!r} does not exist: expected an IANA name such as Europe/Amsterdam"
        ) from error


def require_utc(instant: datetime) -> datetime:
    """`instant` in UTC; raises `ClockError` where it carries no zone."""
    if instant.tzinfo is None:
        raise ClockError(f"instant {instant.isoformat()} has no time zone: expected one such as +00:00")
    return instant.astimezone(UTC)


def at_local(day: date, minute: int, name: str, *, strict: bool = False) -> datetime:
    """The UTC instant at `minute` (minutes after local midnight, may pass 1440) of `day` in zone `name`.

    A time in the spring gap moves forward by the gap; with `strict` it is a `ClockError`. A time that occurs
    twice in autumn is the first of the two.
    """
    local = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
    here = zone(name)
    instant = local.replace(tzinfo=here).astimezone(UTC)
    if strict and instant.astimezone(here).replace(tzinfo=None) != local:
        raise ClockError(f"{local:%Y-%m-%d %H:%M} does not exist in {name}: the clocks skip it")
    return instant


def midnight(day: date, name: str) -> datetime:
    """The UTC instant at which local `day` begins in zone `name`."""
    return at_local(day, 0, name)


def quarters_of(day: date, name: str) -> int:
    """How many quarters local `day` has in zone `name`: 96, or 92 and 100 where the clocks change."""
    return round((midnight(day + timedelta(days=1), name) - midnight(day, name)) / QUARTER)


def local_day(instant: datetime, name: str) -> date:
    """The local date on which `instant` falls in zone `name`."""
    return require_utc(instant).astimezone(zone(name)).date()


def clock_text(instant: datetime, name: str) -> str:
    """`instant` as people there read it: `13:45`."""
    return f"{require_utc(instant).astimezone(zone(name)):%H:%M}"


def minute_text(minute: int) -> str:
    """Minutes after midnight as `07:30`; past midnight it wraps."""
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"

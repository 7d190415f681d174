"""Contacts that come in on a day: Poisson per quarter-hour, log-normal handle times, entry conditions."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import log, sqrt

import numpy as np

from api.demo.clinic import HOURLY, OPEN_SATURDAY, OPEN_WEEKDAY, WEEKDAY_SHARE, ZONE, HandleTime, Line, opening
from api.demo.entry import draw_entry
from roster.clock import QUARTER_MINUTES, at_local
from roster.contacts import EntryConditions


@dataclass(frozen=True, slots=True)
class Arrival:
    """One contact before anybody has taken it; `handle_seconds` is how long it will last."""

    ref: str
    line: Line
    arrived_at: datetime
    handle_seconds: int
    entry: EntryConditions


def lognormal(handle: HandleTime) -> tuple[float, float]:
    """Mu and sigma of the log-normal with this median and mean: mean = median · exp(sigma² / 2)."""
    return log(handle.median_seconds), sqrt(2 * log(handle.mean_seconds / handle.median_seconds))


def draw_handle_seconds(handle: HandleTime, count: int, random: np.random.Generator) -> np.ndarray:
    """`count` handle times in whole seconds, at least 5."""
    mu, sigma = lognormal(handle)
    return np.maximum(5, np.rint(random.lognormal(mu, sigma, count))).astype(np.int64)


def mean_arrivals(line: Line, day: date, minute: int, volume: float = 1.0) -> float:
    """Contacts expected in the quarter-hour of `day` that begins at local `minute`; `volume` scales it."""
    hours = opening(line, day)
    if hours is None or not hours[0] <= minute < hours[1]:
        return 0.0
    total = sum(_shape(quarter, saturday=False) for quarter in _quarters(line.opens, line.closes))
    day_volume = line.weekday_volume * WEEKDAY_SHARE[day.weekday()] * volume
    if day.weekday() < 5:
        return day_volume * _shape(minute, saturday=False) / total
    total = sum(_shape(quarter, saturday=True) for quarter in _quarters(*OPEN_SATURDAY))
    return day_volume * _shape(minute, saturday=True) / total


def draw_day(line: Line, day: date, random: np.random.Generator, *, volume: float = 1.0) -> list[Arrival]:
    """The contacts of one queue on one day, by arrival."""
    hours = opening(line, day)
    if hours is None:
        return []
    instants: list[datetime] = []
    for minute in _quarters(*hours):
        count = int(random.poisson(mean_arrivals(line, day, minute, volume)))
        begin = at_local(day, minute, ZONE)
        seconds = np.sort(random.integers(0, QUARTER_MINUTES * 60, count))
        instants.extend(begin + timedelta(seconds=int(second)) for second in seconds)
    handles = draw_handle_seconds(line.handle, len(instants), random)
    return [
        Arrival(f"{day:%Y%m%d}-{line.code}-{number:04d}", line, instant, int(seconds), draw_entry(line, random))
        for number, (instant, seconds) in enumerate(zip(instants, handles, strict=True), start=1)
    ]


def _quarters(opens: int, closes: int) -> range:
    return range(opens, closes, QUARTER_MINUTES)


def _shape(minute: int, *, saturday: bool) -> float:
    """The day's curve at `minute`: straight lines between the middles of the hours; flatter on Saturday."""
    middles = [OPEN_WEEKDAY[0] + 30 + 60 * hour for hour in range(len(HOURLY))]
    height = float(np.interp(minute + QUARTER_MINUTES / 2, middles, HOURLY))
    return 0.5 + height / 2 if saturday else height

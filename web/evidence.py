"""The page of a simulation: figures and plots in one file that needs nothing else. Called by name from the command."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.services.simulation.comparing import Comparison

SHARE = None
LABELS: Mapping[str, tuple[str, int | None]] = {
    "served": ("Contacts served", 0),
    "abandoned": ("Gave up, or nobody was left to take them", 0),
    "mean_wait_seconds": ("Mean wait, seconds", 2),
    "p95_wait_seconds": ("95th percentile of waits, seconds", 1),
    "service_level": ("Served within the target", SHARE),
    "occupancy": ("Occupancy, rest left out", SHARE),
    "heavy_total": ("Heavy contacts served", 0),
    "max_heavy_per_agent_day_mean": ("Most heavy contacts on one person in a day, mean of days", 2),
    "share_agent_days_heavy_ge4": ("Agent-days with four or more heavy contacts", SHARE),
    "gini_heavy": ("Gini coefficient of heavy contacts among those on duty, mean of days", 3),
    "share_next_contact_within_5min_after_heavy": ("Next contact within 5 minutes after a heavy one", SHARE),
    "share_next_contact_within_10min_after_heavy": ("Next contact within 10 minutes after a heavy one", SHARE),
    "back_to_back_heavy": ("Heavy contacts right after a heavy one", 0),
    "rest_minutes_given": ("Decompression given, minutes", 0),
    "rest_debt_minutes": ("Decompression owed and not repaid that day, minutes", 0),
    "peak_acute_load_p95": ("95th percentile of an agent-day's highest acute load, points", 1),
    "max_carried_load": ("Highest carried load, points", 1),
}
"""What the figures are called, and their decimals; a share is shown in per cent."""
WIDTH, HEIGHT = 560, 290
LEFT, RIGHT, TOP, BOTTOM = 46, 16, 30, 46
DASHES = ("", "7 4", "2 4", "9 3 2 3", "4 3", "1 3", "12 4")
STEPS = 5


@dataclass(frozen=True)
class Line:
    """One curve in the plot's own units; `place` chooses its colour and dashes."""

    name: str
    place: int
    points: str
    dash: str


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: where, and its words."""

    at: float
    words: str


@dataclass(frozen=True)
class Plot:
    """A plot as it is drawn."""

    title: str
    across: str
    up: str
    lines: tuple[Line, ...]
    across_ticks: tuple[Tick, ...]
    up_ticks: tuple[Tick, ...]


def page(found: Comparison) -> str:
    """The page as HTML; names from files are escaped by the template."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    rows = [
        (label, [_figure(row[key], decimals) for row in found.report.values()])
        for key, (label, decimals) in LABELS.items()
    ]
    return environment.get_template("evidence/simulation.html").render(
        found=found, rows=rows, plots=plots(found), width=WIDTH, height=HEIGHT, left=LEFT, right=RIGHT, bottom=BOTTOM
    )


def _figure(value: float, decimals: int | None) -> str:
    return f"{100.0 * value:.1f} %" if decimals is SHARE else f"{value:,.{decimals}f}"


def plots(found: Comparison) -> list[Plot]:
    """What is drawn: how heavy contacts lie on people, how fast contacts are taken, and the daily maxima."""
    pictures = found.pictures
    most = max(len(each.heavy_shares) for each in pictures.values())
    heavy = {name: [*each.heavy_shares, *[0.0] * (most - len(each.heavy_shares))] for name, each in pictures.items()}
    drawn = [
        _plot("Heavy contacts on one person in a day", "heavy contacts", "share of agent-days", range(most), heavy),
        _plot(
            "How soon contacts are taken",
            "seconds since arrival",
            "share of contacts",
            found.waits,
            {name: each.answered for name, each in pictures.items()},
        ),
    ]
    if found.days > 1:
        daily: dict[str, Sequence[float]] = {name: each.daily_max for name, each in pictures.items()}
        if found.limit is not None:
            daily["lowest possible"] = found.limit.bound
        title = "The most heavy contacts on one person, day by day"
        drawn.append(_plot(title, "day", "contacts", range(1, found.days + 1), daily))
    return drawn


def _plot(title: str, across: str, up: str, places: Sequence[int], curves: Mapping[str, Sequence[float]]) -> Plot:
    first, last = places[0], max(places[-1], places[0] + 1)
    highest = max((value for curve in curves.values() for value in curve), default=0.0)
    rise = _rise(highest)
    steps = max(1, math.ceil(highest / rise - 1e-9))
    top = rise * steps
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x_of(place: float) -> float:
        return round(LEFT + wide * (place - first) / (last - first), 1)

    def y_of(value: float) -> float:
        return round(TOP + high * (1.0 - value / top), 1)

    step = max(1, -(-(last - first) // 10))
    return Plot(
        title,
        across,
        up,
        tuple(
            Line(
                name,
                number,
                " ".join(f"{x_of(place)},{y_of(value)}" for place, value in zip(places, curve, strict=True)),
                DASHES[number % len(DASHES)],
            )
            for number, (name, curve) in enumerate(curves.items())
        ),
        tuple(Tick(x_of(place), str(place)) for place in range(first, last + 1, step)),
        tuple(Tick(y_of(rise * part), f"{rise * part:g}") for part in range(steps + 1)),
    )


def _rise(highest: float) -> float:
    """From one mark of the upward axis to the next: 1, 2 or 5 of some power of ten, in about `STEPS` steps."""
    least = max(highest, 0.01) / STEPS
    power = 10.0 ** math.floor(math.log10(least))
    return next(round(power * times, 9) for times in (1, 2, 5, 10) if power * times >= least * (1 - 1e-9))

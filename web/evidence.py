"""The page of a simulation: figures and plots in one file that needs nothing else. Called by name from the command."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.services.simulation.comparing import Comparison

LABELS = {
    "served": ("Contacts served", 0),
    "abandoned": ("Gave up, or nobody was left to take them", 0),
    "mean_wait_seconds": ("Mean wait, seconds", 2),
    "p95_wait_seconds": ("95th percentile of waits, seconds", 1),
    "service_level": ("Served within the target, share of all", 4),
    "occupancy": ("Occupancy, rest left out", 4),
    "heavy_total": ("Heavy contacts served", 0),
    "max_heavy_per_agent_day_mean": ("Most heavy contacts on one person in a day, mean of days", 2),
    "share_agent_days_heavy_ge4": ("Agent-days with four or more heavy contacts", 4),
    "gini_heavy": ("Gini coefficient of heavy contacts among those on duty, mean of days", 3),
    "share_next_contact_within_5min_after_heavy": ("Next contact within 5 minutes after a heavy one", 4),
    "share_next_contact_within_10min_after_heavy": ("Next contact within 10 minutes after a heavy one", 4),
    "back_to_back_heavy": ("Heavy contacts right after a heavy one", 0),
    "rest_minutes_given": ("Decompression given, minutes", 0),
    "rest_debt_minutes": ("Decompression owed and not repaid that day, minutes", 0),
    "peak_acute_load_p95": ("95th percentile of an agent-day's highest acute load, points", 1),
    "max_carried_load": ("Highest carried load, points", 1),
}
WIDTH, HEIGHT = 560, 260
LEFT, RIGHT, TOP, BOTTOM = 46, 12, 12, 38
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
        (label, [f"{row[key]:,.{decimals}f}" for row in found.report.values()])
        for key, (label, decimals) in LABELS.items()
    ]
    return environment.get_template("evidence/simulation.html").render(
        found=found, rows=rows, plots=plots(found), width=WIDTH, height=HEIGHT, left=LEFT, top=TOP, bottom=BOTTOM
    )


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
    top = 1.0 if 0.5 < highest <= 1.0 else max(highest * 1.05, 0.01)
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
        tuple(Tick(y_of(top * part / STEPS), f"{top * part / STEPS:.2g}") for part in range(STEPS + 1)),
    )

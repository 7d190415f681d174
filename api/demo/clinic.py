"""The fictional clinic as data: when it is open, its queues, shifts, contracts, and who can work when.

Volumes and shares are invented so that the staff is about right for the work; handle times are those of a real
centre of short calls (mean 180 s, median 109 s, 95th percentile 587 s), with longer talks for nurse advice.
"""

from dataclasses import dataclass
from datetime import date, timedelta

ZONE = "Europe/Berlin"
NAME = "Lindenhof Clinic Line"

WEEKDAY_SHARE = (1.20, 1.05, 1.00, 0.97, 0.93, 0.34, 0.0)
"""Volume of Monday to Sunday against an ordinary Wednesday; closed on Sunday."""

HOURLY = (0.55, 1.15, 1.40, 1.38, 1.22, 0.98, 1.02, 1.12, 1.05, 0.95, 0.72, 0.52, 0.38)
"""Volume of the hours from 07:00 to 20:00 against the mean hour of a weekday."""

OPEN_WEEKDAY = (7 * 60, 20 * 60)
OPEN_SATURDAY = (8 * 60, 16 * 60)


@dataclass(frozen=True, slots=True)
class HandleTime:
    """Log-normal handle time by its median and mean, in seconds (sigma² = 2 ln(mean / median))."""

    median_seconds: float
    mean_seconds: float


SHORT_CALL = HandleTime(109, 180)
NURSE_CALL = HandleTime(588, 615)
"""Half of them last 8 to 12 minutes: median √(480·720) s, sigma ln(720/480) / (2·0.6745)."""
LONG_TALK = HandleTime(480, 600)


@dataclass(frozen=True, slots=True)
class Line:
    """One queue: its terms, an ordinary Wednesday's volume, its handle time, and how hard its contacts are.

    `hard_share` is the share of contacts drawn from the harder of the two entry profiles in `entry.py`.
    """

    code: str
    name: str
    priority: int
    target_wait_seconds: int
    service_level: float
    weekday_volume: float
    handle: HandleTime
    hard_share: float
    opens: int = OPEN_WEEKDAY[0]
    closes: int = OPEN_WEEKDAY[1]
    saturday: bool = True


LINES: tuple[Line, ...] = (
    Line("appointments", "Appointments", 5, 30, 0.80, 400, SHORT_CALL, 0.035),
    Line("billing", "Billing", 6, 90, 0.75, 150, SHORT_CALL, 0.06, 9 * 60, 17 * 60, saturday=False),
    Line("results", "Results", 4, 60, 0.80, 190, SHORT_CALL, 0.08, 8 * 60, 18 * 60),
    Line("medication", "Medication", 3, 45, 0.80, 200, SHORT_CALL, 0.12, 8 * 60, 19 * 60),
    Line("nurse_advice", "Nurse advice", 2, 60, 0.80, 100, NURSE_CALL, 0.22),
    Line(
        "bereavement", "Bereavement and complaints", 2, 60, 0.75, 26, LONG_TALK, 0.80, 9 * 60, 17 * 60, saturday=False
    ),
)

SHIFTS: tuple[tuple[str, str, str, str, int], ...] = (
    ("early", "Early", "07:00", "15:30", 30),
    ("morn", "Morning", "08:00", "16:30", 30),
    ("mid", "Mid", "09:30", "18:00", 30),
    ("late", "Late", "11:30", "20:00", 30),
    ("day", "School hours", "08:45", "14:45", 0),
    ("am", "Short morning", "08:00", "12:00", 0),
    ("pm", "Short afternoon", "13:00", "17:00", 0),
    ("eve", "Short evening", "15:00", "20:00", 0),
)
"""(code, name, start, end, meal minutes)."""

CONTRACTS: tuple[tuple[str, float, float, int], ...] = (
    ("c40", 36, 40, 5),
    ("c36", 32, 36, 5),
    ("c32", 28, 32, 5),
    ("c24", 20, 24, 4),
)
"""(code, least and most paid hours a week, most days in a row)."""

WINDOWS: dict[str, tuple[str, str, str]] = {
    "clara.hoffmann": ("01234", "08:00", "15:00"),
    "nadia.petrova": ("01245", "07:00", "16:30"),
    "linh.nguyen": ("01235", "11:00", "20:00"),
    "ben.oconnor": ("12345", "08:00", "18:30"),
    "ibrahim.toure": ("02345", "07:00", "20:00"),
    "karin.berg": ("01234", "08:00", "16:30"),
    "marek.kowalski": ("01234", "07:00", "18:30"),
}
"""Weekly windows of some part-timers: weekdays (0 = Monday), from, to. Everyone else can work any opening hour."""

AWAY: tuple[tuple[str, int, int], ...] = (
    ("tomas.novak", 7, 11),
    ("grace.walker", 0, 1),
    ("marie.dubois", 14, 18),
    ("david.mensah", 21, 25),
    ("oscar.nilsen", 10, 11),
    ("stefan.ionescu", 3, 4),
)
"""Time off: agent, first and last day, counted from the roster's first Monday."""

WISHES: tuple[tuple[str, int, str, str, int], ...] = (
    ("amara.okafor", 4, "", "off", 40),
    ("jonas.brandt", 11, "late", "off", 20),
    ("mei.tanaka", 5, "", "off", 40),
    ("sofia.lindqvist", 9, "early", "work", 20),
    ("arjun.rao", 18, "", "off", 30),
    ("ines.carvalho", 2, "morn", "work", 20),
    ("pieter.visser", 12, "", "off", 40),
    ("yusuf.demir", 4, "early", "work", 30),
    ("hanna.virtanen", 16, "late", "off", 20),
    ("luca.ferrari", 19, "", "off", 40),
    ("aisha.bello", 25, "early", "work", 20),
    ("eva.jansen", 8, "late", "off", 30),
    ("samuel.osei", 26, "", "off", 40),
    ("fatima.zahra", 18, "early", "work", 30),
    ("carlos.moreno", 22, "late", "work", 20),
    ("elena.popescu", 23, "", "off", 30),
    ("noah.meyer", 15, "mid", "work", 20),
    ("rosa.jimenez", 12, "", "off", 40),
    ("zoe.papadaki", 3, "late", "off", 20),
    ("anya.sharma", 17, "", "off", 30),
)
"""Wishes: agent, day counted from the first Monday, shift or empty for any, work or off, weight."""


def monday_of(day: date) -> date:
    """The Monday of `day`'s week."""
    return day - timedelta(days=day.weekday())


def demo_day(day: date) -> date:
    """The demo's "today": the Wednesday of `day`'s week."""
    return monday_of(day) + timedelta(days=2)


def opening(line: Line, day: date) -> tuple[int, int] | None:
    """Local minutes at which `line` opens and closes on `day`; None when it is closed."""
    if WEEKDAY_SHARE[day.weekday()] == 0:
        return None
    if day.weekday() < 5:
        return line.opens, line.closes
    return OPEN_SATURDAY if line.saturday else None

"""What the cases of the rules on working time share: one person, each case in both postings."""

from typing import Any

from tests.paired import Case, Priced
from tests.small_rosters import shift, small_problem

BOTH = (("plain", ()), ("one shift a day", ("one_shift_a_day",)))
"""With one shift a day a busy day is a sum of literals, without it a Boolean of its own."""


def hard(key: str, name: str, allowed: str, refused: str, **more: Any) -> list[Case]:
    """Rows of one person separated by blanks, in both postings."""
    rows = tuple({"A": row} for row in allowed.split()), tuple({"A": row} for row in refused.split())
    return [Case(key, f"{name}, {how}", small_problem(key, *rules, **more), *rows) for how, rules in BOTH]


def soft(key: str, name: str, rows: dict[str, int], terms: dict[str, Any] | None = None, **more: Any) -> list[Priced]:
    """What each row costs at a weight of 7."""
    given = {key: {"mode": "soft", "weight": 7} | (terms or {})}
    priced = tuple(({"A": row}, cost) for row, cost in rows.items())
    return [
        Priced(key, f"{name}, {how}", small_problem(key, *rules, given=given, **more), priced) for how, rules in BOTH
    ]


def following(**barred: str) -> list[dict[str, Any]]:
    """Shifts by name, each with those that may not follow."""
    return [shift(name) | {"not_followed_by": list(others)} for name, others in barred.items()]


def limits(*limits: tuple[str, int, int | None]) -> list[dict[str, Any]]:
    """Limits of shifts, each its name, least and most."""
    return [{"shift": name, "least": least, "most": most} for name, least, most in limits]


SUNDAY, LEAP, NEW_YEAR = "2026-11-29", "2028-02-28", "2026-12-31"
"""The last two: the day before a leap day, and a Thursday."""

"""Which way each number of a policy is stricter, and which numbers must not pass each other.

A number that is not here has no direction: two jurisdictions that set it must set the same.
"""

from enum import StrEnum
from typing import Any, NamedTuple


class Stricter(StrEnum):
    """The stricter of two numbers."""

    LARGER = "larger"
    SMALLER = "smaller"


DIRECTIONS: dict[str, Stricter] = {
    "rules.daily_rest.minutes": Stricter.LARGER,
    "rules.weekly_rest.minutes": Stricter.LARGER,
    "rules.consecutive_days.maximum": Stricter.SMALLER,
    "rules.min_consecutive_days.minimum": Stricter.LARGER,
    "rules.min_days_off.minimum": Stricter.LARGER,
    "rules.max_days_off.maximum": Stricter.SMALLER,
    "rules.consecutive_nights.minimum": Stricter.LARGER,
    "rules.consecutive_nights.maximum": Stricter.SMALLER,
    "rules.night_limits.maximum": Stricter.SMALLER,
    "rules.night_limits.shift_minutes": Stricter.SMALLER,
    "rules.rest_after_nights.minutes": Stricter.LARGER,
    "rules.rest_after_nights.nights": Stricter.SMALLER,
    "rules.average_minutes.week_minutes": Stricter.SMALLER,
    "rules.average_minutes.reference_weeks": Stricter.SMALLER,
    "rules.weekends.maximum": Stricter.SMALLER,
    "rules.heavy_shift_budget.maximum": Stricter.SMALLER,
    "rules.heavy_shift_budget.heavy_points": Stricter.SMALLER,
    "rules.heavy_successions.heavy_points": Stricter.SMALLER,
    "rules.recovery_day.severe_points": Stricter.SMALLER,
    "rules.notice.days": Stricter.LARGER,
    "rules.notice.added_pay_minutes": Stricter.LARGER,
    "rules.notice.removed_pay_minutes": Stricter.LARGER,
    "rules.notice.removed_pay_percent": Stricter.LARGER,
    "breaks.meal_over_minutes": Stricter.SMALLER,
    "breaks.meal_minutes": Stricter.LARGER,
    "breaks.meal_latest_minutes": Stricter.SMALLER,
    "breaks.second_meal_over_minutes": Stricter.SMALLER,
    "breaks.second_meal_latest_minutes": Stricter.SMALLER,
    "breaks.rest_minutes": Stricter.LARGER,
    "breaks.rest_per_minutes": Stricter.SMALLER,
    "breaks.rest_part_minutes": Stricter.LARGER,
    "breaks.edge_minutes": Stricter.LARGER,
    "breaks.min_gap_minutes": Stricter.LARGER,
}

MODES = ("off", "soft", "hard")
"""From lax to strict."""


class Bounds(NamedTuple):
    """Two keys of which the first may not be above the second."""

    low: str
    high: str


ORDERED: tuple[Bounds, ...] = (
    Bounds("rules.consecutive_nights.minimum", "rules.consecutive_nights.maximum"),
    Bounds("rules.consecutive_nights.minimum", "rules.consecutive_days.maximum"),
    Bounds("rules.min_consecutive_days.minimum", "rules.consecutive_days.maximum"),
    Bounds("rules.min_days_off.minimum", "rules.max_days_off.maximum"),
    Bounds("breaks.meal_earliest_minutes", "breaks.meal_latest_minutes"),
    Bounds("breaks.meal_latest_minutes", "breaks.second_meal_latest_minutes"),
    Bounds("breaks.meal_over_minutes", "breaks.second_meal_over_minutes"),
)


def is_mode(key: str) -> bool:
    """Whether `key` says that a rule is hard, soft or off."""
    return key.startswith("rules.") and key.endswith(".mode")


def has_direction(key: str) -> bool:
    """Whether one of two values of `key` is the stricter."""
    return key in DIRECTIONS or is_mode(key)


def strictness(key: str, value: Any) -> float:
    """A number that grows as `value` of a key with a direction gets stricter; raises `KeyError` for any other key."""
    if is_mode(key):
        return MODES.index(value) if value in MODES else len(MODES)
    return float(value) if DIRECTIONS[key] is Stricter.LARGER else -float(value)

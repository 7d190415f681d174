"""Terms that contradict each other are told by both their values; what can be meant is left alone."""

from typing import Any

import pytest

from roster.contradictions import contradictions, refuse_contradictions
from roster.problem import Problem, ProblemError
from tests.small_rosters import ana, small_problem

RUNS = (
    "min_consecutive_days",
    "consecutive_days",
    "min_days_off",
    "max_days_off",
    "consecutive_nights",
    "night_limits",
)
MINUTES = ("contract_minutes", "period_minutes", "one_shift_a_day", "shift_counts", "time_off")


def asked(given: dict[str, dict[str, Any]], days: int = 14, **agent: Any) -> Problem:
    return small_problem(*RUNS, *MINUTES, days=days, given=given, agents=[ana(**agent)])


def soft(key: str, **terms: int) -> dict[str, dict[str, Any]]:
    return {key: {"mode": "soft", **terms}}


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (
            asked({}, contract={"min_consecutive_days": 7}),
            "agent 'A': min_consecutive_days 7 is above rules.consecutive_days.maximum 6: expected at most 6",
        ),
        (
            asked({"min_consecutive_days": {"minimum": 4}}, contract={"max_consecutive_days": 3}),
            "agent 'A': rules.min_consecutive_days.minimum 4 is above max_consecutive_days 3: expected at most 3",
        ),
        (
            asked({"min_consecutive_days": {"minimum": 7}}),
            "rules.min_consecutive_days.minimum 7 is above rules.consecutive_days.maximum 6: expected at most 6",
        ),
        (
            asked({"max_days_off": {"maximum": 2}}, contract={"min_days_off": 3}),
            "agent 'A': min_days_off 3 is above rules.max_days_off.maximum 2: expected at most 2",
        ),
        (
            asked({"min_days_off": {"minimum": 3}, "max_days_off": {"maximum": 2}}),
            "rules.min_days_off.minimum 3 is above rules.max_days_off.maximum 2: expected at most 2",
        ),
        (
            asked({"consecutive_nights": {"minimum": 4}, "consecutive_days": {"maximum": 3}}),
            "rules.consecutive_nights.minimum 4 is above rules.consecutive_days.maximum 3: expected at most 3",
        ),
        (
            asked({"consecutive_nights": {"minimum": 4}, "night_limits": {"maximum": 3}}),
            "rules.consecutive_nights.minimum 4 is above rules.night_limits.maximum 3: expected at most 3",
        ),
        (
            asked({}, contract={"min_period_minutes": 5000, "max_week_minutes": 2400}),
            "agent 'A': min_period_minutes 5000 ask for 5000 in 14 days, but max_week_minutes 2400 allow 4800:"
            " expected no more than that",
        ),
        (
            asked({}, contract={"max_period_minutes": 3000, "min_week_minutes": 1600}),
            "agent 'A': max_period_minutes 3000 allow 3000 in 14 days, but min_week_minutes 1600 ask for 3200:"
            " expected no less than that",
        ),
        (
            asked({}, days=3, shift_limits=[{"shift": "E", "least": 2}, {"shift": "L", "least": 2}]),
            "agent 'A': shift_limits ask for 4 shifts, one a day at most, in 3 days: expected at most 3",
        ),
    ],
)
def test_both_values_are_told(problem: Problem, told: str) -> None:
    assert contradictions(problem) == (told,)
    with pytest.raises(ProblemError, match="expected"):
        refuse_contradictions(problem)


@pytest.mark.parametrize(
    "problem",
    [
        asked({}),
        asked({}, contract={"min_consecutive_days": 6}),
        asked(soft("min_consecutive_days"), contract={"min_consecutive_days": 7}),
        asked(soft("max_days_off", maximum=2), contract={"min_days_off": 3}),
        asked({"max_days_off": {"maximum": 3}}, contract={"min_days_off": 3}),
        asked({"night_limits": {"maximum": 0}, "consecutive_nights": {"minimum": 2}}),  # nobody works nights
        asked({"night_limits": {"maximum": 2, "days": 3}, "consecutive_nights": {"minimum": 2}}),
        asked({}, contract={"min_period_minutes": 4800, "max_week_minutes": 2400}),
        asked({}, contract={"max_period_minutes": 3000, "min_week_minutes": 1500}),
        asked({}, days=3, shift_limits=[{"shift": "E", "least": 2}, {"shift": "L", "least": 1}]),
        asked({}, contract={"min_consecutive_days": 7}, fixed=True),
        small_problem("period_minutes", agents=[ana(contract={"min_period_minutes": 5000, "max_week_minutes": 2400})]),
    ],
)
def test_what_can_be_meant_is_left_alone(problem: Problem) -> None:
    assert contradictions(problem) == ()
    refuse_contradictions(problem)

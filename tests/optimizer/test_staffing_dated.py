"""A quarter-hour's lines: they add up, and debriefs that are planned count where they are more than expected."""

import numpy as np
import pytest

from optimizer.staffing.dated import quarter_lines
from optimizer.staffing.profile import QUARTERS, WEEKDAYS, Profile
from optimizer.staffing.requirement import Promise, week_requirements
from roster.policy import StaffingPolicy, default_policy

STAFFING = StaffingPolicy(max_occupancy=0.85, break_shrinkage=0.06, absence_shrinkage=0.03)
AT, QUIET = (0, 40), (0, 41)


def profile(arrivals: float, *, rest: float = 0.0, severe: float = 0.0) -> Profile:
    week = np.zeros((WEEKDAYS, QUARTERS))
    week[AT] = arrivals
    return Profile(
        contacts=100,
        served=100,
        weeks=4.0,
        arrivals=week,
        handle_seconds=np.full((WEEKDAYS, QUARTERS), 180.0),
        mean_handle_seconds=180.0,
        scored=100,
        mean_score=30.0,
        rest_minutes_per_contact=rest,
        severe_share=severe,
    )


QUEUES = {"a": profile(50, rest=0.9, severe=0.03), "b": profile(4, rest=0.3)}
WEEKS = week_requirements(QUEUES, dict.fromkeys(QUEUES, Promise(20, 0.8)), STAFFING, default_policy().debrief)


def test_every_line_is_its_own_and_together_they_are_what_is_required() -> None:
    lines = quarter_lines(WEEKS, AT, STAFFING)
    assert lines["a"].decompression == pytest.approx(50 * 0.9 / 15)
    assert lines["a"].debriefs == pytest.approx(50 * 0.03 * 25 * 2 / 15)
    assert (lines["b"].debriefs, lines["b"].decompression) == (0, pytest.approx(4 * 0.3 / 15))
    for queue, line in lines.items():
        assert line.required == WEEKS[queue].required[AT]
        gross = (line.working + line.decompression + line.debriefs) / 0.91
        assert (line.breaks, line.absence) == (pytest.approx(0.06 * gross), pytest.approx(0.03 * gross))
        assert abs(line.rounding) < 1


def test_planned_debriefs_count_where_they_are_more_than_expected() -> None:
    usual = quarter_lines(WEEKS, AT, STAFFING)
    expected = sum(line.debriefs for line in usual.values())
    assert quarter_lines(WEEKS, AT, STAFFING, planned=expected - 0.1) == usual
    more = quarter_lines(WEEKS, AT, STAFFING, planned=expected + 4)
    assert sum(line.debriefs for line in more.values()) == pytest.approx(expected + 4)
    assert sum(line.required for line in more.values()) >= sum(line.required for line in usual.values()) + 4
    assert {queue: line.working for queue, line in more.items()} == {
        queue: line.working for queue, line in usual.items()
    }
    assert more["a"].debriefs - usual["a"].debriefs > more["b"].debriefs - usual["b"].debriefs > 0


def test_where_nobody_is_needed_a_planned_debrief_asks_for_nobody() -> None:
    assert {line.required for line in quarter_lines(WEEKS, QUIET, STAFFING, planned=2).values()} == {0}

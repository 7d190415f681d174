"""From an expected week to whole agents: Erlang C, rest as its own lines, and one rounding for the centre."""

import numpy as np
import pytest

from optimizer.staffing.erlang import required_agents
from optimizer.staffing.profile import QUARTERS, WEEKDAYS, Profile
from optimizer.staffing.requirement import Promise, shrinkage_lines, week_requirements
from roster.policy import DebriefPolicy, StaffingPolicy, default_policy

STAFFING = StaffingPolicy(max_occupancy=0.85, break_shrinkage=0.06, absence_shrinkage=0.03)
PLAIN = StaffingPolicy(max_occupancy=0.85, break_shrinkage=0.0, absence_shrinkage=0.0)
DEBRIEF = default_policy().debrief
PROMISE = Promise(target_wait_seconds=20, service_level=0.8)
AT = (0, 40)


def _profile(arrivals: float, *, handle: float = 180.0, rest: float = 0.0, severe: float = 0.0) -> Profile:
    week = np.zeros((WEEKDAYS, QUARTERS))
    week[AT] = arrivals
    return Profile(
        contacts=100,
        served=100,
        weeks=4.0,
        arrivals=week,
        handle_seconds=np.full((WEEKDAYS, QUARTERS), handle),
        mean_handle_seconds=handle,
        scored=100,
        mean_score=30.0,
        rest_minutes_per_contact=rest,
        severe_share=severe,
    )


def _week(staffing: StaffingPolicy, debrief: DebriefPolicy = DEBRIEF, **queues: Profile) -> dict[str, int]:
    found = week_requirements(queues, dict.fromkeys(queues, PROMISE), staffing, debrief)
    return {queue: int(week.required[AT]) for queue, week in found.items()}


def test_without_shrinkage_a_quarter_is_erlang_c() -> None:
    needed = required_agents(50, 180, target_seconds=20, service_level=0.8, max_occupancy=0.85)
    assert _week(PLAIN, q=_profile(50)) == {"q": needed} == {"q": 14}


def test_breaks_and_absence_divide_what_is_left() -> None:
    assert _week(STAFFING, q=_profile(50)) == {"q": 16}  # 14 / 0.91 = 15.38


def test_decompression_adds_the_minutes_of_the_expected_contacts() -> None:
    assert _week(PLAIN, q=_profile(50, rest=0.9)) == {"q": 17}  # 14 + 50 x 0.9 / 15


def test_debriefs_add_two_people_each_unless_switched_off() -> None:
    severe = _profile(50, severe=0.03)
    assert _week(PLAIN, q=severe) == {"q": 19}  # 14 + 50 x 0.03 x 25 x 2 / 15
    assert _week(PLAIN, DEBRIEF.model_copy(update={"enabled": False}), q=severe) == {"q": 14}


def test_a_quarter_without_contacts_needs_nobody() -> None:
    week = week_requirements({"q": _profile(50)}, {"q": PROMISE}, STAFFING, DEBRIEF)["q"]
    assert np.count_nonzero(week.required) == 1


def test_whole_people_are_counted_once_for_the_centre() -> None:
    quiet = {f"q{number}": _profile(0.1) for number in range(6)}
    assert _week(STAFFING, **quiet) == {"q0": 2, "q1": 1, "q2": 1, "q3": 1, "q4": 1, "q5": 1}  # 6 / 0.91 = 6.59


def test_the_largest_remainder_gets_the_last_person() -> None:
    queues = {"small": _profile(0.1), "large": _profile(50)}  # 1.10 and 15.38, together 16.48
    assert _week(STAFFING, **queues) == {"small": 1, "large": 16}


def test_the_lines_add_up_from_working_to_required_hours() -> None:
    queues = {"a": _profile(50, rest=0.9, severe=0.03), "b": _profile(4)}
    weeks = week_requirements(queues, dict.fromkeys(queues, PROMISE), STAFFING, DEBRIEF)
    lines = {line.name: line for line in shrinkage_lines(weeks, STAFFING)}
    assert list(lines) == ["breaks", "absence", "decompression", "debriefs", "whole people"]
    working = sum(float(week.working.sum()) for week in weeks.values()) / 4
    required = sum(float(week.required.sum()) for week in weeks.values()) / 4
    assert working + sum(line.agent_hours for line in lines.values()) == pytest.approx(required)
    assert lines["decompression"].agent_hours == pytest.approx(50 * 0.9 / 60)
    assert lines["debriefs"].agent_hours == pytest.approx(50 * 0.03 * 25 * 2 / 60)
    assert sum(line.share for line in lines.values()) == pytest.approx(1 - working / required)


def test_breaks_and_absence_that_take_all_time_are_refused() -> None:
    with pytest.raises(ValueError, match="expected less than all of it"):
        _week(StaffingPolicy(max_occupancy=0.85, break_shrinkage=0.5, absence_shrinkage=0.5), q=_profile(1))


def test_no_queues_have_no_requirement() -> None:
    assert week_requirements({}, {}, STAFFING, DEBRIEF) == {}
    assert all(line.agent_hours == 0 for line in shrinkage_lines({}, STAFFING))

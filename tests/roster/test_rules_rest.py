"""The checkers of daily rest and weekly rest, in pairs: one row that must pass, one that must not."""

import pytest

from tests.small_rosters import ana, past, sentences, shift, small_problem

DAILY = {"daily_rest": {"minutes": 660}}
WEEKLY = {"weekly_rest": {"minutes": 2100}}


# Late ends 22:00. Early at 07:00 is 9 h later, day at 09:00 exactly 11 h.
@pytest.mark.parametrize(("row", "broken"), [("LD", 0), ("LE", 1), ("EE", 0), ("L-E", 0), ("EN", 0), ("NL", 1)])
def test_eleven_hours_between_two_shifts(row: str, broken: int) -> None:
    problem = small_problem("daily_rest", shifts="EDLN", days=3, given=DAILY)
    assert len(sentences(problem, A=row)) == broken


def test_daily_rest_says_who_when_and_how_much() -> None:
    problem = small_problem("daily_rest", days=2)
    assert sentences(problem, A="LE") == ["Ana has 9 h of rest before E on Tuesday 24 November: 11 h is asked."]


def test_one_minute_too_little_rest_is_too_little() -> None:
    shifts = [shift("L", 14 * 60, 481), shift("D")]  # 22:01 to 09:00 = 10 h 59 min
    problem = small_problem("daily_rest", shifts=shifts, days=2)
    assert sentences(problem, A="LD") == ["Ana has 10 h 59 min of rest before D on Tuesday 24 November: 11 h is asked."]


# Clocks: 2026-03-29 goes from 02:00 to 03:00, 2026-10-25 from 03:00 back to 02:00.
@pytest.mark.parametrize(
    ("start", "morning", "broken"),
    [
        ("2026-11-23", "D", 0),  # 22:00 to 09:00 = 11 h
        ("2026-03-28", "D", 1),  # one hour less that night: 10 h
        ("2026-11-23", "S", 1),  # 22:00 to 08:00 = 10 h
        ("2026-10-24", "S", 0),  # one hour more that night: 11 h
        ("2028-02-28", "S", 1),  # the 29th is a day like others: 10 h, not 34
        ("2026-12-31", "S", 1),  # and so is New Year's Day
    ],
)
def test_daily_rest_counts_real_hours(start: str, morning: str, broken: int) -> None:
    shifts = [shift("L"), shift("D"), shift("S", 8 * 60, 480)]
    problem = small_problem("daily_rest", shifts=shifts, days=2, start=start)
    assert len(sentences(problem, A="L" + morning)) == broken


def test_daily_rest_looks_back_before_the_horizon_but_does_not_judge_the_past() -> None:
    tired = small_problem("daily_rest", days=2, agents=[ana(history=past("LEL"))])
    assert len(sentences(tired, A="E")) == 1
    assert sentences(tired, A="L") == []
    assert sentences(tired, A="--") == []


def test_daily_rest_holds_across_a_day_that_a_long_shift_swallowed() -> None:
    shifts = [shift("X", 23 * 60, 1440), shift("E")]  # X ends 23:00 the next day; 07:00 is 8 h later
    problem = small_problem("daily_rest", shifts=shifts, days=3)
    assert len(sentences(problem, A="X-E")) == 1
    assert sentences(problem, A="X--") == []


def test_daily_rest_runs_from_the_shift_that_ends_last() -> None:
    shifts = [shift("X", 12 * 60, 1440), shift("Q", 13 * 60, 60), shift("L")]
    problem = small_problem("daily_rest", shifts=shifts, days=2)
    assert sentences(problem, A="QL") == []
    # X lasts until Tuesday 12:00: Q begins inside it, and L 2 h after it, not 24 h after Q.
    told = sentences(problem, A="[XQ]L")
    assert [one.split(" of rest")[0] for one in told] == ["Ana has 0 min", "Ana has 2 h"]


def test_nobody_judges_another_teams_rest() -> None:
    other = ana(fixed=True, pins=[{"day": 0, "shift": "L"}, {"day": 1, "shift": "E"}])
    assert sentences(small_problem("daily_rest", days=2, agents=[other]), A="LE") == []


# Six earlies end on Saturday 15:00: 33 h until Monday. Tuesday 15:00 to Thursday 07:00: 40 h.
@pytest.mark.parametrize(("row", "broken"), [("EEEEE--", 0), ("EEEEEE-", 1), ("EE-EEEE", 0), ("EL-ELEL", 1)])
def test_one_rest_of_35_hours_in_each_week(row: str, broken: int) -> None:
    assert len(sentences(small_problem("weekly_rest", given=WEEKLY), A=row)) == broken


def test_weekly_rest_says_who_which_week_and_how_much() -> None:
    problem = small_problem("weekly_rest")
    assert sentences(problem, A="EEEEEE-") == [
        "Ana rests at most 33 h at a stretch in the week of 23 November: 35 h is asked."
    ]


# A shift ending on Saturday at 13:00 leaves 35 h until Monday, an hour less in spring.
# One ending at 14:00 leaves 34 h, an hour more in autumn.
@pytest.mark.parametrize(
    ("start", "row", "broken"),
    [
        ("2026-11-23", "MMMMMM-", 0),
        ("2026-03-23", "MMMMMM-", 1),
        ("2026-11-23", "SSSSSS-", 1),
        ("2026-10-19", "SSSSSS-", 0),
    ],
)
def test_weekly_rest_counts_real_hours(start: str, row: str, broken: int) -> None:
    shifts = [shift("M"), shift("S", 6 * 60, 480)]
    assert len(sentences(small_problem("weekly_rest", shifts=shifts, start=start), A=row)) == broken


def test_a_night_before_the_horizon_shortens_the_first_rest() -> None:
    row = "-LLLLLL"  # Monday 00:00 to Tuesday 14:00 = 38 h; from 06:00 it is 32 h
    assert sentences(small_problem("weekly_rest", shifts="LN"), A=row) == []
    tired = small_problem("weekly_rest", shifts="LN", agents=[ana(history=past("N"))])
    assert len(sentences(tired, A=row)) == 1


def test_weeks_run_from_the_first_day_and_each_needs_its_own_rest() -> None:
    problem = small_problem("weekly_rest", days=14, start="2026-11-25")
    assert sentences(problem, A="EEEEE--" + "EEEEE--") == []
    told = sentences(problem, A="EEEEE--" + "EEEEEE-")
    assert told == ["Ana rests at most 33 h at a stretch in the week of 2 December: 35 h is asked."]
    # Two days off, but the end of one week and the begin of the next: neither 35 h lies inside one week.
    assert len(sentences(problem, A="EEEEEE-" + "-LLLLLL")) == 1


def test_a_part_week_is_not_judged() -> None:
    assert sentences(small_problem("weekly_rest", days=6), A="EEEEEE") == []
    assert sentences(small_problem("weekly_rest", days=13), A="EEEEE--EEEEEE") == []


def test_a_rest_hidden_under_a_longer_shift_does_not_count() -> None:
    shifts = [shift("X", 12 * 60, 1440), shift("Q", 13 * 60, 60), shift("E")]
    problem = small_problem("weekly_rest", shifts=shifts)
    # Q ends on Monday 14:00, 41 h before Wednesday's early; without X that is rest enough.
    assert sentences(problem, A="Q-EEEEE") == []
    # X lasts until Tuesday 12:00: 19 h are left.
    assert len(sentences(problem, A="[XQ]-EEEEE")) == 1

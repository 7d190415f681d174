"""The checkers of one shift a day, consecutive days and contract minutes, in pairs."""

from typing import Any

import pytest

from tests.small_rosters import ana, past, sentences, shift, small_problem, verdict

# ---- one shift a day


@pytest.mark.parametrize(("row", "broken"), [("E-", 0), ("EL", 0), ("[EL]-", 1), ("NE", 0), ("-[EL]", 1)])
def test_one_shift_on_a_day(row: str, broken: int) -> None:
    assert len(sentences(small_problem("one_shift_a_day", shifts="ELN", days=2), A=row)) == broken


def test_two_shifts_on_a_day_are_named() -> None:
    told = sentences(small_problem("one_shift_a_day", days=2), A="[EL]-")
    assert told == ["Ana has 2 shifts on Monday 23 November: E, L."]


def test_a_shift_must_not_begin_before_last_nights_has_ended() -> None:
    shifts = [shift("N"), shift("F", 6 * 60, 480), shift("B", 6 * 60 - 15, 480)]
    problem = small_problem("one_shift_a_day", shifts=shifts, days=2)
    assert sentences(problem, A="NF") == []  # N ends at 06:00, when F begins
    assert sentences(problem, A="NB") == [
        "Ana: B on Tuesday 24 November begins before N of Monday 23 November has ended."
    ]


@pytest.mark.parametrize(
    ("start", "broken"),
    [("2026-11-23", 0), ("2026-03-28", 1), ("2026-12-31", 0), ("2028-02-28", 0)],
)
def test_a_night_over_the_spring_change_ends_an_hour_later_by_the_clock(start: str, broken: int) -> None:
    problem = small_problem("one_shift_a_day", shifts=[shift("N"), shift("F", 6 * 60, 480)], days=2, start=start)
    assert len(sentences(problem, A="NF")) == broken


def test_last_nights_shift_may_be_before_the_horizon() -> None:
    shifts = [shift("N"), shift("B", 5 * 60, 480)]
    problem = small_problem("one_shift_a_day", shifts=shifts, days=2, agents=[ana(history=past("N"))])
    assert len(sentences(problem, A="B-")) == 1
    assert sentences(problem, A="N-") == []


def test_another_teams_people_may_work_what_their_lead_says() -> None:
    other = ana(fixed=True, pins=[{"day": 0, "shift": "E"}])
    assert verdict(small_problem("one_shift_a_day", days=2, agents=[other]), A="E-").violations == ()


# ---- consecutive days


def test_six_days_in_a_row_pass_and_seven_do_not() -> None:
    problem = small_problem("consecutive_days", days=8)
    assert sentences(problem, A="EEEEEE-E") == []
    assert sentences(problem, A="EEEEEEE-") == [
        "Ana works 7 days in a row until Sunday 29 November: at most 6 are allowed."
    ]


@pytest.mark.parametrize(("contract", "row", "broken"), [(5, "EEEEE-E", 0), (5, "EEEEEE-", 1), (9, "EEEEEEE", 1)])
def test_the_lower_of_rule_and_contract_counts(contract: int, row: str, broken: int) -> None:
    agent = ana(contract={"max_consecutive_days": contract})
    assert len(sentences(small_problem("consecutive_days", agents=[agent]), A=row)) == broken


@pytest.mark.parametrize(
    ("history", "row", "broken"),
    [
        ("EEEE", "EE-EEEE", 0),  # 4 + 2 = 6
        ("EEEE", "EEE-EEE", 1),  # 4 + 3 = 7
        ("EEE-", "EEEEEE-", 0),  # the day off before counts from anew
        ("EEEEEEEE", "-EEEEEE", 0),  # too long, but past
        ("EEEEEEEE", "E------", 1),  # 8 + 1 = 9
    ],
)
def test_the_days_before_the_horizon_count(history: str, row: str, broken: int) -> None:
    agent = ana(history=past(history))
    assert len(sentences(small_problem("consecutive_days", agents=[agent]), A=row)) == broken


def test_each_run_that_is_too_long_is_told_once_at_its_first_day_too_many() -> None:
    problem = small_problem("consecutive_days", days=10, given={"consecutive_days": {"maximum": 2}})
    found = verdict(problem, A="EEEE-EEE--").violations
    assert [(one.agent, one.day) for one in found] == [("A", 2), ("A", 7)]


def test_a_working_day_is_one_on_which_a_shift_begins() -> None:
    problem = small_problem("consecutive_days", shifts="N", days=3, given={"consecutive_days": {"maximum": 1}})
    assert sentences(problem, A="N-N") == []  # Tuesday until 06:00 is no working day
    assert len(sentences(problem, A="NN-")) == 1


# ---- contract minutes: each shift pays 450 minutes


def contracted(days: int = 7, start: str = "2026-11-23", **changes: Any) -> Any:
    terms = {"min_week_minutes": 1800, "max_week_minutes": 2250}
    return small_problem("contract_minutes", days=days, start=start, agents=[ana(contract=terms, **changes)])


@pytest.mark.parametrize(
    ("row", "broken"),
    [
        ("EEEE---", 0),  # 1800
        ("EEEEE--", 0),  # 2250
        ("EEE----", 1),  # 1350 < 1800
        ("EEEEEE-", 1),  # 2700 > 2250
    ],
)
def test_paid_minutes_of_a_week(row: str, broken: int) -> None:
    assert len(sentences(contracted(), A=row)) == broken


def test_contract_minutes_say_who_when_and_how_much() -> None:
    assert sentences(contracted(), A="EEE----") == [
        "Ana works 22 h 30 min in the week of 23 November: the contract asks at least 30 h."
    ]
    assert sentences(contracted(days=3), A="EEE") == [
        "Ana works 22 h 30 min in the 3 days from 23 November: the contract asks at most 16 h 5 min."
    ]


# 3 days: 1800 * 3/7 = 771.4, floor 771; 2250 * 3/7 = 964.3, ceiling 965.
@pytest.mark.parametrize(("row", "broken"), [("E--", 1), ("EE-", 0), ("EEE", 1)])
def test_a_part_week_counts_pro_rata(row: str, broken: int) -> None:
    assert len(sentences(contracted(days=3), A=row)) == broken
    assert len(sentences(contracted(days=10), A="EEEE---" + row)) == broken


@pytest.mark.parametrize(("minutes", "broken"), [(770, 1), (771, 0), (965, 0), (966, 1)])
def test_part_weeks_are_rounded_outward(minutes: int, broken: int) -> None:
    terms = {"min_week_minutes": 1800, "max_week_minutes": 2250}
    options = [
        {"id": "E", "start_minute": 0, "minutes": 1200, "paid_minutes": minutes},
        {"id": "F", "start_minute": 0, "minutes": 1200, "paid_minutes": 800},  # fits, so the least stays
    ]
    problem = small_problem("contract_minutes", shifts=options, days=3, agents=[ana(contract=terms)])
    assert len(sentences(problem, A="E--")) == broken


@pytest.mark.parametrize(
    ("off", "row", "broken"),
    [
        ([6], "EEE----", 1),  # one day credits 360: at least 1440, 1350 is short
        ([6], "EEEE---", 0),  # 1800, at most 1890
        ([6], "EEEEE--", 1),  # 2250 > 1890
        ([6, 6], "EEEE---", 0),  # the same day twice counts once
        ([0, 1, 2, 3, 4], "-----E-", 0),  # 5 days credit 1800: at least 0, at most 450
        ([0, 1, 2, 3, 4], "-----EE", 1),
        ([0, 1, 2, 3, 4, 5, 6], "-------", 0),
        ([0, 1, 2, 3, 4, 5, 6], "-----E-", 0),  # the credit is no more than the week's: at most 450 still
        ([7, 8], "EEEE---", 0),  # another week's
        ([-1], "EEEE---", 0),
    ],
)
def test_each_day_of_time_off_credits_a_fifth_of_the_weekly_minimum(off: list[int], row: str, broken: int) -> None:
    assert len(sentences(contracted(time_off=off), A=row)) == broken


@pytest.mark.parametrize(
    ("off", "row", "broken"),
    [
        ([0], "-EE", 1),  # 771.4 - 360 = 411.4 and 964.3 - 360 = 604.3: one shift fits, two don't
        ([0], "-E-", 0),
        ([0], "---", 1),
        ([0, 1, 2], "---", 0),  # 3/5 of 1800 would be 1080, more than the part week's 771.4
    ],
)
def test_time_off_in_a_part_week_credits_at_most_its_share(off: list[int], row: str, broken: int) -> None:
    assert len(sentences(contracted(days=3, time_off=off), A=row)) == broken


def exactly(minutes: int, paid: int, days: int = 7, **changes: Any) -> Any:
    """A contract of exactly so many minutes a week, and a shift that pays `paid`."""
    option = {"id": "E", "start_minute": 0, "minutes": 720, "paid_minutes": paid}
    agent = ana(contract={"min_week_minutes": minutes, "max_week_minutes": minutes}, **changes)
    return small_problem("contract_minutes", shifts=[option], days=days, agents=[agent])


@pytest.mark.parametrize(
    ("problem", "row", "broken"),
    [
        # 2400 less a fifth is 1920: no number of shifts of 600, so the nearest below.
        (exactly(2400, 600, time_off=[6]), "EEE----", 0),
        (exactly(2400, 600, time_off=[6]), "EE-----", 1),
        (exactly(2400, 600, time_off=[6]), "EEEE---", 1),
        # 3/7 of 2250 are 964 to 965: two shifts of 450, not three.
        (exactly(2250, 450, days=3), "EE-", 0),
        (exactly(2250, 450, days=3), "E--", 1),
        (exactly(2250, 450, days=3), "EEE", 1),
        # 5/7 of 2250 less two fifths are 707 to 708: one.
        (exactly(2250, 450, days=5, time_off=[0, 1]), "--E--", 0),
        (exactly(2250, 450, days=5, time_off=[0, 1]), "-----", 1),
        (exactly(2250, 450, days=5, time_off=[0, 1]), "--EE-", 1),
        # A whole week is taken at its word.
        (exactly(2400, 450), "EEEEE--", 1),
        (exactly(2400, 450), "EEEEEE-", 1),
    ],
)
def test_an_exact_contract_stays_possible_where_the_week_is_cut(problem: Any, row: str, broken: int) -> None:
    assert len(sentences(problem, A=row)) == broken


def test_weeks_run_from_the_first_day_whatever_its_weekday() -> None:
    problem = contracted(days=14, start="2026-12-30")
    assert sentences(problem, A="EEEE---" + "---EEEE") == []
    assert len(sentences(problem, A="EEEEE--" + "EEE----")) == 1
    assert len(sentences(problem, A="EEE----" + "EEEEEE-")) == 2


def test_shifts_before_the_horizon_do_not_count_for_the_contract() -> None:
    assert len(sentences(contracted(history=past("EEEE")), A="E------")) == 1

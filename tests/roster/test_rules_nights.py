"""What a night is, and the checkers of consecutive nights, night limits and the rest after nights."""

from typing import Any

import pytest
from pydantic import ValidationError

from roster.rules.nights import is_night, night_minutes
from roster.rules.parameters.base import NightTerms
from tests.small_rosters import ana, past, sentences, shift, small_problem, verdict

# ---- what a night is: 23:00 to 06:00, three hours of it


@pytest.mark.parametrize(
    ("begin", "minutes", "start", "expected"),
    [
        (22 * 60, 480, "2026-11-23", 420),  # 23:00 to 06:00
        (14 * 60, 480, "2026-11-23", 0),
        (18 * 60, 480, "2026-11-23", 180),  # 23:00 to 02:00
        (17 * 60 + 59, 480, "2026-11-23", 179),
        (180, 480, "2026-11-23", 180),  # 03:00 to 06:00, the night of the day before
        (180, 1440, "2026-11-23", 180 + 240),  # and 23:00 to 03:00
        (22 * 60, 480, "2026-03-28", 360),  # until 07:00 by the clock: 23:00 to 06:00 has 6 h in spring
        (150, 240, "2026-11-29", 210),
        (150, 240, "2026-03-29", 150),  # 02:30 is 03:30 in spring
        (90, 480, "2026-10-25", 330),  # 01:30 to 06:00 has 5 h 30 min in autumn
        (23 * 60, 480, "2026-12-31", 420),
        (23 * 60, 480, "2028-02-28", 420),
    ],
)
def test_minutes_of_the_night(begin: int, minutes: int, start: str, expected: int) -> None:
    problem = small_problem(shifts=[shift("X", begin, minutes)], days=1, start=start)
    assert night_minutes(problem, 0, "X") == expected
    assert is_night(problem, 0, "X") == (expected >= 180)


def test_the_night_may_be_another() -> None:
    night = {"from_minute": 0, "to_minute": 300, "minimum_minutes": 120}
    problem = small_problem(shifts=[shift("X", 23 * 60, 180), shift("Y", 4 * 60, 480)], days=1, night=night)
    assert (night_minutes(problem, 0, "X"), night_minutes(problem, 0, "Y")) == (120, 60)
    assert is_night(problem, 0, "X")
    assert not is_night(problem, 0, "Y")


def test_a_night_without_length_is_refused() -> None:
    with pytest.raises(ValidationError, match="begins and ends at minute 360: expected two minutes that differ"):
        NightTerms(from_minute=360, to_minute=360)


# ---- consecutive nights


def nights(history: str = "", **terms: Any) -> Any:
    agents = [ana(history=past(history))]
    return small_problem("consecutive_nights", shifts="EN", agents=agents, given={"consecutive_nights": terms})


def test_a_run_that_is_too_long_is_told_once() -> None:
    assert sentences(nights(), A="NNNN-NN") == []
    assert sentences(nights(), A="NNNNN--") == [
        "Ana works 5 nights in a row until Friday 27 November: at most 4 are allowed."
    ]
    found = verdict(nights(maximum=2), A="NNNENNN").violations
    assert [(one.agent, one.day) for one in found] == [("A", 2), ("A", 6)]


def test_a_run_that_is_too_short_is_told_where_it_begins() -> None:
    told = verdict(nights(minimum=2), A="-N--NN-").violations
    assert [one.day for one in told] == [1]
    assert told[0].sentence == "Ana works 1 night in a row until Tuesday 24 November: at least 2 are asked."


@pytest.mark.parametrize(
    ("history", "row", "broken"),
    [
        ("", "N------", 0),  # nobody knows what was before
        ("E", "N------", 1),  # day -1 was no night
        ("N", "N------", 0),  # nobody knows what was before the one night
        ("EN", "N------", 1),  # two of three
        ("EN", "NN-----", 0),
        ("EN", "-------", 1),  # one of three: the roster ends it
        ("EN-", "-------", 0),  # it was over before
        ("E", "------N", 0),  # it may go on
        ("E", "-----NN", 0),
        ("E", "----N-N", 1),
    ],
)
def test_runs_at_the_ends(history: str, row: str, broken: int) -> None:
    assert len(sentences(nights(history, minimum=3), A=row)) == broken


@pytest.mark.parametrize(
    ("history", "row", "broken"), [("NNN", "N-----N", 0), ("NNN", "NN----N", 1), ("NNNNN", "E", 0)]
)
def test_nights_before_the_roster_count_and_are_not_judged(history: str, row: str, broken: int) -> None:
    assert len(sentences(nights(history), A=row)) == broken


def test_at_a_price_each_night_counts() -> None:
    found = verdict(nights(mode="soft", weight=7, minimum=2, maximum=2), A="NNNN-N-")
    assert (found.violations, found.costs) == ((), {"consecutive_nights": 2 * 7 + 7})


# ---- night limits


def limited(history: str = "", shifts: Any = "EN", **terms: Any) -> Any:
    agents = [ana(history=past(history))]
    return small_problem("night_limits", shifts=shifts, agents=agents, given={"night_limits": terms})


@pytest.mark.parametrize(
    ("history", "row", "days"),
    [
        ("", "NN-N---", []),
        ("", "NN-NN--", [4]),  # the fourth in five days
        ("", "NNNN-N-", [3, 5]),  # four in four, four in five
        ("N-N", "N-N----", []),
        ("N-NN", "N--N---", [0]),  # days -4 to 0
        ("NNNNN", "----N--", []),
    ],
)
def test_each_night_too_many_in_five_days(history: str, row: str, days: list[int]) -> None:
    found = verdict(limited(history, maximum=3, days=5), A=row).violations
    assert [one.day for one in found] == days


def test_night_limits_say_how_many_and_how_long() -> None:
    long_night = [shift("N"), shift("Y", 1200, 615), shift("Z", 420, 720)]
    assert sentences(limited(shifts=long_night, shift_minutes=600), A="YZZ----") == [
        "Ana works 10 h 15 min at a stretch in Y on Monday 23 November: a night may last 10 h."
    ]
    assert sentences(limited(maximum=1), A="NN-----") == [
        "Ana works 2 nights in the 7 days up to Tuesday 24 November: at most 1 are allowed."
    ]


def test_a_long_night_at_a_price_costs_once_more() -> None:
    problem = limited(shifts=[shift("Y", 1200, 615)], mode="soft", weight=3, maximum=1, shift_minutes=600)
    assert verdict(problem, A="YY-----").costs == {"night_limits": 3 + 3 + 3}


# ---- rest after nights: N ends at 06:00, E begins at 07:00


@pytest.mark.parametrize(
    ("asked", "history", "row", "broken"),
    [
        (1, "", "N-E----", 1),  # 25 h
        (1, "", "N--E---", 0),  # 49 h
        (1, "", "NE--E--", 1),
        (1, "", "NEE----", 2),
        (1, "N", "-E-----", 1),
        (1, "N", "--E----", 0),
        (2, "", "N-E-NE-", 0),
        (2, "", "NN-E---", 1),
        (2, "N", "N-E----", 1),
        (2, "", "N-NE---", 0),
        (1, "", "NNNN---", 0),
    ],
)
def test_the_rest_after_nights(asked: int, history: str, row: str, broken: int) -> None:
    agents = [ana(history=past(history))]
    given = {"rest_after_nights": {"nights": asked}}
    problem = small_problem("rest_after_nights", shifts="EN", agents=agents, given=given)
    assert len(sentences(problem, A=row)) == broken


def test_the_rest_after_nights_says_how_long_it_is() -> None:
    told = sentences(small_problem("rest_after_nights", shifts="EN"), A="N-E----")
    assert told == ["Ana has 25 h between nights and E on Wednesday 25 November: 46 h are asked."]


@pytest.mark.parametrize(("start", "broken"), [("2026-11-21", 0), ("2026-03-28", 1), ("2026-10-24", 0)])
def test_the_rest_after_nights_is_real_time(start: str, broken: int) -> None:
    shifts = [shift("N"), shift("K", 240, 480)]  # K begins at 04:00, 46 h after 06:00
    problem = small_problem("rest_after_nights", shifts=shifts, days=4, start=start)
    assert len(sentences(problem, A="N--K")) == broken

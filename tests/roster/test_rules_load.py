"""The checkers of the heavy shift budget, heavy successions and the recovery day, by arithmetic."""

from typing import Any

import pytest

from tests.small_rosters import ana, past, sentences, shift, small_problem, verdict

SHIFTS = [shift("E"), shift("S", 480, 240)]
QUEUES = [{"id": "x", "exposure_per_hour": 10.0}, {"id": "easy", "exposure_per_hour": 2.0}]
"""E (8 h) plans 80 points for who serves x alone, S (4 h) 40."""


def loaded(key: str, history: str = "", skills: tuple[str, ...] = ("x",), **terms: Any) -> Any:
    agents = [ana(skills=skills, history=past(history)), {"id": "B", "name": "Bo", "skills": ["easy"]}]
    return small_problem(key, shifts=SHIFTS, agents=agents, queues=QUEUES, given={key: terms})


# ---- heavy shift budget


@pytest.mark.parametrize(
    ("history", "row", "days"),
    [
        ("", "EE-E---", []),
        ("", "EESE---", [3]),  # with S heavy: three in four days
        ("EE", "E------", []),
        ("EE", "-E-----", []),
        ("EEE", "E------", [0]),
        ("E-EE", "E------", []),
        ("EEEE", "E------", [0]),
        ("EEEE", "-E-----", []),
        ("EEEE", "-EE----", []),
        ("EEEE", "-------", []),
    ],
)
def test_heavy_days_in_any_four(history: str, row: str, days: list[int]) -> None:
    points = 40 if "S" in row else 80
    problem = loaded("heavy_shift_budget", history, heavy_points=points, maximum=3, days=4)
    assert [one.day for one in verdict(problem, A=row).violations] == days


def test_heavy_is_by_each_persons_own_skills() -> None:
    problem = loaded("heavy_shift_budget", heavy_points=80, maximum=1)
    assert [one.agent for one in verdict(problem, A="EE", B="EE").violations] == ["A"]
    both = loaded("heavy_shift_budget", skills=("x", "easy"), heavy_points=80, maximum=1)
    assert verdict(both, A="EE").violations == ()  # 6 points an hour: 48


def test_heavy_is_by_what_is_required_when() -> None:
    demand = [{"queue": "x", "day": 0, "required": [1] * 96}, {"queue": "easy", "day": 1, "required": [1] * 96}]
    agents = [ana(skills=["x", "easy"])]
    given = {"heavy_shift_budget": {"heavy_points": 80, "maximum": 0}}
    problem = small_problem(
        "heavy_shift_budget", shifts=SHIFTS, days=2, agents=agents, queues=QUEUES, demand=demand, given=given
    )
    assert [one.day for one in verdict(problem, A="EE").violations] == [0]


def test_the_budget_speaks_of_planned_exposure() -> None:
    told = sentences(loaded("heavy_shift_budget", heavy_points=80, maximum=1), A="E-E----")
    assert told == [
        "Ana has 2 heavy shifts in the 7 days up to Wednesday 25 November: at most 1 are allowed"
        " (planned exposure of 80 points or more)."
    ]


def test_at_a_price_each_heavy_day_too_many_costs() -> None:
    problem = loaded("heavy_shift_budget", mode="soft", weight=6, heavy_points=80, maximum=1, days=3)
    assert verdict(problem, A="EEE-E--").costs == {"heavy_shift_budget": 3 * 6}


# ---- heavy successions


@pytest.mark.parametrize(
    ("history", "row", "days"), [("", "ESE-E--", []), ("", "EEE----", [1, 2]), ("E", "E------", [0]), ("EE", "-E", [])]
)
def test_heavy_days_in_a_row(history: str, row: str, days: list[int]) -> None:
    problem = loaded("heavy_successions", history, heavy_points=80)
    assert [one.day for one in verdict(problem, A=row).violations] == days


def test_heavy_days_in_a_row_are_told_with_their_points() -> None:
    told = sentences(loaded("heavy_successions", heavy_points=40), A="SE-----")
    assert told == [
        "Ana has a heavy shift on Tuesday 24 November and on the day before"
        " (planned exposure 80 after 40 points; 40 or more is heavy)."
    ]


# ---- recovery day


@pytest.mark.parametrize(
    ("history", "row", "days"),
    [
        ("", "EE-EE-E", []),
        ("", "EEE-ESS", [2]),  # 160, then a free day, then 80 + 40 = 120
        ("", "EEEE---", [2, 3]),
        ("", "SSSE---", []),  # 120 before E
        ("", "SSSSE--", [4]),
        ("E", "EE-----", [1]),
        ("E-", "EE-----", []),
        ("EEEE", "-E-----", []),
        ("EEEE", "E------", [0]),
    ],
)
def test_the_day_after_enough_is_off(history: str, row: str, days: list[int]) -> None:
    problem = loaded("recovery_day", history, severe_points=160, step_points=10)
    assert [one.day for one in verdict(problem, A=row).violations] == days


@pytest.mark.parametrize(
    ("step", "severe", "row", "broken"),
    [
        (50, 150, "EEE", 1),  # 80 counts 100, two 200
        (50, 200, "SSE", 0),  # 40 counts 50
        (50, 100, "SSE", 1),
        (100, 100, "SSSSS", 0),  # 40 of 100 counts nothing
        (80, 81, "EE", 0),  # 81 points are two steps of 80
        (80, 80, "EE", 1),
    ],
)
def test_shifts_count_in_whole_steps(step: int, severe: int, row: str, broken: int) -> None:
    problem = loaded("recovery_day", severe_points=severe, step_points=step)
    assert len(sentences(problem, A=row)) == broken


def test_the_recovery_day_says_what_the_days_have_brought() -> None:
    told = sentences(loaded("recovery_day", severe_points=160, step_points=10), A="EEE----")
    assert told == [
        "Ana works on Wednesday 25 November after days in a row with about 160 points of planned exposure:"
        " from 160 the next day is off."
    ]

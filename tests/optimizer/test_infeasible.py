"""An impossible problem says who clashes with what, and when; a possible one says nothing."""

from typing import Any

import pytest

from optimizer.shifts.grid import Grid
from optimizer.shifts.reasons.infeasible import Clashes, clashes_of
from optimizer.shifts.solve import solve
from roster.problem import Problem
from roster.result import Result, Status
from tests.small_rosters import ana, past, small_problem

EVERY_HARD = (
    "one_shift_a_day",
    "daily_rest",
    "weekly_rest",
    "consecutive_days",
    "contract_minutes",
    "availability",
    "time_off",
    "pins",
)
PIN_E = {"day": 0, "shift": "E"}


def outcome(problem: Problem) -> Result:
    return solve(problem, time_limit_seconds=600, deterministic_limit=5, workers=1)


def asking(least: int, most: int = 10080) -> dict[str, int]:
    return {"min_week_minutes": least, "max_week_minutes": most}


def all_day(*weekdays: int) -> list[dict[str, int]]:
    return [{"weekday": day, "start_minute": 0, "end_minute": 1440} for day in weekdays]


def impossible(**more: Any) -> Problem:
    """A problem of a week, early and late shifts of 450 paid minutes, with every hard rule on."""
    return small_problem(*EVERY_HARD, **more)


IMPOSSIBLE = {
    "a pin on a day of time off": (
        impossible(agents=[ana(time_off=[0], pins=[PIN_E])]),
        ["Ana", "E", "pinned", "Monday 23 November", "time off"],
    ),
    "a pin outside every window": (
        impossible(agents=[ana(availability=all_day(1), pins=[PIN_E])]),
        ["Ana", "E", "pinned", "Monday 23 November", "not available"],
    ),
    "two pins too close": (
        impossible(agents=[ana(pins=[{"day": 1, "shift": "L"}, {"day": 2, "shift": "E"}])]),
        ["Ana", "pinned", "9 h of rest", "Wednesday 25 November"],
    ),
    "a pin too close to the past": (
        impossible(agents=[ana(history=past("L"), pins=[PIN_E])]),
        ["Ana", "pinned", "9 h of rest", "Monday 23 November"],
    ),
    "pins on too many days": (
        impossible(
            agents=[ana(contract={"max_consecutive_days": 3}, pins=[{"day": d, "shift": "E"} for d in range(4)])]
        ),
        ["Ana", "pinned", "4 days in a row", "at most 3"],
    ),
    "a day too many after the past": (
        impossible(agents=[ana(history=past("EEEEEE"), pins=[PIN_E])]),
        ["Ana", "pinned", "7 days in a row", "at most 6"],
    ),
    "hours that windows leave no room for": (
        impossible(agents=[ana(contract=asking(2250), availability=all_day(0, 3))]),
        ["Ana", "37 h 30 min", "the week of 23 November", "windows", "15 h"],
    ),
    "hours that time off leaves no room for": (
        # Two days off credit 2/5 of 3150: 1890 are asked, but of four windows two are left.
        impossible(agents=[ana(contract=asking(3150), time_off=[1, 2], availability=all_day(0, 1, 2, 3))]),
        ["Ana", "31 h 30 min", "the week of 23 November", "time off", "windows", "15 h"],
    ),
    "hours that the weekly rest leaves no room for": (
        # Seven earlies; with six there is a day off.
        small_problem(
            "one_shift_a_day", "weekly_rest", "contract_minutes", shifts="E", agents=[ana(contract=asking(3150))]
        ),
        ["Ana", "52 h 30 min", "the week of 23 November", "rest", "45 h"],
    ),
    "hours below what is pinned": (
        impossible(agents=[ana(contract=asking(0, 900), pins=[{"day": d, "shift": "E"} for d in (0, 2, 4)])]),
        ["Ana", "at most 15 h", "the week of 23 November", "22 h 30 min"],
    ),
    "hours that no shifts add up to": (
        impossible(agents=[ana(contract=asking(460, 460))]),
        [
            "Ana: the contract asks exactly 7 h 40 min in the week of 23 November, but no shifts add up to that:"
            " 7 h 30 min and 15 h are nearest."
        ],
    ),
    "hours of all days that no shifts add up to": (
        small_problem(
            "one_shift_a_day",
            "period_minutes",
            days=10,
            agents=[ana(contract={"min_period_minutes": 2400, "max_period_minutes": 2500})],
        ),
        [
            "Ana: the contract asks at least 40 h and at most 41 h 40 min in the whole roster, but no shifts add up to"
            " that: 37 h 30 min and 45 h are nearest."
        ],
    ),
    "more hours than there are days": (
        small_problem(
            "one_shift_a_day",
            "period_minutes",
            "time_off",
            days=3,
            agents=[ana(contract={"min_period_minutes": 2250}, time_off=[1])],
        ),
        # Of 2250 a fifth of a week's share is 1050.
        ["Ana: the contract asks at least 20 h in the whole roster, but shifts on 2 days make 15 h at most."],
    ),
}


@pytest.mark.parametrize("name", list(IMPOSSIBLE))
def test_it_names_the_person_what_clashes_and_when(name: str) -> None:
    problem, words = IMPOSSIBLE[name]
    result = outcome(problem)
    assert result.status is Status.INFEASIBLE
    assert (result.assignments, result.objective, result.costs) == ((), None, {})
    text = " ".join(result.conflicts)
    assert [word for word in words if word not in text] == [], text


def test_it_names_the_week_that_is_impossible_and_no_other() -> None:
    # 4 shifts are asked a week; the second week has windows on 4 days too, but one of them is pinned off.
    agent = ana(contract=asking(1800), availability=all_day(0, 1, 2, 3), pins=[{"day": 8}])
    (sentence,) = outcome(impossible(days=14, agents=[agent])).conflicts
    assert "the week of 30 November" in sentence
    assert "23 November" not in sentence
    assert "pins" in sentence


def test_it_names_a_part_week_by_its_days() -> None:
    # 1800 minutes a week ask 771 of 3 days; one window leaves 450.
    agent = ana(contract=asking(1800), availability=all_day(0, 3, 4, 5))
    (sentence,) = outcome(impossible(days=10, agents=[agent])).conflicts
    assert "the 3 days from 30 November" in sentence
    assert "12 h 51 min" in sentence


def test_it_names_everybody_who_has_no_row_and_nobody_else() -> None:
    agents = [
        ana(time_off=[0], pins=[PIN_E]),
        {"id": "B", "name": "Bo", "pins": [PIN_E]},
        {"id": "C", "name": "Cem", "contract": asking(5000)},
        {"id": "D", "name": "Dov", "fixed": True, "time_off": [0], "pins": [PIN_E]},
    ]
    result = outcome(impossible(agents=agents))
    assert [sentence.split(":")[0].split()[0] for sentence in result.conflicts] == ["Ana", "Cem"]


def test_it_gives_up_an_agreement_before_the_law() -> None:
    # Seven earlies would satisfy the contract and break the weekly rest: the contract is what is named.
    (sentence,) = outcome(impossible(shifts="E", agents=[ana(contract=asking(3150))])).conflicts
    assert sentence.startswith("Ana: 52 h 30 min are asked")


def test_a_rule_that_is_off_is_no_reason() -> None:
    agent = ana(time_off=[0], pins=[PIN_E])
    result = outcome(small_problem("pins", agents=[agent]))
    assert (result.status, result.conflicts) == (Status.OPTIMAL, ())


def test_a_possible_problem_has_no_conflicts() -> None:
    problem = impossible(agents=[ana(contract=asking(1800, 2250), time_off=[6], pins=[PIN_E])])
    assert clashes_of(Grid(problem)) == Clashes()
    assert outcome(problem).status is Status.OPTIMAL

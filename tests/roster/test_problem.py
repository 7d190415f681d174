"""The problem as a value: what it computes about days and shifts, and how it refuses nonsense."""

import json
import re
from datetime import UTC, date, datetime
from typing import Any

import pytest

from roster.problem import Problem, ProblemError, problem_from_json

AMSTERDAM = "Europe/Amsterdam"
TWO = [{"id": "A1"}, {"id": "B2"}]


def values(**changes: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "zone": AMSTERDAM,
        "start": "2026-11-23",
        "days": 2,
        "shifts": [{"id": "E", "start_minute": 420, "minutes": 480, "paid_minutes": 450}],
        "queues": [{"id": "advice"}],
        "agents": [{"id": "A1", "skills": ["advice"]}],
    }
    return base | changes


def refused(**changes: Any) -> str:
    with pytest.raises(ProblemError) as caught:
        problem_from_json(json.dumps(values(**changes)))
    return str(caught.value)


def test_it_survives_json() -> None:
    problem = problem_from_json(json.dumps(values()))
    assert problem_from_json(problem.model_dump_json()) == problem


def test_a_shift_covers_its_quarters_from_the_horizons_begin() -> None:
    problem = Problem.model_validate(values())
    assert problem.covered(0, "E") == range(28, 60)
    assert problem.covered(1, "E") == range(96 + 28, 96 + 60)
    assert problem.span(0, "E") == (
        datetime(2026, 11, 23, 6, 0, tzinfo=UTC),
        datetime(2026, 11, 23, 14, 0, tzinfo=UTC),
    )


def test_a_night_over_the_spring_change_keeps_its_length_and_ends_an_hour_later_by_the_clock() -> None:
    night = [{"id": "N", "start_minute": 1320, "minutes": 480, "paid_minutes": 480}]
    problem = Problem.model_validate(values(start="2026-03-28", shifts=night))
    begin, end = problem.span(0, "N")
    assert (end - begin).total_seconds() == 8 * 3600
    assert end == datetime(2026, 3, 29, 5, 0, tzinfo=UTC)  # 07:00 by the new summer time, not 06:00
    assert problem.quarters == (96, 92)
    assert problem.covered(0, "N") == range(88, 120)


def test_days_before_the_horizon_have_spans_too() -> None:
    problem = Problem.model_validate(values())
    assert problem.date_of(-1) == date(2026, 11, 22)
    assert problem.covered(-1, "E").start < 0


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"days": 0}, "^days: value '0': expected at least 1$"),
        ({"days": 420}, "^days: value '420': expected at most 371$"),
        ({"zone": "Europe/Atlantis"}, "time zone 'Europe/Atlantis' does not exist"),
        ({"agents": [{"id": "A1"}, {"id": "A1"}]}, "agent 'A1' is there twice"),
        (
            {"agents": [{"id": "A1", "skills": ["surgery"]}]},
            r"skill 'surgery' is no queue: expected one of \['advice'\]",
        ),
        ({"agents": [{"id": "A1", "pins": [{"day": 7, "shift": "E"}]}]}, "day 7 is past the horizon"),
        ({"agents": [{"id": "A1", "wishes": [{"day": 0, "shift": "X", "wanted": True}]}]}, "shift 'X' is unknown"),
        (
            {"agents": [{"id": "A1", "history": [{"day": 3, "shift": "E"}]}]},
            "^agents.0 'A1'.history.0.day: value '3': expected less than 0$",
        ),
        (
            {"agents": [{"id": "A1", "contract": {"min_week_minutes": 2400, "max_week_minutes": 1200}}]},
            "max_week_minutes 1200 is below min_week_minutes 2400",
        ),
        (
            {"agents": [{"id": "A1", "availability": [{"weekday": 0, "start_minute": 600, "end_minute": 540}]}]},
            "window ends at minute 540, before it starts at 600",
        ),
        (
            {"demand": [{"queue": "advice", "day": 0, "required": [1, 1]}]},
            "advice on day 0 has 2 quarters: expected 96",
        ),
        ({"demand": [{"queue": "x", "day": 0, "required": [0] * 96}]}, "queue 'x' is unknown"),
        ({"shift_demand": [{"day": 2, "shift": "E", "required": 1}]}, "shift demand: day 2 is outside the horizon"),
        ({"shift_demand": [{"day": 0, "shift": "Q", "required": 1}]}, "shift demand: shift 'Q' is unknown: expected"),
        (
            {"shift_demand": [{"day": 0, "shift": "E", "required": 1}] * 2},
            "shift demand for 'E on day 0' is there twice",
        ),
        ({"role_demand": [{"day": 5, "required": 1}]}, "role demand: day 5 is outside the horizon: expected 0 to 1"),
        (
            {"role_demand": [{"start_minute": 600, "end_minute": 540, "required": 1}]},
            "role demand ends at minute 540, before it starts at 600",
        ),
        ({"together": [{"first": "A1", "second": "A1"}]}, "a pair needs two people: 'A1' is there twice"),
        ({"apart": [{"first": "A1", "second": "Z"}]}, "apart: agent 'Z' is unknown: expected one of the problem's 1"),
        (
            {"agents": TWO, "together": [{"first": "A1", "second": "B2"}] * 2},
            "together: 'A1 with B2' is there twice",
        ),
        (
            {"agents": TWO, "apart": [{"first": "A1", "second": "B2"}, {"first": "B2", "second": "A1"}]},
            "apart: 'A1 and B2' is there twice",
        ),
        (
            {
                "agents": TWO,
                "together": [{"first": "A1", "second": "B2"}],
                "apart": [{"first": "B2", "second": "A1"}],
            },
            "'A1' and 'B2' are to be kept both together and apart",
        ),
        ({"published": [{"agent": "Z", "day": 0, "shift": "E"}]}, "published: agent 'Z' is unknown"),
        ({"published": [{"agent": "A1", "day": -1, "shift": "E"}]}, "published: day -1 is outside the horizon"),
        ({"published": [{"agent": "A1", "day": 0, "shift": "Q"}]}, "published: shift 'Q' is unknown"),
        (
            {"published": [{"agent": "A1", "day": 0, "shift": "E"}] * 2},
            "published: 'E of A1 on day 0' is there twice",
        ),
        (
            {"shifts": [{"id": "E", "start_minute": 0, "minutes": 60, "paid_minutes": 60, "not_followed_by": ["Q"]}]},
            "shift 'E': not_followed_by: shift 'Q' is unknown",
        ),
        ({"colour": "red"}, "^colour: value 'red': there is no such field$"),
        ({"days": 2.5}, "^days: value '2.5': expected a whole number$"),
        ({"days": "two"}, "^days: value 'two': expected a whole number$"),
        ({"start": "2026-13-01"}, "^start: value '2026-13-01': expected a date such as 2026-11-23$"),
        ({"shifts": []}, "^shifts: expected at least 1, there are 0$"),
        ({"shifts": 5}, "^shifts: value '5': expected a list$"),
        ({"agents": [{"name": "Ana"}]}, "^agents.0.id: is missing: expected one$"),
        ({"agents": [{"id": ""}]}, "^agents.0 ''.id: value '': expected at least 1 character$"),
        ({"agents": [{"id": "x" * 121}]}, "^agents.0 '.*'.id: value '.*': expected at most 120 characters$"),
        ({"agents": [{"id": 5}]}, "^agents.0.id: value '5': expected text$"),
        ({"agents": [{"id": "A1", "fixed": "perhaps"}]}, "fixed: value 'perhaps': expected true or false$"),
        ({"agents": ["A1"]}, "^agents.0: value 'A1': expected an object$"),
        (
            {"queues": [{"id": "advice", "exposure_per_hour": "much"}]},
            "exposure_per_hour: value 'much': expected a number$",
        ),
        (
            {"rules": {"daily_rest": {"mode": "soft"}}},
            "^rules.daily_rest.mode: value 'soft': expected 'hard' or 'off'$",
        ),
    ],
)
def test_nonsense_is_refused_with_its_value(changes: dict[str, Any], expected: str) -> None:
    assert re.search(expected, refused(**changes)), refused(**changes)


def test_all_faults_are_told_at_once() -> None:
    text = refused(agents=[{"id": "A1", "skills": ["a", "b"]}])
    assert "'a'" in text
    assert "'b'" in text


def test_for_the_time_they_were_not_there_people_have_had_the_mean_share_of_those_who_were() -> None:
    """12 nights of a whole contract, half a contract and half the time of a whole one: 6 a whole one."""
    half = {"max_week_minutes": 1200}
    people = [
        {"id": "whole", "memory": {"nights": 7}},
        {"id": "half", "memory": {"nights": 2}, "contract": half},
        {"id": "half the time", "memory": {"nights": 3, "refused_wishes": 1, "present_percent": 50}},
        {"id": "new"},
        {"id": "new, half", "contract": half},
        {"id": "another team's", "fixed": True, "memory": {"nights": 50}},
    ]
    problem = Problem.model_validate(values(agents=people))
    nights = {agent.id: agent.memory.nights for agent in problem.agents if not agent.fixed}
    assert nights == {"whole": 7, "half": 2, "half the time": 3 + 3, "new": 6, "new, half": 3}
    assert [agent.memory.refused_wishes for agent in problem.agents] == [0, 0, 1, 1, 0, 0]  # half of one is rounded up
    assert {agent.memory.present_percent for agent in problem.agents if not agent.fixed} == {100}
    assert problem_from_json(problem.model_dump_json()) == problem
    fewer = problem.model_copy(update={"agents": problem.agents[3:]})
    assert Problem.model_validate(fewer.model_dump()).agents[0].memory.nights == 6  # filled in once, for good


def test_where_nobody_has_a_memory_nobody_has_had_anything() -> None:
    assert {agent.memory.nights for agent in Problem.model_validate(values(agents=TWO)).agents} == {0}


def test_each_fault_has_a_line() -> None:
    assert len(refused(days=0, colour="red").splitlines()) == 2
    assert len(refused(agents=[{"id": "A1", "skills": ["a", "b"]}]).splitlines()) == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("agent,day,shift", "1: no JSON at column 1: expected value: expected a problem as a JSON object"),
        (
            json.dumps(values(), indent=1)[:100],
            "8: no JSON at column 2: EOF while parsing a value (is the file complete?): expected a problem as a JSON"
            " object",
        ),
        (
            "",
            "1: no JSON at column 0: EOF while parsing a value (is the file complete?): expected a problem as a JSON"
            " object",
        ),
        ("[1, 2]", "problem: expected an object"),
    ],
)
def test_text_that_is_no_problem_is_refused_with_its_line(text: str, told: str) -> None:
    with pytest.raises(ProblemError) as caught:
        problem_from_json(text)
    assert str(caught.value) == told


def test_a_copy_computes_anew_what_its_changed_fields_decide() -> None:
    problem = Problem.model_validate(values())
    assert (len(problem.quarters), problem.agent_of["A1"].fixed) == (2, False)
    other = problem.agents[0].model_copy(update={"fixed": True})
    copy = problem.model_copy(update={"agents": (other,), "days": 3})
    assert (len(copy.quarters), copy.agent_of["A1"].fixed) == (3, True)
    assert (len(problem.quarters), problem.agent_of["A1"].fixed) == (2, False)

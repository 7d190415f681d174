"""What no roster can do is said before it is planned."""

from typing import Any

import pytest

from roster.problem import Problem
from roster.unmet import unmet
from tests.small_rosters import ana, small_problem


def asking(*rules: str, **more: Any) -> Problem:
    required = [2 if 28 <= quarter < 60 else 0 for quarter in range(96)]
    return small_problem(
        *rules,
        queues=[{"id": "x", "name": "Advice"}, {"id": "y"}],
        demand=[{"queue": "x", "day": 0, "required": required}],
        **more,
    )


def test_a_queue_that_nobody_is_skilled_for() -> None:
    assert unmet(asking("cover", agents=[ana(skills=["y"])])) == (
        "Nobody can take Advice: no agent has the skill 'x', so all 16 agent-hours that it requires will be missing.",
    )


@pytest.mark.parametrize(
    "problem",
    [
        asking("cover", agents=[ana(skills=["x"])]),
        asking(agents=[ana(skills=["y"])]),
        asking("role_cover", agents=[ana(roles=["lead"])], role_demand=[{"role": "lead", "required": 1}]),
        asking(agents=[ana()], role_demand=[{"role": "lead", "required": 1}]),
    ],
    ids=["skilled", "cover is off", "the role is held", "role cover is off"],
)
def test_nothing_is_said_where_nothing_is_wrong(problem: Problem) -> None:
    assert unmet(problem) == ()


def test_roles_that_nobody_or_too_few_hold() -> None:
    problem = asking(
        "role_cover",
        agents=[ana(roles=["lead"])],
        role_demand=[
            {"role": "peer", "required": 1},
            {"role": "lead", "required": 2},
            {"required": 3},
        ],
    )
    assert unmet(problem) == (
        "Nobody holds the role 'peer', yet 1 with it are asked for.",
        "2 people with the role 'lead' are asked for at once, but there are only 1.",
        "3 people are asked for at once, but there are only 1.",
    )


def test_a_shift_that_asks_for_more_people_than_there_are() -> None:
    demand = [{"day": day, "shift": "E", "required": day + 1} for day in range(3)]
    more = {"shift_demand": demand, "agents": [ana(), {"id": "B"}]}
    told = "E asks for 3 people on a day, but there are only 2."
    assert unmet(small_problem("cover_by_shift", **more)) == (told,)
    assert unmet(small_problem(**more)) == ()
    assert unmet(small_problem("cover_by_shift", **more | {"shift_demand": demand[:2]})) == ()

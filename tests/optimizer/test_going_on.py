"""A run tells what its roster costs by rule, begins with the best it was given, and is the same by the same limits."""

import pytest

from optimizer.shifts.progress import Progress
from optimizer.shifts.solve import solve
from roster.problem import Assigned, Problem
from roster.result import Result, Status, TracePoint
from roster.rules.registry import judge
from tests.small_rosters import small_problem

LONG = 600.0
"""Seconds no test reaches: counts end them."""


def team(people: int = 5, days: int = 14) -> Problem:
    """Too few people for two shifts a day, with nights off the table and wishes in the way."""
    required = [3 if 28 <= quarter < 88 else 0 for quarter in range(96)]
    return small_problem(
        "one_shift_a_day",
        "daily_rest",
        "contract_minutes",
        "cover",
        "preferences",
        days=days,
        queues=[{"id": "x"}],
        agents=[
            {
                "id": f"A{number}",
                "skills": ["x"],
                "contract": {"min_week_minutes": 900, "max_week_minutes": 2250},
                "wishes": [{"day": number, "wanted": False}],
            }
            for number in range(people)
        ],
        demand=[{"queue": "x", "day": day, "required": required} for day in range(days)],
    )


def planned(problem: Problem, limit: float = 1.0, seed: int = 0) -> Result:
    return solve(problem, time_limit_seconds=LONG, deterministic_limit=limit, workers=1, seed=seed)


def test_each_counted_point_of_the_trace_says_the_cost_of_each_rule() -> None:
    problem = team()
    told: list[TracePoint] = []
    result = solve(problem, time_limit_seconds=LONG, deterministic_limit=1, workers=1, on_progress=told.append)
    counted = [point for point in told if point.costs]
    assert counted
    for point in counted:
        assert set(point.costs) == {"cover", "preferences"}
        assert point.objective is not None
        assert sum(point.costs.values()) <= point.objective
    assert sum(result.costs.values()) == result.objective


def test_costs_are_counted_for_a_small_part_of_the_time_only() -> None:
    asked: list[int] = []

    def count(lines: object) -> dict[str, int]:
        asked.append(1)
        progress.started -= 10.0  # as if it had taken ten seconds
        return {"cover": 1}

    progress = Progress(time_limit_seconds=LONG, count_costs=count)
    for objective in (30, 20, 10):
        progress.offer(objective, list)
    assert [bool(point.costs) for point in progress.trace] == [True, False, False]
    progress.started -= 250.0
    progress.offer(5, list)
    assert progress.trace[-1].costs == {"cover": 1}
    assert len(asked) == 2


def test_a_run_that_is_stopped_at_once_keeps_the_roster_it_began_with() -> None:
    problem = team()
    best = planned(problem)
    again = solve(problem, time_limit_seconds=LONG, workers=1, start_from=best.assignments, should_stop=lambda: True)
    assert again.status is Status.FEASIBLE
    assert set(again.assignments) == set(best.assignments)
    assert again.objective == best.objective
    assert again.trace[0].objective == best.objective


def test_a_run_is_never_worse_than_where_it_began() -> None:
    problem = team()
    best = planned(problem, limit=2.0)
    again = solve(
        problem, time_limit_seconds=LONG, deterministic_limit=0.05, workers=1, seed=9, start_from=best.assignments
    )
    assert best.objective is not None
    assert again.objective is not None
    assert again.objective <= best.objective
    assert judge(problem, again.assignments).violations == ()


@pytest.mark.parametrize(
    "start",
    [
        (Assigned(agent="A0", day=0, shift="L"), Assigned(agent="A0", day=1, shift="E")),
        (Assigned(agent="nobody", day=0, shift="E"),),
        (Assigned(agent="A0", day=99, shift="E"),),
        (Assigned(agent="A0", day=0, shift="E"), Assigned(agent="A0", day=0, shift="E")),
    ],
    ids=["breaks a rule", "an unknown agent", "a day outside", "a line twice"],
)
def test_a_roster_that_is_no_roster_is_no_hindrance(start: tuple[Assigned, ...]) -> None:
    problem = team()
    result = solve(problem, time_limit_seconds=LONG, deterministic_limit=0.5, workers=1, start_from=start)
    assert result.status in (Status.OPTIMAL, Status.FEASIBLE)
    assert judge(problem, result.assignments).violations == ()


def test_the_same_seed_and_deterministic_limit_give_the_same_roster() -> None:
    problem = team(people=8, days=28)
    one, two = planned(problem, limit=3.0, seed=5), planned(problem, limit=3.0, seed=5)
    assert one.assignments == two.assignments
    assert (one.objective, one.bound) == (two.objective, two.bound)
    assert [(point.objective, point.bound) for point in one.trace] == [
        (point.objective, point.bound) for point in two.trace
    ]

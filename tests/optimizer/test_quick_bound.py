"""The bound without a linear program: never above the optimum, near what columns prove, and what it is made of."""

import random

import numpy as np
import pytest

from bench.own_shape import own_shape
from optimizer.shifts.columns.balances import BalanceArrays
from optimizer.shifts.columns.bounding import Bounding
from optimizer.shifts.columns.quick_bound import QuickBounding
from optimizer.shifts.progress import Progress
from optimizer.shifts.rows.in_row import Balance
from optimizer.shifts.search.construct import construct
from optimizer.shifts.search.crew import Crew
from optimizer.shifts.solve import solve
from roster.result import Status
from tests.optimizer.test_roster_planner import crew_of, team
from tests.optimizer.test_team_terms import team as tied_team

LONG = 600.0
"""Seconds no test reaches: counts end them."""


def quick(crew: Crew, rounds: int) -> tuple[QuickBounding, int]:
    progress = Progress(time_limit_seconds=LONG)
    bounding = QuickBounding(crew.grid, crew.people, crew.cover, crew.rows)
    bounding.run(progress, rounds=rounds)
    assert progress.bound is not None
    return bounding, progress.bound


@pytest.mark.parametrize("seed", range(6))
def test_it_is_never_above_the_optimum_of_small_teams_with_every_rule(seed: int) -> None:
    problem = team(people=3, days=7, seed=seed)
    best = solve(problem, time_limit_seconds=LONG, deterministic_limit=400, workers=1)
    assert best.status is Status.OPTIMAL
    assert best.objective is not None
    _, bound = quick(crew_of(problem), 40)
    assert 0.55 * best.objective <= bound <= best.objective


@pytest.mark.parametrize("seed", range(4, 8))
def test_it_is_never_above_the_optimum_where_people_are_tied_and_roles_asked_for(seed: int) -> None:
    problem = tied_team(seed)
    best = solve(problem, time_limit_seconds=LONG, deterministic_limit=400, workers=1)
    assert best.status is Status.OPTIMAL
    assert best.objective is not None
    _, bound = quick(crew_of(problem), 40)
    assert 0 < bound <= best.objective


def test_it_comes_near_the_bound_of_the_linear_program_and_whole_rows_lift_it() -> None:
    crew = crew_of(own_shape(agents=16, days=14))
    exact = Progress(time_limit_seconds=LONG)
    Bounding(crew.grid, crew.people, crew.cover, crew.known_rows()).run(exact)
    assert exact.bound is not None
    bounding, bound = quick(crew, 40)
    assert 0.98 * exact.bound <= bounding._bound <= exact.bound + 1
    assert bound > bounding._bound
    assert bounding.distance < 0.03


def test_climbing_over_whole_rows_lifts_the_bound_beyond_what_the_weeks_prices_say_of_them() -> None:
    bounding, bound = quick(crew_of(own_shape(agents=12, days=14)), 16)
    assert bounding._best is not None
    at_once = bounding._whole(bounding._best)
    assert at_once is not None
    assert bound > 1.001 * at_once.bound


def test_whoever_waits_is_told_of_all_that_the_climb_proves() -> None:
    crew = crew_of(own_shape(agents=10, days=14))
    assert construct(crew, 0)
    progress = Progress(time_limit_seconds=600.0)
    bounding = QuickBounding(crew.grid, crew.people, crew.cover, crew.rows)
    told: list[int | None] = []
    bounding.run(progress, rounds=2, on_round=lambda: told.append(progress.bound))
    assert len(told) > 3
    assert told[1] != told[-1] == progress.bound


def test_it_teaches_a_slope_for_each_balance_and_parts_that_can_be_worked() -> None:
    crew = crew_of(own_shape(agents=12, days=14))
    bounding, _ = quick(crew, 10)
    for person in crew.people:
        slopes = np.array(bounding.slopes[person.agent.id])
        assert (slopes >= person.lowest - 1e-9).all()
        assert (slopes <= person.steepest + 1e-9).all()
    assert {agent for agent, _ in bounding.parts} == {person.agent.id for person in crew.people}


class _Person:
    def __init__(self, draw: random.Random, count: int) -> None:
        self.balances = tuple(
            Balance(
                (1, 0, -2),
                draw.randint(0, 9),
                draw.randint(-6, 2),
                tuple(sorted((draw.randint(-5, 9), draw.randint(1, 4)) for _ in range(draw.randint(0, 4)))),
                start=draw.randint(-2, 3),
            )
            for _ in range(count)
        )
        self.amounts = np.array([one.amounts for one in self.balances], float).reshape(count, 3)
        self.lowest = np.array([one.slope for one in self.balances], float)
        self.steepest = self.lowest + [sum(change for _, change in one.turns) for one in self.balances]
        self.flattest = np.clip(0.0, self.lowest, self.steepest)

    def least_beyond(self, slopes: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
        """By trying every sum around the turns."""
        return float(
            sum(
                min(one.cost(total) - slope * (total - one.start) for total in range(-40, 60))
                for one, slope in zip(self.balances, slopes.tolist(), strict=True)
            )
        )


@pytest.mark.parametrize("seed", range(5))
def test_balances_as_arrays_cost_turn_and_end_as_each_does(seed: int) -> None:
    draw = random.Random(seed)
    people = [_Person(draw, count) for count in (3, 0, 2)]
    arrays = BalanceArrays(people)
    sums = [[draw.randint(-9, 15) for _ in one.balances] for one in people]
    totals, slopes = np.zeros((3, 3)), np.zeros((3, 3))
    for number, (person, each) in enumerate(zip(people, sums, strict=True)):
        totals[number, : len(each)] = each
        for place in range(len(each)):
            slopes[number, place] = person.lowest[place] + draw.random() * (
                person.steepest[place] - person.lowest[place]
            )
    cost = sum(
        one.cost(total)
        for person, each in zip(people, sums, strict=True)
        for one, total in zip(person.balances, each, strict=True)
    )
    assert arrays.cost(totals) == pytest.approx(cost)
    least = sum(person.least_beyond(slopes[number, : len(person.balances)]) for number, person in enumerate(people))
    assert arrays.least_beyond(slopes) == pytest.approx(least)
    # Steps at one sum end where the cost turns at it, and stay there.
    moved = slopes
    for _ in range(4000):
        moved = arrays.moved(moved, totals, np.full((3, 3), 0.02))
    for number, (person, each) in enumerate(zip(people, sums, strict=True)):
        for place, (one, total) in enumerate(zip(person.balances, each, strict=True)):
            below, above = one.cost(total) - one.cost(total - 1), one.cost(total + 1) - one.cost(total)
            assert below - 1e-6 <= moved[number, place] <= above + 1e-6

"""Who is kept together, in the bound: never above the optimum, above the bound without ties, and climbing."""

from typing import Literal

import numpy as np
import pytest

from bench.own_shape import own_shape
from optimizer.shifts.columns.pairs import PairPrices, _clusters, _Tie
from optimizer.shifts.columns.quick_bound import QuickBounding
from optimizer.shifts.progress import Progress
from optimizer.shifts.solve import solve
from roster.problem import Pair, Problem
from roster.result import Status
from tests.optimizer.test_roster_planner import crew_of, team

LONG = 600.0
"""Seconds no test reaches: counts end them."""


def tied(problem: Problem, pairs: list[tuple[str, str]], mode: Literal["soft", "hard"] = "soft") -> Problem:
    rule = problem.rules.keep_together.model_copy(update={"mode": mode, "weight": 300})
    rules = problem.rules.model_copy(update={"keep_together": rule})
    together = tuple(Pair(first=first, second=second) for first, second in pairs)
    return Problem.model_validate(problem.model_copy(update={"rules": rules, "together": together}).model_dump())


def bound_of(problem: Problem, rounds: int) -> int:
    crew, progress = crew_of(problem), Progress(time_limit_seconds=LONG)
    QuickBounding(crew.grid, crew.people, crew.cover, crew.rows).run(progress, rounds=rounds)
    assert progress.bound is not None
    return progress.bound


@pytest.mark.parametrize("mode", ["soft", "hard"])
@pytest.mark.parametrize("seed", range(1, 3))
def test_no_bound_with_ties_is_above_the_optimum(seed: int, mode: Literal["soft", "hard"]) -> None:
    problem = team(people=3, days=7, seed=seed)
    first, second, third = (agent.id for agent in problem.agents)
    problem = tied(problem, [(first, second), (second, third)], mode)
    best = solve(problem, time_limit_seconds=LONG, deterministic_limit=400, workers=1)
    assert best.status is Status.OPTIMAL
    assert best.objective is not None
    assert bound_of(problem, 20) <= best.objective


def test_ties_lift_the_bound() -> None:
    free = own_shape(agents=12, days=7)
    agents = [agent.id for agent in free.agents]
    without = tied(free, [])
    pairs = tied(free, list(zip(agents[::2], agents[1::2], strict=True)))
    assert bound_of(pairs, 12) > 1.01 * bound_of(without, 12)


def test_prices_stay_between_nothing_and_the_weight_and_cancel_out() -> None:
    problem = own_shape(agents=8, days=7)
    agents = [agent.id for agent in problem.agents]
    crew = crew_of(tied(problem, [(agents[0], agents[1]), (agents[1], agents[2])]))
    pairs = PairPrices(crew.grid, crew.people)
    pairs.climb(crew.finder, [np.full(len(crew.grid.options), -50.0) for _ in crew.people])
    first, middle, last = (pairs.of(number) for number in range(3))
    assert first is not None
    assert middle is not None
    assert last is not None
    assert first.max() > 0
    assert first.min() >= 0
    assert first.max() <= 300
    assert first + middle + last == pytest.approx(0.0)
    assert pairs.of(3) is None


def test_ties_hang_together_through_people_who_are_free() -> None:
    ties = [_Tie(0, 1, 1.0), _Tie(4, None, 1.0), _Tie(2, 3, 1.0), _Tie(3, 1, 1.0), _Tie(5, None, 1.0)]
    assert [sorted(cluster) for cluster in _clusters(ties)] == [[0, 2, 3], [1], [4]]

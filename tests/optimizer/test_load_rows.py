"""Best rows under the rules of nights, load and fair shares, all at once: the dynamic program against the model."""

import random

import numpy as np
import pytest
from ortools.sat.python import cp_model

from optimizer.shifts.grid import Grid
from optimizer.shifts.model.postings import post_rules
from optimizer.shifts.model.roster_model import RosterModel
from optimizer.shifts.rows.finder import RowFinder
from optimizer.shifts.rows.people import people_of
from roster.problem import Assigned, Problem
from roster.rules.registry import Scope, judge
from tests.optimizer.load_lines import FLEXIBLE, load_terms, load_traits, night_terms
from tests.small_rosters import ana, shift, small_problem

STARTS = ("2026-11-23", "2026-03-26", "2026-10-22", "2028-02-26", "2026-12-30")
SEEDS = range(40)
BALANCES = {"fairness", "exposure_balance"}
"""No part of the best row: callers bring them in by slopes."""


def random_person(seed: int) -> Problem:
    """One person, two weeks of days, evenings and nights, and about half of the rules."""
    draw = random.Random(seed)
    shifts = [shift("E"), shift("L", 840, draw.choice((480, 600))), shift("N", draw.choice((1200, 1320, 1425)))]
    rules = [key for key in (*FLEXIBLE, "consecutive_days", "daily_rest") if draw.random() < 0.5]
    days, start = draw.choice((9, 14)), draw.choice(STARTS)
    quarters = small_problem(days=days, start=start).quarters
    return small_problem(
        "one_shift_a_day",
        *rules,
        "fairness",
        "exposure_balance",
        given={**load_terms(seed), "consecutive_days": {"maximum": draw.randint(2, 6)}},
        shifts=shifts,
        days=days,
        start=start,
        night=night_terms(seed),
        queues=[{"id": "x", "exposure_per_hour": 2.5}, {"id": "y", "exposure_per_hour": 20.0}],
        demand=[{"queue": "y", "day": day, "required": [1] * quarters[day]} for day in (2, 4, 5, 8)],
        agents=[
            ana(
                skills=["x", "y"],
                history=[{"day": -day, "shift": draw.choice("ELN")} for day in range(1, 8) if draw.random() < 0.5],
                wishes=[{"day": draw.randrange(days), "wanted": draw.random() < 0.5} for _ in range(3)],
                **load_traits(seed, "A"),
            )
        ],
    )


def prices_of(seed: int, grid: Grid) -> list[int]:
    """A price for each option, more often below 0 than above."""
    draw = random.Random(seed)
    return [draw.randint(-30, 20) for _ in grid.options]


def least(grid: Grid, prices: list[int], without: set[str]) -> int | None:
    """The least cost of a row by the posted rules and these prices."""
    roster = RosterModel(grid)
    post_rules(roster, scopes=(Scope.PERSONAL,), without=without)
    pairs = zip(prices, grid.options, strict=True)
    roster.add_cost("prices", sum(price * roster.works(roster.people[0], one) for price, one in pairs))
    roster.minimise_costs()
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = 20
    status = solver.solve(roster.model)
    assert status in (cp_model.OPTIMAL, cp_model.INFEASIBLE)
    return round(solver.objective_value) if status == cp_model.OPTIMAL else None


@pytest.mark.parametrize("seed", SEEDS)
def test_the_best_row_is_the_models_and_its_cost_the_checkers(seed: int) -> None:
    problem = random_person(seed)
    grid = Grid(problem)
    (person,) = people_of(grid)
    prices = prices_of(seed, grid)
    best = RowFinder(grid, [person]).best(person, np.array(prices, dtype=float))
    expected = least(grid, prices, BALANCES)
    if best is None:
        assert expected is None
        return
    value, row = best
    assert value + person.empty_cost == expected
    chosen = [Assigned(agent="A", day=grid.options[one].day, shift=grid.options[one].shift) for one in row]
    verdict = judge(problem, chosen)
    assert verdict.violations == ()
    assert person.cost(row) == verdict.cost


def test_the_rules_bind_in_most_of_these_rows() -> None:
    binding = 0
    for seed in SEEDS:
        grid = Grid(random_person(seed))
        prices = prices_of(seed, grid)
        binding += least(grid, prices, BALANCES) != least(grid, prices, BALANCES | set(FLEXIBLE))
    assert binding >= len(SEEDS) // 2

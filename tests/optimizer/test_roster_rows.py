"""Rows by dynamic programming against the posted model, and cover as numbers against the checker."""

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from ortools.sat.python import cp_model

from optimizer.shifts.cover import table as cover_table
from optimizer.shifts.cover.table import CoverTable
from optimizer.shifts.grid import Grid
from optimizer.shifts.model.postings import IN_ROW, post_rules
from optimizer.shifts.model.roster_model import RosterModel
from optimizer.shifts.rows.finder import RowFinder
from optimizer.shifts.rows.in_row import InRow, TooLarge
from optimizer.shifts.rows.people import Person, people_of
from optimizer.shifts.rules import cover
from optimizer.shifts.warm import warm
from roster.problem import Assigned, Problem
from roster.rules.registry import Scope, judge
from tests.optimizer.random_people import random_person
from tests.posted import cost_of
from tests.small_rosters import ana, past, small_problem


def modelled(grid: Grid, prices: list[int], row: Sequence[int] = (), days: range | None = None) -> int | None:
    """The least cost of a row by the posted rules and these prices; with `days`, of one that is `row` elsewhere.

    Then what is worked elsewhere has no price.
    """
    roster = RosterModel(grid)
    post_rules(roster, scopes=(Scope.PERSONAL,))
    agent = roster.people[0]
    for number, (price, one) in enumerate(zip(prices, grid.options, strict=True)):
        if days is None or one.day in days:
            roster.add_cost("prices", price * roster.works(agent, one))
        else:
            roster.model.add(roster.works(agent, one) == (number in row))
    roster.minimise_costs()
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = 20
    status = solver.solve(roster.model)
    assert status in (cp_model.OPTIMAL, cp_model.INFEASIBLE)
    return round(solver.objective_value) if status == cp_model.OPTIMAL else None


def assigned(grid: Grid, person: Person, row: list[int]) -> list[Assigned]:
    chosen = (grid.options[index] for index in row)
    return [Assigned(agent=person.agent.id, day=one.day, shift=one.shift) for one in chosen]


SEEDS = range(72)
ONLY_SEEDS = range(10)
KEYS = [key for key in IN_ROW if key not in ("exposure_balance", "fairness")]
"""Of the others the cost is convex in sums, which no best row has in it."""


def priced(seed: int, only: str | None = None) -> tuple[Problem, Grid, list[int]]:
    """A random person and prices, at which most days are better worked or better free."""
    problem = random_person(seed, only=only)
    grid, draw = Grid(problem), random.Random(seed)
    least, most = (-50, 30) if seed % 2 else (-20, 60)
    return problem, grid, [draw.randint(least, most) for _ in grid.options]


def check_best(problem: Problem, grid: Grid, prices: list[int]) -> None:
    (person,) = people_of(grid)
    best = RowFinder(grid, [person]).best(person, np.array(prices, dtype=float))
    expected = modelled(grid, prices)
    if best is None:
        assert expected is None
        return
    value, row = best
    assert value + person.empty_cost == expected
    verdict = judge(problem, assigned(grid, person, row))
    assert verdict.violations == ()
    assert value == sum(prices[index] for index in row) + verdict.cost - person.empty_cost
    assert person.cost(row) == verdict.cost


@pytest.mark.parametrize("seed", SEEDS)
def test_the_best_row_is_the_models_and_the_checkers_accept_it(seed: int) -> None:
    check_best(*priced(seed))


@pytest.mark.parametrize("key", KEYS)
def test_the_best_row_under_one_rule_is_the_models_and_another_where_the_rule_says_nothing(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    missed = 0
    for seed in ONLY_SEEDS:
        problem, grid, prices = priced(seed, key)
        check_best(problem, grid, prices)
        whole = value(grid, prices)
        with monkeypatch.context() as patched:
            patched.setitem(IN_ROW, key, lambda grid, agent: InRow())
            missed += value(grid, prices) != whole
    assert missed, "nobody misses what the rule says: this would not see it deleted"


def value(grid: Grid, prices: list[int]) -> float | None:
    """What the best row is worth."""
    (person,) = people_of(grid)
    best = RowFinder(grid, [person]).best(person, np.array(prices, dtype=float))
    return None if best is None else best[0] + person.empty_cost


def test_the_random_people_make_both_answers_common() -> None:
    found = []
    for seed in SEEDS:
        grid = Grid(random_person(seed))
        (person,) = people_of(grid)
        found.append(RowFinder(grid, [person]).best(person, np.zeros(len(grid.options))))
    assert len(found) / 4 <= sum(best is None for best in found) <= 3 * len(found) / 4


@pytest.mark.parametrize("seed", SEEDS)
def test_a_window_changes_its_days_and_keeps_the_rest(seed: int) -> None:
    problem, grid, prices = priced(seed)
    (person,) = people_of(grid)
    finder = RowFinder(grid, [person])
    best = finder.best(person, np.array(prices, dtype=float))
    if best is None:
        return
    row, draw = best[1], random.Random(seed)
    second = [draw.randint(-50, 30) for _ in grid.options]
    first = draw.randrange(problem.days)
    for days in (range(7), range(7, problem.days), range(first, draw.randint(first + 1, problem.days))):
        if not days:
            continue
        window = finder.window(person, row, days)
        again = finder.best(person, np.array(second, dtype=float), window)
        assert again is not None, "the row itself fits its own window"
        inside = [index for index in row if grid.options[index].day in days]
        assert window.kept == [index for index in row if index not in inside]
        assert all(grid.options[index].day in days for index in again[1])
        whole = sorted(window.kept + again[1])
        assert judge(problem, assigned(grid, person, whole)).violations == ()
        paid = person.own_cost(whole) + sum(second[index] for index in again[1])
        assert paid + person.empty_cost == modelled(grid, second, row=row, days=days)
        assert finder.allows(person, inside, window)


def test_warming_asks_for_a_row_and_looks_at_it() -> None:
    warm()


def test_two_shifts_a_day_are_left_to_the_model() -> None:
    problem = small_problem("daily_rest")
    with pytest.raises(TooLarge):
        RowFinder(Grid(problem), people_of(Grid(problem)))


def test_the_past_counts_in_rows() -> None:
    """Six days in a row behind her and six allowed: the first day is free, however much it would save."""
    problem = small_problem("one_shift_a_day", "consecutive_days", agents=[ana(history=past("EEEEEE"))])
    grid = Grid(problem)
    people = people_of(grid)
    best = RowFinder(grid, people).best(people[0], np.full(len(grid.options), -1.0))
    assert best is not None
    assert {grid.options[index].day for index in best[1]} == {1, 2, 3, 4, 5, 6}


def crowd(seed: int) -> Problem:
    """Six people of several skill sets, three queues of different weights, a night shift, one of another team."""
    draw = random.Random(seed)
    demand: list[dict[str, Any]] = []
    frame = small_problem(shifts="ELN", days=3, start="2026-10-23")
    for day in range(3):
        for queue in "xyz":
            required = [draw.randint(0, 3) if quarter >= 24 else 0 for quarter in range(frame.quarters[day])]
            demand.append({"queue": queue, "day": day, "required": required})
    return small_problem(
        "one_shift_a_day",
        *(["cover"] if seed % 4 != 3 else []),
        "role_cover",
        given={
            "cover": {"under_weight": 7, "over_weight": 2},
            "role_cover": {"mode": "soft", "weight": 5},
        },
        role_demand=[
            {"role": "lead", "start_minute": 480, "end_minute": 1320, "required": 1},
            {"role": "lead", "day": 1, "start_minute": 600, "end_minute": 900, "required": 2},
            {"start_minute": 1200, "end_minute": 2000, "required": 3},
        ][: seed % 4],
        shifts="ELN",
        days=3,
        start="2026-10-23",
        queues=[{"id": "x", "weight": 1}, {"id": "y", "weight": 3}, {"id": "z", "weight": 2}],
        agents=[
            {
                "id": f"A{number}",
                "skills": [queue for queue in "xyz" if draw.random() < 0.6],
                "roles": ["lead"] if number % 2 else ["peer"],
                "fixed": number == 0,
                "pins": [{"day": 1, "shift": "E"}] if number == 0 else [],
                "history": past("N") if number == 1 else [],
            }
            for number in range(6)
        ],
        demand=demand,
    )


def presence_of(table: CoverTable, grid: Grid, lines: list[Assigned]) -> np.ndarray[Any, np.dtype[np.float64]]:
    index = {(option.day, option.shift): number for number, option in enumerate(grid.options)}
    presence = table.given.copy()
    for line in lines:
        if not grid.problem.agent_of[line.agent].fixed:
            presence[table.group_of[line.agent]] += table.covers[index[line.day, line.shift]]
    return presence


@pytest.mark.parametrize("seed", range(12))
def test_cover_as_numbers_is_what_the_checker_says(seed: int) -> None:
    problem = crowd(seed)
    grid, draw = Grid(problem), random.Random(seed)
    table = CoverTable(grid)
    lines = [Assigned(agent="A0", day=1, shift="E")]
    lines += [
        Assigned(agent=f"A{number}", day=day, shift=draw.choice("ELN"))
        for number in range(1, 6)
        for day in range(3)
        if draw.random() < 0.7
    ]
    presence = presence_of(table, grid, lines)
    cost = table.cost(presence)
    assert round(cost.sum()) == judge(problem, lines).cost
    gaps = table.gaps(presence)
    for group in range(len(table.groups)):
        one_more = presence.copy()
        one_more[group] += 1
        assert np.allclose(table.price_of_one(gaps, group), table.cost(one_more) - cost)
        moved = gaps.copy()
        table.change_gaps(moved, group, np.ones(table.size))
        again = table.gaps(one_more)
        assert np.allclose(moved.queues, again.queues)
        assert np.allclose(moved.roles, again.roles)


@pytest.mark.parametrize("seed", range(6))
def test_cover_of_very_many_queues_is_posted_as_flows_at_the_same_cost(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = crowd(seed)
    draw = random.Random(seed)
    lines = [Assigned(agent="A0", day=1, shift="E")]
    lines += [Assigned(agent=f"A{n}", day=day, shift=draw.choice("ELN")) for n in range(1, 6) for day in range(3)]
    expected = judge(problem, lines).cost
    assert cost_of(problem, tuple(lines)) == expected
    monkeypatch.setattr(cover, "MAX_HALL_SETS", 1)
    assert cost_of(problem, tuple(lines)) == expected


@pytest.mark.parametrize("seed", range(3))
def test_with_too_many_unions_cover_as_numbers_is_never_above_the_cost(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    grid = Grid(crowd(seed))
    exact = CoverTable(grid)
    monkeypatch.setattr(cover_table, "MAX_UNIONS", 2)
    coarse = CoverTable(grid)
    presence = np.random.default_rng(seed).uniform(0, 3, exact.given.shape)
    assert (coarse.cost(presence) <= exact.cost(presence) + 1e-9).all()


@pytest.mark.parametrize("seed", range(6))
def test_tangents_touch_the_cost_and_stay_below_it(seed: int) -> None:
    table = CoverTable(Grid(crowd(seed)))
    random_of = np.random.default_rng(seed)
    at = random_of.uniform(0, 3, table.given.shape)
    constant, slope = table.tangent(at)
    assert np.allclose(constant + (slope * at).sum(axis=0), table.cost(at))
    for _ in range(20):
        other = random_of.uniform(0, 4, table.given.shape)
        assert (constant + (slope * other).sum(axis=0) <= table.cost(other) + 1e-6).all()

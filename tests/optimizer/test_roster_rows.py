"""Rows by dynamic programming against the posted model, and cover as numbers against the checker."""

import random
from typing import Any

import numpy as np
import pytest
from ortools.sat.python import cp_model

from optimizer.shifts import cover_table
from optimizer.shifts.cover_table import CoverTable
from optimizer.shifts.in_row import TooLarge
from optimizer.shifts.people import Person, people_of
from optimizer.shifts.postings import post_rules
from optimizer.shifts.rows import RowFinder
from optimizer.shifts.rules import cover
from optimizer.shifts.variables import Grid, RosterModel
from roster.problem import Assigned, Problem
from roster.rules.registry import Scope, judge
from tests.posted import cost_of
from tests.small_rosters import ana, past, small_problem

HARD = (
    "one_shift_a_day",
    "daily_rest",
    "weekly_rest",
    "consecutive_days",
    "contract_minutes",
    "availability",
    "time_off",
    "pins",
)
STARTS = ("2026-11-23", "2026-03-26", "2026-10-22", "2028-02-26", "2026-12-30")


def random_person(seed: int) -> Problem:
    """One person with most rules on, nights and short shifts, two part weeks or weeks across a clock change."""
    draw = random.Random(seed)
    shifts = [
        {
            "id": name,
            "start_minute": draw.choice((0, 360, 480, 840, 1080, 1320)),
            "minutes": (minutes := draw.choice((240, 480, 600, 720, 1440))),
            "paid_minutes": minutes - draw.choice((0, 30)),
        }
        for name in "ELNS"[: draw.randint(2, 4)]
    ]
    days = draw.choice((7, 10, 14, 16))
    least = draw.choice((0, 900, 1800))
    names = [one["id"] for one in shifts]
    return small_problem(
        *("one_shift_a_day", *(key for key in HARD[1:] if draw.random() < 0.8), "preferences"),
        given={
            "daily_rest": {"minutes": draw.choice((480, 660, 840, 1440))},
            "weekly_rest": {"minutes": draw.choice((1440, 2100, 3600))},
            "consecutive_days": {"maximum": draw.randint(2, 6)},
        },
        shifts=shifts,
        days=days,
        start=draw.choice(STARTS),
        agents=[
            ana(
                contract={"min_week_minutes": least, "max_week_minutes": least + draw.choice((300, 1200))},
                availability=[
                    {"weekday": day, "start_minute": draw.choice((0, 360)), "end_minute": draw.choice((1440, 2160))}
                    for day in range(7)
                    if draw.random() < 0.9
                ],
                time_off=draw.sample(range(days), draw.choice((0, 1, 2))),
                pins=[{"day": draw.randrange(days), "shift": draw.choice((None, *names))}],
                wishes=[{"day": draw.randrange(days), "shift": draw.choice((None, *names)), "wanted": True}],
                history=[{"day": day, "shift": draw.choice(names)} for day in range(-6, 0) if draw.random() < 0.5],
            )
        ],
    )


def modelled(grid: Grid, prices: list[int]) -> int | None:
    """The least cost of a row by the posted rules and these prices."""
    roster = RosterModel(grid)
    post_rules(roster, scopes=(Scope.PERSONAL,))
    agent = roster.people[0]
    roster.add_cost(
        "prices", sum(price * roster.works(agent, one) for price, one in zip(prices, grid.options, strict=True))
    )
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


@pytest.mark.parametrize("seed", range(60))
def test_the_best_row_is_the_models_and_the_checkers_accept_it(seed: int) -> None:
    problem = random_person(seed)
    grid = Grid(problem)
    people = people_of(grid)
    draw = random.Random(seed)
    prices = [draw.randint(-50, 30) for _ in grid.options]
    finder = RowFinder(grid, people)
    best = finder.best(people[0], np.array(prices, dtype=float))
    expected = modelled(grid, prices)
    if best is None:
        assert expected is None
        return
    value, row = best
    assert value + people[0].empty_cost == expected
    assert judge(problem, assigned(grid, people[0], row)).violations == ()
    assert value == sum(prices[index] for index in row) + sum(people[0].own[row])


def test_the_random_people_make_both_answers_common() -> None:
    found = [modelled(grid, [0] * len(grid.options)) for grid in map(Grid, map(random_person, range(60)))]
    assert 10 <= sum(cost is None for cost in found) <= 50


@pytest.mark.parametrize("seed", [seed for seed in range(60) if random_person(seed).days >= 14])
def test_a_window_changes_its_week_and_keeps_the_rest(seed: int) -> None:
    problem = random_person(seed)
    grid = Grid(problem)
    people = people_of(grid)
    draw = random.Random(seed)
    first, second = ([float(draw.randint(-50, 30)) for _ in grid.options] for _ in range(2))
    finder = RowFinder(grid, people)
    best = finder.best(people[0], np.array(first))
    if best is None:
        return
    row = best[1]
    for days in (range(7), range(7, 14)):
        window = finder.window(people[0], row, days)
        again = finder.best(people[0], np.array(second), window)
        assert again is not None, "the row itself fits its own window"
        kept = [index for index in row if grid.options[index].day not in days]
        assert all(grid.options[index].day in days for index in again[1])
        assert judge(problem, assigned(grid, people[0], sorted(kept + again[1]))).violations == ()
        own = sum(second[index] + people[0].own[index] for index in row if grid.options[index].day in days)
        assert again[0] <= own + 1e-9
        part = [index for index in row if grid.options[index].day in days]
        assert finder.allows(people[0], part, window)


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

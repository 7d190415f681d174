"""Planning by rows: rosters that the checkers accept at the cost that was said, bounds that hold."""

import random

import numpy as np
import pytest

from optimizer.shifts import solve as solving
from optimizer.shifts.columns.bounding import Bounding
from optimizer.shifts.cover.table import CoverTable
from optimizer.shifts.grid import Grid
from optimizer.shifts.processes.partner import Partner
from optimizer.shifts.processes.wire import Order
from optimizer.shifts.progress import Progress
from optimizer.shifts.rows.finder import RowFinder
from optimizer.shifts.rows.people import people_of
from optimizer.shifts.search.anneal import anneal
from optimizer.shifts.search.construct import construct
from optimizer.shifts.search.crew import Crew
from optimizer.shifts.search.dive import Dive
from optimizer.shifts.solve import solve
from roster.problem import Problem
from roster.result import Result, Status
from roster.rules.registry import RULES, judge
from tests.small_rosters import past, small_problem

LONG = 600.0
"""Seconds no test reaches: counts end them."""


def team(people: int = 4, days: int = 14, seed: int = 1) -> Problem:
    """A few people over two weeks with every rule on, nights among the shifts, and too little work force."""
    draw = random.Random(seed)
    frame = small_problem(days=days)
    return small_problem(
        *(rule.key for rule in RULES),
        shifts="ELN",
        days=days,
        queues=[
            {"id": "x", "weight": 1, "exposure_per_hour": 20.0},
            {"id": "y", "weight": 3, "exposure_per_hour": 60.0},
        ],
        agents=[
            {
                "id": f"A{number}",
                "skills": draw.choice((["x"], ["x", "y"], ["y"])),
                "contract": {"min_week_minutes": 900, "max_week_minutes": 2250},
                "time_off": [draw.randrange(days)] if number % 2 else [],
                "wishes": [{"day": draw.randrange(days), "wanted": number % 2 == 0}],
                "history": past("E-EE-EE") if number == 0 else [],
            }
            for number in range(people)
        ],
        demand=[
            {
                "queue": queue,
                "day": day,
                "required": [draw.randint(0, 2) if 28 <= quarter < 88 else 0 for quarter in range(frame.quarters[day])],
            }
            for day in range(days)
            for queue in "xy"
        ],
    )


def crew_of(problem: Problem) -> Crew:
    grid = Grid(problem)
    people = people_of(grid)
    crew = Crew(grid, people, RowFinder(grid, people), CoverTable(grid))
    assert construct(crew, 0)
    return crew


def optimum(problem: Problem) -> Result:
    """By plain CP-SAT, proved."""
    result = solve(problem, time_limit_seconds=LONG, deterministic_limit=400, workers=1)
    assert result.status is Status.OPTIMAL
    return result


@pytest.fixture
def by_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave small problems to rows too."""
    monkeypatch.setattr(solving, "DIRECT_LITERALS", 0)


def test_a_crew_costs_what_the_checkers_say_after_every_change() -> None:
    problem = team()
    crew = crew_of(problem)
    noise = np.random.default_rng(3)
    for turn in range(12):
        person = crew.people[turn % len(crew.people)]
        crew.reinsert(person, noise.normal(0, 40, len(person.own)))
        verdict = judge(problem, crew.assignments())
        assert verdict.violations == ()
        assert crew.cost() == verdict.cost


def test_reinsertion_without_noise_never_makes_it_worse() -> None:
    crew = crew_of(team())
    for _ in range(3):
        for person in crew.people:
            before = crew.cost()
            assert crew.reinsert(person)
            assert crew.cost() <= before


def test_annealing_ends_at_the_best_it_offered() -> None:
    problem = team()
    crew = crew_of(problem)
    started = crew.cost()
    progress = Progress(time_limit_seconds=LONG)
    anneal(crew, progress, seconds=0, moves=120, seed=1)
    assert crew.cost() < started
    assert progress.objective == crew.cost() == judge(problem, crew.assignments()).cost


@pytest.mark.parametrize("days", [range(7), range(7, 14)])
def test_a_dive_changes_only_its_days_and_never_for_the_worse(days: range) -> None:
    problem = team(people=6)
    crew = crew_of(problem)
    before = {line for line in crew.assignments() if line.day not in days}
    cost = crew.cost()
    dive = Dive(crew, days)
    better = dive.run(Progress(time_limit_seconds=LONG))
    assert better == (crew.cost() < cost)
    assert crew.cost() <= cost
    verdict = judge(problem, crew.assignments())
    assert verdict.violations == ()
    assert verdict.cost == crew.cost()
    if not better:
        assert {line for line in crew.assignments() if line.day not in days} == before


@pytest.mark.parametrize("seed", range(4))
def test_the_bound_is_below_the_optimum_and_near_it(seed: int) -> None:
    problem = team(people=3, days=7, seed=seed)
    best = optimum(problem).objective
    assert best is not None
    crew = crew_of(problem)
    progress = Progress(time_limit_seconds=LONG)
    bounding = Bounding(crew.grid, crew.people, crew.cover, crew.known_rows())
    bounding.run(progress)
    assert progress.bound is not None
    assert 0.6 * best <= progress.bound <= best


def test_the_bound_of_two_weeks_holds_and_rises() -> None:
    problem = team(people=3)
    crew = crew_of(problem)
    anneal(crew, Progress(time_limit_seconds=LONG), seconds=0, moves=300, seed=0)
    progress = Progress(time_limit_seconds=LONG)
    bounding = Bounding(crew.grid, crew.people, crew.cover, crew.known_rows())
    bounding.run(progress, rounds=2)
    early = progress.bound
    bounding.run(progress)
    assert early is not None
    assert progress.bound is not None
    assert early < progress.bound <= crew.cost()
    assert set(bounding.slopes) == {one.agent.id for one in crew.people}


def test_what_the_bound_teaches_holds_every_part_of_its_last_solution() -> None:
    """Reduced costs are read before columns are added: afterwards the LP says 0 to each, and the oldest look best."""
    crew = crew_of(team(people=5, days=14, seed=5))
    construct(crew, 0)
    bounding = Bounding(crew.grid, crew.people, crew.cover, crew.known_rows())
    bounding.run(Progress(time_limit_seconds=600), rounds=12)
    master = bounding._master
    used = {number for number, weight in master.weights.items() if weight > 0.01}
    assert max(used) > 2 * len(crew.people) * 6
    promising = {(one.unit, one.row) for one in master.promising(6)}
    assert {(master.columns[number].unit, master.columns[number].row) for number in used} <= promising


@pytest.mark.slow
@pytest.mark.usefixtures("by_rows")
def test_solving_by_rows_gives_a_judged_roster_with_a_bound_the_same_twice() -> None:
    problem = team(people=5)
    one, other = (solve(problem, time_limit_seconds=LONG, deterministic_limit=30, workers=1, seed=4) for _ in range(2))
    assert one.status is Status.FEASIBLE
    assert one.assignments == other.assignments
    assert (one.objective, one.bound) == (other.objective, other.bound)
    verdict = judge(problem, one.assignments)
    assert verdict.violations == ()
    assert one.objective == verdict.cost
    assert one.costs == verdict.costs
    assert one.bound is not None
    assert one.gap is not None
    assert 0 <= one.gap < 0.5


@pytest.mark.usefixtures("by_rows")
def test_solving_by_rows_begins_with_the_roster_it_is_given() -> None:
    problem = team(people=5)
    good = solve(problem, time_limit_seconds=LONG, deterministic_limit=30, workers=1)
    again = solve(problem, time_limit_seconds=LONG, deterministic_limit=0.01, workers=1, start_from=good.assignments)
    assert good.objective is not None
    assert again.objective is not None
    assert again.objective <= good.objective


@pytest.mark.usefixtures("by_rows")
def test_a_stop_keeps_the_first_roster() -> None:
    result = solve(team(), time_limit_seconds=LONG, workers=1, should_stop=lambda: True)
    assert result.stopped
    assert result.status is Status.UNKNOWN or judge(team(), result.assignments).violations == ()


@pytest.mark.usefixtures("by_rows")
def test_a_wrong_cost_is_an_error_and_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Crew, "cost", lambda self: 1)
    result = solve(team(), time_limit_seconds=LONG, deterministic_limit=2, workers=1)
    # The claim is computed again with the roster fixed; what is returned is the checkers' figure.
    assert result.objective == judge(team(), result.assignments).cost != 1


@pytest.mark.slow
def test_the_partner_proves_a_bound_and_teaches() -> None:
    problem = team(people=3, days=7)
    best = optimum(problem).objective
    progress = Progress(time_limit_seconds=60.0)
    partner = Partner(Order(problem=problem, time_limit_seconds=60.0), progress)
    try:
        partner.wait_for_guidance()
    finally:
        partner.close()
    assert best is not None
    assert progress.bound is not None
    assert progress.bound <= best
    assert partner.guidance is not None
    assert partner.guidance.slopes is not None
    assert set(partner.guidance.slopes) == {"A0", "A1", "A2"}
    assert partner.guidance.parts

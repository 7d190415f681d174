"""People kept together and apart, roles, shift demand and published rosters in the search by rows."""

import random
from itertools import product
from typing import Any

import numpy as np
import pytest

from optimizer.shifts.columns.bounding import Bounding
from optimizer.shifts.cover.roles import FORBIDDEN
from optimizer.shifts.cover.table import CoverTable
from optimizer.shifts.grid import Grid
from optimizer.shifts.progress import Progress
from optimizer.shifts.rows.finder import RowFinder
from optimizer.shifts.rows.people import people_of
from optimizer.shifts.search.anneal import anneal
from optimizer.shifts.search.construct import construct
from optimizer.shifts.search.crew import Crew
from optimizer.shifts.search.dive import Dive
from optimizer.shifts.search.planner import plan
from optimizer.shifts.search.team_terms import TeamTerms
from optimizer.shifts.solve import solve
from roster.problem import Assigned, Problem
from roster.result import Status
from roster.rules.registry import judge
from tests.small_rosters import past, shift, small_problem

LONG = 600.0
"""Seconds no test reaches: counts end them."""


def tied(seed: int, mode: str, people: str = "ABCD", days: int = 4) -> Problem:
    """People in pairs of both kinds, one of another team, nights and a day of 24 hours among the shifts."""
    draw = random.Random(seed)
    pairs = [{"first": first, "second": second} for first, second in product(people, people) if first < second]
    draw.shuffle(pairs)
    return small_problem(
        "one_shift_a_day",
        "keep_together",
        "keep_apart",
        shifts=[shift("E"), shift("L"), shift("N"), shift("X", 1380, 1440)],
        days=days,
        start="2026-03-27",
        agents=[
            {
                "id": name,
                "history": past(draw.choice(("N", "X", "-"))),
                "fixed": name == people[-1],
                "pins": [{"day": 1, "shift": "N"}, {"day": 2, "shift": "E"}] if name == people[-1] else [],
            }
            for name in people
        ],
        together=pairs[:2],
        apart=[{"first": pair["second"], "second": pair["first"]} for pair in pairs[2:5]],
        given={key: {"mode": mode, "weight": weight} for key, weight in (("keep_together", 7), ("keep_apart", 11))},
    )


def random_row(grid: Grid, draw: random.Random) -> list[int]:
    chosen = [draw.choice((None, *options)) for options in grid.days]
    return [grid.number[one.day, one.shift] for one in chosen if one is not None]


def lines_of(grid: Grid, rows: dict[str, list[int]]) -> list[Assigned]:
    named = [(agent, grid.options[number]) for agent, row in rows.items() for number in row]
    return [Assigned(agent=agent, day=one.day, shift=one.shift) for agent, one in named]


def pinned(problem: Problem) -> list[Assigned]:
    return [
        Assigned(agent=agent.id, day=pin.day, shift=pin.shift)
        for agent in problem.agents
        if agent.fixed
        for pin in agent.pins
        if pin.shift is not None
    ]


@pytest.mark.parametrize("seed", range(25))
def test_ties_cost_what_the_checkers_say(seed: int) -> None:
    soft, hard = tied(seed, "soft"), tied(seed, "hard")
    grid, draw = Grid(soft), random.Random(seed)
    rows = {agent.id: random_row(grid, draw) for agent in soft.agents if not agent.fixed}
    lines = [*lines_of(grid, rows), *pinned(soft)]
    ties = {False: TeamTerms(grid), True: TeamTerms(Grid(hard))}
    for each in ties.values():
        for agent, row in rows.items():
            each.put(agent, row)
    costs = judge(soft, lines).costs
    assert ties[False].cost() == costs["keep_together"] + costs["keep_apart"]
    assert ties[False].broken() == 0
    found = [one for one in judge(hard, lines).violations if one.rule.startswith("keep_")]
    assert ties[True].broken() == len(found)
    assert ties[True].cost() == FORBIDDEN * len(found)


@pytest.mark.parametrize("seed", range(25))
def test_the_price_of_one_more_shift_is_what_it_changes(seed: int) -> None:
    problem = tied(seed, "soft")
    grid, draw = Grid(problem), random.Random(seed)
    ties = TeamTerms(grid)
    rows = {agent.id: random_row(grid, draw) for agent in problem.agents if not agent.fixed}
    for agent, row in rows.items():
        ties.put(agent, row)
    for agent in rows:
        prices = ties.prices(agent)
        ties.put(agent, ())
        empty = ties.cost()
        for number in range(len(grid.options)):
            ties.put(agent, [number])
            expected = 0.0 if prices is None else prices[number]
            # A day on which the others' ties make them meet anyway is charged once: never more than the price.
            assert ties.cost() - empty <= expected
            if not any(one.history for one in problem.agents):
                assert ties.cost() - empty == expected
        ties.put(agent, rows[agent])


def test_who_has_no_row_asks_nothing_and_people_left_out_neither() -> None:
    problem = tied(0, "hard")
    ties = TeamTerms(Grid(problem))
    first = problem.together[0].first
    without = [agent.id for agent in problem.agents]
    assert ties.prices(first, without=without) is None
    assert ties.broken() == 0


def test_people_bound_together_are_found_through_others() -> None:
    names = "ABCDE"
    chain = [{"first": "B", "second": "A"}, {"first": "C", "second": "B"}, {"first": "D", "second": "E"}]
    agents = [{"id": name, "fixed": name == "E"} for name in names]
    problem = small_problem("keep_together", agents=agents, together=chain)
    ties = TeamTerms(Grid(problem))
    assert {name: sorted(ties.bound_to(name)) for name in names} == {
        "A": ["B", "C"],
        "B": ["A", "C"],
        "C": ["A", "B"],
        "D": [],
        "E": ["D"],
    }
    soft = problem.rules.keep_together.model_copy(update={"mode": "soft"})
    rules = problem.rules.model_copy(update={"keep_together": soft})
    assert TeamTerms(Grid(problem.model_copy(update={"rules": rules}))).bound_to("A") == []


def team(seed: int, people: int = 6, days: int = 7, **given: Any) -> Problem:
    """A buddy pair, two who are kept apart, a lead on every evening, people asked for by shift, a published roster."""
    draw = random.Random(seed)
    names = [f"A{number}" for number in range(people)]
    return small_problem(
        "one_shift_a_day",
        "daily_rest",
        "consecutive_days",
        "contract_minutes",
        "time_off",
        "preferences",
        "cover_by_shift",
        "role_cover",
        "keep_together",
        "keep_apart",
        "stability",
        "notice",
        shifts="ELN",
        days=days,
        agents=[
            {
                "id": name,
                "roles": ["lead"] if number % 3 == 0 else [],
                "contract": {"min_week_minutes": 900, "max_week_minutes": 2250},
                "time_off": [(number + seed) % days],
                "wishes": [{"day": draw.randrange(days), "wanted": False}],
            }
            for number, name in enumerate(names)
        ],
        together=[{"first": names[1], "second": names[2]}],
        apart=[{"first": names[0], "second": names[4]}],
        role_demand=[{"role": "lead", "start_minute": 960, "end_minute": 1320, "required": 1}],
        shift_demand=[
            {"day": day, "shift": one, "required": draw.choice((1, 2))} for day in range(days) for one in "ELN"
        ],
        published=[
            {"agent": name, "day": day, "shift": draw.choice("ELN")}
            for name in names
            for day in range(days)
            if draw.random() < 0.4
        ],
        today="2026-11-14",
        given={"notice": {"days": 12, "weight": 40}} | given,
    )


def crew_of(problem: Problem) -> Crew:
    grid = Grid(problem)
    people = people_of(grid)
    return Crew(grid, people, RowFinder(grid, people), CoverTable(grid))


@pytest.mark.parametrize("mode", ["hard", "soft"])
@pytest.mark.parametrize("seed", range(4))
def test_a_crew_counts_what_the_checkers_count(seed: int, mode: str) -> None:
    problem = team(seed, role_cover={"mode": mode, "weight": 3})
    crew = crew_of(problem)
    assert construct(crew, seed)
    draw = np.random.default_rng(seed)
    for _ in range(3):
        for person in crew.people:
            crew.reinsert(person, draw.normal(0.0, 200.0, len(crew.grid.options)))
        verdict = judge(problem, crew.assignments())
        assert (crew.broken() == 0) == (not verdict.violations)
        if not crew.broken():
            assert crew.cost() == verdict.cost
        assert {one.rule for one in verdict.violations} <= {"keep_together", "keep_apart", "role_cover"}


@pytest.mark.parametrize("seed", range(4))
def test_putting_people_back_never_makes_a_roster_dearer(seed: int) -> None:
    crew = crew_of(team(seed))
    assert construct(crew, seed)
    cost = crew.cost()
    for person in [*crew.people, *reversed(crew.people)]:
        crew.reinsert(person)
        assert crew.cost() <= cost
        cost = crew.cost()


@pytest.mark.parametrize("seed", range(4, 8))
def test_planning_by_rows_keeps_the_teams_rules_and_its_bound_holds(seed: int) -> None:
    problem = team(seed)
    progress = Progress(time_limit_seconds=LONG, deterministic_limit=6.0)
    plan(crew_of(problem), progress, workers=1, seed=seed, start_from=())
    assert progress.best is not None
    verdict = judge(problem, progress.best)
    assert verdict.violations == ()
    assert verdict.cost == progress.objective
    best = solve(problem, time_limit_seconds=LONG, deterministic_limit=400, workers=1)
    assert best.status is Status.OPTIMAL
    assert best.objective is not None
    assert progress.bound is not None
    assert progress.bound <= best.objective <= verdict.cost
    assert verdict.cost <= 1.03 * best.objective


def test_the_bound_without_ties_is_a_bound_with_them() -> None:
    problem = team(1)
    crew = crew_of(problem)
    assert construct(crew, 0)
    progress = Progress(time_limit_seconds=LONG, deterministic_limit=1.0)
    Bounding(crew.grid, crew.people, crew.cover, crew.known_rows()).run(progress, rounds=40)
    best = solve(problem, time_limit_seconds=LONG, deterministic_limit=400, workers=1)
    assert best.objective is not None
    assert progress.bound is not None
    assert 0 < progress.bound <= best.objective


def test_a_roster_that_breaks_a_hard_team_rule_is_offered_to_nobody() -> None:
    agents = [{"id": "A", "pins": [{"day": 0, "shift": "E"}]}, {"id": "B", "time_off": [0]}]
    problem = small_problem(
        "one_shift_a_day",
        "pins",
        "time_off",
        "keep_together",
        days=2,
        agents=agents,
        together=[{"first": "A", "second": "B"}],
    )
    crew = crew_of(problem)
    progress = Progress(time_limit_seconds=LONG, deterministic_limit=1.0)
    plan(crew, progress, workers=1, seed=0, start_from=())
    assert crew.broken() == 1
    assert progress.best is None


@pytest.mark.parametrize("seed", range(6))
def test_a_dive_leaves_the_teams_rules_kept(seed: int) -> None:
    crew = crew_of(team(seed, days=14, role_cover={"mode": "soft"}))
    assert construct(crew, seed)
    anneal(crew, Progress(time_limit_seconds=LONG), seconds=0.0, moves=60, seed=seed)
    assert crew.broken() == 0
    draw = random.Random(seed)
    for _ in range(4):
        week = range(7 * draw.randrange(2), 14)
        people = draw.sample(list(crew.people), 4)
        before = crew.cost()
        better = Dive(crew, week, people).run(Progress(time_limit_seconds=LONG))
        assert better == (crew.cost() < before)
        assert crew.cost() <= before
        verdict = judge(crew.grid.problem, crew.assignments())
        assert verdict.violations == ()
        assert verdict.cost == crew.cost()

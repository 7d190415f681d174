"""The model of a roster in which people are away says what the checkers say: what is allowed and what it costs."""

import random

import pytest

from optimizer.shifts.grid import Grid
from optimizer.shifts.reasons.why import best_without
from optimizer.shifts.solve import exact_objective, solve
from roster.problem import Absence, Assigned, PlannedAgent, Problem
from roster.result import Status
from roster.rules.registry import RULES, judge
from roster.whatif.live import LiveRoster
from tests.full_problems import full_problem
from tests.posted import allowed_by
from tests.small_rosters import roster, small_problem

SEEDS = range(12)


def drawn(seed: int) -> Problem:
    """One person with short days, some of them away."""
    draw = random.Random(seed)
    problem = full_problem(seed, people=3, days=4)
    person = problem.agents[0]
    days = draw.sample(range(4), draw.randint(1, 2))
    away = tuple(Absence(day=day, shift=draw.choice((None, *problem.shift_of))) for day in sorted(days))
    pins = tuple(pin for pin in person.pins if pin.day not in days)
    off = tuple(day for day in person.time_off if day not in days)
    absent = person.model_copy(update={"absences": away, "pins": pins, "time_off": off, "fixed": False})
    everything = {"agents": (absent,), "together": (), "apart": (), "role_demand": ()}
    told = tuple(line for line in problem.published if line.agent == person.id)
    return problem.model_copy(update={**everything, "published": told})


def every_row(problem: Problem) -> list[tuple[Assigned, ...]]:
    rows: list[tuple[Assigned, ...]] = [()]
    for day in range(problem.days):
        rows = [
            (*row, *([Assigned(agent=problem.agents[0].id, day=day, shift=shift)] if shift else []))
            for row in rows
            for shift in (None, *problem.shift_of)
        ]
    return rows


@pytest.mark.parametrize("seed", SEEDS)
def test_the_model_allows_the_rows_that_the_checkers_do_at_their_cost(seed: int) -> None:
    problem = drawn(seed)
    allowed = {}
    for row in every_row(problem):
        verdict = judge(problem, row)
        if not verdict.violations:
            allowed[frozenset(row)] = row
    posted = {row for row in allowed_by(problem) if len({line.day for line in row}) == len(row)}
    assert posted == set(allowed)
    for row in list(allowed.values())[:4]:
        assert exact_objective(Grid(problem), row, None, judge(problem, row)) == judge(problem, row).cost


def test_the_draws_allow_something() -> None:
    assert sum(bool(allowed_by(drawn(seed))) for seed in SEEDS) >= 3


def team(*absences: Absence) -> Problem:
    """One agent asked for from 07:00 to 15:00, and one with the role."""
    ana = PlannedAgent(id="A", skills=("x",), roles=("lead",), absences=absences)
    ben = PlannedAgent(id="B", skills=("x",), roles=("lead",))
    return small_problem(
        "one_shift_a_day",
        "contract_minutes",
        "cover",
        "role_cover",
        "keep_together",
        given={"role_cover": {"mode": "hard"}},
        shifts="E",
        days=2,
        queues=[{"id": "x"}],
        agents=[ana.model_dump(), ben.model_dump()],
        demand=[{"queue": "x", "day": day, "required": [int(28 <= at < 60) for at in range(96)]} for day in range(2)],
        role_demand=[{"role": "lead", "start_minute": 480, "end_minute": 840, "required": 1}],
    )


def test_planned_anew_nobody_counts_on_who_is_away() -> None:
    problem = team(Absence(day=0, shift="E"))
    found = solve(problem, time_limit_seconds=20, deterministic_limit=5, workers=1)
    assert found.status is Status.OPTIMAL
    assert {(line.agent, line.day) for line in found.assignments} >= {("B", 0)}
    assert ("A", 0) not in {(line.agent, line.day) for line in found.assignments}
    assert len(found.assignments) == 2


def test_why_looks_past_who_is_away() -> None:
    problem = team(Absence(day=0, shift="E"))
    live = LiveRoster.of(problem, roster(A="-E", B="E-"))
    found = best_without(live, "A", 1, "E", people=("A", "B"), days=range(2))
    assert found.status is Status.OPTIMAL
    assert found.after is not None
    assert found.after.assignments == roster(B="EE")


def test_every_rule_was_asked_about_somebody_away() -> None:
    asked = {rule.key for seed in SEEDS for rule in RULES if rule.applies(drawn(seed))}
    assert asked == {rule.key for rule in RULES}

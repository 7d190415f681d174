"""Tiny random problems: every roster there is, judged by the checkers, against what the posted rules say.

The sets must be equal (what is clean is allowed, what breaks a hard rule is refused), and so must every cost;
`solve` must find the cheapest, or say why there is none.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations, product
from typing import Any

import pytest

from optimizer.shifts.solve import solve
from roster.problem import Assigned, Problem
from roster.result import Status
from roster.rules.registry import RULES, Kind, judge
from tests.optimizer.load_lines import load_terms, load_traits, night_terms
from tests.optimizer.team_lines import team_lines, team_terms, team_traits
from tests.optimizer.working_lines import successions, working_contract, working_lines, working_terms
from tests.posted import allowed_by, cost_of, posted, solved
from tests.small_rosters import small_problem

SHAPES = ((1, 4, 2), (2, 2, 2), (2, 4, 1), (3, 2, 1), (1, 8, 1), (1, 2, 3), (2, 3, 1))
"""People, days and shifts: at most 2 ** 8 rosters, two shifts a day among them."""
WEEK = (1, 7, 2)
"""With one shift a day at most, 3 ** 7 rosters."""
STARTS = ("2026-11-23", "2026-11-25", "2026-03-28", "2026-10-24", "2028-02-28", "2026-12-31", "2026-03-23")
ZONES = ("Europe/Amsterdam", "UTC", "America/New_York", "Australia/Lord_Howe")
SEEDS = range(42)
WEEK_SEEDS = range(1000, 1010)
PRICED_PER_PROBLEM = 6
SHARES = {
    "one_shift_a_day": 0.5,
    "average_minutes": 0.8,
    "rest_after_nights": 0.6,
    "heavy_successions": 0.6,
    "complete_weekends": 0.6,
    **dict.fromkeys(("daily_rest", "weekly_rest", "consecutive_days", "contract_minutes", "preferences", "cover"), 0.5),
}
"""How often a rule is on, three times in ten where it is not here: each by a draw of its own. One shift a day decides
how others are posted."""


def random_problem(seed: int, shape: tuple[int, int, int] | None = None, rules: Sequence[str] | None = None) -> Problem:
    """A problem with rules on (`rules`, or at random) and parameters at random, tight enough to bind."""
    draw = random.Random(seed)
    people, days, count = shape or SHAPES[seed % len(SHAPES)]
    shifts = [
        {
            "id": name,
            "start_minute": draw.choice((0, 360, 420, 840, 1080, 1320, 1425)),
            "minutes": (minutes := draw.choice((240, 480, 485, 720, 1440))),
            "paid_minutes": minutes - draw.choice((0, 30)),
            "not_followed_by": successions(seed, "ELN"[:count])[name],
        }
        for name in "ELN"[:count]
    ]
    queues = [
        {"id": name, "weight": draw.randint(1, 3), "exposure_per_hour": draw.choice((0.0, 2.5, 4.0, 20.0))}
        for name in "xyz"
    ]
    if rules is None:
        drawn = {rule.key: random.Random(f"on {seed} {rule.key}").random() for rule in RULES}
        rules = [key for key, share in drawn.items() if share < SHARES.get(key, 0.3)]
    if days >= 7:
        # Whole weeks are there for the weekly rest; the cover of so many quarters takes long to judge.
        rules = [*(key for key in rules if key not in ("weekly_rest", "cover")), "weekly_rest"]
    if shape == WEEK:
        rules = [*(key for key in rules if key != "one_shift_a_day"), "one_shift_a_day"]
    given: dict[str, dict[str, Any]] = {
        "daily_rest": {"minutes": draw.choice((0, 480, 660, 840, 1440))},
        "weekly_rest": {"minutes": draw.choice((0, 1440, 2100, 2880, 4320))},
        "consecutive_days": {"maximum": draw.randint(1, 4)},
        "preferences": {"weight": draw.randint(0, 3)},
        "cover": {"under_weight": draw.randint(0, 3), "over_weight": draw.randint(0, 3)},
        "exposure_balance": {
            "tolerance_points": draw.randint(0, 60),
            "weight": draw.randint(0, 2),
            "steep_points": draw.randint(0, 60),
            "steep_weight": draw.randint(0, 3),
        },
        **working_terms(seed),
        **load_terms(seed),
        **team_terms(seed),
    }
    given["rest_after_nights"]["nights"] = 1
    given["heavy_successions"]["heavy_points"] = draw.choice((1, 20, 40))
    frame = small_problem(shifts=shifts, days=days, start=draw.choice(STARTS), zone=draw.choice(ZONES))
    return small_problem(
        *rules,
        given=given,
        shifts=shifts,
        days=days,
        start=frame.start.isoformat(),
        zone=frame.zone,
        queues=queues,
        agents=[
            _person(draw, seed, name, days, "ELN"[:count]) | team_traits(seed, name) | load_traits(seed, name)
            for name in "ABC"[:people]
        ],
        demand=[
            {"queue": queue["id"], "day": day, "required": _line(draw, frame.quarters[day])}
            for day in range(days)
            for queue in queues
            if draw.random() < 0.6
        ],
        night=night_terms(seed),
        **team_lines(seed, "ABC"[:people], days, "ELN"[:count]),
    )


def _person(draw: random.Random, seed: int, name: str, days: int, shifts: str) -> dict[str, Any]:
    least = draw.choice((0, 0, 600, 1500))
    pinned = draw.sample(range(days), 1 if draw.random() < 0.4 else 0)
    return {
        "id": name,
        "skills": [queue for queue in "xyz" if draw.random() < 0.5],
        "contract": {
            "min_week_minutes": least,
            "max_week_minutes": least + draw.choice((900, 2400, 8000)),
            "max_consecutive_days": draw.randint(2, 5),
            **working_contract(seed, name),
        },
        "availability": [
            {"weekday": draw.randint(0, 6), "start_minute": draw.choice((0, 360, 1200)), "end_minute": 2880}
            for _ in range(draw.choice((0, 0, 4, 7)))
        ],
        "time_off": draw.sample(range(-1, days + 1), 1 if draw.random() < 0.5 else 0),
        "wishes": [
            {
                "day": draw.randrange(days),
                "shift": draw.choice((None, *shifts)),
                "wanted": draw.random() < 0.5,
                "weight": draw.randint(1, 30),
            }
            for _ in range(draw.randint(0, 2))
        ],
        "pins": [{"day": day, "shift": draw.choice((None, *shifts))} for day in pinned],
        "history": [{"day": -day, "shift": draw.choice(shifts)} for day in (1, 2, 3) if draw.random() < 0.4],
        "fixed": draw.random() < 0.1,
        **working_lines(seed, name, days, shifts),
    }


def _line(draw: random.Random, quarters: int) -> list[int]:
    begin, end = sorted((draw.randrange(quarters), draw.randrange(quarters)))
    return [draw.randint(1, 2) if begin <= quarter < end else 0 for quarter in range(quarters)]


def every_roster(problem: Problem) -> Iterator[tuple[Assigned, ...]]:
    """Every set of shifts of every person."""
    lines = [
        Assigned(agent=agent.id, day=day, shift=shift.id)
        for agent in problem.agents
        for day in range(problem.days)
        for shift in problem.shifts
    ]
    for count in range(len(lines) + 1):
        yield from combinations(lines, count)


def every_week(problem: Problem) -> Iterator[tuple[Assigned, ...]]:
    """Every row of the one person with at most one shift a day."""
    (agent,) = problem.agents
    for row in product((None, *problem.shift_of), repeat=problem.days):
        yield tuple(Assigned(agent=agent.id, day=day, shift=shift) for day, shift in enumerate(row) if shift)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_model_allows_what_the_checkers_allow_at_the_same_cost(seed: int) -> None:
    problem = random_problem(seed)
    agree(problem, every_roster(problem), seed)


@pytest.mark.parametrize("seed", WEEK_SEEDS)
def test_the_model_allows_the_weeks_that_the_checkers_allow(seed: int) -> None:
    problem = random_problem(seed, WEEK)
    agree(problem, every_week(problem), seed)


def agree(problem: Problem, rosters: Iterator[tuple[Assigned, ...]], seed: int) -> None:
    verdicts = {frozenset(lines): judge(problem, lines) for lines in rosters}
    clean = {lines: verdict.cost for lines, verdict in verdicts.items() if not verdict.violations}
    assert allowed_by(problem) == set(clean)
    model = posted(problem)
    model.minimise_costs()
    found, objective, solver = solved(model)
    assert (found, objective) == (bool(clean), min(clean.values(), default=None))
    if found:
        assert clean[frozenset(model.extract(solver.boolean_value))] == objective
    plan = solve(problem, time_limit_seconds=600, deterministic_limit=5, workers=1)
    assert plan.status is (Status.OPTIMAL if clean else Status.INFEASIBLE)
    assert (plan.objective, plan.bound) == (objective, objective)
    assert bool(plan.conflicts) == (not clean)
    chosen = sorted(clean, key=lambda lines: sorted((one.agent, one.day, one.shift) for one in lines))
    for lines in random.Random(seed).sample(chosen, min(PRICED_PER_PROBLEM, len(chosen))):
        assert cost_of(problem, tuple(lines)) == clean[lines]


def test_the_random_problems_make_every_rule_bind() -> None:
    broken: Counter[str] = Counter()
    costing: Counter[str] = Counter()
    for seed in SEEDS:
        problem = random_problem(seed)
        draw = random.Random(seed)
        every = [(agent.id, day) for agent in problem.agents for day in range(problem.days)]
        for share in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
            lines = [
                Assigned(agent=agent, day=day, shift=draw.choice(problem.shifts).id)
                for agent, day in every
                if draw.random() < share
            ]
            verdict = judge(problem, lines)
            broken.update({finding.rule for finding in verdict.violations})
            costing.update(key for key, cost in verdict.costs.items() if cost)
    for rule in RULES:
        if rule.key != "one_shift_a_day":
            assert (broken + costing)[rule.key] >= 3, rule.key
            assert Kind.HARD not in rule.kinds or broken[rule.key], rule.key
            assert Kind.SOFT not in rule.kinds or costing[rule.key], rule.key

"""Each rule on working time said three ways: checker, posting and row agree on every row of tiny random problems."""

import random
from itertools import product

import pytest

from optimizer.shifts.in_row import TooLarge
from optimizer.shifts.variables import Grid
from roster.problem import Assigned, Problem
from roster.rules.registry import RULES, judge
from tests.in_rows import said, told
from tests.optimizer.working_lines import (
    EITHER,
    successions,
    working_contract,
    working_history,
    working_lines,
    working_terms,
)
from tests.posted import allowed_by, cost_of
from tests.small_rosters import ana, shift, small_problem

KEYS = (*EITHER, "forbidden_successions", "period_minutes", "average_minutes", "fixed_days_off")
STARTS = (
    "2026-11-23",  # Monday
    "2026-11-25",  # mid-week
    "2026-11-29",  # Sunday
    "2026-03-27",  # spring on the third day
    "2026-10-24",  # autumn on the second
    "2028-02-25",  # a leap day
    "2026-12-30",  # a year's end
)
SEEDS = range(14)
PRICED_PER_PROBLEM = 5


def random_person(key: str, seed: int) -> Problem:
    """One person, `key` alone beside one shift a day, at most 3 ** 7 or 2 ** 9 rows; weeks in part and whole."""
    draw = random.Random(f"{key} {seed}")
    shifts, days = draw.choice((("EN", 7), ("EN", 6), ("E", 9)) if key != "average_minutes" else (("EN", 7), ("E", 9)))
    if key in ("weekends", "complete_weekends") and seed % 3 == 0:
        shifts, days = "E", 10
    if key == "average_minutes" and seed % 7 == 0:
        shifts, days = "E", 14
    rules = successions(seed, shifts)
    return small_problem(
        "one_shift_a_day",
        key,
        given={key: working_terms(seed).get(key, {})},
        shifts=[shift(one) | {"not_followed_by": rules[one]} for one in shifts],
        days=days,
        start=STARTS[seed % len(STARTS)],
        agents=[
            ana(
                contract=working_contract(seed, key),
                history=working_history(seed, key, shifts),
                time_off=draw.sample(range(-8, days), draw.choice((0, 0, 1, 3))),
                **working_lines(seed, key, days, shifts),
            )
        ],
    )


def every_row(problem: Problem) -> list[tuple[Assigned, ...]]:
    """Every row of the one person with at most one shift a day."""
    rows = product((None, *problem.shift_of), repeat=problem.days)
    return [tuple(Assigned(agent="A", day=day, shift=one) for day, one in enumerate(row) if one) for row in rows]


def verdicts(problem: Problem) -> dict[frozenset[Assigned], int | None]:
    """What the checkers say of every row that overlaps nothing: its cost, None where it is forbidden."""
    found: dict[frozenset[Assigned], int | None] = {}
    for row in every_row(problem):
        verdict = judge(problem, row)
        if not any(one.rule == "one_shift_a_day" for one in verdict.violations):
            found[frozenset(row)] = None if verdict.violations else verdict.cost
    return found


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("key", KEYS)
def test_checker_posting_and_row_agree(key: str, seed: int) -> None:
    problem = random_person(key, seed)
    expected = verdicts(problem)
    allowed = {row: cost for row, cost in expected.items() if cost is not None}
    soft = getattr(problem.rules, key).mode == "soft"
    if soft:
        assert len(allowed) == len(expected)
        draw = random.Random(seed)
        rows = sorted(allowed, key=lambda row: sorted((one.day, one.shift) for one in row))
        for row in draw.sample(rows, PRICED_PER_PROBLEM):
            assert cost_of(problem, tuple(row)) == allowed[row], row
    else:
        assert allowed_by(problem) == set(allowed)
    grid = Grid(problem)
    agent = problem.agents[0]
    try:
        words = said(grid, agent)
    except TooLarge:
        assert key == "average_minutes"
        assert problem.days == 14
        return
    for row, cost in expected.items():
        assert told(grid, agent, words, sorted(row, key=lambda one: one.day)) == cost, row


@pytest.mark.parametrize("key", KEYS)
def test_the_random_people_make_every_rule_bind_both_ways(key: str) -> None:
    kinds = next(rule.kinds for rule in RULES if rule.key == key)
    forbidding = pricing = 0
    for seed in reversed(SEEDS):
        costs = set(verdicts(random_person(key, seed)).values())
        forbidding += None in costs and len(costs) > 1
        pricing += len(costs - {None}) > 1
        if forbidding >= 3 and (len(kinds) == 1 or pricing >= 3):
            return
    pytest.fail(f"{key} forbids in {forbidding} and prices in {pricing} of {len(SEEDS)} problems: too few to tell")

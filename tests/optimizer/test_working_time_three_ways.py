"""Each rule on working time said three ways: checker, posting and row agree on every row of tiny random problems."""

import random

import pytest

from optimizer.shifts.grid import Grid
from optimizer.shifts.rows.in_row import InRow, TooLarge
from optimizer.shifts.rules import average_minutes
from roster.problem import Problem
from roster.rules.registry import RULES
from tests.in_rows import said
from tests.optimizer.three_ways import agree, agree_posted, verdicts
from tests.optimizer.working_lines import (
    EITHER,
    successions,
    working_contract,
    working_history,
    working_lines,
    working_terms,
)
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
SEEDS = range(10)


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


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("key", KEYS)
def test_checker_posting_and_row_agree(key: str, seed: int) -> None:
    problem = random_person(key, seed)
    try:
        said(Grid(problem), problem.agents[0])
    except TooLarge:
        assert key == "average_minutes"
        agree_posted(problem, seed)
    else:
        agree(problem, seed)


@pytest.mark.parametrize("seed", range(12))
def test_exact_periods_under_leave_are_possible_and_the_same_three_ways(seed: int) -> None:
    """Whatever leave credits, shifts add up to what is left of a contract of exactly so many minutes."""
    draw = random.Random(f"exact {seed}")
    least = draw.choice((450, 935, 1350, 1400))
    problem = small_problem(
        "one_shift_a_day",
        "period_minutes",
        "time_off",
        shifts=[shift("E"), shift("L", 840, draw.choice((240, 300, 480)))],
        days=draw.choice((5, 6)),
        start=STARTS[seed % len(STARTS)],
        agents=[
            ana(
                contract={"min_period_minutes": least, "max_period_minutes": least + draw.choice((0, 40))},
                time_off=[draw.choice((-1, 0)), draw.randrange(1, 5)],
            )
        ],
    )
    assert any(cost is not None for cost in agree(problem, seed).values())


def in_three_weeks(reference_weeks: int, most: int, *rules: str) -> InRow:
    """What an average of 900 minutes a week says of a row of three weeks under a contract of so many a week."""
    problem = small_problem(
        "one_shift_a_day",
        "average_minutes",
        *rules,
        days=21,
        given={"average_minutes": {"week_minutes": 900, "reference_weeks": reference_weeks}},
        agents=[ana(contract={"max_week_minutes": most})],
    )
    return average_minutes.in_row(Grid(problem), problem.agents[0])


def test_an_average_that_a_row_cannot_count_is_left_to_the_model() -> None:
    """Of three weeks the last two are a period that does not begin with the first day."""
    assert in_three_weeks(1, 2000) != InRow() != in_three_weeks(3, 2000)
    assert in_three_weeks(2, 900, "contract_minutes") == InRow()  # by the contract nobody can pass it
    with pytest.raises(TooLarge, match="a reference period that begins inside the roster"):
        in_three_weeks(2, 2000, "contract_minutes")


@pytest.mark.parametrize("key", KEYS)
def test_the_random_people_make_every_rule_bind_both_ways(key: str) -> None:
    kinds = next(rule.kinds for rule in RULES if rule.key == key)
    forbidding = pricing = 0
    for seed in reversed(SEEDS):
        costs = set(verdicts(random_person(key, seed)).values())
        forbidding += None in costs and len(costs) > 1
        pricing += len(costs - {None}) > 1
        if forbidding >= 2 and (len(kinds) == 1 or pricing >= 2):
            return
    pytest.fail(f"{key} forbids in {forbidding} and prices in {pricing} of {len(SEEDS)} problems: too few to tell")

"""Each rule of nights, load and fair shares said three ways: checker, posting and row agree on every row."""

import random

import pytest

from roster.problem import Problem
from roster.rules.parameters import Rules
from roster.rules.registry import RULES
from tests.optimizer.load_lines import FLEXIBLE, load_terms, load_traits, night_terms
from tests.optimizer.three_ways import agree, verdicts
from tests.small_rosters import ana, shift, small_problem

KEYS = (*FLEXIBLE, "fairness", "exposure_balance")
STARTS = ("2026-11-23", "2026-11-26", "2026-03-27", "2026-10-23", "2028-02-25", "2026-12-30")
SEEDS = range(12)
MORE_SEEDS = range(24)
OPTIONS = (
    [shift("E"), shift("N")],
    [shift("L"), shift("N")],
    [shift("L", 1080, 480), shift("N", 1260, 720)],
    [shift("E", 150, 240), shift("N", 1425, 1440)],
)


def random_person(key: str, seed: int) -> Problem:
    """One person, `key` alone beside one shift a day and sometimes a longest run; 3 ** 6 rows and some history."""
    draw = random.Random(f"{key} {seed}")
    days = draw.choice((5, 6))
    shifts = OPTIONS[seed % len(OPTIONS)]
    names = [str(one["id"]) for one in shifts]
    limits = ("consecutive_days",) if draw.random() < 0.3 else ()
    given = {key: load_terms(seed).get(key, {}), "consecutive_days": {"maximum": draw.randint(2, 4)}}
    if key == "exposure_balance":
        given[key] = {"tolerance_points": draw.randint(0, 60), "steep_points": draw.randint(0, 90)}
    history = [
        {"day": -day, "shift": draw.choice(names)} for day in range(1, 8) if draw.random() < draw.choice((0, 0.6))
    ]
    wishes = [
        {"day": draw.randrange(days), "shift": draw.choice((None, *names)), "wanted": draw.random() < 0.5}
        for _ in range(draw.randint(0, 4))
    ]
    person = ana(
        skills=draw.choice((["x"], ["x", "y"], ["y"])),
        history=history,
        wishes=wishes,
        contract={"max_week_minutes": draw.choice((0, 900, 2000, 10080))},
        **load_traits(seed, key),
    )
    frame = small_problem(days=days, start=STARTS[seed % len(STARTS)])
    return small_problem(
        "one_shift_a_day",
        key,
        *limits,
        given=given,
        shifts=shifts,
        days=days,
        start=frame.start.isoformat(),
        night=night_terms(seed),
        queues=[{"id": "x", "exposure_per_hour": 2.5}, {"id": "y", "exposure_per_hour": 20.0}],
        demand=[
            {
                "queue": queue,
                "day": day,
                "required": [draw.randint(0, 2)] * (frame.quarters[day] // 2) + [1] * (-(-frame.quarters[day] // 2)),
            }
            for queue in "xy"
            for day in range(days)
        ],
        agents=[person],
    )


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("key", KEYS)
def test_checker_posting_and_row_agree(key: str, seed: int) -> None:
    agree(random_person(key, seed), seed)


@pytest.mark.parametrize("key", KEYS)
def test_the_random_people_make_every_rule_bind_both_ways(key: str) -> None:
    (rule,) = (rule for rule in RULES if rule.key == key)
    forbidding = pricing = 0
    for seed in MORE_SEEDS:
        problem = random_person(key, seed)
        costs = set(verdicts(problem.model_copy(update={"rules": _without_longest_run(problem)})).values())
        forbidding += None in costs and len(costs) > 1
        pricing += len(costs - {None}) > 1
        if pricing >= 3 and (len(rule.kinds) == 1 or forbidding >= 3):
            return
    pytest.fail(f"{key} forbids in {forbidding} and prices in {pricing} of {len(MORE_SEEDS)} problems: too few to tell")


def _without_longest_run(problem: Problem) -> Rules:
    """So that what forbids is the rule itself."""
    terms = problem.rules.consecutive_days.model_copy(update={"mode": "off"})
    return problem.rules.model_copy(update={"consecutive_days": terms})

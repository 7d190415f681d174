"""Stability and notice of one person: checker, posted model and the words of the row agree on every row there is."""

import random

import pytest

from roster.problem import Problem
from tests.optimizer.three_ways import agree
from tests.small_rosters import ana, small_problem

SEEDS = range(12)


def changed(seed: int) -> Problem:
    """Four days, some shifts told (two on one day among them), notice that ends anywhere."""
    draw = random.Random(seed)
    return small_problem(
        "one_shift_a_day",
        *draw.choice((("stability",), ("notice",), ("stability", "notice"))),
        days=4,
        agents=[ana(contract={"max_week_minutes": 1500}, untold_days=draw.choice(((), (), (3,), (0, 2))))],
        published=[{"agent": "A", "day": day, "shift": one} for day in range(4) for one in "EL" if draw.random() < 0.4],
        today=draw.choice((None, "2026-11-20", "2026-11-22", "2026-11-24")),
        given={
            "stability": {"weight": draw.randint(1, 40)},
            "notice": {"weight": draw.randint(1, 40), "days": draw.randint(0, 6)},
        },
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_model_and_row_say_what_the_checkers_say(seed: int) -> None:
    agree(changed(seed), seed)


def test_the_random_rosters_cost_and_are_free() -> None:
    costs = [cost for seed in SEEDS for cost in agree(changed(seed), seed).values()]
    assert None not in costs
    assert 0 in costs
    assert len(set(costs)) > 20

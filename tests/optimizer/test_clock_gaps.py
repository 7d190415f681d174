"""Overlap and daily rest where the clocks change: shifts that begin inside the gap or the repeated hour."""

import random
from itertools import combinations

import pytest

from roster.problem import Assigned, Problem
from roster.rules.registry import judge
from tests.optimizer.three_ways import agree
from tests.posted import allowed_by
from tests.small_rosters import ana, past, shift, small_problem

CHANGES = (
    ("Europe/Amsterdam", "2026-03-28"),  # 02:00 to 03:00 on the second day is skipped
    ("Europe/Amsterdam", "2026-10-24"),  # and here comes twice
    ("America/New_York", "2026-03-07"),
    ("Australia/Lord_Howe", "2026-10-03"),  # half an hour
    ("Australia/Lord_Howe", "2026-04-04"),
)
SEEDS = range(20)


def at_any_hour(seed: int, days: int, *rules: str) -> Problem:
    """Two shifts that may begin at any hour of the night and last minutes or a whole day."""
    draw = random.Random(seed)
    zone, start = CHANGES[seed % len(CHANGES)]
    begins = (0, 15, 60, 105, 120, 135, 150, 180, 1380, 1425, 1439)
    shifts = [shift(name, draw.choice(begins), draw.choice((15, 30, 60, 480, 1380, 1440))) for name in "EL"]
    return small_problem(
        *rules,
        shifts=shifts,
        days=days,
        start=start,
        zone=zone,
        given={"daily_rest": {"minutes": draw.choice((0, 15, 60, 660, 1380, 1440))}},
        agents=[ana(history=past(draw.choice(("", "E", "L", "LE"))))],
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_one_shift_a_day_three_ways(seed: int) -> None:
    agree(at_any_hour(seed, 4, "one_shift_a_day", "daily_rest"), seed)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("key", ["daily_rest", "one_shift_a_day"])
def test_any_number_of_shifts_a_day(key: str, seed: int) -> None:
    problem = at_any_hour(seed, 3, key)
    lines = [Assigned(agent="A", day=day, shift=name) for day in range(3) for name in "EL"]
    rosters = [frozenset(chosen) for count in range(len(lines) + 1) for chosen in combinations(lines, count)]
    assert allowed_by(problem) == {one for one in rosters if not judge(problem, one).violations}

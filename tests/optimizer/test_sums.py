"""What shifts add up to: the checkers' sum, the model's and every combination counted out agree."""

import random
from itertools import combinations_with_replacement

import pytest

from optimizer.shifts.rules.common.sums import nearest_above, nearest_below
from roster.rules.sums import nearest_sum
from tests.small_rosters import small_problem


@pytest.mark.parametrize("seed", range(30))
def test_sums_are_those_of_every_combination(seed: int) -> None:
    draw = random.Random(seed)
    paid = [draw.choice((0, 15, 20, 35, 60)) for _ in range(draw.randint(1, 3))]
    days, limit = draw.randint(0, 4), draw.randint(0, 200)
    shifts = [
        {"id": str(number), "start_minute": 0, "minutes": 60, "paid_minutes": one} for number, one in enumerate(paid)
    ]
    sums = {sum(chosen) for chosen in combinations_with_replacement([0, *paid], days)}
    below = max(one for one in sums if one <= limit)
    assert nearest_sum(small_problem(shifts=shifts), days, limit) == nearest_below(paid, days, limit) == below
    assert nearest_above(paid, days, limit) == min((one for one in sums if one >= limit), default=None)

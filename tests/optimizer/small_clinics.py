"""Small random rosters in which whole rows are tied by cover by shift alone, and what their best roster costs."""

from functools import cache

import numpy as np

from optimizer.shifts.solve import solve
from roster.exchange.curtois import problem_from_curtois
from roster.problem import Problem
from roster.result import Status

LONG = 600.0
"""Seconds no test reaches."""


def small_clinic(seed: int, people: int = 5, days: int = 14) -> Problem:
    """Two shifts a day, hours, weekends and late shifts limited over all days; some days off and requests."""
    random = np.random.default_rng(seed)
    names = [chr(65 + one) for one in range(people)]
    asks = [(name, int(random.integers(days)), "EL"[random.integers(2)], int(random.integers(1, 6))) for name in names]
    avoids = [
        (name, int(random.integers(days)), "EL"[random.integers(2)], int(random.integers(1, 6))) for name in names
    ]
    lines = [
        "SECTION_HORIZON", str(days), "SECTION_SHIFTS", "E,480,", "L,480,E", "SECTION_STAFF",
        *(f"{name},E={days}|L={random.integers(2, 6)},4320,{random.integers(5, 8) * 480},4,2,2,1" for name in names),
        "SECTION_DAYS_OFF", *(f"{name},{random.integers(days)}" for name in names),
        "SECTION_SHIFT_ON_REQUESTS", *(f"{name},{day},{shift},{weight}" for name, day, shift, weight in asks),
        "SECTION_SHIFT_OFF_REQUESTS", *(f"{name},{day},{shift},{weight}" for name, day, shift, weight in avoids),
        "SECTION_COVER",
        *(f"{day},{shift},{random.integers(1, 3)},{random.integers(3, 20)},1" for day in range(days) for shift in "EL"),
    ]  # fmt: skip
    return problem_from_curtois("\n".join(lines))


@cache
def least_cost(seed: int) -> int:
    """What the best roster of a small clinic costs, as plain CP-SAT proves it."""
    found = solve(small_clinic(seed), time_limit_seconds=LONG, deterministic_limit=200, workers=1)
    if found.status is not Status.OPTIMAL or found.objective is None:
        raise RuntimeError(f"the roster of seed {seed} was not proved: {found.status}")
    return found.objective

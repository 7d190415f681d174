"""A rostering problem too hard to be solved while a test looks on."""

import random

from roster.problem import Problem
from roster.rules.registry import RULES
from tests.small_rosters import small_problem


def hard_team(people: int = 20, days: int = 21) -> Problem:
    """Twenty people, three weeks, every rule, more work than hands."""
    draw = random.Random(1)
    frame = small_problem(days=days)
    return small_problem(
        *(rule.key for rule in RULES),
        shifts="EDL",
        days=days,
        queues=[
            {"id": name, "weight": weight, "exposure_per_hour": 10.0 * weight}
            for name, weight in zip("xyz", (1, 2, 4), strict=True)
        ],
        agents=[
            {
                "id": f"A{number}",
                "skills": draw.sample("xyz", draw.randint(1, 3)),
                "contract": {"min_week_minutes": 1200, "max_week_minutes": 2250},
            }
            for number in range(people)
        ],
        demand=[
            {
                "queue": queue,
                "day": day,
                "required": [draw.randint(1, 4) if 28 <= quarter < 88 else 0 for quarter in range(frame.quarters[day])],
            }
            for day in range(days)
            for queue in "xyz"
        ],
    )

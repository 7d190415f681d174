"""Small problems with everything in them that a problem can say: each rule of the registry, people, pairs, demand."""

import random
from typing import Any

from roster.problem import Problem
from roster.rules.registry import RULES, Kind
from tests.small_rosters import MONDAY, small_problem

TIGHT: dict[str, dict[str, Any]] = {
    "consecutive_days": {"maximum": 3},
    "min_consecutive_days": {"minimum": 2},
    "min_days_off": {"minimum": 2},
    "max_days_off": {"maximum": 2},
    "consecutive_nights": {"minimum": 1, "maximum": 1},
    "night_limits": {"maximum": 1, "days": 5},
    "average_minutes": {"week_minutes": 1200, "reference_weeks": 1},
    "weekends": {"maximum": 0},
    "heavy_shift_budget": {"heavy_points": 60, "maximum": 1, "days": 5},
    "heavy_successions": {"heavy_points": 60},
    "recovery_day": {"severe_points": 150},
    "exposure_balance": {"tolerance_points": 5},
    "notice": {"days": 10},
}
"""Parameters under which rosters drawn at random break a rule often."""


def full_problem(seed: int, *, people: int = 4, days: int = 10) -> Problem:
    """A problem in which most rules are on, hard or soft as they may be."""
    draw = random.Random(seed)
    names = [f"A{number}" for number in range(people)]
    frame = small_problem(shifts="EDN", days=days)
    rules = [rule for rule in RULES if draw.random() < 0.8]
    return small_problem(
        *(rule.key for rule in rules),
        given={
            rule.key: TIGHT.get(rule.key, {}) | {"mode": draw.choice(sorted(kind.value for kind in rule.kinds))}
            for rule in rules
        },
        shifts="EDN",
        days=days,
        queues=[
            {"id": name, "weight": weight, "exposure_per_hour": 9.0 * weight} for weight, name in enumerate("xy", 1)
        ],
        agents=[_person(draw, name, days) for name in names],
        demand=[
            {
                "queue": queue,
                "day": day,
                "required": [draw.randint(0, 2) if 28 <= at < 92 else 0 for at in range(length)],
            }
            for day, length in enumerate(frame.quarters)
            for queue in "xy"
        ],
        shift_demand=[{"day": day, "shift": draw.choice("EDN"), "required": draw.randint(0, 2)} for day in range(days)],
        role_demand=[{"role": draw.choice(("peer", None)), "start_minute": 600, "end_minute": 900, "required": 1}],
        together=[{"first": names[0], "second": names[1]}],
        apart=[{"first": names[-1], "second": names[0]}],
        published=[
            {"agent": name, "day": day, "shift": draw.choice("EDN")}
            for name in names
            for day in range(days)
            if draw.random() < 0.4
        ],
        today=MONDAY,
    )


def _person(draw: random.Random, name: str, days: int) -> dict[str, Any]:
    return {
        "id": name,
        "skills": draw.sample("xy", draw.randint(0, 2)),
        "roles": draw.sample(("peer", "lead"), draw.randint(0, 2)),
        "contract": {"min_week_minutes": 600, "max_week_minutes": 1500, "max_period_minutes": 2500},
        "time_off": draw.sample(range(days), 1),
        "fixed_days_off": draw.sample(range(days), 1),
        "shift_limits": [{"shift": "N", "most": 1}],
        "wishes": [{"day": draw.randrange(days), "shift": draw.choice((None, "E")), "wanted": draw.random() < 0.5}],
        "pins": [{"day": draw.randrange(days), "shift": draw.choice((None, "D"))}],
        "history": [{"day": -1, "shift": draw.choice("EN")}, {"day": -2, "shift": "D"}],
        "carried_points": draw.choice((0, 80)),
        "memory": {"nights": draw.randint(0, 3), "weekend_shifts": draw.randint(0, 3)},
        "fixed": draw.random() < 0.1,
    }


def kinds_drawn(problems: list[Problem]) -> set[tuple[str, Kind]]:
    """Which rules are on in some of the problems, and as what."""
    return {
        (rule.key, Kind.HARD if rule.is_hard(problem) else Kind.SOFT)
        for problem in problems
        for rule in RULES
        if getattr(problem.rules, rule.key).mode != "off"
    }

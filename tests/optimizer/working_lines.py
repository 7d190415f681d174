"""Random working-time terms of tiny problems, each seed apart so that no other draw moves them."""

import random
from typing import Any

EITHER = ("min_consecutive_days", "min_days_off", "max_days_off", "shift_counts", "weekends", "complete_weekends")


def working_terms(seed: int) -> dict[str, dict[str, Any]]:
    """Parameters of the rules on working time, tight enough to bind in a few days; some hard, some at a price."""
    draw = random.Random(f"working terms {seed}")
    terms: dict[str, dict[str, Any]] = {
        key: {"mode": ("hard", "soft")[(seed + number) % 2], "weight": draw.randint(1, 9)}
        for number, key in enumerate(EITHER)
    }
    terms["min_consecutive_days"]["minimum"] = draw.choice((1, 2, 2, 3))
    terms["min_days_off"]["minimum"] = draw.choice((1, 2, 2, 3))
    terms["max_days_off"]["maximum"] = draw.choice((1, 1, 2, 2))
    terms["weekends"]["maximum"] = draw.choice((0, 1, 1, 2))
    terms["average_minutes"] = {
        "week_minutes": draw.choice((300, 900, 1500)),
        "reference_weeks": draw.choice((1, 1, 2, 3)),
    }
    return terms


def successions(seed: int, shifts: str) -> dict[str, list[str]]:
    """What may not follow each shift."""
    draw = random.Random(f"successions {seed}")
    return {shift: [other for other in shifts if draw.random() < 0.3] for shift in shifts}


def working_contract(seed: int, name: str) -> dict[str, Any]:
    """What one person's contract adds about runs, minutes and weekends."""
    draw = random.Random(f"contract {seed} {name}")
    least = draw.choice((0, 0, 400, 900))
    return {
        "min_consecutive_days": draw.choice((1, 1, 2)),
        "min_days_off": draw.choice((1, 1, 1, 2)),
        "min_period_minutes": least,
        "max_period_minutes": draw.choice((None, least + 600, least + 2000)),
        "max_weekends": draw.choice((None, None, 0, 1)),
    }


def working_lines(seed: int, name: str, days: int, shifts: str) -> dict[str, Any]:
    """Fixed days off and limits of shifts of one person."""
    draw = random.Random(f"working lines {seed} {name}")
    limits = []
    for shift in shifts:
        if draw.random() < 0.5:
            least = draw.choice((0, 0, 1, 2))
            limits.append({"shift": shift, "least": least, "most": draw.choice((None, least, least + 1))})
    return {
        "fixed_days_off": draw.sample(range(days), draw.choice((0, 0, 1))),
        "shift_limits": limits,
    }


def working_history(seed: int, name: str, shifts: str, reach: int = 15) -> list[dict[str, Any]]:
    """Weeks of history, dense, sparse or none at all."""
    draw = random.Random(f"history {seed} {name}")
    share = draw.choice((0.0, 0.0, 0.2, 0.6, 0.9))
    return [{"day": -day, "shift": draw.choice(shifts)} for day in range(1, reach) if draw.random() < share]

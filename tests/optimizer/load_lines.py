"""Random terms of nights, load and fair shares for tiny problems, each seed apart so that no other draw moves them."""

import random
from typing import Any

FLEXIBLE = (
    "consecutive_nights",
    "night_limits",
    "rest_after_nights",
    "heavy_shift_budget",
    "heavy_successions",
    "recovery_day",
)


def load_terms(seed: int) -> dict[str, dict[str, Any]]:
    """Parameters of the rules, tight enough to bind in a few days; some hard, some at a price."""
    draw = random.Random(f"load terms {seed}")
    terms: dict[str, dict[str, Any]] = {
        key: {"mode": draw.choice(("hard", "soft")), "weight": draw.randint(0, 9)} for key in FLEXIBLE
    }
    least = draw.choice((1, 1, 2, 3))
    terms["consecutive_nights"] |= {"minimum": least, "maximum": draw.randint(least, 4)}
    terms["night_limits"] |= {
        "maximum": draw.randint(0, 3),
        "days": draw.randint(1, 6),
        "shift_minutes": draw.choice((480, 600, 1440, 1440)),
    }
    terms["rest_after_nights"] |= {"nights": draw.choice((1, 1, 2, 3)), "minutes": draw.choice((660, 1440, 2760, 4000))}
    terms["heavy_shift_budget"] |= {
        "heavy_points": draw.choice((1, 20, 60, 120)),
        "maximum": draw.randint(0, 3),
        "days": draw.randint(1, 6),
    }
    terms["heavy_successions"]["heavy_points"] = draw.choice((1, 20, 60, 120))
    terms["recovery_day"] |= {
        "severe_points": draw.choice((10, 60, 120, 240)),
        "step_points": draw.choice((1, 7, 20)),
    }
    terms["fairness"] = {
        "nights_weight": draw.randint(0, 3),
        "weekends_weight": draw.randint(0, 3),
        "late_finishes_weight": draw.randint(0, 3),
        "refused_wishes_weight": draw.randint(0, 3),
        "late_minute": draw.choice((900, 1200, 1500)),
    }
    return terms


def night_terms(seed: int) -> dict[str, int]:
    """What a night is."""
    draw = random.Random(f"night terms {seed}")
    return {
        "from_minute": draw.choice((1380, 1200, 0)),
        "to_minute": draw.choice((300, 360)),
        "minimum_minutes": draw.choice((1, 120, 180, 240)),
    }


def load_traits(seed: int, name: str) -> dict[str, Any]:
    """What one person had before."""
    draw = random.Random(f"load traits {seed} {name}")
    kinds = ("nights", "weekend_shifts", "late_finishes", "refused_wishes")
    return {
        "memory": {kind: draw.choice((0, 0, 1, 4)) for kind in kinds},
        "carried_points": draw.choice((0, 0, 30, 100)),
    }

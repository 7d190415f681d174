"""Random lines of a tiny problem that speak of several people, each seed apart so that no other draw moves them."""

import random
from typing import Any


def team_terms(seed: int) -> dict[str, dict[str, Any]]:
    """Parameters of the rules that tie people together."""
    draw = random.Random(f"team terms {seed}")
    return {"cover_by_shift": {"under_weight": draw.randint(0, 9), "over_weight": draw.randint(0, 4)}}


def team_lines(seed: int, people: str, days: int, shifts: str) -> dict[str, Any]:
    """What shifts ask for."""
    draw = random.Random(f"team lines {seed}")
    return {
        "shift_demand": [
            {
                "day": day,
                "shift": shift,
                "required": draw.randint(0, len(people) + 1),
                "under_weight": draw.choice((None, 3)),
                "over_weight": draw.choice((None, None, 2)),
            }
            for day in range(days)
            for shift in shifts
            if draw.random() < 0.4
        ],
    }

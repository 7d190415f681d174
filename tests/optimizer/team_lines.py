"""Random lines of a tiny problem that speak of several people, each seed apart so that no other draw moves them."""

import random
from itertools import permutations
from typing import Any


def team_terms(seed: int) -> dict[str, dict[str, Any]]:
    """Parameters of the rules that tie people together."""
    draw = random.Random(f"team terms {seed}")
    return {
        "cover_by_shift": {"under_weight": draw.randint(0, 9), "over_weight": draw.randint(0, 4)},
        "role_cover": {"mode": draw.choice(("hard", "soft", "soft")), "weight": draw.randint(0, 9)},
        "keep_together": {"mode": draw.choice(("hard", "soft")), "weight": draw.randint(1, 9)},
        "keep_apart": {"mode": draw.choice(("hard", "soft")), "weight": draw.randint(1, 9)},
    }


def team_lines(seed: int, people: str, days: int, shifts: str) -> dict[str, Any]:
    """What shifts and roles ask for, and who goes with whom."""
    draw = random.Random(f"team lines {seed}")
    pairs = [{"first": first, "second": second} for first, second in permutations(people, 2)]
    draw.shuffle(pairs)
    return {
        "together": (together := pairs[: draw.choice((0, 1, 1))]),
        "apart": [
            pair
            for pair in pairs[len(together) :][: draw.choice((0, 1, 2))]
            if {pair["first"], pair["second"]} not in [set(one.values()) for one in together]
        ],
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
        "role_demand": [
            {
                "role": draw.choice(("lead", None)),
                "day": draw.choice((None, draw.randrange(days))),
                "start_minute": (begin := draw.choice((0, 425, 900, 1320))),
                "end_minute": begin + draw.choice((10, 120, 600)),
                "required": draw.choice((1, 1, 2)),
            }
            for _ in range(draw.choice((0, 1, 2)))
        ],
    }


def team_traits(seed: int, name: str) -> dict[str, Any]:
    """What one person brings to the rules that tie people together."""
    draw = random.Random(f"team traits {seed} {name}")
    return {"roles": [role for role in ("lead", "peer") if draw.random() < 0.6]}

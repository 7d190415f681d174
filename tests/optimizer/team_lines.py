"""Random lines of a tiny problem that speak of several people, each seed apart so that no other draw moves them."""

import random
from itertools import combinations, permutations
from typing import Any


def team_terms(seed: int) -> dict[str, dict[str, Any]]:
    """Parameters of the rules that tie people together."""
    draw = random.Random(f"team terms {seed}")
    return {
        "cover_by_shift": {"under_weight": draw.randint(0, 9), "over_weight": draw.randint(0, 4)},
        "role_cover": {"mode": draw.choice(("hard", "soft", "soft")), "weight": draw.randint(0, 9)},
        "keep_together": {"mode": draw.choice(("hard", "soft")), "weight": draw.randint(1, 9)},
        "keep_apart": {"mode": draw.choice(("hard", "soft")), "weight": draw.randint(1, 9)},
        "stability": {"weight": draw.randint(1, 9)},
        "notice": {"weight": draw.randint(1, 9), "days": draw.randint(1, 5)},
    }


def team_lines(seed: int, people: str, days: int, shifts: str) -> dict[str, Any]:
    """What shifts and roles ask for, who goes with whom, what was published when."""
    draw = random.Random(f"team lines {seed}")
    pairs = [{"first": first, "second": second} for first, second in permutations(people, 2)]
    draw.shuffle(pairs)
    together = pairs[: draw.choice((0, 1, 1))]
    bound = {frozenset(pair.values()) for pair in together}
    apart = [pair for pair in combinations(people, 2) if frozenset(pair) not in bound]
    return {
        "together": together,
        "apart": [{"first": second, "second": first} for first, second in apart[: draw.choice((0, 1, 2))]],
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
        "published": [
            {"agent": name, "day": day, "shift": shift}
            for name in people
            for day in range(days)
            for shift in shifts
            if draw.random() < 0.25
        ],
        "today": draw.choice((None, "2026-11-21", "2026-11-22", "2026-11-23", "2026-11-24", "2028-02-27")),
    }


def team_traits(seed: int, name: str) -> dict[str, Any]:
    """What one person brings to the rules that tie people together."""
    draw = random.Random(f"team traits {seed} {name}")
    return {"roles": [role for role in ("lead", "peer") if draw.random() < 0.6]}

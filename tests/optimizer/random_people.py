"""One random person with many personal rules on, for what is said of single rows."""

import random
from typing import Any

from roster.problem import Problem
from roster.rules.registry import RULES, Scope
from tests.optimizer.load_lines import load_terms, load_traits, night_terms
from tests.optimizer.working_lines import successions, working_contract, working_lines, working_terms
from tests.small_rosters import ana, small_problem

BASIC = (
    "one_shift_a_day",
    "daily_rest",
    "weekly_rest",
    "consecutive_days",
    "contract_minutes",
    "availability",
    "time_off",
    "pins",
    "preferences",
)
"""Rules that most of the people have."""

CONVEX = ("exposure_balance", "fairness", "shift_counts")
"""Rules that are, or may be, convex costs of sums: they are no part of a row's own price."""

FURTHER = tuple(rule.key for rule in RULES if rule.scope is Scope.PERSONAL and rule.key not in (*BASIC, *CONVEX))

STARTS = ("2026-11-23", "2026-03-26", "2026-10-22", "2028-02-26", "2026-12-30")


def random_person(
    seed: int,
    *,
    only: str | None = None,
    basic: float = 0.6,
    days: int | None = None,
    shifts: int = 4,
    convex: bool = False,
) -> Problem:
    """Most basic rules and a few of the further ones, nights and short shifts, part weeks, clock changes, history.

    Each of the `BASIC` rules is on with that chance. With `convex` also rules whose costs are convex in sums.
    With `only` it is the only rule beside one shift a day.
    """
    draw = random.Random(seed)
    names = "ELNS"[: draw.randint(2, shifts)]
    rules = successions(seed, names)
    chances = {
        **dict.fromkeys(BASIC, basic),
        **dict.fromkeys(FURTHER, 0.2),
        **dict.fromkeys(CONVEX, 0.5 if convex else 0.0),
        "shift_counts": 0.3,
        "one_shift_a_day": 1.0,
    }
    if only is not None:
        chances = dict.fromkeys(("one_shift_a_day", only), 1.0)
    # Each by itself, so that another rule's chance moves no other draw.
    keys = [key for key, chance in chances.items() if random.Random(f"{key} {seed}").random() < chance]
    # Where nothing asks for rest, shifts that reach into the next day are common.
    lengths = (240, 480, 600, 720, 1440) if "daily_rest" in keys else (240, 1440, 1440)
    options = [
        {
            "id": name,
            "start_minute": draw.choice((0, 360, 480, 840, 1080, 1320)),
            "minutes": (minutes := draw.choice(lengths)),
            "paid_minutes": minutes - draw.choice((0, 30)),
            "not_followed_by": rules[name],
        }
        for name in names
    ]
    days = days or draw.choice((7, 10, 14, 16))
    least = draw.choice((0, 900, 1800))
    given: dict[str, dict[str, Any]] = {
        **working_terms(seed),
        **load_terms(seed),
        "daily_rest": {"minutes": draw.choice((480, 660, 840, 1440))},
        "weekly_rest": {"minutes": draw.choice((1440, 2100, 3600))},
        "consecutive_days": {"maximum": draw.randint(2, 6)},
        "stability": {"weight": draw.randint(1, 30)},
        "notice": {"weight": draw.randint(1, 30)},
        "exposure_balance": {"tolerance_points": draw.randint(0, 60), "steep_points": draw.randint(0, 90)},
        "shift_counts": {"mode": "soft" if convex else "hard", "weight": draw.randint(1, 9)},
    }
    frame = small_problem(days=days, start=draw.choice(STARTS))
    contract = working_contract(seed, "A") if draw.random() < 0.7 else {}
    return small_problem(
        *keys,
        given={key: given[key] for key in keys if key in given},
        shifts=options,
        days=days,
        start=frame.start.isoformat(),
        night=night_terms(seed),
        today=draw.choice((None, frame.start.isoformat())),
        published=[
            {"agent": "A", "day": day, "shift": draw.choice(names)} for day in range(days) if draw.random() < 0.3
        ],
        queues=[{"id": "x", "exposure_per_hour": 2.5}, {"id": "y", "exposure_per_hour": 20.0}],
        demand=[
            {"queue": queue, "day": day, "required": [draw.randint(0, 2)] * frame.quarters[day]}
            for queue in "xy"
            for day in range(days)
        ],
        agents=[
            ana(
                **{**working_lines(seed, "A", days, names), "fixed_days_off": draw.sample(range(days), 2)},
                skills=draw.choice((["x"], ["x", "y"])),
                contract={**contract, "min_week_minutes": least, "max_week_minutes": least + draw.choice((300, 1200))},
                availability=[
                    {"weekday": day, "start_minute": draw.choice((0, 360)), "end_minute": draw.choice((1440, 2160))}
                    for day in range(7)
                    if draw.random() < 0.9
                ],
                time_off=draw.sample(range(days), draw.choice((0, 1, 2))),
                pins=[{"day": draw.randrange(days), "shift": draw.choice((None, *names))}],
                wishes=[{"day": draw.randrange(days), "shift": draw.choice((None, *names)), "wanted": True}],
                history=[{"day": day, "shift": draw.choice(names)} for day in range(-9, 0) if draw.random() < 0.5],
                **load_traits(seed, "A"),
            )
        ],
    )

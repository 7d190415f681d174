"""The rules of rest, runs, weeks and single days three ways, on days of 23 and 25 hours and wherever a calendar turns.

Shifts begin anywhere in the day and may last into the next; checker, posting and row agree on every row there is.
"""

import random

import pytest

from roster.problem import Problem
from tests.optimizer.three_ways import agree, verdicts
from tests.small_rosters import ana, past, shift, small_problem

KEYS = (
    "daily_rest",
    "weekly_rest",
    "consecutive_days",
    "contract_minutes",
    "availability",
    "time_off",
    "pins",
    "preferences",
)
TURNS = (
    ("Europe/Amsterdam", "2026-03-26"),  # from a Thursday; the fourth day has 23 hours
    ("Europe/Amsterdam", "2026-10-22"),  # the fourth day has 25
    ("America/New_York", "2026-03-03"),  # the sixth day has 23
    ("Australia/Lord_Howe", "2026-04-03"),  # half an hour more
    ("Europe/London", "2028-02-25"),  # over a leap day
    ("Europe/London", "2026-12-30"),  # over a year's end, from a Wednesday
)
CASES = [(key, seed) for key in KEYS for seed in range(len(TURNS))]


def turning(key: str, seed: int) -> Problem:
    """One person and `key` beside one shift a day: 3 ** 6 rows (a whole week for weekly rest), or 2 ** 9."""
    draw = random.Random(f"{key} {seed}")
    zone, start = TURNS[seed % len(TURNS)]
    names, days = ("EN", 7 if key == "weekly_rest" else 6) if seed % 2 else ("N", 9)
    begins = {"E": draw.choice((0, 90, 150, 420, 1430)), "N": draw.choice((120, 840, 1260, 1380, 1439))}
    lengths = {"E": draw.choice((45, 240, 485)), "N": draw.choice((480, 605, 720, 1440))}
    least = draw.choice((400, 900, 1355))
    given = {
        "daily_rest": {"minutes": draw.choice((420, 660, 900, 1380, 1440))},
        "weekly_rest": {"minutes": draw.choice((1440, 2100, 2880, 3600))},
        "consecutive_days": {"maximum": draw.choice((1, 2, 3))},
    }
    return small_problem(
        "one_shift_a_day",
        key,
        given={key: given[key]} if key in given else {},
        shifts=[shift(name, begins[name], lengths[name]) for name in names],
        days=days,
        start=start,
        zone=zone,
        agents=[
            ana(
                contract={"min_week_minutes": least, "max_week_minutes": least + draw.choice((0, 500, 1100))},
                history=past("".join(draw.choice((names[-1], "-")) for _ in range(5))),
                availability=[
                    {"weekday": day, "start_minute": draw.choice((0, 60, 120)), "end_minute": draw.choice((900, 1860))}
                    for day in range(7)
                    if draw.random() < 0.8
                ],
                time_off=draw.sample(range(days + 1), draw.choice((1, 2))),
                pins=[{"day": 3, "shift": draw.choice(names)}, {"day": draw.choice((1, 5))}],
                wishes=[
                    {"day": day, "shift": draw.choice((None, *names)), "wanted": draw.random() < 0.5, "weight": 1 + day}
                    for day in draw.sample(range(days), 3)
                ],
            )
        ],
    )


@pytest.mark.parametrize(("key", "seed"), CASES)
def test_checker_posting_and_row_agree(key: str, seed: int) -> None:
    agree(turning(key, seed), seed)


@pytest.mark.parametrize("key", KEYS)
def test_each_rule_binds_at_most_of_the_turns(key: str) -> None:
    binding = 0
    for seed in range(len(TURNS)):
        costs = set(verdicts(turning(key, seed)).values())
        binding += len(costs) > 1
        if binding == 4:
            return
    pytest.fail(f"{key} binds at {binding} of {len(TURNS)} turns: too few to tell")

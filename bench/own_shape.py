"""Our own shape of problem, generated: a centre of any size with every rule on, the same for the same seed.

Six shift types around the clock, three contracts, ten mixes of skills over six queues; two weeks of history, months of
memory, leave, windows, wishes, roles, pairs. What is asked for is scaled to what the contracts give, so that it is
tight but not hopeless.
"""

import math
import random
from datetime import date
from itertools import pairwise
from typing import Any

from roster.policy import load_policy
from roster.problem import Problem

START = date(2026, 11, 30)
"""A Monday."""

SHIFTS = (
    ("E", "Early", 420, 480, 450),
    ("D", "Day", 540, 480, 450),
    ("S", "Short", 600, 300, 300),
    ("L", "Late", 780, 480, 450),
    ("V", "Evening", 900, 480, 450),
    ("N", "Night", 1380, 480, 450),
)
"""Id, name, begin, elapsed and paid minutes."""

QUEUES = (
    ("advice", 2, 40.0, 1.0),
    ("billing", 1, 20.0, 0.8),
    ("chat", 1, 25.0, 0.6),
    ("claims", 2, 55.0, 0.5),
    ("complaints", 3, 75.0, 0.4),
    ("crisis", 5, 110.0, 0.3),
)
"""Id, weight, exposure an hour, share of the work."""

MIXES = (
    ("advice", "billing"),
    ("advice", "billing", "chat"),
    ("advice", "chat"),
    ("advice", "claims"),
    ("billing", "claims"),
    ("claims", "complaints"),
    ("advice", "claims", "complaints"),
    ("chat", "complaints"),
    ("advice", "crisis"),
    ("complaints", "crisis"),
)

CONTRACTS = (
    (0.6, {"min_week_minutes": 1800, "max_week_minutes": 2400, "max_consecutive_days": 6, "max_weekends": 3}),
    (0.25, {"min_week_minutes": 1200, "max_week_minutes": 1650, "max_consecutive_days": 5, "max_weekends": 2}),
    (0.15, {"min_week_minutes": 600, "max_week_minutes": 1050, "max_consecutive_days": 4, "max_weekends": 2}),
)
"""Share of the people, and terms."""

CURVE = (
    (0, 0.10),
    (360, 0.10),
    (480, 0.75),
    (600, 1.0),
    (780, 0.9),
    (960, 0.95),
    (1140, 0.6),
    (1320, 0.25),
    (1440, 0.1),
)
"""Work over the day: minute and level, straight between."""

WEEKEND = 0.55
LOAD = 0.96
"""Of what the contracts give, what is asked for."""


def own_shape(agents: int = 150, days: int = 28, teams: int = 1, seed: int = 0, *, every_rule: bool = True) -> Problem:
    """A centre of `agents` people in `teams` teams that share all cover.

    `every_rule` switches on what the default policy leaves off, as a soft rule where it can be one.
    """
    draw = random.Random(seed)
    people = [_person(draw, number, agents, teams, days) for number in range(agents)]
    return Problem.model_validate(
        {
            "name": f"{agents} agents x {days} days in {teams} teams, seed {seed}",
            "zone": "Europe/Amsterdam",
            "start": START,
            "days": days,
            "shifts": [
                {"id": key, "name": name, "start_minute": begin, "minutes": minutes, "paid_minutes": paid}
                | ({"not_followed_by": ["E", "D", "S"]} if key in "VN" else {})
                for key, name, begin, minutes, paid in SHIFTS
            ],
            "queues": [
                {"id": key, "weight": weight, "exposure_per_hour": exposure} for key, weight, exposure, _ in QUEUES
            ],
            "agents": people,
            "demand": _demand(people, days),
            "shift_demand": [{"day": day, "shift": "N", "required": max(1, round(agents / 30))} for day in range(days)],
            "role_demand": [
                {"role": "lead", "start_minute": 480, "end_minute": 1320, "required": 1},
                {"role": "peer", "start_minute": 600, "end_minute": 1140, "required": 1},
                {"start_minute": 1380, "end_minute": 1800, "required": 2},
            ],
            "together": _pairs(draw, people, agents // 50),
            "apart": _pairs(draw, people, agents // 50),
            "rules": _rules(every_rule),
        }
    )


def _rules(every_rule: bool) -> dict[str, Any]:
    rules = load_policy().rules.model_dump(mode="json")
    for terms in rules.values():
        if every_rule and terms["mode"] == "off":
            terms["mode"] = "soft"
    # Pairs are wishes here: people who learn from one another, and people who had better not share a night.
    for key in ("keep_together", "keep_apart"):
        rules[key]["mode"] = "soft"
    return rules


def _person(draw: random.Random, number: int, agents: int, teams: int, days: int) -> dict[str, Any]:
    chance, kind = draw.random(), 0
    while chance > CONTRACTS[kind][0] and kind < len(CONTRACTS) - 1:
        chance -= CONTRACTS[kind][0]
        kind += 1
    team = number * teams // agents
    mix = MIXES[(team * 3 + draw.randrange(4)) % len(MIXES)] if teams > len(MIXES) // 3 else draw.choice(MIXES)
    roles = [role for role, share in (("lead", 0.12), ("peer", 0.12)) if draw.random() < share]
    away: list[int] = []
    if draw.random() < 0.2:
        first = draw.randrange(days)
        away = list(range(first, min(days, first + draw.randint(1, 5))))
    windows = []
    if draw.random() < 0.08:
        windows = [{"weekday": day, "start_minute": 360, "end_minute": 1080} for day in range(6)]
    return {
        "id": f"a{number:04}",
        "name": f"Agent {number}",
        "team": f"team {team + 1:02}",
        "skills": mix,
        "roles": roles,
        "contract": CONTRACTS[kind][1],
        "time_off": away,
        "fixed_days_off": [day for day in range(days) if day % 7 == 2] if draw.random() < 0.05 else [],
        "availability": windows,
        "shift_limits": [{"shift": "N", "most": 6}] if draw.random() < 0.3 else [],
        "wishes": [
            {"day": draw.randrange(days), "wanted": draw.random() < 0.4, "weight": draw.choice((10, 20, 40))}
            for _ in range(draw.randrange(4))
        ],
        "history": _history(draw),
        "memory": {
            "nights": draw.randrange(4),
            "weekend_shifts": draw.randrange(5),
            "late_finishes": draw.randrange(7),
            "refused_wishes": draw.randrange(3),
        },
        "carried_points": draw.choice((0, 0, 40, 120)),
    }


def _history(draw: random.Random) -> list[dict[str, Any]]:
    """Two weeks: four or five days on, then off, on one shift."""
    on, phase = draw.choice((3, 4)), draw.randrange(7)
    shift = draw.choice(("E", "D", "L", "V"))
    return [{"day": day - 14, "shift": shift} for day in range(14) if (day + phase) % 7 < on]


def _demand(people: list[dict[str, Any]], days: int) -> list[dict[str, Any]]:
    """Each queue's line, all days of one kind alike, scaled to the hours that those who can take it have."""
    hours = 0.0
    for person in people:
        terms = person["contract"]
        off = 1 - len(person["time_off"]) / days
        hours += off * (terms["min_week_minutes"] + terms["max_week_minutes"]) / 2 / 60 * days / 7
    # A shift of 7.5 paid hours is there for 8.
    quarters = LOAD * hours * 4 * 8 / 7.5
    curve = [_level(quarter * 15) for quarter in range(96)]
    weights = [WEEKEND if day % 7 >= 5 else 1.0 for day in range(days)]
    scale = quarters / (sum(curve) * sum(weights) * sum(share for *_, share in QUEUES))
    return [
        {
            "queue": queue,
            "day": day,
            "required": [math.floor(scale * weight * share * level + 0.5) for level in curve],
        }
        for day, weight in enumerate(weights)
        for queue, _, _, share in QUEUES
    ]


def _level(minute: int) -> float:
    for (begin, low), (end, high) in pairwise(CURVE):
        if minute < end:
            return low + (high - low) * (minute - begin) / (end - begin)
    return CURVE[-1][1]


def _pairs(draw: random.Random, people: list[dict[str, Any]], count: int) -> list[dict[str, str]]:
    """Pairs inside a team."""
    pairs = []
    for _ in range(count):
        first = draw.choice(people)
        mates = [one["id"] for one in people if one["team"] == first["team"] and one is not first]
        if mates:
            pairs.append({"first": first["id"], "second": draw.choice(mates)})
    return pairs

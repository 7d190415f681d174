"""Repair against brute force: none leaves less missing, and of those none moves fewer days.

Tiny teams, every roster enumerated and judged by the checkers alone.
"""

import random
from collections import Counter
from itertools import product
from typing import Any

import pytest

from optimizer.shifts.repair import hall
from optimizer.shifts.repair.run import Extent, Proof, Repair, repair
from optimizer.shifts.repair.trouble import Trouble, mended, missing_beyond, trouble, worse
from roster.problem import Assigned, Problem
from roster.result import Status
from roster.whatif.changes import moved
from roster.whatif.live import LiveRoster
from roster.whatif.replacements import without
from tests.small_rosters import roster, small_problem

SEEDS = range(30)
DAYS = 3


def team(seed: int) -> Problem:
    """Three people, three days, two shifts and two queues; contracts that bind, a wish, a day off."""
    draw = random.Random(seed)
    frame = small_problem(shifts="EL", days=DAYS)
    return small_problem(
        "one_shift_a_day",
        "daily_rest",
        "contract_minutes",
        "consecutive_days",
        "time_off",
        "cover",
        "preferences",
        given={"consecutive_days": {"maximum": draw.choice((2, 3))}},
        shifts="EL",
        days=DAYS,
        queues=[{"id": "x", "weight": 1}, {"id": "y", "weight": draw.choice((2, 3))}],
        agents=[
            {
                "id": name,
                "skills": draw.choice((["x"], ["y"], ["x", "y"])),
                "contract": {"max_week_minutes": draw.choice((1100, 2200, 4000))},
                "time_off": draw.sample(range(DAYS), draw.choice((0, 0, 1))),
                "wishes": [{"day": draw.randrange(DAYS), "wanted": False, "weight": 5}],
            }
            for name in "ABC"
        ],
        demand=[
            {
                "queue": queue,
                "day": day,
                "required": [draw.choice((0, 1, 1)) if 28 <= at < 88 and at % 16 == 0 else 0 for at in range(length)],
            }
            for day, length in enumerate(frame.quarters)
            for queue in "xy"
        ],
    )


def a_clean_roster(problem: Problem, draw: random.Random) -> LiveRoster:
    """Some roster that keeps the rules and has somebody to fall ill."""
    while True:
        rows = {name: "".join(draw.choice("EL-") for _ in range(DAYS)) for name in "ABC"}
        live = LiveRoster.of(problem, roster(**rows))
        if not live.verdict.violations and live.assignments:
            return live


def every_repair(now: LiveRoster, found: Trouble, days: set[int]) -> list[tuple[int, int]]:
    """(missing, days moved) of every roster in which `days` alone change, rules are kept and cover is no worse."""
    free = [agent.id for agent in now.problem.agents if agent.id not in found.held]
    rows: dict[str, list[list[Assigned]]] = {}
    for agent in free:
        rest = [line for line in now.lines(agent) if line.day not in days]
        rows[agent] = []
        for choice in product((None, "E", "L"), repeat=len(days)):
            own = [
                Assigned(agent=agent, day=day, shift=one) for day, one in zip(sorted(days), choice, strict=True) if one
            ]
            if not any(one.hard for one in now.alone(agent, rest + own)):
                rows[agent].append(rest + own)
    results = []
    for chosen in product(*rows.values()):
        after = now.changed(dict(zip(rows, chosen, strict=True)))
        elsewhere = set(worse(after.problem, found.allowed, after.cover.matched)) - found.quarters
        if not elsewhere and all(one in found.known for one in after.verdict.violations):
            results.append((missing_beyond(after.problem, found, after.cover.matched), len(moved(now, after))))
    return results


def sick(seed: int) -> tuple[LiveRoster, LiveRoster, str, int]:
    draw = random.Random(seed)
    live = a_clean_roster(team(seed), draw)
    line = draw.choice(live.assignments)
    return live, without(live, line.agent, [line.day]), line.agent, line.day


@pytest.mark.parametrize("seed", SEEDS)
def test_no_repair_of_its_days_is_smaller(seed: int) -> None:
    before, now, agent, _ = sick(seed)
    found = trouble(before, now, [agent])
    told = repair(before, now, away=[agent], most_changes=9, deterministic_limit=50)
    assert told.status is Status.OPTIMAL
    assert told.after is not None
    assert agent not in {one.agent for one in told.moves}
    assert told.moves == moved(now, told.after)
    missing = missing_beyond(now.problem, found, told.after.cover.matched)
    assert told.missing == told.least_missing == missing
    if told.proof is Proof.WINDOW:
        assert (missing, len(told.moves)) == min(every_repair(now, found, set(told.days)))
    else:
        # Proved everywhere: among all rosters of all days.
        assert (missing, len(told.moves)) == min(every_repair(now, found, set(range(DAYS))))
        assert mended(told.after, found)


@pytest.mark.parametrize("seed", SEEDS[:8])
def test_cover_by_service_is_cover_by_sets(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    before, now, agent, _ = sick(seed)
    by_sets = repair(before, now, away=[agent], most_changes=9, deterministic_limit=50)
    monkeypatch.setattr(hall, "MAX_QUEUES", 0)
    by_service = repair(before, now, away=[agent], most_changes=9, deterministic_limit=50)
    assert (by_service.status, by_service.proof, by_service.missing) == (by_sets.status, by_sets.proof, by_sets.missing)
    assert len(by_service.moves) == len(by_sets.moves)


def test_the_draws_need_all_kinds_of_repair() -> None:
    kinds = Counter[tuple[str, int]]()
    for seed in SEEDS:
        before, now, agent, _ = sick(seed)
        told = repair(before, now, away=[agent], most_changes=9, deterministic_limit=50)
        kinds[told.proof.value, min(len(told.moves), 2)] += 1
    assert {("everywhere", 0), ("everywhere", 1), ("window", 0)} <= set(kinds), kinds


def covered(agents: list[dict[str, Any]], *, days: int = 7, preferences: str = "off") -> Problem:
    """One queue that asks for one agent from 07:00 to 15:00 every day."""
    return small_problem(
        "one_shift_a_day",
        "daily_rest",
        "contract_minutes",
        "pins",
        "notice",
        "cover",
        "preferences",
        given={"notice": {"mode": "soft"}, "preferences": {"mode": preferences}},
        shifts="EL",
        days=days,
        today="2026-11-23",
        queues=[{"id": "x"}],
        agents=[{"skills": ["x"]} | one for one in agents],
        demand=[
            {"queue": "x", "day": day, "required": [int(28 <= at < 60) for at in range(96)]} for day in range(days)
        ],
    )


def absent(problem: Problem, day: int, **rows: str) -> Repair:
    """Ana's `day` is repaired."""
    before = LiveRoster.of(problem, roster(**rows))
    return repair(before, without(before, "A", [day]), away=["A"], deterministic_limit=50)


@pytest.mark.parametrize(("mode", "chosen"), [("off", "B"), ("soft", "C")])
def test_the_cheapest_of_single_moves_is_taken(mode: str, chosen: str) -> None:
    wish = {"wishes": [{"day": 1, "wanted": False, "weight": 40}]}
    problem = covered([{"id": "A"}, {"id": "B", **wish}, {"id": "C"}], preferences=mode)
    told = absent(problem, 1, A="EE-----")
    assert [(one.agent, one.day, one.after) for one in told.moves] == [(chosen, 1, ("E",))]


def test_two_moves_are_proved_where_no_single_one_does() -> None:
    problem = covered([{"id": "A"}, {"id": "B"}, {"id": "C"}])
    rows = {"A": "EE-----", "B": "L------", "C": "L------"}
    told = absent(problem, 1, **rows)
    # Both were at work until 22:00 on Monday: on Tuesday only a late is rested, which covers the last of eight hours.
    assert (told.status, told.missing, len(told.moves), told.proof) == (Status.OPTIMAL, 28, 1, Proof.WINDOW)
    week = repair_week(problem, 1, **rows)
    assert (week.missing, len(week.moves), week.proof) == (0, 2, Proof.EVERYWHERE)


def test_what_is_missing_in_a_dear_queue_counts_though_cheap_ones_have_people_to_spare() -> None:
    problem = covered([{"id": "A"}, {"id": "B"}, {"id": "C"}])
    dear = problem.agents[0].model_copy(update={"skills": ("y",)})
    demand = problem.demand[1].model_copy(update={"queue": "y"})
    queues = (*problem.queues, problem.queues[0].model_copy(update={"id": "y", "weight": 5}))
    more = {"queues": queues, "demand": (*problem.demand, demand), "agents": (dear, *problem.agents[1:])}
    problem = problem.model_copy(update=more)
    told = absent(problem, 1, A="-E-----", B="-E-----", C="-E-----")
    # 32 quarters without anybody who serves the dear queue, each five times as dear.
    assert (told.status, told.missing, told.moves) == (Status.OPTIMAL, 32 * 5, ())


def repair_week(problem: Problem, day: int, **rows: str) -> Repair:
    before = LiveRoster.of(problem, roster(**rows))
    now = without(before, "A", [day])
    return repair(before, now, away=["A"], extent=Extent.WEEK, deterministic_limit=50)


def test_the_past_is_left_alone_and_the_answer_is_the_same_again() -> None:
    problem = covered([{"id": "A"}, {"id": "B"}])
    before = LiveRoster.of(problem, roster(A="EE-----"))
    now = without(before, "A", [1])
    late = repair(before, now, away=["A"], first_day=2, deterministic_limit=50)
    assert (late.status, late.after, late.proof) == (Status.INFEASIBLE, None, Proof.EVERYWHERE)
    one, other = (repair(before, now, away=["A"], deterministic_limit=50) for _ in range(2))
    assert (one.moves, one.inside_notice) == (other.moves, other.inside_notice)
    assert one.inside_notice == 1


def test_out_of_time_is_never_called_impossible() -> None:
    problem = covered([{"id": "A"}, {"id": "B", "time_off": [1]}, {"id": "C", "time_off": [1]}])
    before = LiveRoster.of(problem, roster(A="EE-----"))
    told = repair(before, without(before, "A", [1]), away=["A"], deterministic_limit=0.0)
    assert told.status in (Status.FEASIBLE, Status.OPTIMAL)
    assert told.after is not None

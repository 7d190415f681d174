"""Clashes of tiny teams against every roster there is: what is named really can't be kept, and its way out is one."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import product
from random import Random
from typing import Any

import pytest

from optimizer.shifts.grid import Grid
from optimizer.shifts.model.roster_model import Requirement
from optimizer.shifts.reasons.demands import DEMANDS
from optimizer.shifts.reasons.infeasible import Clashes, clashes_of
from optimizer.shifts.reasons.team_clashes import team_clashes_of
from roster.problem import Assigned, Problem
from roster.rules.registry import judge
from tests.small_rosters import small_problem

DAYS, SHIFTS = 2, "EL"
PEOPLE = "ABC"
SEEDS = range(40)
RULES = ("one_shift_a_day", "daily_rest", "time_off", "pins", "role_cover", "keep_apart", "keep_together")

Broken = frozenset[tuple[str, str, int]]
"""What a roster breaks, by rule, agent (the first of two, none for a role) and day."""


def drawn(seed: int) -> Problem:
    """Two or three people, two days, two shifts; more is asked of them than is good for a roster."""
    random = Random(seed)
    names = PEOPLE[: random.choice([2, 3])]
    # Rule, agent and day say which requirement it is: nobody is first of two pairs, one role is asked for a day.
    pairs = [("A", "B"), ("B", "C"), ("C", "A")][: 3 if len(names) == 3 else 1]

    def some(what: Iterable[Any], share: float) -> list[Any]:
        return [one for one in what if random.random() < share]

    def pinned() -> list[dict[str, Any]]:
        shifts = [*SHIFTS, None]
        return [{"day": day, "shift": random.choice(shifts)} for day in some(range(DAYS), 0.3)]

    agents = [
        {"id": name, "roles": some(["lead"], 0.5), "time_off": some(range(DAYS), 0.25), "pins": pinned()}
        for name in names
    ]
    demand = [
        {
            "role": random.choice(["lead", None]),
            "day": day,
            "start_minute": 480,
            "end_minute": 600,
            "required": random.choice([1, 1, 2]),
        }
        for day in some(range(DAYS), 0.6)
    ]
    apart = some(pairs, 0.4)
    together = [pair for pair in some(pairs, 0.3) if pair not in apart]
    return small_problem(
        *RULES,
        days=DAYS,
        shifts=SHIFTS,
        agents=agents,
        given={key: {"mode": "hard"} for key in RULES},
        role_demand=demand,
        apart=[{"first": first, "second": second} for first, second in apart],
        together=[{"first": first, "second": second} for first, second in together],
    )


def rosters(problem: Problem) -> Iterator[tuple[Assigned, ...]]:
    """Every roster with at most one shift a day."""
    cells = [(agent.id, day) for agent in problem.agents for day in range(DAYS)]
    for worked in product(["", *SHIFTS], repeat=len(cells)):
        yield tuple(
            Assigned(agent=agent, day=day, shift=shift)
            for (agent, day), shift in zip(cells, worked, strict=True)
            if shift
        )


@cache
def everything_broken(seed: int) -> frozenset[Broken]:
    """What each roster breaks, as the checkers see it."""
    problem = drawn(seed)
    return frozenset(
        frozenset((one.rule, one.agent or "", -1 if one.day is None else one.day) for one in verdict.violations)
        for verdict in (judge(problem, roster) for roster in rosters(problem))
    )


def keys(requirements: Iterable[Requirement]) -> Broken:
    return frozenset((one.rule, one.agent, one.day) for one in requirements)


def price(broken: Broken) -> int:
    return sum(DEMANDS[rule].price for rule, _, _ in broken)


def told(seed: int) -> Clashes:
    """As a solve tells it: people alone first, then the team."""
    grid = Grid(drawn(seed))
    alone = clashes_of(grid)
    return alone if alone.conflicts else team_clashes_of(grid)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_clash_is_told_where_no_roster_keeps_all_and_nowhere_else(seed: int) -> None:
    possible = frozenset[tuple[str, str, int]]() in everything_broken(seed)
    clashes = told(seed)
    assert bool(clashes.conflicts) is bool(clashes.relax) is not possible


def impossible() -> Sequence[int]:
    return [seed for seed in SEEDS if frozenset[tuple[str, str, int]]() not in everything_broken(seed)]


def test_what_is_named_can_not_be_kept_together() -> None:
    sets = 0
    for seed in impossible():
        for members in told(seed).sets:
            named = keys(members)
            assert all(named & broken for broken in everything_broken(seed)), (seed, named)
            sets += 1
    assert sets > 10


def test_what_is_named_is_no_more_than_it_needs() -> None:
    for seed in impossible():
        for members in told(seed).sets:
            # No roster above has two shifts on a day, so what follows without that rule is not known here.
            for one in (member for member in members if member.rule != "one_shift_a_day"):
                fewer = keys(other for other in members if other != one)
                assert any(not fewer & broken for broken in everything_broken(seed)), (seed, one)


def test_the_cheapest_way_out_is_one_and_there_is_none_cheaper() -> None:
    teams = 0
    for seed in impossible():
        grid = Grid(drawn(seed))
        if clashes_of(grid).conflicts:
            continue
        given_up = keys(team_clashes_of(grid).given_up)
        assert any(broken <= given_up for broken in everything_broken(seed)), seed
        assert price(given_up) == min(price(broken) for broken in everything_broken(seed)), seed
        teams += 1
    assert teams > 5

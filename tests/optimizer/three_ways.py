"""One person, three ways: what checkers, the posted model and the words of the row say of every row there is."""

import random
from itertools import product

from optimizer.shifts.grid import Grid
from roster.problem import Assigned, Problem
from roster.rules.registry import judge
from tests.in_rows import said, told
from tests.posted import allowed_by, cost_of

PRICED_PER_PROBLEM = 5

Costs = dict[frozenset[Assigned], int | None]


def every_row(problem: Problem) -> list[tuple[Assigned, ...]]:
    """Every row of the one person with at most one shift a day."""
    (agent,) = problem.agents
    rows = product((None, *problem.shift_of), repeat=problem.days)
    return [tuple(Assigned(agent=agent.id, day=day, shift=one) for day, one in enumerate(row) if one) for row in rows]


def verdicts(problem: Problem) -> Costs:
    """What the checkers say of every row in which nothing overlaps: its cost, None where it is forbidden."""
    found: Costs = {}
    for row in every_row(problem):
        verdict = judge(problem, row)
        if not any(one.rule == "one_shift_a_day" for one in verdict.violations):
            found[frozenset(row)] = None if verdict.violations else verdict.cost
    return found


def agree(problem: Problem, seed: int) -> Costs:
    """Fail where model or row's words say of any row what the checkers don't; what they all say is returned."""
    expected = agree_posted(problem, seed)
    grid = Grid(problem)
    (agent,) = problem.agents
    words = said(grid, agent)
    for row, cost in expected.items():
        assert told(grid, agent, words, sorted(row, key=lambda one: one.day)) == cost, row
    return expected


def agree_posted(problem: Problem, seed: int) -> Costs:
    """The same without the row's words, for what they can't say."""
    expected = verdicts(problem)
    allowed = {row: cost for row, cost in expected.items() if cost is not None}
    assert allowed_by(problem) == set(allowed)
    rows = sorted(allowed, key=lambda row: sorted((one.day, one.shift) for one in row))
    for row in random.Random(seed).sample(rows, min(PRICED_PER_PROBLEM, len(rows))):
        assert cost_of(problem, tuple(row)) == allowed[row], row
    return expected

"""Tiny problems of several people with all that ties them together: every roster there is against model and solver."""

from collections import Counter

import pytest

from roster.problem import Problem
from roster.rules.registry import RULES, Kind, judge
from tests.optimizer.test_roster_brute_force import agree, every_roster, random_problem

ON = ("cover_by_shift", "role_cover", "keep_together", "keep_apart", "stability", "notice")
SHAPES = ((2, 2, 2), (2, 4, 1), (3, 2, 1), (2, 3, 1))
"""People, days and shifts."""
SEEDS = range(3000, 3020)


def tied(seed: int) -> Problem:
    """All of these rules on, and pins, which hold another team's people; every other time one shift a day too."""
    return random_problem(seed, SHAPES[seed % len(SHAPES)], rules=(*ON, "pins", *["one_shift_a_day"][: seed % 2]))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_model_allows_what_the_checkers_allow_and_the_solver_finds_the_cheapest(seed: int) -> None:
    problem = tied(seed)
    agree(problem, every_roster(problem), seed)


def test_each_of_the_rules_binds() -> None:
    broken: Counter[str] = Counter()
    costing: Counter[str] = Counter()
    for seed in SEEDS:
        problem = tied(seed)
        for lines in every_roster(problem):
            verdict = judge(problem, lines)
            broken.update({finding.rule for finding in verdict.violations})
            costing.update(key for key, cost in verdict.costs.items() if cost)
    for rule in RULES:
        if rule.key in ON:
            assert Kind.HARD not in rule.kinds or broken[rule.key] > 50, rule.key
            assert Kind.SOFT not in rule.kinds or costing[rule.key] > 50, rule.key

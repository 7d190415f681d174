"""The paired cases in the words of generated rows, and the test of these tests: without them each case must change."""

from collections.abc import Collection

import pytest

from optimizer.shifts.grid import Grid
from optimizer.shifts.model.postings import IN_ROW
from optimizer.shifts.rows.in_row import TooLarge
from roster.problem import Problem
from roster.rules.registry import RULES, Kind, Scope
from tests.in_rows import told
from tests.paired import Case, Priced
from tests.posting_cases import HARD, SOFT
from tests.small_rosters import roster


def in_rows(rows: dict[str, str]) -> bool:
    """Whether nobody has two shifts on a day."""
    return not any("[" in row for row in rows.values())


def sayable(problem: Problem) -> bool:
    """Whether a row can be told of all that is on; what it can't be told is left to the model."""
    try:
        words_of(problem, {})
    except TooLarge:
        return False
    return True


def words_of(problem: Problem, rows: dict[str, str], without: Collection[str] = ()) -> int | None:
    """What the words of each person's row say: what all cost, None where one is forbidden."""
    grid = Grid(problem)
    on = [rule.key for rule in RULES if rule.scope is Scope.PERSONAL and rule.applies(problem)]
    total = 0
    for agent in (agent for agent in problem.agents if not agent.fixed):
        words = [IN_ROW[key](grid, agent) for key in on if key not in without]
        cost = told(grid, agent, words, roster(**{agent.id: rows.get(agent.id, "")}))
        if cost is None:
            return None
        total += cost
    return total


PERSONAL = {rule.key: rule.kinds for rule in RULES if rule.scope is Scope.PERSONAL}
ROWS = [
    case
    for case in HARD
    if case.key in PERSONAL
    and any(map(in_rows, case.refused))
    and any(map(in_rows, case.allowed))
    and sayable(case.problem)
]
PRICES = [
    case
    for case in SOFT
    if case.key in PERSONAL and any(cost for rows, cost in case.rows if in_rows(rows)) and sayable(case.problem)
]
hard = pytest.mark.parametrize("case", ROWS, ids=lambda case: f"{case.key}: {case.name}")
soft = pytest.mark.parametrize("case", PRICES, ids=lambda case: f"{case.key}: {case.name}")


def test_every_personal_rule_has_a_case_of_each_kind() -> None:
    assert set(IN_ROW) == set(PERSONAL)
    assert {case.key for case in ROWS} == {key for key, kinds in PERSONAL.items() if Kind.HARD in kinds}
    assert {case.key for case in PRICES} == {key for key, kinds in PERSONAL.items() if Kind.SOFT in kinds}


@hard
def test_rows_allow_what_is_allowed_and_refuse_what_is_refused(case: Case) -> None:
    for rows in filter(in_rows, case.allowed):
        assert words_of(case.problem, rows) is not None, rows
    for rows in filter(in_rows, case.refused):
        assert words_of(case.problem, rows) is None, rows


@hard
def test_without_its_words_what_a_rule_refuses_becomes_possible(case: Case) -> None:
    for rows in filter(in_rows, case.refused):
        assert words_of(case.problem, rows, without={case.key}) is not None, rows


@soft
def test_rows_cost_what_they_cost(case: Priced) -> None:
    for rows, cost in case.rows:
        if in_rows(rows):
            assert words_of(case.problem, rows) == cost, rows


@soft
def test_without_its_words_what_a_rule_prices_becomes_free(case: Priced) -> None:
    for rows, _ in case.rows:
        if in_rows(rows):
            assert words_of(case.problem, rows, without={case.key}) == 0, rows

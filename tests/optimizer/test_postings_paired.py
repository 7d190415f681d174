"""Each posted rule in pairs, and the test of these tests: without its posting every rule's own case must change."""

import pytest

from optimizer.shifts.model.postings import PERSONAL, POSTINGS, TEAM
from optimizer.shifts.model.roster_model import Requirement
from roster.rules.registry import RULES, Kind, Scope, judge
from tests.paired import Case, Priced
from tests.posted import accepts, cost_of, posted, solved
from tests.posting_cases import HARD, SOFT
from tests.small_rosters import roster, shift, small_problem

hard = pytest.mark.parametrize("case", HARD, ids=lambda case: f"{case.key}: {case.name}")
soft = pytest.mark.parametrize("case", SOFT, ids=lambda case: f"{case.key}: {case.name}")


def test_every_rule_has_its_posting_under_its_key_and_scope_and_a_case() -> None:
    assert list(POSTINGS) == [rule.key for rule in sorted(RULES, key=lambda rule: list(POSTINGS).index(rule.key))]
    assert set(PERSONAL) == {rule.key for rule in RULES if rule.scope is Scope.PERSONAL}
    assert set(TEAM) == {rule.key for rule in RULES if rule.scope is Scope.TEAM}
    for rule in RULES:
        assert POSTINGS[rule.key].__module__ == f"optimizer.shifts.rules.{rule.key}"
    assert {case.key for case in HARD} == {rule.key for rule in RULES if Kind.HARD in rule.kinds}
    assert {case.key for case in SOFT} == {rule.key for rule in RULES if Kind.SOFT in rule.kinds}


@hard
def test_what_is_allowed_is_possible_and_the_checkers_agree(case: Case) -> None:
    assert case.allowed
    for rows in case.allowed:
        assert accepts(case.problem, roster(**rows)), rows
        assert judge(case.problem, roster(**rows)).violations == (), rows


@hard
def test_what_is_refused_is_impossible_and_the_checkers_agree(case: Case) -> None:
    assert case.refused
    for rows in case.refused:
        assert not accepts(case.problem, roster(**rows)), rows
        assert {one.rule for one in judge(case.problem, roster(**rows)).violations} == {case.key}, rows


@hard
def test_without_its_posting_what_a_rule_refuses_becomes_possible(case: Case) -> None:
    for rows in case.refused:
        assert accepts(case.problem, roster(**rows), without={case.key}), rows


@soft
def test_what_a_row_costs_and_the_checkers_agree(case: Priced) -> None:
    for rows, cost in case.rows:
        assert cost_of(case.problem, roster(**rows)) == cost, rows
        assert judge(case.problem, roster(**rows)).cost == cost, rows


@soft
def test_without_its_posting_what_a_rule_prices_becomes_free(case: Priced) -> None:
    assert any(cost for _, cost in case.rows)
    for rows, _ in case.rows:
        assert cost_of(case.problem, roster(**rows), without={case.key}) == 0, rows


@soft
def test_the_solver_finds_a_row_that_costs_least(case: Priced) -> None:
    model = posted(case.problem)
    model.minimise_costs()
    assert solved(model)[1] == min(cost for _, cost in case.rows) == 0


@hard
def test_an_elastic_model_gives_up_only_the_rule_that_is_broken(case: Case) -> None:
    whose = "" if case.key == "role_cover" else "A"
    for rows in case.refused:
        model = posted(case.problem, elastic=True)
        model.fix(roster(**rows))
        model.model.minimize(sum(model.slacks.values()))
        found, given_up, solver = solved(model)
        assert found, rows
        assert given_up, rows
        broken = [one for one, slack in model.slacks.items() if solver.boolean_value(slack)]
        assert {(one.rule, one.agent) for one in broken} == {(case.key, whose)}, rows
        weeks = {"weekly_rest", "contract_minutes"}
        assert all(one.day % 7 == 0 for one in broken if one.rule in weeks)


@hard
def test_an_elastic_model_gives_up_nothing_where_nothing_is_broken(case: Case) -> None:
    for rows in case.allowed:
        model = posted(case.problem, elastic=True)
        model.fix(roster(**rows))
        model.model.minimize(sum(model.slacks.values()))
        assert solved(model)[:2] == (True, 0), rows


def test_in_an_elastic_model_the_weekly_rest_does_not_hold_anybody_to_one_shift_a_day() -> None:
    problem = small_problem("one_shift_a_day", "weekly_rest", shifts=[shift("P", 540, 60), shift("Q", 600, 60)])
    model = posted(problem, elastic=True)
    model.fix(roster(A="[PQ][PQ][PQ][PQ][PQ]--"))
    model.model.minimize(sum(model.slacks.values()))
    assert solved(model)[:2] == (True, 5)  # five days with two shifts, and rest enough


def test_a_requirement_says_which_side_of_a_contract_it_is() -> None:
    case = next(case for case in HARD if case.key == "contract_minutes")
    model = posted(case.problem, elastic=True)
    assert set(model.slacks) == {
        Requirement("contract_minutes", "A", 0, "least"),
        Requirement("contract_minutes", "A", 0, "most"),
    }

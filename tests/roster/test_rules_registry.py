"""The registry and its judge: what runs, what counts, and which rosters can't be judged at all."""

import re
import tomllib

import pytest

from roster.policy import DEFAULT_PATH, load_policy
from roster.problem import Assigned
from roster.rules.parameters import Rules
from roster.rules.registry import RULES, Kind, Scope, judge
from roster.rules.rows import RosterError
from tests.small_rosters import ana, roster, sentences, small_problem, verdict


def test_every_rule_has_its_parameters_and_its_file_under_one_key() -> None:
    assert [rule.key for rule in RULES] == list(Rules.model_fields)
    for rule in RULES:
        assert rule.check.__module__ == f"roster.rules.{rule.key}"


def test_a_rule_left_out_of_a_problem_is_off() -> None:
    problem = small_problem()
    assert [rule.key for rule in RULES if rule.applies(problem)] == []
    assert verdict(problem, A="[EL][EL]EEEEE").findings == ()


def test_pins_apply_as_soon_as_somebody_is_another_teams() -> None:
    problem = small_problem(agents=[ana(fixed=True)])
    assert [rule.key for rule in RULES if rule.applies(problem)] == ["pins"]


def test_soft_rules_alone_can_be_soft() -> None:
    for rule in RULES:
        default = Rules.model_fields[rule.key].annotation
        assert default is not None
        assert default().mode == ("hard" if Kind.HARD in rule.kinds else "soft")
    assert {rule.key for rule in RULES if rule.scope is Scope.TEAM} == {
        "cover",
        "cover_by_shift",
        "role_cover",
        "keep_together",
        "keep_apart",
    }


def test_every_rule_stands_in_the_default_policy_and_says_where_it_comes_from() -> None:
    tables = tomllib.loads(DEFAULT_PATH.read_text(encoding="utf-8"))["rules"]
    assert set(tables) == {rule.key for rule in RULES}
    for rule in RULES:
        assert tables[rule.key]["mode"] in {*rule.kinds, "off"}, rule.key
        assert getattr(load_policy(None).rules, rule.key).source, rule.key


def test_the_verdict_holds_every_rules_findings_and_costs() -> None:
    agent = ana(time_off=[1], wishes=[{"day": 0, "wanted": False, "weight": 7}])
    problem = small_problem("daily_rest", "time_off", "preferences", days=2, agents=[agent])
    found = verdict(problem, A="LE")
    assert [(one.rule, one.hard, one.cost) for one in found.findings] == [
        ("daily_rest", True, 0),
        ("time_off", True, 0),
        ("preferences", False, 7),
    ]
    assert found.violations == found.findings[:2]
    assert (found.costs, found.cost) == ({"preferences": 7}, 7)


def test_a_soft_rule_that_costs_nothing_is_told_as_0_and_one_that_is_off_not_at_all() -> None:
    assert verdict(small_problem("cover", "preferences")).costs == {"preferences": 0, "cover": 0}
    assert verdict(small_problem()).costs == {}


def test_the_order_of_the_lines_does_not_matter() -> None:
    problem = small_problem("daily_rest", "one_shift_a_day", "consecutive_days", days=3)
    lines = roster(A="L[EL]E")
    assert judge(problem, lines).findings == judge(problem, lines[::-1]).findings


def test_people_are_called_by_their_id_where_they_have_no_name() -> None:
    told = sentences(small_problem("daily_rest", days=2, agents=[{"id": "A"}]), A="LE")
    assert told[0].startswith("A has 9 h")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (Assigned(agent="Z", day=0, shift="E"), "agent 'Z' is unknown: expected one of the problem's 1 agents"),
        (Assigned(agent="A", day=0, shift="Q"), r"shift 'Q' is unknown: expected one of \['E', 'L'\]"),
        (Assigned(agent="A", day=7, shift="E"), "day 7 of agent 'A' is outside the horizon: expected 0 to 6"),
        (Assigned(agent="A", day=-1, shift="E"), "day -1 of agent 'A' is outside the horizon"),
    ],
)
def test_a_roster_that_names_what_the_problem_lacks_is_refused(line: Assigned, expected: str) -> None:
    with pytest.raises(RosterError, match=expected):
        judge(small_problem(), [line])


def test_all_faults_of_a_roster_are_told_at_once() -> None:
    twice = Assigned(agent="A", day=0, shift="E")
    with pytest.raises(RosterError) as caught:
        judge(small_problem(), [twice, Assigned(agent="Z", day=0, shift="E"), twice])
    assert re.findall(r"agent 'Z'|is there twice", str(caught.value)) == ["agent 'Z'", "is there twice"]

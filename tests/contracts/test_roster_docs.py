"""Every rule with its parameters stands in docs/rules.md, every field of a problem and a result in docs/problem.md."""

import json
import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from roster import problem, result
from roster.problem import Problem, problem_from_json
from roster.result import Result
from roster.rules.parameters import Rules
from roster.rules.parameters.base import NightTerms
from roster.rules.registry import RULES, Rule, Scope
from tests.posting_cases import HARD, SOFT

DOCS = Path(__file__).resolve().parents[2] / "docs"
VALUES: list[type[BaseModel]] = [
    one
    for module in (problem, result)
    for one in vars(module).values()
    if isinstance(one, type) and issubclass(one, BaseModel) and one.__module__.startswith(module.__name__)
]
VALUES.append(NightTerms)


def sections(page: str) -> dict[str, str]:
    """The text under each second-level heading of a page."""
    parts = re.split(r"^## (.+)$", (DOCS / page).read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def parameters(rule: Rule) -> type[BaseModel]:
    found = Rules.model_fields[rule.key].annotation
    assert isinstance(found, type)
    assert issubclass(found, BaseModel)
    return found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_each_rule_is_explained_under_its_heading(rule: Rule) -> None:
    text = sections("rules.md")[rule.heading]
    kind = " or ".join(sorted(rule.kinds))
    whom = "about one person" if rule.scope is Scope.PERSONAL else "about the team"
    assert text.strip().startswith(f"`{rule.key}`, {kind}, {whom}.")
    assert "\nSource: " in text


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_each_parameter_is_explained_with_its_default(rule: Rule) -> None:
    text = sections("rules.md")[rule.heading]
    for name, field in parameters(rule).model_fields.items():
        if name not in ("mode", "source"):
            assert f"`{name}` = {field.default}" in text


def test_no_heading_explains_a_rule_that_is_gone() -> None:
    headings = [one for one in sections("rules.md") if not one.startswith("What counts")]
    assert headings == [rule.heading for rule in RULES]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_each_rule_has_tests_of_its_checker_and_its_posting(rule: Rule) -> None:
    assert any(case.key == rule.key for case in (*HARD, *SOFT))
    tests = DOCS.parent / "tests" / "roster"
    assert any(f'"{rule.key}"' in file.read_text(encoding="utf-8") for file in tests.glob("test_rules_*.py"))


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value.__name__)
def test_each_field_of_a_problem_and_a_result_is_explained(value: type[BaseModel]) -> None:
    rows = re.findall(r"^\| `(\w+)` \| .+ \| .+ \|$", sections("problem.md")[value.__name__], flags=re.MULTILINE)
    assert rows == list(value.model_fields)


def test_all_values_are_there() -> None:
    names = {value.__name__ for value in VALUES}
    assert {Problem.__name__, Result.__name__, "Assigned", "TracePoint", "PastShift"} <= names


def test_the_example_is_a_problem() -> None:
    example = re.findall(r"```json\n(.+?)```", (DOCS / "problem.md").read_text(encoding="utf-8"), flags=re.DOTALL)
    for text in example:
        read = problem_from_json(text)
        assert set(json.loads(text)["rules"]) == {rule.key for rule in RULES if rule.applies(read)}
    assert len(example) == 1

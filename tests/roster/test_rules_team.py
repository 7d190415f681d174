"""The checkers of the rules that tie people together: who is missing where, who works without whom."""

from typing import Any

from roster.rules.registry import Verdict
from tests.small_rosters import ana, small_problem, verdict


def ben(**changes: Any) -> dict[str, Any]:
    """The second person of most cases."""
    return {"id": "B", "name": "Ben", **changes}


def told(found: Verdict) -> list[tuple[str, int]]:
    """Each finding's sentence and cost."""
    return [(one.sentence, one.cost) for one in found.findings]


def test_a_shift_says_who_is_missing_and_who_is_too_many() -> None:
    problem = small_problem(
        "cover_by_shift",
        agents=[ana(), ben()],
        days=2,
        shift_demand=[
            {"day": 0, "shift": "E", "required": 3},
            {"day": 1, "shift": "E", "required": 1},
            {"day": 0, "shift": "L", "required": 1, "under_weight": 7},
        ],
        given={"cover_by_shift": {"under_weight": 100, "over_weight": 2}},
    )
    found = verdict(problem, A="EE", B="EE")
    assert told(found) == [
        ("E on Monday 23 November has 2 people: 3 are asked for.", 100),
        ("E on Tuesday 24 November has 2 people: 1 is asked for.", 2),
        ("L on Monday 23 November has nobody: 1 is asked for.", 7),
    ]
    assert [one.day for one in found.findings] == [0, 1, 0]
    assert found.violations == ()


def test_two_shifts_of_one_person_on_a_day_count_for_each() -> None:
    lines = [{"day": 0, "shift": shift, "required": 1} for shift in "EL"]
    problem = small_problem("cover_by_shift", days=1, shift_demand=lines)
    assert verdict(problem, A="[EL]").cost == 0
    assert verdict(problem, A="E").cost == 100


def test_another_teams_person_counts_on_a_shift() -> None:
    other = ben(fixed=True, pins=[{"day": 0, "shift": "E"}])
    lines = [{"day": 0, "shift": "E", "required": 1}]
    problem = small_problem("cover_by_shift", days=1, agents=[ana(), other], shift_demand=lines)
    assert verdict(problem, A="-", B="E").costs == {"cover_by_shift": 0}


def test_a_line_may_make_a_shortage_free() -> None:
    lines = [{"day": 0, "shift": "E", "required": 4, "under_weight": 0}]
    problem = small_problem("cover_by_shift", days=1, shift_demand=lines)
    assert told(verdict(problem, A="-")) == [("E on Monday 23 November has nobody: 4 are asked for.", 0)]

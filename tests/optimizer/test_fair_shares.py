"""The solver shares nights fairly where the largest share is forced, and counts what the months before have brought."""

from collections import Counter
from typing import Any

from optimizer.shifts.solve import solve
from roster.problem import Problem
from roster.result import Status
from tests.small_rosters import small_problem


def nights(*people: dict[str, Any]) -> Problem:
    """Somebody pinned to six nights, and two people who share four more."""
    pinned = {"id": "A", "pins": [{"day": day, "shift": "N"} for day in range(6)]}
    agents = [pinned, *({"id": name} | person for name, person in zip("BC", people, strict=True))]
    weights = {"nights_weight": 1, "weekends_weight": 0, "late_finishes_weight": 0, "refused_wishes_weight": 0}
    return small_problem(
        "one_shift_a_day",
        "pins",
        "fairness",
        "cover_by_shift",
        shifts="N",
        days=6,
        agents=agents,
        shift_demand=[{"day": day, "shift": "N", "required": 2 if day < 4 else 1} for day in range(6)],
        given={"fairness": weights, "cover_by_shift": {"under_weight": 100}},
    )


def planned(problem: Problem) -> tuple[dict[str, int], int | None]:
    """How many nights everybody gets in a best roster, and its cost."""
    plan = solve(problem, time_limit_seconds=600, deterministic_limit=5, workers=1)
    assert plan.status is Status.OPTIMAL
    return dict(Counter(line.agent for line in plan.assignments)), plan.objective


def test_where_a_share_is_forced_the_others_still_share_alike() -> None:
    assert planned(nights({}, {})) == ({"A": 6, "B": 2, "C": 2}, 36 + 4 + 4)


def test_whoever_had_more_in_the_months_before_gets_fewer() -> None:
    # On top of 2: one night costs 5, two 12; without a memory three cost 9.
    had_two = {"memory": {"nights": 2}}
    assert planned(nights(had_two, {"memory": {}})) == (
        {"A": 6, "B": 1, "C": 3},
        (7**2 - 1) + 5 + 9,
    )  # A is new: the mean of 2 and 0


def test_who_is_new_gets_no_more_than_the_others() -> None:
    """Of C nothing is known: they count as having had two, and not as owed the nights that B has had."""
    had_two = {"memory": {"nights": 2}}
    assert planned(nights(had_two, {})) == ({"A": 6, "B": 2, "C": 2}, (8**2 - 2**2) + 12 + 12)


def test_half_a_contract_gets_half_the_nights() -> None:
    # One night on half a contract costs 2, two 8; three on a whole one 9, four 16.
    assert planned(nights({"contract": {"max_week_minutes": 1200}}, {})) == ({"A": 6, "B": 1, "C": 3}, 36 + 2 + 9)

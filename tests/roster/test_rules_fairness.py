"""Fair shares: the formula, the checker, and where squares say something that the largest share can't."""

from typing import Any

import pytest

from roster.load.fairness import Share, is_late, kinds_of
from tests.small_rosters import ana, shift, small_problem, verdict

ONLY = {"nights_weight": 0, "weekends_weight": 0, "late_finishes_weight": 0, "refused_wishes_weight": 0}


def nights_of(*people: dict[str, Any], days: int = 6, weight: int = 1) -> Any:
    agents = [{"id": name, "name": name} | person for name, person in zip("ABC", people, strict=False)]
    return small_problem(
        "fairness", shifts="EN", days=days, agents=agents, given={"fairness": ONLY | {"nights_weight": weight}}
    )


def test_a_share_is_the_difference_of_squares() -> None:
    share = Share(before=3, week_minutes=2400, weight=2)
    assert [share.cost(count) for count in range(4)] == [0, 2 * (16 - 9), 2 * (25 - 9), 2 * (36 - 9)]


def test_half_a_contract_doubles_it_rounded_down_step_by_step() -> None:
    assert Share(0, 1200, 1).cost(3) == 2 * 9
    third = Share(0, 1700, 1)
    assert [third.of_next(count) for count in range(3)] == [2400 // 1700, 3 * 2400 // 1700, 5 * 2400 // 1700]


@pytest.mark.parametrize("week_minutes", [60, 700, 1234, 2250, 2400])
def test_each_more_costs_no_less_than_the_one_before(week_minutes: int) -> None:
    share = Share(5, week_minutes, 3)
    steps = [share.of_next(count) for count in range(30)]
    assert steps == sorted(steps)


def test_what_counts_as_what() -> None:
    problem = small_problem("fairness", shifts="ELN")
    assert [sorted(kinds_of(problem, day, one)) for day, one in ((0, "E"), (0, "L"), (4, "N"), (5, "E"), (6, "N"))] == [
        [],
        ["late_finishes"],
        ["nights"],  # from Friday into Saturday
        ["weekend_shifts"],
        ["nights", "weekend_shifts"],
    ]


@pytest.mark.parametrize(("late", "expected"), [(1319, True), (1320, True), (1321, False)])
def test_late_is_by_the_clock_of_the_day_on_which_it_begins(late: int, expected: bool) -> None:
    problem = small_problem("fairness", shifts="L", given={"fairness": {"late_minute": late}})
    assert is_late(problem, 0, "L") == expected  # until 22:00


def test_past_midnight_is_late_too() -> None:
    shifts = [shift("X", 1080, 420)]  # 18:00 to 01:00, two hours of the night
    problem = small_problem("fairness", shifts=shifts, given={"fairness": {"late_minute": 1500}})
    assert is_late(problem, 0, "X")
    assert not is_late(small_problem("fairness", shifts=shifts, given={"fairness": {"late_minute": 1501}}), 0, "X")


def test_each_kind_is_told_with_what_is_remembered() -> None:
    wish = {"day": 0, "shift": "E", "wanted": True}
    memory = {"nights": 3, "refused_wishes": 1}
    agents = [ana(memory=memory, wishes=[wish], contract={"max_week_minutes": 1200})]
    found = verdict(small_problem("fairness", shifts="EN", agents=agents), A="N----N-").findings
    assert [(one.sentence, one.cost) for one in found] == [
        ("Ana has 2 nights here after 3 in the months before, on 20 h a week.", 2 * (7 + 9) * 2),
        ("Ana has 1 weekend shift here after 0 in the months before, on 20 h a week.", 2 * 1 * 2),
        ("Ana has 1 wish refused here after 1 in the months before, on 20 h a week.", 3 * 2),
    ]


def test_the_same_night_costs_less_with_who_has_had_fewer_or_works_more() -> None:
    problem = nights_of(
        {"memory": {"nights": 4}}, {"memory": {"nights": 1}}, {"memory": {}, "contract": {"max_week_minutes": 1200}}
    )
    costs = [verdict(problem, **{name: "N"}).cost for name in "ABC"]
    assert costs == [9, 3, 2]


def test_a_contract_without_a_limit_counts_as_a_full_week() -> None:
    full = nights_of({"contract": {"max_week_minutes": 2400}})
    assert verdict(nights_of({}), A="NNN").cost == verdict(full, A="NNN").cost == 9


def test_another_teams_people_have_no_share() -> None:
    other = {"fixed": True, "pins": [{"day": 0, "shift": "N"}]}
    assert verdict(nights_of(other), A="N").cost == 0


def test_where_a_share_is_forced_squares_tell_fair_from_unfair_and_the_largest_share_does_not() -> None:
    forced = {"pins": [{"day": day, "shift": "N"} for day in range(6)]}
    problem = nights_of(forced, {}, {})
    unfair = {"A": "NNNNNN", "B": "NNNN--", "C": "------"}
    fair = {"A": "NNNNNN", "B": "NN----", "C": "--NN--"}
    largest = [max(row.count("N") for row in roster.values()) for roster in (unfair, fair)]
    assert largest == [6, 6]
    assert [verdict(problem, **roster).cost for roster in (unfair, fair)] == [36 + 16, 36 + 4 + 4]

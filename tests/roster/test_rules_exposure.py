"""Planned exposure and the checker of its balance, by arithmetic."""

from typing import Any

import pytest

from roster.load.planned import Exposure, planned_exposure
from tests.small_rosters import ana, shift, small_problem, verdict

EASY, HARD = {"id": "easy", "exposure_per_hour": 4.0}, {"id": "hard", "exposure_per_hour": 20.0}
BOTH = frozenset({"easy", "hard"})
HALVES = (([1] * 48 + [0] * 48), ([0] * 48 + [3] * 48))
"""Easy asks 1 until noon, hard 3 from noon."""


def centre(*agents: dict[str, Any], terms: dict[str, int] | None = None, shifts: Any = "MLE", days: int = 2) -> Any:
    demand = [
        {"queue": queue, "day": day, "required": line}
        for day in range(days)
        for queue, line in zip(("easy", "hard"), HALVES, strict=True)
    ]
    people = agents or (ana(skills=["easy", "hard"]),)
    given = {"exposure_balance": terms or {}}
    return small_problem(
        "exposure_balance", shifts=shifts, days=days, agents=people, queues=[EASY, HARD], demand=demand, given=given
    )


def test_points_are_the_required_mix_by_the_hour() -> None:
    problem = centre()
    assert planned_exposure(problem, "A", 0, "M") == 7 * 4 + 1 * 20  # 05-12 easy, 12-13 hard
    assert planned_exposure(problem, "A", 0, "L") == 8 * 20
    assert planned_exposure(problem, "A", 0, "E") == 5 * 4 + 3 * 20


def test_the_mix_of_one_quarter_is_weighted_by_what_each_queue_asks() -> None:
    demand = [{"queue": "easy", "day": 0, "required": [1] * 96}, {"queue": "hard", "day": 0, "required": [3] * 96}]
    problem = small_problem(
        days=1, agents=[ana(skills=["easy", "hard"])], queues=[EASY, HARD], demand=demand, shifts="E"
    )
    assert planned_exposure(problem, "A", 0, "E") == 8 * (1 * 4 + 3 * 20) / 4


def test_where_nothing_is_asked_the_queues_weigh_the_same() -> None:
    problem = small_problem(days=1, agents=[ana(skills=["easy", "hard"])], queues=[EASY, HARD], shifts="EN")
    assert planned_exposure(problem, "A", 0, "E") == 8 * (4 + 20) / 2
    assert planned_exposure(problem, "A", 0, "N") == 8 * (4 + 20) / 2  # also past the horizon


def test_who_serves_no_queue_is_exposed_to_nothing() -> None:
    problem = centre(ana())
    assert planned_exposure(problem, "A", 0, "L") == 0
    assert verdict(problem, A="LL").cost == 0


def test_the_mean_rate_is_that_of_the_persons_own_skills() -> None:
    exposure = Exposure(centre())
    # Half the day 1 easy, half 3 hard: (1 * 4 + 3 * 20) / 4 = 16 an hour.
    assert exposure.mean_rate(BOTH) == 16
    assert exposure.mean_rate(frozenset({"hard"})) == 20
    assert exposure.surplus(BOTH, 0, "L") == 160 - 8 * 16
    assert exposure.surplus(BOTH, 0, "M") == 48 - 8 * 16
    assert exposure.surplus(frozenset({"hard"}), 0, "L") == 0


# Surplus: L +32, M -80, E 80 - 128 = -48.
@pytest.mark.parametrize(
    ("row", "cost"),
    [
        ("L-", 0),  # 32 <= 40
        ("LL", (64 - 40) * 2),
        ("ML", (80 - 32 - 40) * 2),  # -48: below counts like above
        ("MM", (160 - 40) * 2 + (160 - 100) * 5),  # beyond the steep limit both weights count
        ("--", 0),
    ],
)
def test_points_beyond_the_tolerance_cost(row: str, cost: int) -> None:
    terms = {"tolerance_points": 40, "weight": 2, "steep_points": 100, "steep_weight": 5}
    found = verdict(centre(terms=terms), A=row)
    assert found.costs == {"exposure_balance": cost}
    assert len(found.findings) == (cost > 0)


def test_the_sentence_says_how_far_to_which_side() -> None:
    terms = {"tolerance_points": 40, "steep_points": 100}
    told = [one.sentence for one in verdict(centre(terms=terms), A="MM").findings]
    assert told == ["Ana's planned exposure is 160 points below what their hours would bring on average: 40 are free."]


def test_each_person_is_compared_with_their_own_skills_alone() -> None:
    forced = {"id": "B", "name": "Bo", "skills": ["hard"]}
    problem = centre(ana(skills=["easy", "hard"]), forced, terms={"tolerance_points": 0, "steep_points": 1000})
    found = verdict(problem, A="LL", B="LL")
    assert [(one.agent, one.cost) for one in found.findings] == [("A", 64)]


def test_another_teams_people_and_the_past_do_not_count() -> None:
    terms = {"tolerance_points": 0, "steep_points": 1000}
    other = {"id": "B", "skills": ["easy", "hard"], "fixed": True, "pins": [{"day": 0, "shift": "L"}]}
    history = [{"day": -1, "shift": "L"}]
    problem = centre(ana(skills=["easy", "hard"], history=history), other, terms=terms)
    assert verdict(problem, A="--", B="L-").cost == 0


# Surplus: L +32, M -80; free 40; 100 carried in.
@pytest.mark.parametrize(("row", "cost"), [("--", 60 * 2), ("L-", 92 * 2 + 32 * 5), ("M-", 0), ("MM", (60 - 40) * 2)])
def test_what_a_person_carries_in_begins_the_sum(row: str, cost: int) -> None:
    terms = {"tolerance_points": 40, "weight": 2, "steep_points": 100, "steep_weight": 5}
    problem = centre(ana(skills=["easy", "hard"], carried_points=100), terms=terms)
    assert verdict(problem, A=row).cost == cost


def test_what_is_carried_in_is_told_as_planned_exposure() -> None:
    problem = centre(ana(skills=["easy", "hard"], carried_points=100), terms={"tolerance_points": 40})
    assert [one.sentence for one in verdict(problem, A="L-").findings] == [
        "Ana's planned exposure is 132 points above what their hours would bring on average, 100 carried in counted:"
        " 40 are free."
    ]


def test_points_are_rounded_once_half_up() -> None:
    shifts = [shift("Q", 0, 30), shift("R", 0, 90)]
    queue = {"id": "easy", "exposure_per_hour": 1.0}
    problem = small_problem(days=1, shifts=shifts, agents=[ana(skills=["easy"])], queues=[queue])
    assert planned_exposure(problem, "A", 0, "Q") == 1  # 0.5
    assert planned_exposure(problem, "A", 0, "R") == 2  # 1.5


def test_people_and_names_change_nothing_about_the_ground() -> None:
    first, second = centre(), centre(ana(skills=["hard"]))
    assert planned_exposure(first, "A", 0, "M") == 48
    assert planned_exposure(second, "A", 0, "M") == 8 * 20

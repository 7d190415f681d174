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


def test_a_role_that_nobody_on_shift_has_is_told_by_the_stretch() -> None:
    problem = small_problem(
        "role_cover",
        agents=[ana(roles=["lead"]), ben(), {"id": "C", "name": "Cleo", "roles": ["lead"]}],
        days=1,
        role_demand=[{"role": "lead", "start_minute": 480, "end_minute": 1200, "required": 2}],
    )
    found = verdict(problem, A="E", B="[EL]", C="L")
    assert [(one.sentence, one.hard, one.cost, one.day, one.agent) for one in found.findings] == [
        (
            "Only 1 person with the role lead is on shift on Monday 23 November from 08:00 to 14:00:"
            " at least 2 are asked for.",
            True,
            0,
            0,
            None,
        ),
        (
            "Only 1 person with the role lead is on shift on Monday 23 November from 15:00 to 20:00:"
            " at least 2 are asked for.",
            True,
            0,
            0,
            None,
        ),
    ]


def test_at_least_so_many_on_costs_by_the_person_and_quarter_hour_where_it_is_soft() -> None:
    problem = small_problem(
        "role_cover",
        agents=[ana(), ben(), {"id": "C"}],
        days=2,
        role_demand=[{"start_minute": 420, "end_minute": 900, "required": 3}],
        given={"role_cover": {"mode": "soft", "weight": 5}},
    )
    found = verdict(problem, A="E-", B="E-")
    assert told(found) == [
        ("Only 2 people are on shift on Monday 23 November from 07:00 to 15:00: at least 3 are asked for.", 5 * 32),
        ("Nobody is on shift on Tuesday 24 November from 07:00 to 15:00: at least 3 are asked for.", 5 * 3 * 32),
    ]
    assert found.violations == ()
    assert found.costs == {"role_cover": 5 * 32 + 5 * 96}


def test_an_interval_past_midnight_is_asked_as_far_as_the_roster_reaches() -> None:
    line = {"start_minute": 1320, "end_minute": 1800, "required": 1}
    problem = small_problem("role_cover", days=2, shifts="N", role_demand=[line])
    assert verdict(problem, A="NN").violations == ()
    assert [(one.day, one.sentence) for one in verdict(problem, A="N-").violations] == [
        (1, "Nobody is on shift on Tuesday 24 November from 22:00 to 00:00: at least 1 is asked for.")
    ]


TOGETHER = [{"first": "A", "second": "B"}]


def test_who_works_without_their_buddy_is_told_and_not_the_other_way_round() -> None:
    problem = small_problem("keep_together", agents=[ana(), ben()], days=3, together=TOGETHER)
    found = verdict(problem, A="EE-", B="ELE")
    assert [(one.sentence, one.agent, one.day) for one in found.violations] == [
        ("Ana works E on Tuesday 24 November without Ben, with whom they are kept together.", "A", 1)
    ]


def test_soft_togetherness_costs_by_the_shift() -> None:
    given = {"keep_together": {"mode": "soft", "weight": 9}}
    problem = small_problem("keep_together", agents=[ana(), ben()], days=2, together=TOGETHER, given=given)
    assert verdict(problem, A="[EL]L", B="E-").costs == {"keep_together": 2 * 9}


def test_another_teams_person_is_judged_by_no_pair_of_theirs() -> None:
    other = ben(fixed=True, pins=[{"day": 0, "shift": "E"}])
    problem = small_problem("keep_together", agents=[ana(), other], days=1, together=[{"first": "B", "second": "A"}])
    assert verdict(problem, A="-", B="E").findings == ()


def test_two_kept_apart_are_told_when_they_meet() -> None:
    problem = small_problem("keep_apart", shifts="ELN", agents=[ana(), ben()], days=2, apart=TOGETHER)
    found = verdict(problem, A="LN", B="EN")
    assert [(one.sentence, one.agent, one.day) for one in found.violations] == [
        (
            "Ana and Ben are kept apart, but are both on shift on Monday 23 November from 14:00 to 15:00.",
            "A",
            0,
        ),
        (
            "Ana and Ben are kept apart, but are both on shift on Tuesday 24 November from 22:00 to 06:00.",
            "A",
            1,
        ),
    ]


def test_soft_apartness_costs_once_a_day_and_the_past_is_not_judged() -> None:
    problem = small_problem(
        "keep_apart",
        shifts="MEL",
        agents=[ana(history=[{"day": -1, "shift": "L"}]), ben(history=[{"day": -1, "shift": "L"}])],
        days=1,
        apart=TOGETHER,
        given={"keep_apart": {"mode": "soft", "weight": 4}},
    )
    assert verdict(problem, A="[ME]", B="[ME]").costs == {"keep_apart": 4}
    assert verdict(problem, A="M", B="L").costs == {"keep_apart": 0}

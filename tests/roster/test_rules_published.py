"""The checkers of what was published: what changed, at what notice, and the pay that it brings."""

from typing import Any

import pytest

from roster.problem import Problem
from roster.rules.predictability import Change, changes
from roster.rules.registry import Verdict
from tests.small_rosters import ana, roster, shift, small_problem, verdict

TOLD = [{"agent": "A", "day": 0, "shift": "E"}, {"agent": "A", "day": 2, "shift": "L"}]


def told(found: Verdict) -> list[tuple[str, int, int | None]]:
    """Each finding's sentence, cost and day."""
    return [(one.sentence, one.cost, one.day) for one in found.findings]


def published(*rules: str, **more: Any) -> Problem:
    """Three days from Monday 23 November, Ana told of an early and a late shift."""
    return small_problem(*rules, days=3, **{"published": TOLD, "today": "2026-11-20"} | more)


def test_each_shift_taken_away_and_added_costs() -> None:
    problem = published("stability", given={"stability": {"weight": 30}})
    assert told(verdict(problem, A="L-L")) == [
        ("Ana no longer works E on Monday 23 November, as was published.", 30, 0),
        ("Ana works L on Monday 23 November, which was not published.", 30, 0),
    ]
    assert verdict(problem, A="E-L").costs == {"stability": 0}


def test_who_was_told_of_no_shift_counts_too_and_another_team_does_not() -> None:
    people = [ana(), {"id": "B", "name": "Ben"}, {"id": "C", "fixed": True, "pins": [{"day": 0, "shift": "E"}]}]
    problem = published("stability", agents=people, given={"stability": {"weight": 30}})
    assert told(verdict(problem, A="E-L", B="-E-", C="E--")) == [
        ("Ben works E on Tuesday 24 November, which was not published.", 30, 1)
    ]


def test_days_that_nobody_was_told_of_are_no_change() -> None:
    people = [ana(untold_days=[1]), {"id": "B", "name": "Ben", "untold_days": [0, 1, 2]}]
    problem = published("stability", "notice", agents=people)
    assert verdict(problem, A="EEL", B="EL-").findings == ()
    assert changes(problem, roster(A="EEL", B="EL-")) == ()
    with pytest.raises(ValueError, match="agent 'A': untold day 3 is outside the horizon: expected 0 to 2"):
        published("stability", agents=[ana(untold_days=[3])])


def test_without_a_published_roster_nothing_is_a_change() -> None:
    problem = published("stability", "notice", published=[])
    assert verdict(problem, A="EEE").costs == {"stability": 0, "notice": 0}
    assert changes(problem, roster(A="EEE")) == ()


def test_a_change_inside_the_notice_costs_and_tells_its_pay() -> None:
    problem = published("notice", given={"notice": {"days": 5, "weight": 60}})
    assert told(verdict(problem, A="LEE")) == [
        ("Ana: L instead of E on Monday 23 November, 3 days ahead: 1 h of predictability pay.", 60, 0),
        ("Ana: E added on Tuesday 24 November, 4 days ahead: 1 h of predictability pay.", 60, 1),
    ]  # Wednesday is five days ahead, and that is notice enough


def test_a_shift_cut_late_brings_half_its_pay_and_one_cut_in_time_an_hour() -> None:
    late = published("notice", today="2026-11-22")
    assert told(verdict(late, A="---")) == [
        ("Ana: E taken away on Monday 23 November, 1 day ahead: 3 h 45 min of predictability pay.", 60, 0),
        ("Ana: L taken away on Wednesday 25 November, 3 days ahead: 1 h of predictability pay.", 60, 2),
    ]
    same_day = published("notice", today="2026-11-23")
    assert told(verdict(same_day, A="--L")) == [
        (
            "Ana: E taken away on Monday 23 November, without a day's notice: 3 h 45 min of predictability pay.",
            60,
            0,
        )
    ]


def test_without_a_today_every_change_is_in_time() -> None:
    problem = published("notice", today=None)
    assert verdict(problem, A="---").findings == ()
    assert [(one.days_ahead, one.short_notice, one.pay_minutes) for one in changes(problem, roster(A="--L"))] == [
        (None, False, 0)
    ]


SHORT = {"id": "S", "start_minute": 420, "minutes": 241, "paid_minutes": 241}


@pytest.mark.parametrize(
    ("today", "row", "expected"),
    [
        ("2026-11-22", "S--", [("E", "S", 105)]),  # half of the 450 - 241 minutes lost, rounded up
        ("2026-11-20", "S--", [("E", "S", 40)]),
        ("2026-11-20", "L--", [("E", "L", 70)]),
        ("2026-11-22", "L--", [("E", "L", 70)]),
        ("2026-11-20", "[ES]--", [(None, "S", 70)]),
        ("2026-11-20", "[SL]--", [("E", "S", 40), (None, "L", 70)]),
        ("2026-11-01", "---", [("E", None, 0)]),
    ],
)
def test_pay_by_arithmetic(today: str, row: str, expected: list[tuple[str | None, str | None, int]]) -> None:
    terms = {"added_pay_minutes": 70, "removed_pay_minutes": 40, "removed_pay_percent": 50, "late_days": 1}
    problem = published(
        "notice",
        shifts=[shift("E"), shift("L"), SHORT],
        published=TOLD[:1],
        today=today,
        given={"notice": terms},
    )
    found = changes(problem, roster(A=row))
    assert [(one.before, one.after, one.pay_minutes) for one in found] == expected


def test_changes_are_told_as_data_whether_or_not_the_rule_is_on() -> None:
    problem = published()
    assert changes(problem, roster(A="-L-")) == (
        Change("A", 0, "E", None, days_ahead=3, short_notice=True, pay_minutes=60),
        Change("A", 1, None, "L", days_ahead=4, short_notice=True, pay_minutes=60),
        Change("A", 2, "L", None, days_ahead=5, short_notice=True, pay_minutes=60),
    )

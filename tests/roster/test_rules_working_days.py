"""The checkers of successions, runs of days, weekends and fixed days off: what they say, when, and what it costs."""

from typing import Any

import pytest

from roster.problem import Problem
from tests.small_rosters import ana, past, sentences, shift, small_problem, verdict

SUNDAY = "2026-11-29"
NEW_YEAR = "2026-12-31"  # a Thursday


def soft(key: str, weight: int = 5, **terms: Any) -> dict[str, dict[str, Any]]:
    """Parameters that make a breach cost `weight` a unit."""
    return {key: {"mode": "soft", "weight": weight, **terms}}


def at_least(key: str, minimum: int, **more: Any) -> Problem:
    return small_problem(key, given={key: {"minimum": minimum}}, **more)


# ---- forbidden successions


def late_then_early(**more: Any) -> Problem:
    shifts = [shift("E"), shift("L") | {"not_followed_by": ["E"]}]
    return small_problem("forbidden_successions", shifts=shifts, **more)


@pytest.mark.parametrize(("row", "broken"), [("LE-", 1), ("L-E", 0), ("EL-", 0), ("LLE", 1), ("[EL]E-", 1), ("LEL", 1)])
def test_a_shift_may_not_follow_another(row: str, broken: int) -> None:
    assert len(sentences(late_then_early(days=3), A=row)) == broken


def test_a_forbidden_succession_names_both_shifts_and_the_day() -> None:
    assert sentences(late_then_early(days=2, start=NEW_YEAR), A="LE") == [
        "Ana has E on Friday 1 January: it may not follow L of the day before."
    ]


@pytest.mark.parametrize(("history", "broken"), [("L", 1), ("L-", 0), ("E", 0), ("", 0)])
def test_the_last_day_of_the_history_is_followed_too(history: str, broken: int) -> None:
    problem = late_then_early(days=2, agents=[ana(history=past(history))])
    assert len(sentences(problem, A="E-")) == broken


def test_a_succession_inside_the_history_is_past() -> None:
    assert sentences(late_then_early(days=2, agents=[ana(history=past("LE"))]), A="--") == []


def test_a_leap_day_stands_between_two_days() -> None:
    problem = late_then_early(days=3, start="2028-02-28")
    assert sentences(problem, A="L-E") == []
    assert sentences(problem, A="-LE")[0].startswith("Ana has E on Wednesday 1 March")


# ---- fewest consecutive days


@pytest.mark.parametrize(
    ("history", "row", "broken"),
    [
        ("", "-EE----", 1),
        ("", "-EEE---", 0),
        ("", "EE-----", 0),  # nobody knows where it began
        ("", "-----EE", 0),  # it may go on
        ("EE", "-------", 0),  # the first day of history may not be the first of the run
        ("E-EE", "-------", 1),
        ("E-EE", "E------", 0),
        ("E--", "EE-----", 1),  # a day off before it is known
        ("E-E--", "-------", 0),  # over before the roster begins
    ],
)
def test_runs_of_at_least_three_days(history: str, row: str, broken: int) -> None:
    problem = at_least("min_consecutive_days", 3, agents=[ana(history=past(history))])
    assert len(sentences(problem, A=row)) == broken


def test_a_run_that_is_too_short_says_how_long_and_until_when() -> None:
    problem = at_least("min_consecutive_days", 1, agents=[ana(contract={"min_consecutive_days": 2})])
    found = verdict(problem, A="-E-----").violations
    assert [(one.sentence, one.day) for one in found] == [
        ("Ana works 1 day in a row until Tuesday 24 November: at least 2 are asked.", 1)
    ]


def test_the_higher_of_rule_and_contract_is_asked() -> None:
    agents = [ana(contract={"min_consecutive_days": 2})]
    assert len(sentences(at_least("min_consecutive_days", 3, agents=agents), A="-EE----")) == 1
    assert len(sentences(at_least("min_consecutive_days", 1, agents=agents), A="-EE----")) == 0


@pytest.mark.parametrize(("row", "cost"), [("-E-----", 2 * 5), ("-EE-E--", 5 + 2 * 5), ("-EEE---", 0)])
def test_each_day_that_a_run_is_short_costs(row: str, cost: int) -> None:
    problem = small_problem("min_consecutive_days", given=soft("min_consecutive_days", minimum=3))
    found = verdict(problem, A=row)
    assert (found.cost, found.violations) == (cost, ())


# ---- fewest days off


@pytest.mark.parametrize(
    ("history", "row", "broken"),
    [
        ("", "E-E----", 1),
        ("", "E--E---", 0),
        ("", "-E-----", 0),  # what was before is unknown
        ("", "E-----E", 0),
        ("E", "-E-----", 1),
        ("E-", "-E-----", 0),
        ("E-", "E------", 1),  # the shift that cuts it short is inside
        ("E-E", "-------", 0),  # cut short before the roster begins
    ],
)
def test_stretches_of_at_least_two_days_off(history: str, row: str, broken: int) -> None:
    problem = at_least("min_days_off", 2, agents=[ana(history=past(history))])
    assert len(sentences(problem, A=row)) == broken


def test_days_off_that_are_too_few_say_before_what() -> None:
    problem = small_problem("min_days_off", agents=[ana(contract={"min_days_off": 2})])
    found = verdict(problem, A="EE-EE--").violations
    assert [(one.sentence, one.day) for one in found] == [
        ("Ana has 1 day off before Thursday 26 November: at least 2 in a row are asked.", 2)
    ]


def test_a_short_stretch_of_the_past_is_told_on_the_first_day() -> None:
    problem = at_least("min_days_off", 3, agents=[ana(history=past("E-"))])
    assert [one.day for one in verdict(problem, A="E------").violations] == [0]
    priced = small_problem("min_days_off", given=soft("min_days_off", minimum=3), agents=[ana(history=past("E-"))])
    assert verdict(priced, A="E------").cost == 2 * 5


# ---- most days off


@pytest.mark.parametrize(
    ("history", "row", "broken"),
    [
        ("", "--E--E-", 0),
        ("", "---E--E", 1),
        ("E-", "-E--E--", 0),
        ("E-", "--E--E-", 1),
        ("E-----", "E--E---", 1),
        ("E-----", "E--E--E", 0),  # too long, but past
    ],
)
def test_at_most_two_days_off_in_a_row(history: str, row: str, broken: int) -> None:
    problem = small_problem("max_days_off", given={"max_days_off": {"maximum": 2}}, agents=[ana(history=past(history))])
    assert len(sentences(problem, A=row)) == broken


def test_days_off_that_are_too_many_are_told_at_the_first_too_many() -> None:
    problem = small_problem("max_days_off", given={"max_days_off": {"maximum": 2}})
    found = verdict(problem, A="E----EE").violations
    assert [(one.sentence, one.day) for one in found] == [
        ("Ana has 4 days off in a row until Friday 27 November: at most 2 are allowed.", 3)
    ]


@pytest.mark.parametrize(
    ("granted", "cost"),
    [
        ({}, 5 * 5),  # 7 - 2 days beyond
        ({"time_off": [3]}, (1 + 1) * 5),  # 3 before it and 3 after it
        ({"fixed_days_off": [3]}, (1 + 1) * 5),
        ({"time_off": [2, 5]}, 0),
        ({"time_off": list(range(7))}, 0),
        ({"time_off": [8]}, 5 * 5),  # past the horizon
    ],
)
def test_leave_and_fixed_days_off_begin_the_count_anew(granted: dict[str, Any], cost: int) -> None:
    problem = small_problem("max_days_off", given=soft("max_days_off", maximum=2), agents=[ana(**granted)])
    assert verdict(problem, A="-------").cost == cost


def test_leave_before_the_roster_begins_the_count_anew_too() -> None:
    agent = ana(history=past("E-----"), time_off=[-1])
    problem = small_problem("max_days_off", given=soft("max_days_off", maximum=2), agents=[agent])
    assert verdict(problem, A="--EEEEE").cost == 0
    assert verdict(problem, A="---EEEE").cost == 5


# ---- weekends


def weekends(maximum: int, **more: Any) -> Problem:
    return small_problem("weekends", given={"weekends": {"maximum": maximum}}, **more)


@pytest.mark.parametrize(
    ("start", "row", "broken"),
    [
        ("2026-11-23", "-----EE------E", 1),
        ("2026-11-23", "-----EE-------", 0),
        ("2026-11-23", "EEEEE--EEEEE--", 0),
        ("2026-11-25", "---E----------", 0),  # Wednesday: Saturday is the fourth day
        ("2026-11-25", "---E-------E--", 1),
        (NEW_YEAR, "--E-----------", 0),  # Saturday 2 January
        (NEW_YEAR, "---E-----E----", 1),
    ],
)
def test_at_most_one_weekend(start: str, row: str, broken: int) -> None:
    assert len(sentences(weekends(1, days=14, start=start), A=row)) == broken


def test_a_night_from_friday_is_no_weekend_and_one_from_sunday_is() -> None:
    problem = weekends(0, shifts="N")
    assert sentences(problem, A="----N--") == []
    assert sentences(problem, A="------N") == ["Ana works 1 weekend: at most 0 are allowed."]


def test_the_lower_of_rule_and_contract_limits_weekends() -> None:
    agents = [ana(contract={"max_weekends": 0})]
    assert len(sentences(weekends(3, agents=agents), A="-----E-")) == 1
    assert len(sentences(weekends(0), A="-----E-")) == 1
    assert len(sentences(weekends(3), A="-----E-")) == 0


@pytest.mark.parametrize(
    ("maximum", "history", "row", "broken"),
    [
        (1, "E", "E------E", 1),  # its Saturday was worked, and so is another weekend
        (1, "E", "-------E", 1),
        (1, "E-", "-------E", 0),
        (1, "E-", "E------E", 1),
        (0, "E", "E-------", 0),  # begun before the roster
        (0, "E", "------E-", 1),
        (0, "", "E-------", 1),
    ],
)
def test_a_weekend_cut_by_the_first_day(maximum: int, history: str, row: str, broken: int) -> None:
    problem = weekends(maximum, days=8, start=SUNDAY, agents=[ana(history=past(history))])
    assert len(sentences(problem, A=row)) == broken


def test_each_weekend_beyond_costs_and_the_first_of_them_is_named() -> None:
    problem = small_problem("weekends", given=soft("weekends", maximum=1), days=21)
    found = verdict(problem, A="-----EE-----E-------E")
    assert (found.cost, [one.day for one in found.findings]) == (2 * 5, [12])


# ---- complete weekends


@pytest.mark.parametrize(
    ("row", "broken"),
    [("-----EE", 0), ("-----EL", 0), ("EEEEE--", 0), ("-----E-", 1), ("------E", 1), ("-----[EL]-", 1)],
)
def test_weekends_are_worked_whole_or_not_at_all(row: str, broken: int) -> None:
    assert len(sentences(small_problem("complete_weekends"), A=row)) == broken


def test_half_a_weekend_names_both_days() -> None:
    found = verdict(small_problem("complete_weekends", start=NEW_YEAR), A="---E---").violations
    assert [(one.sentence, one.day) for one in found] == [
        (
            "Ana works on Sunday 3 January, but not on Saturday 2 January:"
            " a weekend is to be worked whole or not at all.",
            3,
        )
    ]


@pytest.mark.parametrize(
    ("history", "row", "broken"),
    [("E", "E-", 0), ("E", "--", 1), ("E-", "E-", 1), ("E-", "--", 0), ("", "E-", 0), ("", "--", 0)],
)
def test_a_first_sundays_saturday_is_in_the_history_if_there_is_any(history: str, row: str, broken: int) -> None:
    problem = small_problem("complete_weekends", days=2, start=SUNDAY, agents=[ana(history=past(history))])
    assert len(sentences(problem, A=row)) == broken


def test_a_last_saturday_waits_for_its_sunday() -> None:
    assert sentences(small_problem("complete_weekends", days=6), A="-----E") == []


def test_half_a_weekend_costs_once() -> None:
    problem = small_problem("complete_weekends", given=soft("complete_weekends"), days=14)
    assert verdict(problem, A="-----E-------E").cost == 2 * 5


# ---- fixed days off


def test_nothing_begins_on_a_fixed_day_off_but_a_night_may_end_in_it() -> None:
    problem = small_problem("fixed_days_off", shifts="EN", days=3, agents=[ana(fixed_days_off=[1])])
    assert sentences(problem, A="N-E") == []
    assert sentences(problem, A="-E-") == ["Ana has Tuesday 24 November off by agreement, but works E."]


def test_a_fixed_day_off_is_no_leave() -> None:
    """1800 minutes are asked, four shifts of 450; leave would credit 360."""
    terms = {"min_week_minutes": 1800, "max_week_minutes": 2250}
    problem = small_problem("contract_minutes", "fixed_days_off", agents=[ana(contract=terms, fixed_days_off=[6])])
    assert len(sentences(problem, A="EEE----")) == 1
    assert sentences(problem, A="EEEE---") == []


def test_other_teams_people_are_not_judged() -> None:
    keys = ("forbidden_successions", "min_days_off", "max_days_off", "complete_weekends", "fixed_days_off")
    pins = [{"day": 0, "shift": "E"}, {"day": 2, "shift": "E"}, {"day": 5, "shift": "E"}]
    agent = ana(fixed=True, pins=pins, fixed_days_off=[0])
    given = {"min_days_off": {"minimum": 3}, "max_days_off": {"maximum": 1}}
    assert verdict(small_problem(*keys, given=given, agents=[agent]), A="E-E--E-").findings == ()

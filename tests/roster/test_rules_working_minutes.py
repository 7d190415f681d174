"""The checkers of period minutes, average minutes and shift counts. Each shift pays 450 minutes."""

from typing import Any

import pytest

from roster.problem import Problem, ProblemError, problem_from_json
from tests.small_rosters import ana, past, sentences, small_problem, verdict

# ---- period minutes


def over_days(days: int, least: int, most: int | None, **agent: Any) -> Problem:
    contract = {"min_period_minutes": least, "max_period_minutes": most}
    return small_problem("period_minutes", days=days, agents=[ana(contract=contract, **agent)])


@pytest.mark.parametrize(
    ("row", "broken"), [("EE--------", 0), ("E--------L", 0), ("EEE-------", 1), ("E---------", 1)]
)
def test_paid_minutes_of_all_days(row: str, broken: int) -> None:
    assert len(sentences(over_days(10, 900, 1300), A=row)) == broken


def test_period_minutes_say_who_and_how_much() -> None:
    assert sentences(over_days(10, 900, 1300), A="EEE-------") == [
        "Ana works 22 h 30 min in 10 days: the contract asks at most 21 h 40 min."
    ]
    assert sentences(over_days(10, 900, None), A="E---------") == [
        "Ana works 7 h 30 min in 10 days: the contract asks at least 15 h."
    ]


def test_without_a_most_there_is_none_and_without_limits_nothing_is_said() -> None:
    assert sentences(over_days(7, 900, None), A="EEEEEEE") == []
    assert sentences(small_problem("period_minutes"), A="EEEEEEE") == []
    assert sentences(over_days(7, 0, 0), A="-------") == []
    assert len(sentences(over_days(7, 0, 0), A="E------")) == 1


# A week's share of 1800 in 14 days is 900, a day of leave credits 180 of it.
@pytest.mark.parametrize(
    ("off", "least", "most"),
    [
        ([], 1800, 2250),
        ([0], 1620, 2070),
        ([0, 0, 20, -1], 1620, 2070),
        ([0, 7], 1440, 1890),
        ([0, 1, 2, 3, 4], 900, 1350),
        ([0, 1, 2, 3, 4, 5, 6], 900, 1350),
        (list(range(14)), 0, 450),
    ],
)
def test_leave_credits_a_fifth_of_an_average_week(off: list[int], least: int, most: int) -> None:
    for paid, broken in ((least - 1, 1), (least, 0), (most, 0), (most + 1, 1)):
        if paid < 0:
            continue
        contract = {"min_period_minutes": 1800, "max_period_minutes": 2250}
        rest = {"id": "B", "start_minute": 0, "minutes": 1440, "paid_minutes": paid % 1440}
        whole = {"id": "A", "start_minute": 0, "minutes": 1440, "paid_minutes": 1440}
        one = {"id": "C", "start_minute": 0, "minutes": 15, "paid_minutes": 1}  # so that any sum can be made
        problem = small_problem(
            "period_minutes", shifts=[whole, rest, one], days=14, agents=[ana(contract=contract, time_off=off)]
        )
        row = "A" * (paid // 1440) + "B"
        assert len(sentences(problem, A=row)) == broken, (paid, row)


@pytest.mark.parametrize(
    ("days", "off", "row", "broken"),
    [
        (28, [], "EEEEE--" * 4, 0),  # exactly 9600 in shifts of 480: 20
        (28, [], "EEEEE--" * 3 + "EEEE---", 1),
        (28, [7], "EEEEE---EEEE--" + "EEEEE--" * 2, 0),  # 480 credited: 19
        (28, [7], "EEEEE--" + "-EEEE--" + "EEEEE--" + "EEEE---", 1),
        (30, [7], "EEEEE--" + "-EEEE--" + "EEEEE--" * 2, 0),  # 448 credited, 9152 left: 19 shifts, the nearest below
        (30, [7], "EEEEE--" + "-EEEE--" + "EEEEE--" + "EEEE---", 1),
        (30, [7], "EEEEE--" + "-EEEE--" + "EEEEE--" * 2 + "E-", 1),
    ],
)
def test_a_contract_of_exactly_so_many_minutes_stays_possible(days: int, off: list[int], row: str, broken: int) -> None:
    problem = small_problem(
        "period_minutes",
        shifts=[{"id": "E", "start_minute": 420, "minutes": 510, "paid_minutes": 480}],
        days=days,
        agents=[ana(contract={"min_period_minutes": 9600, "max_period_minutes": 9600}, time_off=off)],
    )
    assert len(sentences(problem, A=row)) == broken


def test_the_credit_of_a_part_week_is_at_most_its_share() -> None:
    """3 of 10 days are 3/10 of the period: 1000 less 300, not less 3/5 of 700."""
    problem = over_days(10, 1000, None, time_off=[7, 8, 9])
    assert len(sentences(problem, A="E---------")) == 1  # 450 < 700
    assert sentences(problem, A="EE--------") == []


def test_history_is_no_part_of_the_period() -> None:
    assert len(sentences(over_days(7, 900, None, history=past("EEEE")), A="E------")) == 1


def test_a_contract_that_contradicts_itself_is_refused() -> None:
    text = small_problem().model_dump_json().replace('"min_period_minutes":0', '"min_period_minutes":900')
    with pytest.raises(ProblemError, match="max_period_minutes 450 is below min_period_minutes 900"):
        problem_from_json(text.replace('"max_period_minutes":null', '"max_period_minutes":450'))


# ---- average minutes


def averaging(weeks: int, minutes: int = 900, days: int = 7, **agent: Any) -> Problem:
    given = {"average_minutes": {"week_minutes": minutes, "reference_weeks": weeks}}
    return small_problem("average_minutes", days=days, given=given, agents=[ana(**agent)])


@pytest.mark.parametrize(
    ("weeks", "history", "row", "broken"),
    [
        (1, "", "EE-----", 0),
        (1, "", "EEE----", 1),
        (1, "EEEEEEE", "EE-----", 0),  # another period's
        (2, "E------", "EEE----", 0),  # 450 + 1350 = 1800
        (2, "EE-----", "EEE----", 1),
        (2, "E------" + "-------", "EEEE---", 0),  # two weeks back is another period's
        (3, "E------" + "-------", "EEEEE--", 0),  # 450 + 2250 = 2700
        (3, "E------" + "-------", "EEEEEE-", 1),
        (4, "", "EEEEEEE", 0),  # 3150 of 3600
    ],
)
def test_an_average_over_weeks_counts_the_history(weeks: int, history: str, row: str, broken: int) -> None:
    assert len(sentences(averaging(weeks, history=past(history)), A=row)) == broken


def test_the_48_hours_of_the_directive_over_17_weeks() -> None:
    """17 x 48 h are 108.8 shifts of 450 minutes: 16 weeks of 6 and one of 5 are 101, 15 of 7 and one of 3 are 108."""
    problem = small_problem("average_minutes", agents=[ana(history=past("EEEEEE-" * 16))])
    assert sentences(problem, A="EEEEE--") == []
    busy = small_problem("average_minutes", agents=[ana(history=past("EEEEEEE" * 15 + "EEE----"))])
    assert sentences(busy, A="-------") == []  # 108 shifts
    assert sentences(busy, A="E------") == [
        "Ana works 817 h 30 min in the 17 weeks until the end of the week of 23 November: at most 816 h are allowed."
    ]


def test_every_period_inside_the_roster_is_judged_and_a_part_week_is_not() -> None:
    problem = averaging(2, days=24)
    assert sentences(problem, A="EEE----" + "E------" + "EEE----" + "EEE") == []
    found = verdict(problem, A="-------" + "EEEE---" + "E------" + "EEE").violations
    assert [one.day for one in found] == [14]


@pytest.mark.parametrize(
    ("off", "row", "broken"),
    [
        ([6], "EE-----", 1),  # 900 - 180
        ([6], "E------", 0),
        ([2, 3, 4, 5, 6], "E------", 1),  # nothing is left
        (list(range(7)), "-------", 0),
    ],
)
def test_leave_is_neutral_in_the_average(off: list[int], row: str, broken: int) -> None:
    assert len(sentences(averaging(1, time_off=off), A=row)) == broken


def test_leave_before_the_roster_is_neutral_too() -> None:
    assert sentences(averaging(2), A="EEEE---") == []
    assert len(sentences(averaging(2, time_off=list(range(-7, 0))), A="EEE----")) == 1


def test_a_past_that_was_too_much_is_no_breach_until_more_is_added() -> None:
    problem = averaging(2, history=past("EEEEEEE"))
    assert sentences(problem, A="-------") == []
    assert len(sentences(problem, A="------E")) == 1


# ---- shift counts


def counted(*limits: dict[str, Any], **more: Any) -> Problem:
    return small_problem("shift_counts", agents=[ana(shift_limits=limits)], **more)


@pytest.mark.parametrize(
    ("row", "broken"), [("E------", 0), ("EEL----", 0), ("LLLLLLL", 1), ("EEE----", 1), ("-------", 1)]
)
def test_a_shift_between_its_limits(row: str, broken: int) -> None:
    assert len(sentences(counted({"shift": "E", "least": 1, "most": 2}), A=row)) == broken


def test_shift_counts_say_which_and_how_often() -> None:
    limits = {"shift": "E", "least": 1, "most": 1}, {"shift": "L", "least": 2}
    assert sentences(counted(*limits), A="EEL----") == [
        "Ana works E 2 times: at most 1 is asked.",
        "Ana works L 1 time: at least 2 are asked.",
    ]


@pytest.mark.parametrize(("row", "cost"), [("EE-----", 0), ("-------", 2 * 5), ("EEEEEE-", 3 * 5)])
def test_each_shift_too_few_or_too_many_costs(row: str, cost: int) -> None:
    given = {"shift_counts": {"mode": "soft", "weight": 5}}
    assert verdict(counted({"shift": "E", "least": 2, "most": 3}, given=given), A=row).cost == cost


def test_limits_of_a_shift_are_checked_when_read() -> None:
    text = counted({"shift": "E", "least": 1, "most": 2}).model_dump_json()
    with pytest.raises(ProblemError, match="most 0 is below least 1"):
        problem_from_json(text.replace('"most":2', '"most":0'))
    with pytest.raises(ProblemError, match="shift 'Q' is unknown"):
        problem_from_json(text.replace('{"shift":"E","least"', '{"shift":"Q","least"'))

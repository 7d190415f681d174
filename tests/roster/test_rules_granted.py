"""The checkers of what people were granted or asked for: availability, time off, pins, preferences; in pairs."""

from typing import Any

import pytest

from tests.small_rosters import ana, past, sentences, shift, small_problem, verdict

# ---- availability: 2026-11-23 is a Monday (weekday 0)


def windows(*spans: tuple[int, float, float]) -> list[dict[str, Any]]:
    """Windows from weekday and hours."""
    return [{"weekday": day, "start_minute": int(a * 60), "end_minute": int(b * 60)} for day, a, b in spans]


@pytest.mark.parametrize(
    ("spans", "row", "broken"),
    [
        ([(0, 7, 15)], "E-", 0),
        ([(0, 7.25, 15)], "E-", 1),
        ([(0, 7, 14.75)], "E-", 1),
        ([(1, 7, 15)], "E-", 1),  # Tuesday's window
        ([(0, 7, 12), (0, 12, 15)], "E-", 1),  # no one window holds it
        ([(0, 22, 30)], "N-", 0),  # past midnight
        ([(0, 22, 29.75)], "N-", 1),
        ([(0, 12, 40)], "-F", 0),  # Monday noon to Tuesday 16:00 holds Tuesday 06:00 to 14:00
        ([(0, 12, 37)], "-F", 1),
        ([], "EL", 0),  # none given: any time
    ],
)
def test_a_shift_lies_inside_one_window(spans: list[tuple[int, float, float]], row: str, broken: int) -> None:
    shifts = [shift("E"), shift("L"), shift("N"), shift("F", 6 * 60, 480)]
    problem = small_problem("availability", shifts=shifts, days=2, agents=[ana(availability=windows(*spans))])
    assert len(sentences(problem, A=row)) == broken


def test_availability_says_who_what_and_when() -> None:
    problem = small_problem("availability", days=2, agents=[ana(availability=windows((1, 0, 24)))])
    assert sentences(problem, A="E-") == ["Ana is not available for all of E on Monday 23 November."]


def test_the_window_that_opened_before_the_horizon_still_holds() -> None:
    sunday = windows((6, 20, 40))  # Sunday 20:00 to Monday 16:00
    assert sentences(small_problem("availability", days=2, agents=[ana(availability=sunday)]), A="E-") == []


@pytest.mark.parametrize(
    ("start", "broken"),
    [
        ("2026-11-28", 0),  # Saturday 22:00 to Sunday 06:00
        ("2026-03-28", 1),  # ends at 07:00 by the clock, the window closes at 06:00
        ("2026-10-24", 0),  # ends at 05:00
        ("2028-02-26", 0),
    ],
)
def test_windows_follow_the_clock_and_shifts_their_length(start: str, broken: int) -> None:
    agents = [ana(availability=windows((5, 22, 30)))]
    assert (
        len(sentences(small_problem("availability", shifts="N", days=2, start=start, agents=agents), A="N-")) == broken
    )


# ---- time off


@pytest.mark.parametrize(
    ("off", "row", "broken"),
    [
        ([1], "E-E", 0),
        ([1], "EE-", 1),
        ([1], "N--", 1),  # its tail falls into Tuesday
        ([1], "V--", 0),  # ends at midnight sharp
        ([0, 1], "EE-", 2),
        ([0, 1], "N--", 2),  # one shift, two days
        ([3], "--N", 1),  # beyond the horizon, its night still counts
        ([1, 1], "-E-", 1),
    ],
)
def test_nothing_touches_a_day_of_time_off(off: list[int], row: str, broken: int) -> None:
    shifts = [shift("E"), shift("N"), shift("V", 16 * 60, 480)]
    problem = small_problem("time_off", shifts=shifts, days=3, agents=[ana(time_off=off)])
    assert len(sentences(problem, A=row)) == broken


def test_time_off_says_who_what_and_when() -> None:
    problem = small_problem("time_off", shifts="N", days=2, agents=[ana(time_off=[1])])
    assert sentences(problem, A="N-") == [
        "Ana has time off on Tuesday 24 November, but N of Monday 23 November falls in it."
    ]


@pytest.mark.parametrize(("start", "broken"), [("2026-03-28", 1), ("2026-11-28", 0), ("2026-10-24", 0)])
def test_an_evening_that_the_spring_change_pushes_past_midnight_touches_the_next_day(start: str, broken: int) -> None:
    # From Sunday 00:00, 23 h 30 min last until 23:30; in spring until Monday 00:30.
    shifts = [shift("W", 0, 23 * 60 + 30)]
    problem = small_problem("time_off", shifts=shifts, days=3, start=start, agents=[ana(time_off=[2])])
    assert len(sentences(problem, A="-W-")) == broken


def test_last_nights_shift_before_the_horizon_is_not_judged() -> None:
    agent = ana(time_off=[0], history=past("N"))
    assert sentences(small_problem("time_off", shifts="N", days=2, agents=[agent]), A="-N") == []


# ---- pins


@pytest.mark.parametrize(
    ("pins", "row", "broken"),
    [
        ([{"day": 0, "shift": "E"}], "E-", 0),
        ([{"day": 0, "shift": "E"}], "L-", 1),
        ([{"day": 0, "shift": "E"}], "--", 1),
        ([{"day": 0, "shift": "E"}], "EL", 0),  # other days are free
        ([{"day": 1}], "E-", 0),
        ([{"day": 1}], "-L", 1),
    ],
)
def test_what_was_placed_or_cleared_stays(pins: list[dict[str, Any]], row: str, broken: int) -> None:
    assert len(sentences(small_problem("pins", days=2, agents=[ana(pins=pins)]), A=row)) == broken


def test_pins_say_who_what_and_when() -> None:
    agent = ana(pins=[{"day": 0, "shift": "E"}, {"day": 1}])
    assert sentences(small_problem("pins", days=2, agents=[agent]), A="-L") == [
        "Ana is pinned to E on Monday 23 November, but does not work it.",
        "Ana is pinned off on Tuesday 24 November, but works L.",
    ]


@pytest.mark.parametrize("rules", [("pins",), ()])
@pytest.mark.parametrize(("row", "broken"), [("E-", 0), ("--", 1), ("EL", 1), ("L-", 2)])
def test_another_teams_person_works_the_pins_and_nothing_else(rules: tuple[str, ...], row: str, broken: int) -> None:
    agent = ana(fixed=True, pins=[{"day": 0, "shift": "E"}, {"day": 1}])
    problem = small_problem(*rules, days=2, agents=[agent])
    told = sentences(problem, A=row)
    assert len([one for one in told if "pinned off" not in one]) == broken


def test_with_the_rule_off_our_own_peoples_pins_are_free() -> None:
    assert sentences(small_problem(days=2, agents=[ana(pins=[{"day": 0, "shift": "E"}])]), A="--") == []


# ---- preferences


def wished(*wishes: dict[str, Any], weight: int = 3) -> Any:
    agent = ana(wishes=wishes)
    return small_problem("preferences", days=2, agents=[agent], given={"preferences": {"weight": weight}})


@pytest.mark.parametrize(
    ("wish", "row", "cost"),
    [
        ({"day": 0, "shift": "E", "wanted": True, "weight": 7}, "E-", 0),
        ({"day": 0, "shift": "E", "wanted": True, "weight": 7}, "L-", 21),  # 7 * 3
        ({"day": 0, "shift": "E", "wanted": True, "weight": 7}, "-E", 21),
        ({"day": 0, "shift": "E", "wanted": False, "weight": 7}, "E-", 21),
        ({"day": 0, "shift": "E", "wanted": False, "weight": 7}, "L-", 0),
        ({"day": 1, "wanted": True, "weight": 7}, "-L", 0),
        ({"day": 1, "wanted": True, "weight": 7}, "E-", 21),
        ({"day": 1, "wanted": False, "weight": 7}, "E-", 0),
        ({"day": 1, "wanted": False}, "-[EL]", 60),  # the default weight 20, once, not per shift
    ],
)
def test_a_wish_not_granted_costs_its_weight(wish: dict[str, Any], row: str, cost: int) -> None:
    found = verdict(wished(wish), A=row)
    assert found.costs == {"preferences": cost}
    assert found.violations == ()


def test_wishes_add_up_and_say_whose_they_are() -> None:
    problem = wished({"day": 0, "shift": "L", "wanted": True, "weight": 2}, {"day": 1, "wanted": False, "weight": 5})
    found = verdict(problem, A="EE")
    assert found.cost == 3 * (2 + 5)
    assert [one.sentence for one in found.findings] == [
        "Ana asked for L on Monday 23 November: not granted.",
        "Ana asked not to have work on Tuesday 24 November: not granted.",
    ]


def test_another_teams_wishes_are_not_ours_to_grant() -> None:
    agent = ana(fixed=True, wishes=[{"day": 0, "wanted": True}])
    assert verdict(small_problem("preferences", days=2, agents=[agent])).cost == 0

"""The tracks of nights and load: how few states they have, what they leave out, and what is too large for a row."""

from typing import Any

import pytest

from optimizer.shifts.grid import Grid
from optimizer.shifts.model.postings import IN_ROW
from optimizer.shifts.rows.automaton import build
from optimizer.shifts.rows.in_row import InRow, TooLarge
from tests.small_rosters import ana, past, shift, small_problem

QUEUES = [{"id": "x", "exposure_per_hour": 10.0}]


def said(key: str, history: str = "", shifts: Any = "ELN", **terms: Any) -> tuple[Grid, InRow]:
    """What the rule says of one person's row: E, L and N plan 80 points each, S 40."""
    agents = [ana(skills=["x"], history=past(history))]
    rules = ("consecutive_days",) if terms.pop("longest", None) else ()
    given = {key: terms, "consecutive_days": {"maximum": 5}}
    problem = small_problem(key, *rules, shifts=shifts, days=28, agents=agents, queues=QUEUES, given=given)
    grid = Grid(problem)
    return grid, IN_ROW[key](grid, problem.agents[0])


def most_states(key: str, **terms: Any) -> int:
    grid, row = said(key, **terms)
    automaton = build(grid, row.tracks, grid.problem.agents)
    return max(automaton.states(day) for day in range(grid.problem.days))


@pytest.mark.parametrize(
    ("key", "terms", "most"),
    [
        ("consecutive_nights", {"maximum": 4}, 5),  # 0 to 4 in a row
        ("consecutive_nights", {"minimum": 2, "maximum": 4}, 5),
        ("night_limits", {"maximum": 1, "days": 7}, 7),  # the last night 1 to 6 days ago, or none
        ("heavy_successions", {"heavy_points": 80}, 2),
        ("rest_after_nights", {}, 4),  # a night ended today, yesterday, the day before, or long ago
    ],
)
def test_states_are_few(key: str, terms: dict[str, Any], most: int) -> None:
    assert most_states(key, **terms) <= most


def test_days_that_can_no_longer_fill_a_window_are_forgotten() -> None:
    sets = 1 + 6 + 15 + 20 + 15  # of at most four of the last six days
    assert most_states("heavy_shift_budget", heavy_points=80, maximum=4, days=7) <= sets * 2 / 3
    assert most_states("night_limits", maximum=5, days=7) <= (sets + 6) / 2


@pytest.mark.parametrize(
    ("key", "more"),
    [
        ("consecutive_nights", {"shifts": "EL"}),
        ("rest_after_nights", {"shifts": "EL", "history": "EE"}),
        ("night_limits", {"shifts": "EL"}),
        ("night_limits", {"maximum": 7, "days": 7}),
        ("heavy_shift_budget", {"heavy_points": 81}),
        ("heavy_successions", {"heavy_points": 81}),
        ("recovery_day", {"severe_points": 450, "longest": True}),  # four days bring 400; the fifth is the last anyway
    ],
)
def test_a_rule_that_nothing_can_break_adds_nothing(key: str, more: dict[str, Any]) -> None:
    assert said(key, **more)[1] == InRow()


def test_a_past_that_may_have_to_go_on_is_not_left_out() -> None:
    assert said("consecutive_nights", history="EN", minimum=2)[1].tracks
    assert said("rest_after_nights", history="N", shifts=[shift("E"), shift("N")])[1].tracks
    assert said("recovery_day", severe_points=400, longest=True)[1].tracks  # a fifth day after four


@pytest.mark.parametrize(
    ("key", "terms"),
    [
        ("night_limits", {"maximum": 10, "days": 28}),
        ("heavy_shift_budget", {"heavy_points": 80, "maximum": 10, "days": 20}),
        ("recovery_day", {"severe_points": 5000, "step_points": 1}),
    ],
)
def test_too_many_states_are_left_to_the_model(key: str, terms: dict[str, int]) -> None:
    with pytest.raises(TooLarge):
        said(key, **terms)

"""A second meal in long shifts, as California asks: due past ten hours, placed in its window, missed by the checker."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from optimizer.day.solve import solve_day
from roster.day import SegmentSpan, partition
from roster.day_problem import DayAgent, DayProblem, DayResult, DayStatus, PersonDay, break_needs
from roster.policy import BreaksPolicy, load_policy
from roster.rules.day.registry import judge_day
from roster.shifts import SegmentKind

START = datetime(2026, 11, 24, 15, tzinfo=UTC)
MEAL, REST = SegmentKind.MEAL, SegmentKind.REST


@pytest.fixture
def terms(tmp_path: Path) -> BreaksPolicy:
    site = tmp_path / "site.toml"
    site.write_text('packs = ["california"]\n', encoding="utf-8")
    return load_policy(site).breaks


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def day(minutes: int, terms: BreaksPolicy) -> DayProblem:
    person = DayAgent(id="a", skills=("q",), starts_at=START, ends_at=at(minutes))
    return DayProblem(
        on_date=date(2026, 11, 24), starts_at=START, quarters=-(-minutes // 15), agents=(person,), breaks=terms
    )


@pytest.mark.parametrize(("minutes", "meals"), [(300, 0), (301, 1), (600, 1), (601, 2), (720, 2), (1440, 2)])
def test_meals_are_due_past_five_and_past_ten_hours(terms: BreaksPolicy, minutes: int, meals: int) -> None:
    needs = break_needs(START, at(minutes), terms)
    latest = [(need.latest - START) // timedelta(minutes=1) for need in needs if need.kind is MEAL]
    assert latest == [min(299, minutes - 45 - 30), min(599, minutes - 45 - 30)][:meals]
    assert [need.earliest <= need.ideal <= need.latest for need in needs] == [True] * len(needs)
    assert sorted(needs, key=lambda need: need.ideal) == list(needs)


@pytest.mark.parametrize("minutes", [615, 720, 780])
def test_a_long_day_is_planned_with_both_meals(terms: BreaksPolicy, minutes: int) -> None:
    problem = day(minutes, terms)
    found = solve_day(problem)
    assert judge_day(problem, found).violations == ()
    assert found.unplaced == ()
    assert sum(span.kind is MEAL for span in found.segments_of["a"]) == 2


@pytest.mark.parametrize(
    ("inside", "told"),
    [
        ([(REST, 120), (MEAL, 240), (REST, 360), (MEAL, 480), (REST, 600)], []),
        ([(REST, 120), (MEAL, 240), (REST, 360), (REST, 600)], ["meals"]),
        ([(REST, 120), (MEAL, 240), (REST, 360), (REST, 480), (MEAL, 605)], ["meals"]),
        ([(REST, 120), (REST, 240), (MEAL, 360), (MEAL, 480), (REST, 600)], ["meals"]),
        ([(REST, 120), (MEAL, 240), (MEAL, 480), (REST, 600)], ["rests"]),
    ],
)
def test_the_checker_misses_a_second_meal(
    terms: BreaksPolicy, inside: list[tuple[SegmentKind, int]], told: list[str]
) -> None:
    problem = day(720, terms)
    minutes = {MEAL: terms.meal_minutes, REST: terms.rest_minutes}
    spans = partition(START, at(720), [SegmentSpan(kind, at(one), at(one + minutes[kind])) for kind, one in inside])
    found = DayResult(status=DayStatus.FEASIBLE, days=(PersonDay(agent="a", segments=spans),))
    assert [finding.rule for finding in judge_day(problem, found).violations] == told

"""Away at short notice: a person's own rules say what they said before, and for the team nobody is there."""

import random
from collections import Counter

import pytest

from roster.problem import Assigned, Problem
from roster.rules.registry import judge
from roster.whatif.live import LiveRoster
from roster.whatif.replacements import without
from tests.full_problems import full_problem
from tests.small_rosters import ana, roster, sentences, small_problem

SEEDS = range(30)


def drawn(seed: int) -> LiveRoster:
    """A roster of about three shifts in five days, at most one a day; nobody has time off or a pin."""
    draw = random.Random(seed)
    problem = full_problem(seed)
    people = tuple(agent.model_copy(update={"time_off": (), "pins": ()}) for agent in problem.agents)
    lines = [
        Assigned(agent=agent.id, day=day, shift=draw.choice(problem.shifts).id)
        for agent in problem.agents
        for day in range(problem.days)
        if draw.random() < 0.6
    ]
    return LiveRoster.of(problem.model_copy(update={"agents": people}), lines)


@pytest.mark.parametrize("seed", SEEDS)
def test_whoever_is_away_keeps_and_breaks_the_rules_they_did_whichever_days_it_is(seed: int) -> None:
    draw = random.Random(seed)
    live = drawn(seed)
    agent = draw.choice([one.id for one in live.problem.agents if not one.fixed])
    days = draw.sample(range(live.problem.days), draw.randint(1, live.problem.days))
    now = without(live, agent, days)
    assert now.personal == live.personal
    assert [line.day for line in now.lines(agent)] == [one.day for one in live.lines(agent) if one.day not in days]
    whole = judge(now.problem, now.assignments)
    assert Counter(whole.findings) == Counter(now.verdict.findings)
    assert whole.costs == now.verdict.costs


@pytest.mark.parametrize("seed", SEEDS)
def test_for_the_team_it_is_as_if_they_had_never_been_placed(seed: int) -> None:
    live = drawn(seed)
    agent = live.problem.agents[0].id
    now = without(live, agent, range(live.problem.days))
    gone = LiveRoster.of(live.problem, [line for line in live.assignments if line.agent != agent])
    assert now.team == gone.team
    assert now.cover.findings == gone.cover.findings


def contract(**more: object) -> Problem:
    """Ana works five days of 7.5 hours each, no more and no fewer, at most five and at least two in a row."""
    terms = {"min_week_minutes": 2250, "max_week_minutes": 2250, "max_consecutive_days": 5, "min_consecutive_days": 2}
    return small_problem(
        "contract_minutes",
        "consecutive_days",
        "min_consecutive_days",
        "time_off",
        given={"min_consecutive_days": {"mode": "hard"}},
        agents=[ana(contract=terms, **more)],
    )


def test_leave_over_a_free_weekend_would_take_hours_that_an_absence_leaves() -> None:
    row = "EEEEE--"
    assert sentences(contract(), A=row) == []
    # Two free days as leave count for two fifths of the week's hours: 15 of 37.5 are gone, the same row is too long.
    leave = sentences(contract(time_off=[5, 6]), A=row)
    assert leave == ["Ana works 37 h 30 min in the week of 23 November: the contract asks at most 22 h 30 min."]
    assert sentences(contract(absences=[{"day": 5}, {"day": 6}]), A=row) == []


def test_what_is_missed_counts_as_worked_in_hours_and_in_runs() -> None:
    away = [{"day": 1, "shift": "E"}, {"day": 3, "shift": "E"}]
    assert sentences(contract(absences=away), A="E-E-E--") == []
    lone = sentences(contract(), A="E-E-E--")
    assert any("at least 37 h 30 min" in one for one in lone)
    assert any("1 day" in one for one in lone)
    # Two missed days more than the contract has room for: nobody who was ill is asked to make up for it.
    again = sentences(contract(absences=away), A="E-E-EEE")
    assert any("at most 37 h 30 min" in one for one in again)
    assert any("7 days in a row" in one for one in again)


@pytest.mark.parametrize("mode", ["hard", "off"])
def test_no_shift_begins_on_a_day_of_absence_but_one_may_end_in_it(mode: str) -> None:
    problem = small_problem(
        "time_off", given={"time_off": {"mode": mode}}, shifts="EN", agents=[ana(absences=[{"day": 1, "shift": "E"}])]
    )
    assert sentences(problem, A="N------") == []
    assert sentences(problem, A="-E-----") == ["Ana is away on Tuesday 24 November, but has E."]
    assert sentences(problem, A="-N-----") == ["Ana is away on Tuesday 24 November, but has N."]


def test_granted_time_off_stays_time_off() -> None:
    live = LiveRoster.of(contract(time_off=[2]), roster(A="EE-EE--"))
    there = without(live, "A", [1, 2, 3]).problem.agent_of["A"]
    assert there.time_off == (2,)
    assert [(one.day, one.shift) for one in there.absences] == [(1, "E"), (3, "E")]
    again = without(LiveRoster.of(live.problem.model_copy(update={"agents": (there,)}), roster(A="E---E--")), "A", [3])
    assert again.problem.agent_of["A"].absences == there.absences


def test_an_absence_outside_the_problem_is_a_fault_that_quotes_it() -> None:
    with pytest.raises(ValueError, match="day 9 is past the horizon"):
        contract(absences=[{"day": 9}])
    with pytest.raises(ValueError, match="shift 'Q' is unknown"):
        contract(absences=[{"day": 1, "shift": "Q"}])
    with pytest.raises(ValueError, match="absence on day '1' is there twice"):
        contract(absences=[{"day": 1}, {"day": 1, "shift": "E"}])

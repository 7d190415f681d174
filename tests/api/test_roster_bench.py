"""The parts of the roster bench: a shape that is the same for the same seed, figures of a run, the textbook model."""

import os
import subprocess
import sys

import pytest

from bench.memory import PeakMemory
from bench.own_shape import own_shape
from bench.roster_run import Limits, Measured, measure, report
from bench.textbook import Textbook, compare, textbook
from roster.problem import Problem
from roster.result import Result, Status, TracePoint
from roster.rules.registry import RULES, Verdict, judge
from tests.small_rosters import small_problem

LIMITS = Limits(seconds=30, workers=1, seed=0)


def tiny() -> Problem:
    required = [1 if 28 <= quarter < 60 else 0 for quarter in range(96)]
    return small_problem(
        "one_shift_a_day",
        "cover",
        days=2,
        queues=[{"id": "x"}],
        agents=[{"id": "A", "skills": ["x"]}, {"id": "B", "skills": ["x"]}],
        demand=[{"queue": "x", "day": day, "required": required} for day in (0, 1)],
    )


def test_our_shape_is_the_same_for_the_same_seed_and_has_every_rule_on() -> None:
    problem = own_shape(seed=3)
    assert problem == own_shape(seed=3)
    assert problem != own_shape(seed=4)
    assert (len(problem.agents), problem.days, len(problem.shifts)) == (150, 28, 6)
    assert [rule.key for rule in RULES if not rule.applies(problem)] == []
    assert len({agent.contract for agent in problem.agents}) == 3
    for field in ("time_off", "availability", "wishes", "history", "roles", "shift_limits", "fixed_days_off"):
        assert any(getattr(agent, field) for agent in problem.agents), field
    assert problem.together
    assert problem.apart
    assert judge(problem, ()).costs["cover"] > 0


def test_a_thousand_people_are_in_teams_and_somebody_can_take_every_queue() -> None:
    problem = own_shape(agents=1000, teams=25, every_rule=False)
    teams = [agent.team for agent in problem.agents]
    assert {teams.count(team) for team in set(teams)} == {40}
    assert len(set(teams)) == 25
    assert {skill for agent in problem.agents for skill in agent.skills} == set(problem.queue_of)


def test_a_run_is_measured_and_reported(capsys: pytest.CaptureFixture[str]) -> None:
    measured = measure(tiny(), LIMITS)
    assert measured.sound
    assert measured.first_seconds is not None
    assert measured.first_seconds <= measured.seconds
    assert measured.seconds_to(0) is not None
    assert measured.seconds_to(-1) is None
    report(measured)
    told = capsys.readouterr().out
    assert "optimal: cost 0, proved bound 0" in told
    assert "0 violations, cost 0" in told
    assert "MB in 1 processes together" in told


def test_a_roster_that_costs_something_else_is_not_sound() -> None:
    result = Result(status=Status.FEASIBLE, objective=5)
    assert not Measured(result, Verdict((), {"cover": 6}), (), 1.0, 0.0, 1).sound


def test_the_textbook_model_finds_the_same_optimum() -> None:
    found = textbook(tiny(), LIMITS)
    assert (found.objective, found.bound) == (0, 0)
    assert found.variables >= 2 * 2 * 2
    assert found.constraints > 0


@pytest.mark.parametrize(
    ("objective", "expected"),
    [
        (200, "ours costs 0.500 of it, and was as cheap after 2.0 s: 15.0 times as fast"),
        (50, "ours did not reach the textbook model's cost"),
        (None, "the textbook model has no roster after 30 s, ours has one after 1.0 s"),
    ],
)
def test_the_ratio_is_that_of_the_time_to_the_same_cost(
    objective: int | None, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    trace = tuple(
        TracePoint(seconds=seconds, objective=cost, bound=None)
        for seconds, cost in ((1.0, 300), (2.0, 150), (3.0, 100))
    )
    ours = Measured(Result(status=Status.FEASIBLE, objective=100), Verdict((), {"cover": 100}), trace, 30.0, 0.0, 1)
    compare(ours, Textbook(objective, 10, None if objective is None else 5.0, 0.1, 10, 10), LIMITS)
    assert expected in capsys.readouterr().out


def test_memory_is_that_of_a_process_and_all_below_it() -> None:
    program = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'])"
    child = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE)
    assert child.stdin is not None
    with PeakMemory(os.getpid()) as ours, PeakMemory(child.pid) as memory:
        while memory.processes < 2:
            assert child.poll() is None
            memory.wait(0.1)
        child.stdin.close()
        child.wait()
    assert memory.processes == 2
    assert 0 < memory.peak_mb < ours.peak_mb

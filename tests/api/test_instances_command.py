"""`breather solve`, `check` and `schema`: the promised arguments, last lines and exit codes."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from api.cli.main import run
from roster.problem import Problem
from roster.result import Result, Status

QUARTERS = 96
LAST_LINE = re.compile(r"status=(\w+) objective=(-?\d+|none) bound=(-?\d+|none) seconds=\d+\.\d")


def problem(**changes: Any) -> dict[str, Any]:
    """Two people, two days, one shift; one agent is needed from 07:00 to 15:00 on each day."""
    required = [1 if 28 <= quarter < 60 else 0 for quarter in range(QUARTERS)]
    base: dict[str, Any] = {
        "zone": "UTC",
        "start": "2026-11-23",
        "days": 2,
        "shifts": [{"id": "E", "start_minute": 420, "minutes": 480, "paid_minutes": 480}],
        "queues": [{"id": "advice"}],
        "agents": [{"id": "A1", "skills": ["advice"]}, {"id": "A2", "skills": ["advice"]}],
        "demand": [{"queue": "advice", "day": day, "required": required} for day in (0, 1)],
        "rules": {
            "one_shift_a_day": {"mode": "hard"},
            "time_off": {"mode": "hard"},
            "cover": {"mode": "soft", "under_weight": 10, "over_weight": 1},
        },
    }
    return base | changes


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(problem()))
    return path


def test_solve_writes_a_roster_that_check_accepts(
    instance: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    roster = tmp_path / "roster.csv"
    assert run(["solve", str(instance), "--output", str(roster), "--time-limit", "20", "--workers", "1"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    found = LAST_LINE.fullmatch(last)
    assert found is not None, last
    assert found.groups() == ("optimal", "0", "0")
    lines = roster.read_text().splitlines()
    assert lines[0] == "agent,day,shift"
    assert [line.split(",")[1:] for line in sorted(lines[1:], key=lambda line: line.split(",")[1])] == [
        ["0", "E"],
        ["1", "E"],
    ]
    assert run(["check", str(instance), str(roster)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "violations=0 cost=0"


def test_solve_writes_the_full_result_as_json(instance: Path, tmp_path: Path) -> None:
    output = tmp_path / "result.json"
    assert run(["solve", str(instance), "--output", str(output), "--time-limit", "20", "--workers", "1"]) == 0
    result = Result.model_validate_json(output.read_text())
    assert (result.status, result.objective, result.bound) == (Status.OPTIMAL, 0, 0)
    assert run(["check", str(instance), str(output)]) == 0


def test_check_names_each_violation_and_exits_1(
    instance: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    instance.write_text(json.dumps(problem(agents=[{"id": "A1", "skills": ["advice"], "time_off": [1]}])))
    roster = tmp_path / "roster.csv"
    roster.write_text("agent,day,shift\nA1,1,E\n")
    assert run(["check", str(instance), str(roster)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("time_off: ")
    # Day 0 is short by 32 quarters of one agent at 10 each.
    assert lines[-1] == "violations=1 cost=320"


def test_an_infeasible_instance_says_why_and_exits_1(
    instance: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = problem(
        agents=[
            {"id": "A1", "name": "Ana", "skills": ["advice"], "time_off": [0], "pins": [{"day": 0, "shift": "E"}]},
        ]
    )
    asked["rules"]["pins"] = {"mode": "hard"}
    instance.write_text(json.dumps(asked))
    assert run(["solve", str(instance), "--output", str(tmp_path / "out.json"), "--workers", "1"]) == 1
    told = capsys.readouterr()
    assert told.out.splitlines()[-1].startswith("status=infeasible objective=none")
    assert "Ana" in told.err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["solve", "{file}", "--output", "{folder}/roster.txt"], "expected a name ending in .csv or .json"),
        (["solve", "{file}", "--output", "{folder}/no/roster.csv"], "expected an existing folder"),
        (["solve", "{folder}/none.json", "--output", "{folder}/r.csv"], "none.json: can't be read"),
        (["solve", "{broken}", "--output", "{folder}/r.csv"], "days: value '0': expected at least 1"),
        (["check", "{file}", "{roster}"], "roster.csv:2: day: value 'Monday': expected a whole number"),
        (["check", "{file}", "{result}"], "result.json: status: value 'fine': expected 'optimal', 'feasible',"),
        (["check", "{file}", "{headless}"], "headless.csv:1: header 'A1,0,E': expected agent,day,shift"),
        (["check", "{file}", "{unknown}"], "A9"),
        (["schema", "trombone"], "trombone"),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_2(
    instance: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str
) -> None:
    (tmp_path / "broken.json").write_text(json.dumps(problem(days=0)))
    (tmp_path / "roster.csv").write_text("agent,day,shift\nA1,Monday,E\n")
    (tmp_path / "headless.csv").write_text("A1,0,E\n")
    (tmp_path / "result.json").write_text('{"status": "fine"}')
    (tmp_path / "unknown.csv").write_text("agent,day,shift\nA9,0,E\n")
    places = {
        "file": instance,
        "folder": tmp_path,
        "broken": tmp_path / "broken.json",
        "roster": tmp_path / "roster.csv",
        "headless": tmp_path / "headless.csv",
        "result": tmp_path / "result.json",
        "unknown": tmp_path / "unknown.csv",
    }
    before = sorted(path.name for path in tmp_path.iterdir())
    assert run([part.format(**places) for part in arguments]) == 2
    told = capsys.readouterr()
    assert expected in told.err
    assert "Traceback" not in told.err
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.parametrize("document", ["problem", "result", "policy"])
def test_schema_prints_a_json_schema(document: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", document]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert schema["$schema"].startswith("https://json-schema.org/")
    expected = {"problem": "shifts", "result": "assignments", "policy": "rest"}[document]
    assert expected in schema["properties"]


@pytest.mark.slow
def test_ctrl_c_stops_and_keeps_the_best(tmp_path: Path) -> None:
    """An instance too large to finish: four weeks of 24 people, interrupted once it has a roster."""
    required = [6 if 28 <= quarter < 76 else 0 for quarter in range(QUARTERS)]
    hard = problem(
        days=28,
        shifts=[
            {"id": name, "start_minute": start, "minutes": 480, "paid_minutes": 480}
            for name, start in (("E", 420), ("M", 540), ("L", 660))
        ],
        agents=[
            {"id": f"A{number}", "skills": ["advice"], "wishes": [{"day": number, "wanted": False}]}
            for number in range(24)
        ],
        demand=[{"queue": "advice", "day": day, "required": required} for day in range(28)],
    )
    hard["rules"] |= {
        "daily_rest": {"mode": "hard"},
        "consecutive_days": {"mode": "hard", "maximum": 5},
        "preferences": {"mode": "soft"},
    }
    Problem.model_validate(hard)
    (tmp_path / "problem.json").write_text(json.dumps(hard))
    command = [sys.executable, "-c", "from api.cli.main import main; main()", "solve", "problem.json"]
    with subprocess.Popen(
        [*command, "--output", "roster.csv", "--time-limit", "600"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as running:
        assert running.stderr is not None
        for line in running.stderr:
            if re.search(r"objective \d", line):
                break
        os.killpg(running.pid, signal.SIGINT)
        out, _ = running.communicate(timeout=60)
    assert running.returncode == 0
    assert LAST_LINE.fullmatch(out.splitlines()[-1])
    assert (tmp_path / "roster.csv").read_text().startswith("agent,day,shift\n")


def heavy(path: Path) -> Path:
    """A problem with a cost that takes a search: three people, two queues, more work than hands."""
    required = [2 if 24 <= quarter < 84 else 0 for quarter in range(QUARTERS)]
    path.write_text(
        json.dumps(
            problem(
                days=5,
                shifts=[
                    {"id": "E", "start_minute": 360, "minutes": 480, "paid_minutes": 480},
                    {"id": "L", "start_minute": 780, "minutes": 480, "paid_minutes": 480},
                ],
                agents=[{"id": f"A{number}", "skills": ["advice"]} for number in range(3)],
                demand=[{"queue": "advice", "day": day, "required": required} for day in range(5)],
            )
        )
    )
    return path


@pytest.mark.slow
def test_the_same_seed_and_deterministic_limit_give_the_same_roster(tmp_path: Path) -> None:
    instance = heavy(tmp_path / "heavy.json")
    rosters = []
    for name in ("one.json", "two.json"):
        limits = ["--deterministic-limit", "0.5", "--seed", "3", "--workers", "1"]
        assert run(["solve", str(instance), "--output", str(tmp_path / name), *limits]) == 0
        result = Result.model_validate_json((tmp_path / name).read_text())
        rosters.append((result.assignments, result.objective, result.bound))
    assert rosters[0] == rosters[1]


@pytest.mark.slow
def test_progress_says_the_gap_and_the_cost_of_each_rule(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    instance = heavy(tmp_path / "heavy.json")
    assert run(["solve", str(instance), "--output", str(tmp_path / "r.csv"), "--workers", "1"]) == 0
    assert re.search(r"s  objective \d+  bound \d+  gap \d+\.\d%  cover=\d+", capsys.readouterr().err)


@pytest.mark.slow
def test_a_run_goes_on_from_a_roster_that_an_earlier_one_wrote(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    instance, best = heavy(tmp_path / "heavy.json"), tmp_path / "best.csv"
    assert run(["solve", str(instance), "--output", str(best), "--workers", "1"]) == 0
    found = LAST_LINE.fullmatch(capsys.readouterr().out.splitlines()[-1])
    assert found is not None
    again = ["solve", str(instance), "--output", str(tmp_path / "again.csv"), "--start", str(best), "--workers", "1"]
    assert run(again) == 0
    points = [line for line in capsys.readouterr().err.splitlines() if "objective none" not in line]
    assert f"objective {found[2]} " in points[0]  # the first roster it has is the one it was given


def test_a_start_that_the_problem_does_not_know_is_bad_input(
    instance: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start = tmp_path / "start.csv"
    start.write_text("agent,day,shift\nA9,0,E\n")
    assert run(["solve", str(instance), "--output", str(tmp_path / "r.csv"), "--start", str(start)]) == 2
    assert "agent 'A9' is unknown" in capsys.readouterr().err
    assert not (tmp_path / "r.csv").exists()


def test_cover_that_nobody_is_skilled_for_is_said_before_it_is_planned(
    instance: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    instance.write_text(json.dumps(problem(agents=[{"id": "A1"}])))
    output = tmp_path / "r.json"
    assert run(["solve", str(instance), "--output", str(output), "--workers", "1"]) == 0
    sentence = "Nobody can take advice: no agent has the skill 'advice', so all 16 agent-hours that it requires"
    assert f"warning: {sentence}" in capsys.readouterr().err
    (told,) = Result.model_validate_json(output.read_text()).warnings
    assert told.startswith(sentence)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"days": 0, "demand": []}, "days: value '0': expected at least 1"),
        ({"days": 420, "demand": []}, "days: value '420': expected at most 371"),
        (
            {"agents": [{"id": "A1", "contract": {"min_week_minutes": 2400, "max_week_minutes": 1200}}]},
            "agents.0 'A1'.contract: max_week_minutes 1200 is below min_week_minutes 2400",
        ),
    ],
)
def test_what_no_problem_can_be_is_refused_with_the_value(
    instance: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, Any], expected: str
) -> None:
    instance.write_text(json.dumps(problem(**change)))
    assert run(["solve", str(instance), "--output", str(tmp_path / "r.csv")]) == 2
    assert expected in capsys.readouterr().err
    assert not (tmp_path / "r.csv").exists()


def test_terms_that_contradict_each_other_are_not_solved_and_a_roster_of_them_is_judged(
    instance: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    terms = problem(agents=[{"id": "A1", "contract": {"min_consecutive_days": 8}}])
    terms["rules"] |= {"min_consecutive_days": {"mode": "hard"}, "consecutive_days": {"mode": "hard", "maximum": 6}}
    instance.write_text(json.dumps(terms))
    output = tmp_path / "r.csv"
    assert run(["solve", str(instance), "--output", str(output)]) == 2
    said = "agent 'A1': min_consecutive_days 8 is above rules.consecutive_days.maximum 6: expected at most 6"
    assert capsys.readouterr().err == f"breather: {instance}: {said}\n"
    assert not output.exists()
    output.write_text("agent,day,shift\n")
    assert run(["check", str(instance), str(output)]) == 0

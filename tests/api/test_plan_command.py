"""`breather plan`: progress, the last line, exit statuses, and nothing left behind by bad input."""

import re
from datetime import timedelta

import pytest
from sqlmodel import select

from api.cli.main import run
from api.context import Context
from api.jobs import planning as jobs
from optimizer.shifts.processes.process import SolverCrashed
from roster.shifts import Roster
from roster.store.engine import reading
from tests.planning_centre import MONDAY, small_centre, status_of, stored

PLAN = ("plan", "--team", "Days", "--from", "2026-11-30", "--weeks", "1", "--time-limit", "30")

Output = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def at_home(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BREATHER_ENVIRONMENT", "test")
    monkeypatch.setenv("BREATHER_DATA_DIR", str(context.settings.data_dir))


def rosters(context: Context) -> list[Roster]:
    with reading(context.engine) as session:
        return list(session.exec(select(Roster)).all())


def test_plan_shows_progress_and_stores_a_draft(context: Context, capsys: Output) -> None:
    small_centre(context)
    assert run(PLAN) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(re.match(r" +\d+\.\d s  objective \d+  bound -?\d+  gap ", line) for line in lines)
    assert lines[-2] == "roster 1: 2026-11-30 to 2026-12-06"
    assert re.fullmatch(r"status=optimal objective=4 bound=4 gap=0\.0% seconds=\d+\.\d", lines[-1])
    assert status_of(context, 1).status == "draft"
    assert len(stored(context, 1)) == 7


@pytest.mark.slow
def test_publish_is_in_the_name_given(context: Context, capsys: Output) -> None:
    small_centre(context)
    assert run([*PLAN, "--publish", "--by", "Lea Hofman"]) == 0
    assert "published by Lea Hofman" in capsys.readouterr().out
    row = status_of(context, 1)
    assert (row.status, row.published_by, row.created_by) == ("published", "Lea Hofman", "Lea Hofman")


@pytest.mark.slow
def test_every_team(context: Context) -> None:
    small_centre(context)
    assert run(["plan", "--team", "all", "--from", "2026-11-30", "--weeks", "1", "--time-limit", "30"]) == 0
    assert status_of(context, 1).team_id is None


def test_run_that_fails_is_status_1_and_says_why(
    context: Context, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_centre(context)

    def crash(*_: object, **__: object) -> None:
        raise SolverCrashed("the solver process ended with exit code 9: killed", 9, None)

    monkeypatch.setattr(jobs, "SolverProcess", crash)
    assert run([*PLAN, "--publish"]) == 1
    output = capsys.readouterr()
    assert "Nothing was changed: the solver process ended with exit code 9: killed." in output.out
    assert output.err == "breather: no roster was stored; draft 1 is as it was\n"
    assert status_of(context, 1).status == "draft"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"--team": "Dags"}, "team 'Dags' is unknown: expected one of Days"),
        ({"--from": "next week"}, "--from 'next week': expected a date such as 2026-12-07"),
        ({"--weeks": "7"}, "--weeks 7: expected 1 to 6"),
        ({"--weeks": "0"}, "--weeks 0: expected 1 to 6"),
        ({"--time-limit": "0"}, "time limit 0 s: expected 1 to 3600 seconds"),
        ({"--from": "2031-01-06"}, "no requirement falls in 2031-01-06 to 2031-01-12"),
    ],
)
def test_bad_input_is_one_line_status_2_and_no_roster(
    context: Context, capsys: Output, change: dict[str, str], words: str
) -> None:
    small_centre(context)
    arguments = dict(zip(PLAN[1::2], PLAN[2::2], strict=True)) | change
    assert run(["plan", *(part for pair in arguments.items() for part in pair)]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.count("\n") == 1 and words in output.err
    assert rosters(context) == []


@pytest.mark.slow
def test_last_day_is_the_end_of_the_last_week(context: Context, capsys: Output) -> None:
    small_centre(context, days=14)
    assert run(["plan", "--team", "Days", "--from", "2026-11-30", "--weeks", "2", "--time-limit", "30"]) == 0
    last = MONDAY + timedelta(days=13)
    assert f"roster 1: 2026-11-30 to {last.isoformat()}" in capsys.readouterr().out

"""A roster of no weeks, and one of sixty: refused in the API, on the command line and in a problem file."""

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from api.cli.main import run
from api.context import Context
from roster.shifts import Roster
from roster.store.engine import reading


@pytest.mark.parametrize(("days", "told"), [(0, "greater than or equal to 1"), (420, "less than or equal to 42")])
def test_the_api_says_how_many_days_a_roster_may_have(
    lead_client: TestClient, context: Context, days: int, told: str
) -> None:
    body = {"team": "Team", "starts_on": "2026-11-30", "days": days}
    answer = lead_client.post("/api/v1/rosters", json=body)
    assert answer.status_code == 422
    assert "days" in answer.text and told in answer.text and str(days) in answer.text
    with reading(context.engine) as session:
        assert session.exec(select(Roster)).all() == []


@pytest.mark.parametrize("weeks", ["0", "60"])
def test_plan_says_how_many_weeks(capsys: pytest.CaptureFixture[str], weeks: str) -> None:
    assert run(["plan", "--team", "Team", "--from", "2026-11-30", "--weeks", weeks]) == 2
    assert capsys.readouterr().err == f"breather: --weeks {weeks}: expected 1 to 6\n"


@pytest.mark.parametrize(("days", "told"), [(0, "at least 1"), (420, "at most 371")])
@pytest.mark.parametrize("command", ["solve", "check"])
def test_a_problem_file_says_how_many_days(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: str, days: int, told: str
) -> None:
    problem, out = tmp_path / "problem.json", tmp_path / "roster.csv"
    shift = {"id": "E", "start_minute": 420, "minutes": 480, "paid_minutes": 450}
    values = {"zone": "UTC", "start": "2026-11-30", "days": days, "shifts": [shift], "agents": [{"id": "a"}]}
    problem.write_text(json.dumps(values), encoding="utf-8")
    if command == "check":
        out.write_text("agent,day,shift\n", encoding="utf-8")
    where = [str(problem), "--output", str(out)] if command == "solve" else [str(problem), str(out)]
    assert run([command, *where]) == 2
    assert f"days: value '{days}': expected {told}" in capsys.readouterr().err
    assert out.exists() is (command == "check")

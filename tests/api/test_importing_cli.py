"""`breather import`, `staffing` and `forecast` as typed: what stands on stdout and stderr, and the exit status."""

from pathlib import Path

import pytest

from api.cli.main import run
from roster.exchange.kinds import KINDS


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BREATHER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("BREATHER_DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)


def test_templates_are_written_and_can_be_imported(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import", "--template", "t"]) == 0
    assert capsys.readouterr().out.split() == [f"t/{kind.name}.csv" for kind in KINDS] + ["t/all.xlsx"]
    assert run(["import", "--check", "t/all.xlsx"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 file checked; nothing was kept"
    assert run(["import", *(f"t/{kind.name}.csv" for kind in KINDS)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:3] == ["kind", "added", "updated"]
    assert [line.split()[0] for line in lines[1:-1]] == [kind.name for kind in KINDS]
    assert lines[-1] == "14 files imported"
    assert run(["import", "t/teams.csv", "--template", "t"]) == 2
    assert run(["import", "--template", "t"]) == 2
    assert "nothing was written" in capsys.readouterr().err


def test_each_fault_is_a_line_and_the_status_is_2(capsys: pytest.CaptureFixture[str]) -> None:
    Path("people.csv").write_text("agent,name,team,contract\nA1,Ann,North,full\nA1,Ann,,full\n", encoding="utf-8")
    assert run(["import", "people.csv", "none.csv"]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.splitlines() == [
        "people.csv:3: team: value '': expected a team's name: 1 to 80 printable characters,"
        " not beginning with = + - or @",
        "people.csv:3: agent: value 'A1': expected each only once, row 2 has it already",
        "none.csv: expected a file that can be read: No such file or directory",
        "breather: 3 faults; nothing was imported",
    ]
    assert run(["import"]) == 2
    assert run(["import", "people.csv", "--zone", "Nowhere"]) == 2
    assert "time zone 'Nowhere' does not exist" in capsys.readouterr().err


def test_staffing_and_forecast_tell_their_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["staffing", "--from", "2026-12-07"]) == 2
    assert "there is no team yet" in capsys.readouterr().err
    assert run(["import", "--template", "t"]) == 0
    assert run(["import", "t/all.xlsx"]) == 0
    capsys.readouterr()
    assert run(["staffing", "--from", "2026-12-07", "--weeks", "1", "--check"]) == 0
    words = capsys.readouterr().out
    for line in ("breaks", "absence", "decompression", "debriefs", "whole people", "required"):
        assert f"\n{line}" in words
    assert words.splitlines()[-1].endswith("would be required; nothing was kept")
    assert run(["staffing", "--from", "2026-12-07", "--weeks", "2", "--zone", "Europe/Amsterdam"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "4 quarter-hours stored"
    assert run(["forecast", "--from", "2026-12-07", "--weeks", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["date", "day", "appointments", "nurse"]
    assert lines[2].split() == ["2026-12-07", "Mon", "1.0", "1.0"]
    assert lines[3].split() == ["2026-12-08", "Tue", "0.0", "0.0"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--from", "2026-12-32"], "'2026-12-32'"),
        (["--from", "2026-12-07", "--weeks", "0"], "--weeks 0: expected 1 to 52"),
        (["--from", "2026-12-07", "--zone", "Nowhere"], "'Nowhere' does not exist"),
        (["--from", "2026-12-07", "--zone", "Europe/Amsterdam"], "no contact history"),
    ],
)
@pytest.mark.parametrize("command", ["staffing", "forecast"])
def test_bad_arguments_are_one_line_and_status_2(
    capsys: pytest.CaptureFixture[str], command: str, arguments: list[str], words: str
) -> None:
    assert run([command, *arguments]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert words in line

"""`breather bench`: knows the benchmarks that can be run, and passes on how they end."""

import subprocess
from typing import Any

import pytest

from api.cli.bench import CHECKOUT, names
from api.cli.main import run


def test_every_benchmark_of_the_makefile_is_one() -> None:
    line = next(line for line in (CHECKOUT / "Makefile").read_text().splitlines() if "bench.$$one" in line)
    listed = line.split(" in ")[1].split(";")[0].split()
    # The public instances are a part of `rosters`.
    assert set(listed) == set(names()) - {"curtois"}


def test_a_wrong_name_lists_the_right_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "trombone"]) == 2
    told = capsys.readouterr().err
    assert "'trombone': expected one of" in told
    assert "imports" in told


@pytest.mark.parametrize(("status", "expected"), [(0, 0), (3, 1)])
def test_the_arguments_go_on_and_the_status_comes_back(
    monkeypatch: pytest.MonkeyPatch, status: int, expected: int
) -> None:
    asked: list[list[str]] = []

    def finished(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        asked.append(command)
        return subprocess.CompletedProcess(command, status)

    monkeypatch.setattr(subprocess, "run", finished)
    assert run(["bench", "imports", "--file", "x.csv"]) == expected
    assert asked[0][1:] == ["-m", "bench.imports", "--file", "x.csv"]

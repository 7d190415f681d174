"""`breather solve` and `check` on a public instance: known by its content, agreed to the unit, refused by line."""

import csv
import re
from pathlib import Path

import pytest

from api.cli.main import run
from tests.curtois_text import TINY, Roster, cost, valid

OPTIMUM = re.compile(r"status=optimal objective=(\d+) bound=\1 seconds=")


LONG = (
    TINY.replace("14\r", "21")
    .replace("A,E=14|L=3,4320,3360,5,2,2,1", "A,E=99|L=99,99999,8640,17,16,2,9")
    .replace("C,E=0|L=14,3000,1200,3,1,3,2", "C,E=0|L=14,3000,1200,3,1,15,2")
    .replace("B,6,E,3", "B,6,E,100000")
)
"""Three weeks in which somebody works 16 or 17 days in a row, another has 15 off, and a request weighs very much."""


@pytest.mark.parametrize("text", [TINY, LONG], ids=["tiny", "long runs"])
def test_an_instance_is_solved_and_checked_to_the_unit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    instance, out = tmp_path / "tiny.txt", tmp_path / "out.csv"
    instance.write_bytes(text.replace("\n", "\r\n").encode())
    assert run(["solve", str(instance), "--format", "curtois", "--output", str(out), "--time-limit", "60"]) == 0
    found = OPTIMUM.match(capsys.readouterr().out.splitlines()[-1])
    assert found is not None
    roster: Roster = {agent: {} for agent in "ABC"}
    with out.open(newline="", encoding="utf-8") as lines:
        for line in csv.DictReader(lines):
            roster[line["agent"]][int(line["day"])] = line["shift"]
    assert valid(text, roster)
    assert cost(text, roster) == int(found[1])
    assert run(["check", str(instance), str(out)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"violations=0 cost={found[1]}"


def test_a_malformed_instance_is_one_clear_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    instance, out = tmp_path / "tiny.txt", tmp_path / "out.csv"
    instance.write_text(TINY.replace("5,E,1,50,1", "5,E,many,50,1"))
    assert run(["solve", str(instance), "--output", str(out)]) == 2
    assert "tiny.txt:35: requirement 'many': expected a whole number from 0 to 10000" in capsys.readouterr().err
    assert not out.exists()

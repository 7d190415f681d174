"""TRACE.csv and DUTY.csv: what is read, and what is told of what can't be."""

import math
from pathlib import Path

import pytest

from optimizer.simulation.files import Simulated, read
from roster.exchange.faults import ExchangeError
from tests.optimizer.simulated import POLICY

TRACE = "contact,queue,arrived_at,handle_seconds,patience_seconds,difficulty,heavy\n"
DUTY = "agent,start,end,skills\n"


def read_texts(folder: Path, trace: str, duty: str) -> Simulated:
    """Both files from their texts."""
    paths = folder / "TRACE.csv", folder / "DUTY.csv"
    for path, text in zip(paths, (trace, duty), strict=True):
        path.write_text(text)
    return read(*paths, POLICY.difficulty)


def faults(folder: Path, trace: str = TRACE + "c,q,0,10,,0,\n", duty: str = DUTY + "a,0,100,q\n") -> list[str]:
    """What is told, without the folder's name."""
    with pytest.raises(ExchangeError) as told:
        read_texts(folder, trace, duty)
    return [str(fault).removeprefix(f"{folder}/") for fault in told.value.faults]


def test_seconds_and_every_column(tmp_path: Path) -> None:
    found = read_texts(
        tmp_path,
        TRACE + "late,y,50.5,10,20,60,0\nearly,x,3,7.25,,10,1\nplain,x,60,1,,55,\n",
        DUTY + "b,10,100,x\na,0,40,x|y\na,50,90,z\n",
    )
    trace, duty = found.trace, found.duty
    assert trace.names == ["early", "late", "plain"]
    assert trace.queues == ("x", "y", "z")
    assert trace.queue.tolist() == [0, 1, 0]
    assert trace.arrives.tolist() == [3, 50.5, 60]
    assert trace.handle.tolist() == [7.25, 10, 1]
    assert trace.patience.tolist() == [math.inf, 20, math.inf]
    # What is called heavy scores as the tier begins (50), what is called not heavy just below; else the score decides.
    assert trace.score.tolist() == [50, 49, 55]
    assert trace.heavy.tolist() == [True, False, True]
    assert duty.agents == ("a", "b")
    assert duty.agent.tolist() == [0, 1, 0]
    assert duty.begins.tolist() == [0, 10, 50]
    assert duty.skills.tolist() == [[True, True, False], [True, False, False], [False, False, True]]
    assert found.unserved == ()


@pytest.mark.parametrize(
    ("arrived", "start"),
    [
        ("2026-11-24T09:00:30", "2026-11-24T09:00"),
        ("2026-11-24 09:00:30.000", "2026-11-24 09:00:00"),
        ("2026-11-24T08:00:30Z", "2026-11-24T09:00:00+01:00"),
    ],
)
def test_iso_times_count_from_midnight_where_the_duty_list_is(tmp_path: Path, arrived: str, start: str) -> None:
    zone = start[19:]
    found = read_texts(tmp_path, TRACE + f"c,q,{arrived},10,,0,\n", DUTY + f"a,{start},2026-11-24T17:00:00{zone},q\n")
    assert found.trace.arrives.tolist() == [9 * 3600 + 30]
    assert found.duty.begins.tolist() == [9 * 3600]
    assert found.duty.days.tolist() == [0]


def test_queues_that_nobody_serves_are_named(tmp_path: Path) -> None:
    assert read_texts(tmp_path, TRACE + "c,lonely,0,10,,0,\n", DUTY + "a,0,100,q\n").unserved == ("lonely",)


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("contact", "", "a name of 1 to 120 printable characters"),
        ("queue", "", "a name of 1 to 120 printable characters"),
        ("arrived_at", "noon", "a time: ISO 8601"),
        ("arrived_at", "2026-13-01T00:00", "a time: ISO 8601"),
        ("arrived_at", "-5", "a time: ISO 8601"),
        ("arrived_at", "1e99", "a time: ISO 8601"),
        ("handle_seconds", "", "seconds from 0 to 2592000"),
        ("handle_seconds", "-1", "seconds from 0 to 2592000"),
        ("handle_seconds", "nan", "seconds from 0 to 2592000"),
        ("handle_seconds", "inf", "seconds from 0 to 2592000"),
        ("patience_seconds", "soon", "seconds from 0 to 2592000, or nothing: never gives up"),
        ("difficulty", "", "points from 0 to 100"),
        ("difficulty", "100.5", "points from 0 to 100"),
        ("heavy", "yes", "1, 0, or nothing: by the policy's tier"),
    ],
)
def test_a_bad_cell_of_the_trace(tmp_path: Path, column: str, value: str, expected: str) -> None:
    columns = TRACE.strip().split(",")
    good = dict(zip(columns, ["c", "q", "0", "10", "", "0", ""], strict=True))
    row = ",".join({**good, column: value}.values())
    assert faults(tmp_path, TRACE + "first,q,0,1,,0,\n" + row + "\n")[0].startswith(
        f"TRACE.csv:3: {column}: value {value!r}: expected {expected}"
    )


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (",0,100,q", "agent: value '': expected a name"),
        ("a,5,5,q", "end: value '5': expected a time after the session's start"),
        ("a,0,100,", "skills: value '': expected names of queues joined by |"),
        ("a,0,100,q||r", "skills: value 'q||r': expected names of queues joined by |"),
        ("b,99,120,q", "start: value '99': expected sessions of one agent that do not overlap, row 2 has them on"),
        ("a,2026-11-24T09:00,100,q", "start: value '2026-11-24T09:00': expected a time written as the first one, '0'"),
        ("a,0,100,q,more", "value 'more': expected 4 cells, found 5"),
    ],
)
def test_a_bad_row_of_duty(tmp_path: Path, row: str, told: str) -> None:
    assert faults(tmp_path, duty=DUTY + "b,0,100,q\n" + row + "\n")[0].startswith(f"DUTY.csv:3: {told}")


def test_everything_wrong_in_both_files_is_told_at_once(tmp_path: Path) -> None:
    told = faults(tmp_path, TRACE + "c,q,x,10,,0,\nc,q,1,-3,,0,\n", DUTY + "a,9,5,q\n")
    assert [line.split(": ")[0] for line in told] == ["TRACE.csv:2", "TRACE.csv:3", "DUTY.csv:2"]


def test_a_contact_is_there_once(tmp_path: Path) -> None:
    told = faults(tmp_path, TRACE + "c,q,0,10,,0,\nc,q,1,10,,0,\n")
    assert told == ["TRACE.csv:3: contact: value 'c': expected each contact once, row 2 has it already"]


def test_headers(tmp_path: Path) -> None:
    told = faults(tmp_path, TRACE.replace("queue", "line") + "c,q,0,10,,0,\n", "agent,start,end\na,0,1\n")
    assert [line.split(": ")[:2] for line in told] == [
        ["TRACE.csv:1", "queue"],
        ["TRACE.csv:1", "line"],
        ["DUTY.csv:1", "skills"],
    ]
    assert faults(tmp_path, TRACE) == ["TRACE.csv: expected at least one row below the header"]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ExchangeError, match=r"none\.csv: expected a file that can be read"):
        read(tmp_path / "none.csv", tmp_path / "none.csv", POLICY.difficulty)


def test_hundreds_of_faults_end_at_a_hundred(tmp_path: Path) -> None:
    assert len(faults(tmp_path, TRACE + "".join(f"c{row},q,0,x,,0,\n" for row in range(300)))) == 100

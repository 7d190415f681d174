"""Problem and roster files outside the database: read with a line per fault, written whole or not at all."""

import csv
import io
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path

from pydantic import ValidationError

from roster.contradictions import refuse_contradictions
from roster.exchange.curtois import is_curtois, problem_from_curtois
from roster.problem import Assigned, Problem, ProblemError, problem_from_json
from roster.problem.reading import fault_lines
from roster.result import Result

HEADER = ("agent", "day", "shift")
NUMBERED = re.compile(r"\d+: ")


class Format(StrEnum):
    """Formats of a problem's file."""

    AUTO = "auto"
    PROBLEM = "problem"
    CURTOIS = "curtois"


def read_problem(path: Path, form: Format = Format.AUTO) -> Problem:
    """The problem in the file at `path`, its format known by its content if not told.

    Raises `ProblemError`, each line beginning with the file's name (and the line's number in a public instance).
    """
    content = _bytes(path)
    text = content.decode("utf-8-sig", errors="replace")
    curtois = form is Format.CURTOIS or (form is Format.AUTO and is_curtois(text))
    try:
        return problem_from_curtois(text, path.stem) if curtois else problem_from_json(content)
    except ProblemError as error:
        raise ProblemError(_in_file(path, str(error).splitlines())) from error


def read_problem_to_solve(path: Path, form: Format = Format.AUTO) -> Problem:
    """The same, where it is to be planned: terms that contradict each other are refused too."""
    problem = read_problem(path, form)
    try:
        refuse_contradictions(problem)
    except ProblemError as error:
        raise ProblemError(_in_file(path, str(error).splitlines())) from error
    return problem


def _in_file(path: Path, faults: Iterable[str]) -> str:
    """Each fault behind the file's name; one that begins with a line's number as `file:number: ...`."""
    return "\n".join(f"{path}:{'' if NUMBERED.match(fault) else ' '}{fault}" for fault in faults)


def read_roster(path: Path) -> tuple[Assigned, ...]:
    """The roster at `path`: CSV with the header `agent,day,shift` (day counted from 0), or a result's JSON.

    Raises `ProblemError` with a line per fault: file, line, field, value, what was expected.
    """
    if path.suffix.lower() == ".json":
        content = _bytes(path)
        try:
            return Result.model_validate_json(content).assignments
        except ValidationError as error:
            raise ProblemError(_in_file(path, fault_lines(error, content, "result"))) from error
    try:
        text = _bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ProblemError(f"{path}: is no UTF-8 text: expected CSV with the header {','.join(HEADER)}") from error
    lines = list(csv.reader(io.StringIO(text, newline="")))
    if not lines or tuple(cell.strip() for cell in lines[0]) != HEADER:
        found = ",".join(lines[0]) if lines else ""
        raise ProblemError(f"{path}:1: header {found[:80]!r}: expected {','.join(HEADER)}")
    rows: list[Assigned] = []
    faults = []
    for number, cells in enumerate(lines[1:], start=2):
        if not cells:
            continue
        fault = _fault(cells)
        if fault is None:
            rows.append(Assigned(agent=cells[0].strip(), day=int(cells[1]), shift=cells[2].strip()))
        else:
            faults.append(f"{path}:{number}: {fault}")
    if faults:
        raise ProblemError("\n".join(faults))
    return tuple(rows)


def _fault(cells: Sequence[str]) -> str | None:
    if len(cells) != len(HEADER):
        return f"{len(cells)} cells {','.join(cells)[:80]!r}: expected {len(HEADER)}: {','.join(HEADER)}"
    for name, cell in zip(HEADER, cells, strict=True):
        if not cell.strip():
            return f"{name}: value {cell!r}: expected one"
    try:
        int(cells[1])
    except ValueError:
        return f"day: value {cells[1]!r}: expected a whole number, 0 for the first day"
    return None


def write_result(result: Result, path: Path) -> None:
    """Write `result` to `path`: `.csv` gets one row per assignment, `.json` everything."""
    if path.suffix.lower() == ".csv":
        text = "".join(f"{line}\r\n" for line in _lines(result))
    else:
        text = result.model_dump_json(indent=2) + "\n"
    _write_whole(path, text)


def check_output(path: Path) -> None:
    """Raise `ProblemError` unless a result can be written to `path`, before hours are spent on it."""
    if path.suffix.lower() not in (".csv", ".json"):
        raise ProblemError(f"output {str(path)!r}: expected a name ending in .csv or .json")
    if not path.parent.is_dir():
        raise ProblemError(f"output {str(path)!r}: expected an existing folder, {str(path.parent)!r} is none")
    if not os.access(path.parent, os.W_OK):
        raise ProblemError(f"output {str(path)!r}: the folder {str(path.parent)!r} can't be written to")


def _lines(result: Result) -> Iterator[str]:
    for row in (HEADER, *((line.agent, str(line.day), line.shift) for line in result.assignments)):
        text = io.StringIO()
        csv.writer(text, lineterminator="").writerow(row)
        yield text.getvalue()


def _write_whole(path: Path, text: str) -> None:
    """Beside the target first, then in its place: a reader never finds half a file."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="", dir=path.parent, delete=False) as partial:
        partial.write(text)
    Path(partial.name).chmod(0o644)
    Path(partial.name).replace(path)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ProblemError(f"{path}: can't be read: {error.strerror}") from error

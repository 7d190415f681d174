"""TRACE.csv and DUTY.csv: read whole, or every fault told with its line, field, value and what was expected."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.simulation.trace import SECONDS_PER_DAY, Duty, Trace, agreed
from roster.exchange.faults import ExchangeError, Fault
from roster.exchange.sheets import Sheet, read_sheets
from roster.policy import DifficultyPolicy

TRACE_COLUMNS = ("contact", "queue", "arrived_at", "handle_seconds", "patience_seconds", "difficulty", "heavy")
DUTY_COLUMNS = ("agent", "start", "end", "skills")
MOST_FAULTS = 100
MOST_CELLS = 50_000_000
LONGEST_SECONDS = 30 * SECONDS_PER_DAY
LAST_SECOND = 20 * 366 * SECONDS_PER_DAY
NAME_LENGTH = 120

_NUMBER = re.compile(r"\d{1,12}(?:\.\d{1,12})?(?:[eE][+-]?\d{1,2})?", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", re.ASCII)
_TIME = "a time: ISO 8601 such as 2026-11-24T09:00:00, or seconds from 0, the same way in both files"


@dataclass(frozen=True)
class Simulated:
    """Both files. `unserved` are queues that contacts come to and nobody on duty has the skill for."""

    trace: Trace
    duty: Duty
    unserved: tuple[str, ...]


class _Bad(ValueError):
    """A cell that is not what it should be; says what that is."""


@dataclass
class _Reading:
    """What was wrong so far, and which way times are written: `clock` is None until the first is read."""

    faults: list[Fault] = field(default_factory=list)
    clock: str | None = None
    first_clock_at: str = ""

    def complain(self, sheet: Sheet, row: int, column: str, value: str, expected: str) -> None:
        self.faults.append(Fault(sheet.label, row, column, value, expected))
        if len(self.faults) >= MOST_FAULTS:
            self.give_up()

    def give_up(self) -> None:
        if self.faults:
            raise ExchangeError(self.faults)


def read(trace_path: Path, duty_path: Path, policy: DifficultyPolicy) -> Simulated:
    """The contacts and the duty list in two files; times count from the midnight before the first of them.

    Raises `ExchangeError` with every fault (the first hundred), each by file, line, field and value.
    """
    reading = _Reading()
    contacts = _rows(reading, trace_path, TRACE_COLUMNS, frozenset({"patience_seconds", "heavy"}), _contact)
    sessions = _rows(reading, duty_path, DUTY_COLUMNS, frozenset(), _session)
    _each_once(reading, contacts)
    _apart(reading, sessions)
    reading.give_up()
    starts = [row["start"] for _, _, row in sessions]
    origin = _origin(reading.clock, starts, [row["arrived_at"] for _, _, row in contacts])
    trace, queue_at = _trace(contacts, origin, policy, {name for _, _, row in sessions for name in row["skills"]})
    duty = _duty(sessions, origin, queue_at)
    if len(duty.agents) * len(np.unique(duty.days)) > MOST_CELLS:
        expected = f"at most {MOST_CELLS:,} agents x days, found {len(duty.agents):,} x {len(np.unique(duty.days)):,}"
        raise ExchangeError([Fault(str(duty_path), 0, "", "", expected)])
    able = [bool(column.any()) for column in duty.skills.T]
    unserved = tuple(trace.queues[place] for place in np.unique(trace.queue).tolist() if not able[place])
    return Simulated(trace, duty, unserved)


_Row = tuple[Sheet, int, dict[str, Any]]


def _rows(
    reading: _Reading,
    path: Path,
    columns: Sequence[str],
    may_be_empty: frozenset[str],
    parse: Callable[[_Reading, str, str], Any],
) -> list[_Row]:
    sheet = read_sheets(path)[0]
    header = [cell.strip().casefold() for cell in sheet.header]
    before = len(reading.faults)
    for name in columns:
        if header.count(name) != 1:
            found = ",".join(sheet.header)
            expected = f"a column {name} once; the header is {','.join(columns)}"
            reading.complain(sheet, sheet.header_row, name, found, expected)
    for name, heading in zip(header, sheet.header, strict=True):
        if name not in columns:
            reading.complain(sheet, sheet.header_row, heading, heading, f"one of the columns {','.join(columns)}")
    if not sheet.rows:
        reading.complain(sheet, 0, "", "", "at least one row below the header")
    rows: list[_Row] = []
    if len(reading.faults) > before:
        return rows
    for number, cells in sheet.rows:
        if len(cells) > len(header):
            reading.complain(sheet, number, "", cells[len(header)], f"{len(header)} cells, found {len(cells)}")
            continue
        row: dict[str, Any] = {}
        for name, cell in zip(header, (*cells, *[""] * (len(header) - len(cells))), strict=True):
            if not cell and name in may_be_empty:
                row[name] = None
                continue
            try:
                row[name] = parse(reading, name, cell)
            except _Bad as bad:
                reading.complain(sheet, number, name, cell, str(bad))
        if "start" in row and "end" in row and row["end"] <= row["start"]:
            reading.complain(sheet, number, "end", cells[header.index("end")], "a time after the session's start")
        if len(row) == len(columns):
            rows.append((sheet, number, row))
    return rows


def _contact(reading: _Reading, name: str, cell: str) -> Any:
    if name == "arrived_at":
        return _time(reading, cell)
    if name in ("handle_seconds", "patience_seconds"):
        ends = ", or nothing: never gives up" if name == "patience_seconds" else ""
        return _number(cell, 0, LONGEST_SECONDS, f"seconds from 0 to {LONGEST_SECONDS}{ends}")
    if name == "difficulty":
        return round(_number(cell, 0, 100, "points from 0 to 100"))
    if name == "heavy":
        if cell not in ("0", "1"):
            raise _Bad("1, 0, or nothing: by the policy's tier")
        return int(cell)
    return _name(cell)


def _session(reading: _Reading, name: str, cell: str) -> Any:
    if name in ("start", "end"):
        return _time(reading, cell)
    if name == "skills":
        skills = [skill.strip() for skill in cell.split("|")]
        if not all(skills):
            raise _Bad("names of queues joined by |, at least one")
        return tuple(_name(skill) for skill in skills)
    return _name(cell)


def _name(cell: str) -> str:
    if not cell or len(cell) > NAME_LENGTH or not cell.isprintable():
        raise _Bad(f"a name of 1 to {NAME_LENGTH} printable characters")
    return cell


def _number(cell: str, least: float, most: float, expected: str) -> float:
    if not _NUMBER.fullmatch(cell) or not least <= float(cell) <= most:
        raise _Bad(expected)
    return float(cell)


def _time(reading: _Reading, cell: str) -> float | datetime:
    """Seconds, or an instant; times without a zone are kept as if they were UTC."""
    value: float | datetime
    if _NUMBER.fullmatch(cell) and float(cell) <= LAST_SECOND:
        clock, value = "seconds", float(cell)
    elif _INSTANT.match(cell):
        try:
            read = datetime.fromisoformat(cell)
        except ValueError as error:
            raise _Bad(_TIME) from error
        clock = "ISO 8601 without a zone" if read.tzinfo is None else "ISO 8601 with a zone"
        value = read.replace(tzinfo=UTC) if read.tzinfo is None else read
        if not 1971 <= value.year <= 2199:
            raise _Bad("a year from 1971 to 2199")
    else:
        raise _Bad(_TIME)
    if reading.clock is None:
        reading.clock, reading.first_clock_at = clock, cell
    elif reading.clock != clock:
        raise _Bad(f"a time written as the first one, {reading.first_clock_at!r}: {reading.clock}")
    return value


def _each_once(reading: _Reading, contacts: Sequence[_Row]) -> None:
    first: dict[str, int] = {}
    for sheet, number, row in contacts:
        if first.setdefault(row["contact"], number) != number:
            expected = f"each contact once, row {first[row['contact']]} has it already"
            reading.complain(sheet, number, "contact", row["contact"], expected)


def _apart(reading: _Reading, sessions: Sequence[_Row]) -> None:
    by_agent: dict[str, list[_Row]] = {}
    for row in sessions:
        by_agent.setdefault(row[2]["agent"], []).append(row)
    for rows in by_agent.values():
        rows.sort(key=lambda row: (row[2]["start"], row[2]["end"]))
        for (_, before, one), (sheet, number, other) in pairwise(rows):
            if other["start"] < one["end"]:
                expected = f"sessions of one agent that do not overlap, row {before} has them on duty until later"
                reading.complain(sheet, number, "start", _written(other["start"]), expected)


def _written(value: float | datetime) -> str:
    return f"{value:g}" if isinstance(value, float) else value.isoformat()


def _origin(clock: str | None, starts: Sequence[Any], arrivals: Sequence[Any]) -> Any:
    """What times count from: 0, or the midnight before the first of all, where the duty list's first row is."""
    if clock == "seconds":
        return 0.0
    local = min(*starts, *arrivals).astimezone(starts[0].tzinfo)
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def _seconds(value: Any, origin: Any) -> float:
    passed = value - origin
    return passed.total_seconds() if isinstance(passed, timedelta) else float(passed)


def _trace(
    contacts: Sequence[_Row], origin: Any, policy: DifficultyPolicy, skills: set[str]
) -> tuple[Trace, dict[str, int]]:
    rows = [row for _, _, row in contacts]
    arrives = np.array([_seconds(row["arrived_at"], origin) for row in rows])
    order = np.argsort(arrives, kind="stable")
    queues = tuple(sorted({row["queue"] for row in rows} | skills))
    queue_at = {name: place for place, name in enumerate(queues)}
    flags = np.array([-1 if row["heavy"] is None else row["heavy"] for row in rows])
    score, heavy = agreed(np.array([row["difficulty"] for row in rows]), flags, policy)
    patience = np.array([math.inf if row["patience_seconds"] is None else row["patience_seconds"] for row in rows])
    trace = Trace(
        names=[rows[place]["contact"] for place in order],
        queues=queues,
        queue=np.array([queue_at[row["queue"]] for row in rows], np.int64)[order],
        arrives=arrives[order],
        handle=np.array([row["handle_seconds"] for row in rows])[order],
        patience=patience[order],
        score=score[order],
        heavy=heavy[order],
    )
    return trace, queue_at


def _duty(sessions: Sequence[_Row], origin: Any, queue_at: dict[str, int]) -> Duty:
    rows = sorted(
        (_seconds(row["start"], origin), _seconds(row["end"], origin), row["agent"], row["skills"])
        for _, _, row in sessions
    )
    agents = tuple(sorted({row[2] for row in rows}))
    agent_at = {name: place for place, name in enumerate(agents)}
    skills = np.zeros((len(rows), len(queue_at)), np.bool_)
    for place, row in enumerate(rows):
        skills[place, [queue_at[name] for name in row[3]]] = True
    return Duty(
        agents=agents,
        agent=np.array([agent_at[row[2]] for row in rows], np.int64),
        begins=np.array([row[0] for row in rows]),
        ends=np.array([row[1] for row in rows]),
        skills=skills,
    )

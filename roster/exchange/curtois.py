"""Reads the public shift-scheduling instances of Curtois and Qu, in their text form, into a `Problem`.

Sections in capitals, one line per row, values split by commas, `#` begins a comment. All that a person must hold to is
hard; requests and cover cost. The files know no clock: shifts are taken to begin at midnight, days to be 24 hours.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import ValidationError

from roster.problem import MAX_DAYS, Problem, ProblemError

START = date(2024, 1, 1)
"""Any Monday: all instances begin on one."""

MARK = "SECTION_"
HORIZON = "SECTION_HORIZON"
WHOLE = re.compile(r"-?[0-9]{1,15}")

RULES: dict[str, dict[str, object]] = {
    "one_shift_a_day": {"mode": "hard"},
    "forbidden_successions": {"mode": "hard"},
    "consecutive_days": {"mode": "hard", "maximum": MAX_DAYS},
    "min_consecutive_days": {"mode": "hard"},
    "min_days_off": {"mode": "hard"},
    "period_minutes": {"mode": "hard"},
    "shift_counts": {"mode": "hard"},
    "weekends": {"mode": "hard"},
    "fixed_days_off": {"mode": "hard"},
    "preferences": {"mode": "soft"},
    "cover_by_shift": {"mode": "soft"},
}
"""Contracts carry the numbers; what is not here is off."""


@dataclass(slots=True)
class _Line:
    number: int
    cells: list[str]


@dataclass(slots=True)
class _Agent:
    contract: dict[str, int]
    limits: list[dict[str, Any]]
    days_off: list[int] = field(default_factory=list)
    wishes: list[dict[str, Any]] = field(default_factory=list)


class _Fault(Exception):
    """What is wrong with one line: `shown` is the value, `expected` what should stand there."""

    def __init__(self, what: str, shown: str, expected: str) -> None:
        super().__init__(f"{what} {shown[:80]!r}: expected {expected}")


def is_curtois(text: str) -> bool:
    """Whether `text` looks like one of these instances: its first line that says something begins a section."""
    return next((line for line in map(str.strip, text.splitlines()) if line and line[0] != "#"), "").startswith(MARK)


def problem_from_curtois(text: str, name: str = "") -> Problem:
    """The instance in `text`; raises `ProblemError` with a line per fault, each beginning with its line's number."""
    return _Reader(text).problem(name)


class _Reader:
    """One file, section by section."""

    def __init__(self, text: str) -> None:
        self._faults: list[tuple[int, str]] = []
        self._days = 0
        self._shifts: dict[str, dict[str, Any]] = {}
        self._agents: dict[str, _Agent] = {}
        self._cover: dict[tuple[int, str], dict[str, Any]] = {}
        self._sections = self._split(text)

    def _split(self, text: str) -> dict[str, list[_Line]]:
        known = (HORIZON, *self._takers())
        sections: dict[str, list[_Line]] = {}
        current: list[_Line] = []
        inside = False
        last = max(1, len(text.splitlines()))
        for number, raw in enumerate(text.splitlines(), start=1):
            line = raw.strip().lstrip("\ufeff")
            if not line or line.startswith("#"):
                continue
            if line.startswith(MARK):
                current, inside = [], True
                if line not in known:
                    self._faults.append((number, f"section {line[:80]!r}: expected one of {', '.join(known)}"))
                elif line in sections:
                    self._faults.append((number, f"section {line!r}: expected it once, this is the second"))
                else:
                    sections[line] = current
            elif not inside:
                self._faults.append((number, f"line {line[:80]!r}: expected a section such as {HORIZON} first"))
            else:
                current.append(_Line(number, [cell.strip() for cell in line.split(",")]))
        for section in known:
            if section not in sections:
                told = f"the file ends without section {section}: expected it (is the file complete?)"
                self._faults.append((last, told))
            elif section in known[:3] and not sections[section]:
                self._faults.append((last, f"section {section}: expected at least one line"))
        return sections

    def _takers(self) -> dict[str, Callable[[list[str]], None]]:
        return {
            "SECTION_SHIFTS": self._take_shift,
            "SECTION_STAFF": self._take_agent,
            "SECTION_DAYS_OFF": self._take_days_off,
            "SECTION_SHIFT_ON_REQUESTS": lambda cells: self._take_request(cells, wanted=True),
            "SECTION_SHIFT_OFF_REQUESTS": lambda cells: self._take_request(cells, wanted=False),
            "SECTION_COVER": self._take_cover,
        }

    def problem(self, name: str) -> Problem:
        self._each(HORIZON, self._take_horizon)
        if not self._faults:
            for section, take in self._takers().items():
                self._each(section, take)
                if section == "SECTION_SHIFTS":
                    self._check_successions()
        if self._faults:
            raise ProblemError("\n".join(f"{number}: {text}" if number else text for number, text in self._faults))
        try:
            return Problem.model_validate(self._document(name))
        except ValidationError as error:
            raise ProblemError("\n".join(fault["msg"] for fault in error.errors())) from error

    def _each(self, section: str, take: Callable[[list[str]], None]) -> None:
        for line in self._sections.get(section, ()):
            try:
                take(line.cells)
            except _Fault as fault:
                self._faults.append((line.number, str(fault)))

    def _check_successions(self) -> None:
        for line in self._sections.get("SECTION_SHIFTS", ()):
            for other in _names(line.cells[2:]):
                if other not in self._shifts:
                    self._faults.append((line.number, f"shift {other!r}: expected one of {_known(self._shifts)}"))

    # ---- one line of each section

    def _take_horizon(self, cells: list[str]) -> None:
        if self._days:
            raise _Fault("line", ",".join(cells), "one line only: the number of days")
        (days,) = _fit(cells, 1, "the number of days")
        self._days = _number("horizon", days, 1, MAX_DAYS)

    def _take_shift(self, cells: list[str]) -> None:
        shift, minutes, *_ = _fit(cells, 3, "ShiftID,Length in minutes,Shifts that can't follow split by |", least=2)
        if not shift or shift in self._shifts:
            raise _Fault("shift", shift, "a name that no other shift has")
        length = _number("length", minutes, 1, 1440)
        self._shifts[shift] = {
            "id": shift,
            "start_minute": 0,
            "minutes": length,
            "paid_minutes": length,
            "not_followed_by": _names(cells[2:]),
        }

    def _take_agent(self, cells: list[str]) -> None:
        agent, limits, *numbers = _fit(
            cells, 8, "ID,MaxShifts,MaxTotalMinutes,MinTotalMinutes,MaxConsecutiveShifts,MinConsecutiveShifts,"
            "MinConsecutiveDaysOff,MaxWeekends",
        )  # fmt: skip
        if not agent or agent in self._agents:
            raise _Fault("employee", agent, "an ID that nobody else has")
        most_minutes = _number("MaxTotalMinutes", numbers[0], 0, None)
        least_minutes = _number("MinTotalMinutes", numbers[1], 0, min(most_minutes, self._days * 1440))
        longest = _number("MaxConsecutiveShifts", numbers[2], 1, None)
        # Nothing in the horizon can be longer than the horizon.
        contract = {
            "max_period_minutes": min(most_minutes, self._days * 1440),
            "min_period_minutes": least_minutes,
            "max_consecutive_days": min(longest, self._days),
            "min_consecutive_days": min(_number("MinConsecutiveShifts", numbers[3], 0, longest), self._days) or 1,
            "min_days_off": min(_number("MinConsecutiveDaysOff", numbers[4], 0, None), self._days) or 1,
            "max_weekends": min(_number("MaxWeekends", numbers[5], 0, None), self._days),
        }
        self._agents[agent] = _Agent(contract, list(self._limits(limits)))

    def _limits(self, text: str) -> Iterator[dict[str, Any]]:
        seen: set[str] = set()
        for part in _names([text]):
            shift, equals, most = part.partition("=")
            if shift not in self._shifts or shift in seen or not equals:
                raise _Fault("MaxShifts", part, f"SHIFT=NUMBER, each shift once, of {_known(self._shifts)}")
            seen.add(shift)
            limit = _number(f"MaxShifts of {shift}", most, 0, None)
            if limit < self._days:
                yield {"shift": shift, "most": limit}

    def _take_days_off(self, cells: list[str]) -> None:
        if len(cells) < 2:
            raise _Fault("line", ",".join(cells), "EmployeeID,Day,Day,…")
        self._agent(cells[0]).days_off += [self._day(cell) for cell in cells[1:]]

    def _take_request(self, cells: list[str], *, wanted: bool) -> None:
        agent, day, shift, weight = _fit(cells, 4, "EmployeeID,Day,ShiftID,Weight")
        wish = {"day": self._day(day), "shift": self._shift(shift), "wanted": wanted}
        cost = _number("weight", weight, 0, 100_000)
        if cost:
            self._agent(agent).wishes.append({**wish, "weight": cost})

    def _take_cover(self, cells: list[str]) -> None:
        day, shift, required, under, over = _fit(cells, 5, "Day,ShiftID,Requirement,Weight for under,Weight for over")
        key = (self._day(day), self._shift(shift))
        if key in self._cover:
            raise _Fault("cover", ",".join(cells[:2]), "each day and shift once")
        self._cover[key] = {
            "day": key[0],
            "shift": key[1],
            "required": _number("requirement", required, 0, 10_000),
            "under_weight": _number("weight for under", under, 0, 100_000),
            "over_weight": _number("weight for over", over, 0, 100_000),
        }

    # ---- values

    def _day(self, text: str) -> int:
        return _number("day", text, 0, self._days - 1)

    def _shift(self, text: str) -> str:
        if text not in self._shifts:
            raise _Fault("shift", text, f"one of {_known(self._shifts)}")
        return text

    def _agent(self, text: str) -> _Agent:
        if text not in self._agents:
            raise _Fault("employee", text, f"one of the {len(self._agents)} in SECTION_STAFF")
        return self._agents[text]

    def _document(self, name: str) -> dict[str, Any]:
        return {
            "name": name,
            "zone": "UTC",
            "start": START,
            "days": self._days,
            "shifts": list(self._shifts.values()),
            "agents": [
                {
                    "id": agent,
                    "contract": one.contract,
                    "shift_limits": one.limits,
                    "fixed_days_off": sorted(set(one.days_off)),
                    "wishes": one.wishes,
                }
                for agent, one in self._agents.items()
            ],
            "shift_demand": list(self._cover.values()),
            "rules": RULES,
        }


def _fit(cells: list[str], count: int, form: str, least: int | None = None) -> list[str]:
    if not (count if least is None else least) <= len(cells) <= count:
        raise _Fault("line", ",".join(cells), form)
    return cells


def _names(cells: Iterable[str]) -> list[str]:
    return [name.strip() for cell in cells for name in cell.split("|") if name.strip()]


def _number(what: str, text: str, least: int, most: int | None) -> int:
    expected = f"a whole number from {least}" + ("" if most is None else f" to {most}")
    if not WHOLE.fullmatch(text) or not least <= int(text) <= (int(text) if most is None else most):
        raise _Fault(what, text, expected)
    return int(text)


def _known(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))

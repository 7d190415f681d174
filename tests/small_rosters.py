"""Tiny rostering problems and rosters drawn as rows of letters: one letter a day, `-` for a day off."""

from collections.abc import Sequence
from typing import Any

from roster.problem import Assigned, Problem
from roster.rules.registry import RULES, Kind, Verdict, judge

MONDAY = "2026-11-23"
AMSTERDAM = "Europe/Amsterdam"
TIMES = {"M": (5, 8), "E": (7, 8), "D": (9, 8), "L": (14, 8), "N": (22, 8)}
"""Begin and length in hours: M 05-13, E 07-15, D 09-17, L 14-22, N 22-06. Paid: half an hour less."""


def shift(name: str, begin_minute: int | None = None, minutes: int | None = None) -> dict[str, Any]:
    """A shift option, by default one of `TIMES`."""
    begin, hours = TIMES.get(name, (0, 0))
    length = hours * 60 if minutes is None else minutes
    return {
        "id": name,
        "start_minute": begin * 60 if begin_minute is None else begin_minute,
        "minutes": length,
        "paid_minutes": max(0, length - 30),
    }


def ana(**changes: Any) -> dict[str, Any]:
    """The one person of most cases."""
    return {"id": "A", "name": "Ana", **changes}


def past(row: str) -> list[dict[str, Any]]:
    """History from a row whose last letter is the day before the horizon."""
    return [{"day": day - len(row), "shift": letter} for day, letter in enumerate(row) if letter != "-"]


def small_problem(
    *rules: str,
    shifts: str | Sequence[dict[str, Any]] = "EL",
    agents: Sequence[dict[str, Any]] | None = None,
    days: int = 7,
    start: str = MONDAY,
    zone: str = AMSTERDAM,
    given: dict[str, dict[str, Any]] | None = None,
    **more: Any,
) -> Problem:
    """A problem with these rules on, with their default parameters unless `given`."""
    soft = {rule.key for rule in RULES if Kind.HARD not in rule.kinds}
    modes = {key: {"mode": "soft" if key in soft else "hard"} | (given or {}).get(key, {}) for key in rules}
    options = [shift(one) for one in shifts] if isinstance(shifts, str) else list(shifts)
    return Problem.model_validate(
        {
            "zone": zone,
            "start": start,
            "days": days,
            "shifts": options,
            "agents": [ana()] if agents is None else list(agents),
            "rules": modes,
            **more,
        }
    )


def roster(**rows: str) -> tuple[Assigned, ...]:
    """Assignments of people by id: `roster(A="E-L")`; two shifts on one day in brackets: `"[EL]-"`."""
    lines = []
    for agent, row in rows.items():
        day, inside = 0, False
        for letter in row:
            if letter not in "[]-":
                lines.append(Assigned(agent=agent, day=day, shift=letter))
            inside = letter == "[" or (inside and letter != "]")
            day += not inside
    return tuple(lines)


def verdict(problem: Problem, **rows: str) -> Verdict:
    """What the checkers say of a roster drawn as rows."""
    return judge(problem, roster(**rows))


def sentences(problem: Problem, **rows: str) -> list[str]:
    """The sentences of the hard rules that a roster drawn as rows breaks."""
    return [finding.sentence for finding in verdict(problem, **rows).violations]

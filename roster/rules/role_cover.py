"""Role cover: enough people with a role, or enough people at all, on shift throughout an interval of the day."""

from collections.abc import Iterator

from roster.problem import RoleDemand
from roster.rules.finding import Finding
from roster.rules.rows import Rows
from roster.rules.stretches import stretches, where

KEY = "role_cover"


def check(rows: Rows) -> Iterator[Finding]:
    """Each stretch of quarter-hours in which fewer are on shift than a line of the role demand asks for."""
    problem = rows.problem
    terms = problem.rules.role_cover
    hard = terms.mode == "hard"
    known: dict[str | None, list[int]] = {}
    for line in problem.role_demand:
        if line.role not in known:
            known[line.role] = _present(rows, line.role)
        for first, length, missing in stretches(problem, _missing(rows, line, known[line.role])):
            there = line.required - missing
            stretch, day = where(problem, first, length)
            yield Finding(
                KEY,
                f"{_who(there, line.role)} on shift on {stretch}: at least {line.required}"
                f" {'is' if line.required == 1 else 'are'} asked for.",
                hard=hard,
                cost=0 if hard else terms.weight * missing * length,
                day=day,
            )


def _present(rows: Rows, role: str | None) -> list[int]:
    """How many with the role are on shift in each quarter-hour of the horizon."""
    problem = rows.problem
    present = [0] * sum(problem.quarters)
    for agent in problem.agents:
        if role is None or role in agent.roles:
            for one in rows.with_past(agent):
                for quarter in rows.covered(one):
                    if 0 <= quarter < len(present):
                        present[quarter] += 1
    return present


def _missing(rows: Rows, line: RoleDemand, present: list[int]) -> list[int]:
    """How many are missing in each quarter-hour of the horizon."""
    problem = rows.problem
    missing = [0] * len(present)
    for day in range(problem.days) if line.day is None else (line.day,):
        for quarter in problem.quarters_between(day, line.start_minute, line.end_minute):
            missing[quarter] = max(0, line.required - present[quarter])
    return missing


def _who(there: int, role: str | None) -> str:
    people = "Nobody" if there == 0 else "Only 1 person" if there == 1 else f"Only {there} people"
    return f"{people}{'' if role is None else f' with the role {role}'} {'is' if there < 2 else 'are'}"

"""Posts role cover: for each stretch of quarter-hours that the same shifts cover, enough people with the role."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from optimizer.shifts.grid import Grid, Option
from optimizer.shifts.model.roster_model import Linear, Requirement, RosterModel

KEY = "role_cover"


@dataclass(frozen=True, slots=True)
class RoleInterval:
    """Quarters of one day that are alike: who counts, how many are asked for, who may be there and who is anyway."""

    role: str | None
    day: int
    required: int
    options: tuple[Option, ...]
    given: int
    quarters: int


def post(roster: RosterModel) -> None:
    """Hard: never fewer. Soft: a shortage variable for each interval, charged by the quarter-hour."""
    terms = roster.problem.rules.role_cover
    for number, one in enumerate(intervals(roster.grid)):
        present = _present(roster, one)
        if terms.mode == "hard":
            roster.require(Requirement(KEY, "", one.day, one.role or ""), roster.model.add(present >= one.required))
        else:
            short = roster.model.new_int_var(0, one.required, f"short of role {number}")
            roster.model.add(short >= one.required - present)
            roster.add_cost(KEY, terms.weight * one.quarters * short)


def intervals(grid: Grid) -> list[RoleInterval]:
    """What the lines of the role demand ask, quarters merged where they are alike; what is there anyway is left out."""
    merged: Counter[tuple[str | None, int, int, tuple[Option, ...], int]] = Counter()
    there: list[list[Option]] = [[] for _ in range(grid.quarters)]
    for option in grid.options:
        for quarter in option.quarters:
            there[quarter].append(option)
    for line in grid.problem.role_demand:
        given = _given(grid, line.role)
        for day in range(grid.problem.days) if line.day is None else (line.day,):
            for quarter in grid.problem.quarters_between(day, line.start_minute, line.end_minute):
                if given[quarter] < line.required:
                    merged[line.role, day, line.required, tuple(there[quarter]), given[quarter]] += 1
    return [RoleInterval(*key, quarters=count) for key, count in merged.items()]


def _given(grid: Grid, role: str | None) -> list[int]:
    """How many with the role are on shift in each quarter-hour whatever is decided."""
    given = [0] * grid.quarters
    for agent in grid.problem.agents:
        if role is None or role in agent.roles:
            for option in grid.given(agent):
                for quarter in option.quarters:
                    given[quarter] += 1
    return given


def _present(roster: RosterModel, one: RoleInterval) -> Linear:
    return one.given + sum(_heads(roster, one))


def _heads(roster: RosterModel, one: RoleInterval) -> Iterator[Linear]:
    for option in one.options:
        if one.role is None:
            yield from (roster.headcount(skills, option) for skills in roster.groups())
        else:
            yield from (roster.there(agent, option) for agent in roster.people if one.role in agent.roles)

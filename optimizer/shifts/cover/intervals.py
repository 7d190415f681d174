"""The horizon's quarter-hours, merged where the same people may serve and the same is asked: by queues and by roles."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.shifts.grid import Grid, Option
from roster.load.planned import required_by_quarter
from roster.problem import PlannedAgent, RoleDemand

Counts = tuple[tuple[int, int], ...]

Group = tuple[frozenset[str], frozenset[str]]
"""What makes people alike: the queues they serve, and those of the roles asked for that they have."""

RoleLine = tuple[str | None, int]
"""A role (none: anybody), and which of several lines that ask for it in one quarter-hour, the largest first."""


@dataclass(frozen=True, slots=True)
class CoverInterval:
    """Quarters that are alike: who may be there, who is there anyway (by group), what queues and roles ask for."""

    options: tuple[Option, ...]
    given: Counts
    queues: tuple[tuple[str, int], ...]
    roles: tuple[tuple[RoleLine, int], ...]
    quarters: int


def groups_of(grid: Grid) -> tuple[list[Group], dict[str, int]]:
    """The groups there are, and the number of each agent's."""
    asked = frozenset(line.role for line in _role_lines(grid) if line.role is not None)

    def group(agent: PlannedAgent) -> Group:
        return frozenset(agent.skills), asked.intersection(agent.roles)

    groups = sorted({group(agent) for agent in grid.problem.agents}, key=lambda one: (sorted(one[0]), sorted(one[1])))
    number = {one: place for place, one in enumerate(groups)}
    return groups, {agent.id: number[group(agent)] for agent in grid.problem.agents}


def cover_intervals(grid: Grid, group_of: dict[str, int]) -> list[CoverInterval]:
    """All that can cost anything; none where no rule of cover by the quarter-hour has anything to say."""
    problem = grid.problem
    by_queue = problem.rules.cover.mode != "off"
    roles = _roles_by_quarter(grid)
    if not by_queue and not any(roles):
        return []
    there: list[list[Option]] = [[] for _ in range(grid.quarters)]
    for option in grid.options:
        for quarter in option.quarters:
            there[quarter].append(option)
    given: list[Counter[int]] = [Counter() for _ in range(grid.quarters)]
    for agent in problem.agents:
        for option in grid.given(agent):
            for quarter in option.quarters:
                given[quarter][group_of[agent.id]] += 1
    demand = sorted(required_by_quarter(problem).items()) if by_queue else []
    merged: Counter[
        tuple[tuple[Option, ...], Counts, tuple[tuple[str, int], ...], tuple[tuple[RoleLine, int], ...]]
    ] = Counter()
    for quarter in range(grid.quarters):
        queues = tuple((queue, line[quarter]) for queue, line in demand if line[quarter])
        known = tuple(sorted(given[quarter].items()))
        if roles[quarter] or (by_queue and (there[quarter] or known or queues)):
            merged[tuple(there[quarter]), known, queues, roles[quarter]] += 1
    return [CoverInterval(*key, quarters=count) for key, count in merged.items()]


def _role_lines(grid: Grid) -> Sequence[RoleDemand]:
    problem = grid.problem
    return problem.role_demand if problem.rules.role_cover.mode != "off" else ()


def _roles_by_quarter(grid: Grid) -> list[tuple[tuple[RoleLine, int], ...]]:
    problem = grid.problem
    asked: list[dict[str | None, list[int]]] = [{} for _ in range(grid.quarters)]
    for line in _role_lines(grid):
        for day in range(problem.days) if line.day is None else (line.day,):
            for quarter in problem.quarters_between(day, line.start_minute, line.end_minute):
                asked[quarter].setdefault(line.role, []).append(line.required)
    return [
        tuple(
            ((role, place), required)
            for role, counts in sorted(each.items(), key=lambda item: item[0] or "")
            for place, required in enumerate(sorted(counts, reverse=True))
        )
        for each in asked
    ]

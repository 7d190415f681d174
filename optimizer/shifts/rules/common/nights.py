"""Night shifts as the solver sees them: which options are nights, and what nights a person's past holds."""

from functools import lru_cache

from optimizer.shifts.grid import Grid, Option
from optimizer.shifts.rules.common.marks import Kind, Numbers, marked
from roster.problem import PlannedAgent
from roster.rules.nights import is_night


def night(grid: Grid) -> Kind:
    """Whether an option is a night shift, for whomever."""

    def kind(agent: PlannedAgent, option: Option) -> bool:
        return is_night(grid.problem, option.day, option.shift)

    return kind


def night_numbers(grid: Grid, agent: PlannedAgent) -> Numbers:
    """By day the numbers of the night shifts among its options: the same for everybody."""
    return _numbers(grid)


@lru_cache(maxsize=4)
def _numbers(grid: Grid) -> Numbers:
    return marked(grid, grid.problem.agents[0], night(grid))

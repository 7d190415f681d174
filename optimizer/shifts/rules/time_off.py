"""Posts time off: whatever touches a granted day is out."""

from collections.abc import Iterator

from optimizer.shifts.grid import Grid, Option
from optimizer.shifts.model.roster_model import Requirement, RosterModel
from optimizer.shifts.rows.in_row import InRow
from roster.clock import midnight
from roster.problem import PlannedAgent

KEY = "time_off"


def post(roster: RosterModel) -> None:
    """Forbid each option that overlaps a day of time off, also one that began the evening before."""
    for agent in roster.people:
        for off in set(agent.time_off):
            for option in _touching(roster.grid, off):
                roster.forbid(Requirement(KEY, agent.id, off), option)


def in_row(grid: Grid, agent: PlannedAgent) -> InRow:
    """The same options are barred."""
    touched = (option for off in set(agent.time_off) for option in _touching(grid, off))
    return InRow(barred=frozenset(grid.number[option.day, option.shift] for option in touched))


def _touching(grid: Grid, off: int) -> Iterator[Option]:
    """The options that overlap day `off`, also those that began before."""
    opens = midnight(grid.problem.date_of(off), grid.problem.zone)
    closes = midnight(grid.problem.date_of(off + 1), grid.problem.zone)
    for options in grid.days[max(0, off - 2) : max(0, off + 1)]:
        for option in options:
            if option.begin < closes and opens < option.end:
                yield option

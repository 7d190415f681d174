"""Posts fixed days off: whatever begins on such a day is out."""

from optimizer.shifts.grid import Grid
from optimizer.shifts.model.roster_model import Requirement, RosterModel
from optimizer.shifts.rows.in_row import InRow
from roster.problem import PlannedAgent

KEY = "fixed_days_off"


def post(roster: RosterModel) -> None:
    """Forbid each option of each such day."""
    for agent in roster.people:
        for day in sorted(set(agent.fixed_days_off)):
            for option in roster.grid.days[day]:
                roster.forbid(Requirement(KEY, agent.id, day), option)


def in_row(grid: Grid, agent: PlannedAgent) -> InRow:
    """The options of those days are barred."""
    days = set(agent.fixed_days_off)
    return InRow(barred=frozenset(number for number, option in enumerate(grid.options) if option.day in days))

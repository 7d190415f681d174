"""Posts one shift a day: at most one literal per person and day, and no two that overlap."""

from optimizer.shifts.grid import Grid
from optimizer.shifts.model.roster_model import Requirement, RosterModel
from optimizer.shifts.rows.in_row import InRow
from optimizer.shifts.rules.common.conflicts import post_conflicts
from optimizer.shifts.rules.common.tracks import Apart
from roster.problem import PlannedAgent

KEY = "one_shift_a_day"


def post(roster: RosterModel) -> None:
    """Forbid a second shift on a day, and a begin before the end of the one before."""
    for agent in roster.people:
        for day in range(roster.problem.days):
            roster.at_most_one(Requirement(KEY, agent.id, day), roster.shifts_on(agent, day))
    post_conflicts(roster, lambda earlier, later: later.begin < earlier.end, KEY, one_a_day=True)


def in_row(grid: Grid, agent: PlannedAgent) -> InRow:
    """A row has one option a day by itself; what reaches past midnight must not meet the next."""
    return InRow(tracks=(Apart(grid, 0),))

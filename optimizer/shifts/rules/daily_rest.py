"""Posts daily rest: no two shifts with less than the asked minutes between them."""

from datetime import timedelta

from optimizer.shifts.grid import Grid
from optimizer.shifts.model.roster_model import RosterModel
from optimizer.shifts.rows.in_row import InRow
from optimizer.shifts.rules.common.conflicts import post_conflicts
from optimizer.shifts.rules.common.tracks import Apart
from roster.problem import PlannedAgent

KEY = "daily_rest"


def post(roster: RosterModel) -> None:
    """Forbid each succession that is too close, past shifts included."""
    rest = timedelta(minutes=roster.problem.rules.daily_rest.minutes)
    post_conflicts(
        roster,
        lambda earlier, later: later.begin - earlier.end < rest,
        KEY,
        one_a_day=roster.problem.rules.one_shift_a_day.mode == "hard",
    )


def in_row(grid: Grid, agent: PlannedAgent) -> InRow:
    """Nothing begins within the rest."""
    return InRow(tracks=(Apart(grid, grid.problem.rules.daily_rest.minutes),))

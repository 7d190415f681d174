"""Posts heavy successions: of two days in a row, one at most has a heavy shift."""

from optimizer.shifts.grid import Grid
from optimizer.shifts.model.roster_model import RosterModel
from optimizer.shifts.rows.in_row import InRow
from optimizer.shifts.rules.common.heavy import heavy_row, post_heavy
from roster.problem import PlannedAgent

KEY = "heavy_successions"


def post(roster: RosterModel) -> None:
    """At most one in any two days, the day before the first counted."""
    terms = roster.problem.rules.heavy_successions
    weight = None if terms.mode == "hard" else terms.weight
    post_heavy(roster, KEY, terms.heavy_points, 2, 1, weight)


def in_row(grid: Grid, agent: PlannedAgent) -> InRow:
    """A track that knows whether yesterday was heavy."""
    terms = grid.problem.rules.heavy_successions
    weight = None if terms.mode == "hard" else terms.weight
    return heavy_row(grid, agent, KEY, terms.heavy_points, 2, 1, weight)

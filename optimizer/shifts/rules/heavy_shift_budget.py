"""Posts the heavy shift budget: a window that slides over the days with a heavy shift."""

from optimizer.shifts.grid import Grid
from optimizer.shifts.model.roster_model import RosterModel
from optimizer.shifts.rows.in_row import InRow
from optimizer.shifts.rules.common.heavy import heavy_row, post_heavy
from roster.problem import PlannedAgent

KEY = "heavy_shift_budget"


def post(roster: RosterModel) -> None:
    """At most `maximum` in any `days` days, the past counted."""
    terms = roster.problem.rules.heavy_shift_budget
    weight = None if terms.mode == "hard" else terms.weight
    post_heavy(roster, KEY, terms.heavy_points, terms.days, terms.maximum, weight)


def in_row(grid: Grid, agent: PlannedAgent) -> InRow:
    """A track of the latest heavy days; raises `TooLarge` where the days are many."""
    terms = grid.problem.rules.heavy_shift_budget
    weight = None if terms.mode == "hard" else terms.weight
    return heavy_row(grid, agent, KEY, terms.heavy_points, terms.days, terms.maximum, weight)

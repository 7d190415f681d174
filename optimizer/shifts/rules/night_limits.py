"""Posts night limits: so many nights in any stretch of days, and none that is too long."""

from optimizer.shifts.grid import Grid, Option
from optimizer.shifts.model.roster_model import Requirement, RosterModel
from optimizer.shifts.rows.in_row import InRow
from optimizer.shifts.rules.common.marks import literals, past_days, post_rolling
from optimizer.shifts.rules.common.nights import night, night_numbers
from optimizer.shifts.rules.common.rolling import rolling_row
from roster.problem import PlannedAgent, Problem
from roster.rules.nights import is_night

KEY = "night_limits"


def post(roster: RosterModel) -> None:
    """A window that slides over each person's nights; nights that are too long are out, or have a price."""
    terms = roster.problem.rules.night_limits
    weight = _weight(roster.problem)
    long_nights = _long_nights(roster.grid)
    for agent in roster.people:
        nights = literals(roster, agent, "night", night_numbers(roster.grid, agent))
        past = past_days(roster.grid, agent, night(roster.grid))
        post_rolling(roster, KEY, agent, nights, past, terms.days, terms.maximum, weight)
        for option in long_nights:
            if weight is None:
                roster.forbid(Requirement(KEY, agent.id, option.day, "length"), option)
            else:
                roster.add_cost(KEY, weight * roster.works(agent, option))


def in_row(grid: Grid, agent: PlannedAgent) -> InRow:
    """A track for the count; nights that are too long are barred or have a price."""
    terms = grid.problem.rules.night_limits
    weight = _weight(grid.problem)
    row = rolling_row(grid, agent, KEY, night(grid), terms.days, terms.maximum, weight)
    out = frozenset(grid.number[option.day, option.shift] for option in _long_nights(grid))
    if weight is None:
        return InRow(barred=out, tracks=row.tracks)
    return InRow(prices=dict.fromkeys(out, weight), tracks=row.tracks)


def _weight(problem: Problem) -> int | None:
    terms = problem.rules.night_limits
    return None if terms.mode == "hard" else terms.weight


def _long_nights(grid: Grid) -> list[Option]:
    most = grid.problem.rules.night_limits.shift_minutes
    return [
        option
        for option in grid.options
        if grid.problem.shift_of[option.shift].minutes > most and is_night(grid.problem, option.day, option.shift)
    ]

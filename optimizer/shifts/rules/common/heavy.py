"""Heavy shifts as the solver sees them: options of at least some points of planned exposure for a person's skills."""

from optimizer.shifts.grid import Grid, Option
from optimizer.shifts.model.roster_model import RosterModel
from optimizer.shifts.rows.in_row import InRow
from optimizer.shifts.rules.common.marks import Kind, literals, marked, past_days, post_rolling
from optimizer.shifts.rules.common.rolling import rolling_row
from roster.load.planned import skills_of
from roster.problem import PlannedAgent


def heavy(grid: Grid, points: int) -> Kind:
    """Whether an option is heavy for a person."""

    def kind(agent: PlannedAgent, option: Option) -> bool:
        return grid.exposure.points(skills_of(agent), option.day, option.shift) >= points

    return kind


def post_heavy(roster: RosterModel, rule: str, points: int, within: int, maximum: int, weight: int | None) -> None:
    """At most `maximum` days with a heavy shift in any `within` days, for everybody."""
    kind = heavy(roster.grid, points)
    for agent in roster.people:
        days = literals(roster, agent, rule, marked(roster.grid, agent, kind))
        past = past_days(roster.grid, agent, kind)
        post_rolling(roster, rule, agent, days, past, within, maximum, weight)


def heavy_row(
    grid: Grid, agent: PlannedAgent, rule: str, points: int, within: int, maximum: int, weight: int | None
) -> InRow:
    """The same as a track."""
    return rolling_row(grid, agent, rule, heavy(grid, points), within, maximum, weight)

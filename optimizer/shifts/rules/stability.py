"""Posts stability: every difference from the published roster costs."""

from optimizer.shifts.grid import Grid
from optimizer.shifts.model.roster_model import RosterModel
from optimizer.shifts.rows.in_row import InRow
from roster.problem import PlannedAgent

KEY = "stability"


def post(roster: RosterModel) -> None:
    """A published shift costs where it is not worked, any other where it is; nothing where none was published."""
    problem = roster.problem
    if not problem.published:
        return
    weight = problem.rules.stability.weight
    for agent in roster.people:
        told = roster.grid.published(agent)
        for option in roster.grid.options:
            if option.day in agent.untold_days:
                continue
            works = roster.works(agent, option)
            roster.add_cost(KEY, weight * (1 - works if option in told else works))


def in_row(grid: Grid, agent: PlannedAgent) -> InRow:
    """The same as prices: an empty row has lost every published shift."""
    if not grid.problem.published:
        return InRow()
    weight = grid.problem.rules.stability.weight
    told = grid.published(agent)
    counted = [(number, option) for number, option in enumerate(grid.options) if option.day not in agent.untold_days]
    prices = {number: -weight if option in told else weight for number, option in counted}
    return InRow(prices=prices, empty_cost=weight * sum(option in told for _, option in counted))

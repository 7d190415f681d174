"""Posts exposure balance: a convex cost of each person's summed surplus of planned exposure."""

from optimizer.shifts.grid import Grid
from optimizer.shifts.model.roster_model import RosterModel
from optimizer.shifts.rows.in_row import Balance, InRow
from roster.load.planned import skills_of
from roster.problem import PlannedAgent
from roster.rules.parameters.load import ExposureBalance

KEY = "exposure_balance"


def post(roster: RosterModel) -> None:
    """Two excess variables per person, one beyond the tolerance and one beyond the steep limit."""
    terms = roster.problem.rules.exposure_balance
    for agent in roster.people:
        options = roster.grid.options
        surplus = surpluses(roster.grid, agent)
        away = agent.carried_points + sum(
            points * roster.works(agent, option) for points, option in zip(surplus, options, strict=True) if points
        )
        reach = agent.carried_points + sum(abs(points) for points in surplus)
        for free, weight in ((terms.tolerance_points, terms.weight), (terms.steep_points, terms.steep_weight)):
            if weight == 0 or reach <= free:
                continue
            excess = roster.model.new_int_var(0, reach - free, f"excess {agent.id} beyond {free}")
            roster.model.add(excess >= away - free)
            roster.model.add(excess >= -away - free)
            roster.add_cost(KEY, weight * excess)


def surpluses(grid: Grid, agent: PlannedAgent) -> list[int]:
    """Points that each option of the grid adds to what the cost is a convex function of."""
    skills = skills_of(agent)
    return [grid.exposure.surplus(skills, option.day, option.shift) for option in grid.options]


def cost_of(terms: ExposureBalance, away: int) -> int:
    """What `away` summed points cost, for rows made without a model."""
    if terms.mode == "off":
        return 0
    beyond = max(0, abs(away) - terms.tolerance_points)
    steep = max(0, abs(away) - terms.steep_points)
    return terms.weight * beyond + terms.steep_weight * steep


def in_row(grid: Grid, agent: PlannedAgent) -> InRow:
    """The same cost of the summed surplus, what is carried in counted."""
    terms = grid.problem.rules.exposure_balance
    free, steep = terms.tolerance_points, terms.steep_points
    balance = Balance(
        amounts=tuple(surpluses(grid, agent)),
        at_zero=-terms.weight * free - terms.steep_weight * steep,
        slope=-terms.weight - terms.steep_weight,
        turns=((-steep, terms.steep_weight), (-free, terms.weight), (free, terms.weight), (steep, terms.steep_weight)),
        start=agent.carried_points,
    )
    return InRow(balances=(balance,))

"""Posts exposure balance: a convex cost of each person's summed surplus of planned exposure."""

from optimizer.shifts.variables import RosterModel
from roster.load.planned import skills_of

KEY = "exposure_balance"


def post(roster: RosterModel) -> None:
    """Two excess variables per person, one beyond the tolerance and one beyond the steep limit."""
    terms = roster.problem.rules.exposure_balance
    for agent in roster.people:
        skills = skills_of(agent)
        options = roster.grid.options
        surplus = [roster.grid.exposure.surplus(skills, option.day, option.shift) for option in options]
        away = sum(
            points * roster.works(agent, option) for points, option in zip(surplus, options, strict=True) if points
        )
        reach = sum(abs(points) for points in surplus)
        for free, weight in ((terms.tolerance_points, terms.weight), (terms.steep_points, terms.steep_weight)):
            if weight == 0 or reach <= free:
                continue
            excess = roster.model.new_int_var(0, reach - free, f"excess {agent.id} beyond {free}")
            roster.model.add(excess >= away - free)
            roster.model.add(excess >= -away - free)
            roster.add_cost(KEY, weight * excess)

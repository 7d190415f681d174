"""Posts notice: changes inside the notice period cost, a move on one day as one change."""

from collections.abc import Iterator

from optimizer.shifts.grid import Grid
from optimizer.shifts.model.roster_model import Linear, RosterModel
from optimizer.shifts.rows.in_row import InRow
from roster.problem import PlannedAgent

KEY = "notice"


def post(roster: RosterModel) -> None:
    """The changes of a day are as many as the shifts that went or those that came, whichever are more."""
    weight = roster.problem.rules.notice.weight
    days = list(_at_short_notice(roster.grid))
    for agent in roster.people if days else ():
        told = roster.grid.published(agent)
        for day in days:
            if day in agent.untold_days:
                continue
            options = roster.grid.days[day]
            came: Linear = sum(roster.works(agent, option) for option in options if option not in told)
            went: Linear = sum(1 - roster.works(agent, option) for option in options if option in told)
            if not told.isdisjoint(options):
                changes = roster.model.new_int_var(0, len(options), f"changes {agent.id}/{day}")
                roster.model.add(changes >= came)
                roster.model.add(changes >= went)
                roster.add_cost(KEY, weight * changes)
            else:
                roster.add_cost(KEY, weight * came)


def in_row(grid: Grid, agent: PlannedAgent) -> InRow:
    """Prices in a row of one shift a day: another shift than the published one is one change, like none at all."""
    weight = grid.problem.rules.notice.weight
    told = grid.published(agent)
    prices: dict[int, int] = {}
    empty = 0
    for day in _at_short_notice(grid):
        if day in agent.untold_days:
            continue
        gone = sum(option in told for option in grid.days[day])
        empty += weight * gone
        for option in grid.days[day]:
            changes = gone - 1 if option in told else max(gone, 1)
            prices[grid.number[option.day, option.shift]] = weight * (changes - gone)
    return InRow(prices=prices, empty_cost=empty)


def _at_short_notice(grid: Grid) -> Iterator[int]:
    """The days that are less than the notice away; none where nothing was published or there is no today."""
    problem = grid.problem
    if problem.published and problem.today is not None:
        for day in range(problem.days):
            if (problem.date_of(day) - problem.today).days < problem.rules.notice.days:
                yield day

"""Posts preferences: a wish not granted costs its weight."""

from optimizer.shifts.grid import Grid
from optimizer.shifts.model.roster_model import Literal, RosterModel
from optimizer.shifts.rows.in_row import InRow
from roster.problem import PlannedAgent

KEY = "preferences"


def post(roster: RosterModel) -> None:
    """One cost term per wish."""
    weight = roster.problem.rules.preferences.weight
    for agent in roster.people:
        for wish in agent.wishes:
            if wish.shift is not None:
                has_it = roster.works(agent, roster.grid.option(wish.day, wish.shift))
            else:
                has_it = _any_on(roster, agent, wish.day)
            missed = (1 - has_it) if wish.wanted else has_it
            roster.add_cost(KEY, weight * wish.weight * missed)


def prices(grid: Grid, agent: PlannedAgent) -> tuple[list[int], int]:
    """(cost of each option of the grid, cost of an empty row): how wishes live inside a column, one shift a day."""
    weight = grid.problem.rules.preferences.weight
    cost = [0] * len(grid.options)
    empty = 0
    if grid.problem.rules.preferences.mode == "off":
        return cost, empty
    for wish in agent.wishes:
        change = -weight * wish.weight if wish.wanted else weight * wish.weight
        empty += weight * wish.weight if wish.wanted else 0
        for index, option in enumerate(grid.options):
            if option.day == wish.day and wish.shift in (None, option.shift):
                cost[index] += change
    return cost, empty


def in_row(grid: Grid, agent: PlannedAgent) -> InRow:
    """What working each option adds: wishes live in a row that has one shift a day."""
    weight = grid.problem.rules.preferences.weight
    prices: dict[int, int] = {}
    empty = 0
    for wish in agent.wishes:
        change = -weight * wish.weight if wish.wanted else weight * wish.weight
        empty += weight * wish.weight if wish.wanted else 0
        for option in grid.days[wish.day]:
            if wish.shift in (None, option.shift):
                number = grid.number[option.day, option.shift]
                prices[number] = prices.get(number, 0) + change
    return InRow(prices=prices, empty_cost=empty)


def _any_on(roster: RosterModel, agent: PlannedAgent, day: int) -> Literal:
    begins = roster.shifts_on(agent, day)
    busy = roster.model.new_bool_var(f"any {agent.id}/{day}")
    roster.model.add_max_equality(busy, begins)
    return busy

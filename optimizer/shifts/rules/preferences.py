"""Posts preferences: a wish not granted costs its weight."""

from optimizer.shifts.variables import Literal, RosterModel
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


def _any_on(roster: RosterModel, agent: PlannedAgent, day: int) -> Literal:
    begins = roster.shifts_on(agent, day)
    busy = roster.model.new_bool_var(f"any {agent.id}/{day}")
    roster.model.add_max_equality(busy, begins)
    return busy

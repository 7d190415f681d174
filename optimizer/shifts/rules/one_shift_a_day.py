"""Posts one shift a day: at most one literal per person and day, and no two that overlap."""

from optimizer.shifts.conflicts import post_conflicts
from optimizer.shifts.variables import Requirement, RosterModel

KEY = "one_shift_a_day"


def post(roster: RosterModel) -> None:
    """Forbid a second shift on a day, and a begin before the end of the one before."""
    for agent in roster.people:
        for day in range(roster.problem.days):
            roster.at_most_one(Requirement(KEY, agent.id, day), roster.shifts_on(agent, day))
    post_conflicts(roster, lambda earlier, later: later.begin < earlier.end, KEY, one_a_day=True)

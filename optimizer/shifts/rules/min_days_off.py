"""Posts the fewest days off: whoever has a day off after work has more."""

from dataclasses import dataclass

from optimizer.shifts.grid import Grid
from optimizer.shifts.model.roster_model import RosterModel
from optimizer.shifts.rows.in_row import OFF, InRow
from optimizer.shifts.rules.common.runs import ShortestRun, post_shortest
from roster.problem import PlannedAgent, Problem

KEY = "min_days_off"


def post(roster: RosterModel) -> None:
    """Sequences of each person's free days."""
    for agent in roster.people:
        free = [1 - roster.busy(agent, day) for day in range(roster.problem.days)]
        minimum = _minimum(roster.problem, agent)
        post_shortest(roster, KEY, agent, free, _off_before(agent), minimum, _weight(roster.problem))


def _off_before(agent: PlannedAgent) -> int | None:
    """Days since the last one worked; None where the history tells of none."""
    return -1 - max(past.day for past in agent.history) if agent.history else None


def _minimum(problem: Problem, agent: PlannedAgent) -> int:
    return max(problem.rules.min_days_off.minimum, agent.contract.min_days_off)


def _weight(problem: Problem) -> int | None:
    """What a day costs; None where the rule is hard."""
    terms = problem.rules.min_days_off
    return None if terms.mode == "hard" else terms.weight


@dataclass(frozen=True, slots=True)
class ShortestRest(ShortestRun):
    """Runs of days off."""

    def before(self, agent: PlannedAgent) -> int | None:
        """By the history."""
        return _off_before(agent)


def in_row(grid: Grid, agent: PlannedAgent) -> InRow:
    """One track, where more than one day is asked."""
    minimum = _minimum(grid.problem, agent)
    track = ShortestRest(frozenset({OFF}), minimum, _weight(grid.problem))
    return InRow(tracks=(track,)) if minimum > 1 else InRow()

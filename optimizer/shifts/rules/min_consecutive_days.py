"""Posts the fewest consecutive days: whoever begins a run of working days goes on."""

from dataclasses import dataclass

from optimizer.shifts.grid import Grid
from optimizer.shifts.model.roster_model import RosterModel
from optimizer.shifts.rows.in_row import InRow
from optimizer.shifts.rules.common.runs import ShortestRun, post_shortest
from roster.problem import PlannedAgent, Problem

KEY = "min_consecutive_days"


def post(roster: RosterModel) -> None:
    """Sequences of each person's busy days."""
    for agent in roster.people:
        busy = [roster.busy(agent, day) for day in range(roster.problem.days)]
        minimum = _minimum(roster.problem, agent)
        post_shortest(roster, KEY, agent, busy, worked_before(agent), minimum, _weight(roster.problem))


def worked_before(agent: PlannedAgent) -> int | None:
    """Days in a row with work until day 0; None where the history does not tell where they began."""
    days = {past.day for past in agent.history}
    if not days:
        return None
    length = 0
    while -1 - length in days:
        length += 1
    return length if len(days) > length else None


def _minimum(problem: Problem, agent: PlannedAgent) -> int:
    return max(problem.rules.min_consecutive_days.minimum, agent.contract.min_consecutive_days)


def _weight(problem: Problem) -> int | None:
    """What a day costs; None where the rule is hard."""
    terms = problem.rules.min_consecutive_days
    return None if terms.mode == "hard" else terms.weight


@dataclass(frozen=True, slots=True)
class WorkingRun(ShortestRun):
    """Runs of working days."""

    def before(self, agent: PlannedAgent) -> int | None:
        """By the history."""
        return worked_before(agent)


def in_row(grid: Grid, agent: PlannedAgent) -> InRow:
    """One track, where more than one day is asked."""
    minimum = _minimum(grid.problem, agent)
    worked = frozenset(range(len(grid.problem.shifts)))
    track = WorkingRun(worked, minimum, _weight(grid.problem))
    return InRow(tracks=(track,)) if minimum > 1 else InRow()

"""Posts consecutive days: of each run of maximum + 1 days, one is free; the past counts."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from optimizer.shifts.grid import Grid
from optimizer.shifts.model.roster_model import Requirement, RosterModel
from optimizer.shifts.rows.in_row import OFF, Check, InRow, Move
from roster.problem import PlannedAgent

KEY = "consecutive_days"


def post(roster: RosterModel) -> None:
    """A sliding window over the horizon and the days before it."""
    for agent in roster.people:
        longest = _longest(roster.grid, agent)
        past = {one.day for one in agent.history}
        busy = [roster.busy(agent, day) for day in range(roster.problem.days)]
        for last in range(roster.problem.days):
            first = last - longest
            before = sum(1 for day in range(first, 0) if day in past)
            window = busy[max(0, first) : last + 1]
            if len(window) + before > longest:
                requirement = Requirement(KEY, agent.id, last)
                roster.require(requirement, roster.model.add(sum(window) <= longest - before))


def in_row(grid: Grid, agent: PlannedAgent) -> InRow:
    """How many days in a row were worked, where the days there are could be too many."""
    run = _Run(_longest(grid, agent))
    return InRow(tracks=(run,)) if run.start(agent) + grid.problem.days > run.longest else InRow()


def _longest(grid: Grid, agent: PlannedAgent) -> int:
    return min(grid.problem.rules.consecutive_days.maximum, agent.contract.max_consecutive_days)


@dataclass(frozen=True)
class _Run:
    """State: the length of the run of working days that reaches the day."""

    longest: int

    def start(self, agent: PlannedAgent) -> int:
        """The run at the end of the past."""
        days = {one.day for one in agent.history}
        run = 0
        while run < self.longest and -1 - run in days:
            run += 1
        return run

    def step(self, day: int, state: int, option: int) -> Move | None:
        """Refuses a day too many."""
        if option == OFF:
            return Move(0)
        return Move(state + 1) if state < self.longest else None

    def phase(self, day: int) -> Hashable:
        """All days are alike."""
        return None

    def checks(self, agent: PlannedAgent) -> Sequence[Check]:
        """Nothing is counted."""
        return ()

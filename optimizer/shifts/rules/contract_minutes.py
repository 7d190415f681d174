"""Posts contract minutes: the paid minutes of each week between the contract's limits."""

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.shifts.grid import Grid
from optimizer.shifts.model.roster_model import Requirement, RosterModel
from optimizer.shifts.rows.in_row import Check, InRow
from optimizer.shifts.rules.common.sums import nearest_below
from optimizer.shifts.rules.common.tracks import Paid
from roster.problem import PlannedAgent, Problem

KEY = "contract_minutes"


def post(roster: RosterModel) -> None:
    """Two linear constraints per person and week."""
    for agent in roster.people:
        for first in range(0, roster.problem.days, 7):
            week = range(first, min(first + 7, roster.problem.days))
            least, most = limits(roster.problem, agent, week)
            paid = sum(
                option.paid_minutes * roster.works(agent, option) for day in week for option in roster.grid.days[day]
            )
            at_least = Requirement(KEY, agent.id, first, "least")
            roster.require(at_least, roster.model.add(paid >= least))
            roster.require(Requirement(KEY, agent.id, first, "most"), roster.model.add(paid <= most))


def limits(problem: Problem, agent: PlannedAgent, week: range) -> tuple[int, int]:
    """Least and most paid minutes in `week`, in 35ths of a minute until they are rounded outward.

    The least of a week that is cut short is no more than what shifts can add up to within the most.
    """
    terms = agent.contract
    off = len(set(agent.time_off).intersection(week))
    credit = terms.min_week_minutes * min(7 * off, 5 * len(week))
    least = terms.min_week_minutes * 5 * len(week) - credit
    most = terms.max_week_minutes * 5 * len(week) - credit
    lowest, highest = max(0, least // 35), max(0, -(-most // 35))
    if off or len(week) < 7:
        paid = (shift.paid_minutes for shift in problem.shifts)
        lowest = min(lowest, nearest_below(paid, len(week) - off, highest))
    return lowest, highest


def in_row(grid: Grid, agent: PlannedAgent) -> InRow:
    """Paid minutes, counted anew each week."""
    return InRow(tracks=(_WeekMinutes(grid),))


@dataclass(frozen=True)
class _WeekMinutes(Paid):
    """Paid minutes that must be within the contract's limits at the end of each week."""

    def checks(self, agent: PlannedAgent) -> Sequence[Check]:
        """One a week; the last week may be a part of one."""
        days = self.grid.problem.days
        weeks = (range(first, min(first + 7, days)) for first in range(0, days, 7))
        return [Check(week[-1], *limits(self.grid.problem, agent, week), resets=True) for week in weeks]

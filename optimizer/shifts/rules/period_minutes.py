"""Posts period minutes: the paid minutes of the whole horizon between the contract's limits."""

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.shifts.grid import Grid
from optimizer.shifts.model.roster_model import Requirement, RosterModel
from optimizer.shifts.rows.in_row import OFF, Check, InRow, Move
from optimizer.shifts.rules.common.sums import nearest_below
from roster.problem import PlannedAgent, Problem

KEY = "period_minutes"


def post(roster: RosterModel) -> None:
    """One linear constraint per person and limit."""
    shifts = paid_of(roster.problem)
    for agent in roster.people:
        least, most = limits(agent, shifts, roster.problem.days)
        paid = sum(option.paid_minutes * roster.works(agent, option) for option in roster.grid.options)
        if least:
            roster.require(Requirement(KEY, agent.id, 0, "least"), roster.model.add(paid >= least))
        if most is not None:
            roster.require(Requirement(KEY, agent.id, 0, "most"), roster.model.add(paid <= most))


def paid_of(problem: Problem) -> tuple[int, ...]:
    """The paid minutes of each shift."""
    return tuple(shift.paid_minutes for shift in problem.shifts)


def limits(agent: PlannedAgent, shifts: tuple[int, ...], days: int) -> tuple[int, int | None]:
    """Least and most paid minutes, in 5 * `days` parts of a minute until they are rounded outward.

    The least that leave has lowered is no more than what `shifts` of so many paid minutes add up to within the most.
    """
    terms = agent.contract
    fifths = 0
    for first in range(0, days, 7):
        length = min(7, days - first)
        off = len(set(agent.time_off).intersection(range(first, first + length)))
        fifths += min(7 * off, 5 * length)
    credit = terms.min_period_minutes * fifths
    least = max(0, (terms.min_period_minutes * 5 * days - credit) // (5 * days))
    if terms.max_period_minutes is None:
        return least, None
    most = max(0, -((credit - terms.max_period_minutes * 5 * days) // (5 * days)))
    if credit:
        left = days - len(set(agent.time_off).intersection(range(days)))
        least = min(least, nearest_below(shifts, left, most))
    return least, most


@dataclass(frozen=True, slots=True)
class PeriodMinutes:
    """Counts paid minutes until the last day."""

    paid: tuple[int, ...]
    days: int

    def start(self, agent: PlannedAgent) -> int:
        """There is one state."""
        return 0

    def step(self, day: int, state: int, option: int) -> Move:
        """The shift's paid minutes."""
        return Move(0, amount=0 if option == OFF else self.paid[option])

    def phase(self, day: int) -> int:
        """All days are alike."""
        return 0

    def checks(self, agent: PlannedAgent) -> Sequence[Check]:
        """Once, at the end."""
        least, most = limits(agent, self.paid, self.days)
        return (Check(self.days - 1, least, self.days * max(self.paid) if most is None else most),)


def in_row(grid: Grid, agent: PlannedAgent) -> InRow:
    """One track, where the contract limits the period; it seldom binds where each week is limited too."""
    paid = paid_of(grid.problem)
    least, most = limits(agent, paid, grid.problem.days)
    if least <= 0 and most is None:
        return InRow()
    counted = (PeriodMinutes(paid, grid.problem.days),)
    return InRow(tracks=counted) if grid.problem.rules.contract_minutes.mode == "off" else InRow(seldom=counted)

"""Posts average minutes: the paid minutes of each reference period that ends in the roster, its past a constant."""

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.shifts.grid import Grid
from optimizer.shifts.model.roster_model import Linear, Requirement, RosterModel
from optimizer.shifts.rows.in_row import OFF, Check, InRow, Move, TooLarge
from optimizer.shifts.rules.contract_minutes import limits as week_limits
from roster.problem import PlannedAgent, Problem

KEY = "average_minutes"


def post(roster: RosterModel) -> None:
    """A sliding window over the whole weeks."""
    problem = roster.problem
    weeks = problem.days // 7
    for agent in roster.people:
        paid: list[Linear] = [
            sum(
                option.paid_minutes * roster.works(agent, option)
                for day in range(week * 7, week * 7 + 7)
                for option in roster.grid.days[day]
            )
            for week in range(weeks)
        ]
        for last in range(weeks):
            first, most = _limit(problem, agent, last)
            within = roster.model.add(sum(paid[first : last + 1]) <= most)
            roster.require(Requirement(KEY, agent.id, last * 7), within)


def _limit(problem: Problem, agent: PlannedAgent, last: int) -> tuple[int, int]:
    """First week inside the roster of the period that ends with week `last`, and what is left for its weeks inside.

    What the past took too much is no breach until more is added, so nothing is left then, not less.
    """
    terms = problem.rules.average_minutes
    first = last + 1 - terms.reference_weeks
    days = range(first * 7, last * 7 + 7)
    off: dict[int, int] = {}
    for day in set(agent.time_off).intersection(days):
        off[day // 7] = off.get(day // 7, 0) + 1
    fifths = 5 * terms.reference_weeks - sum(min(5, days_off) for days_off in off.values())
    past = sum(problem.shift_of[one.shift].paid_minutes for one in agent.history if one.day in days)
    return max(0, first), max(0, terms.week_minutes * fifths // 5 - past)


def _reach(problem: Problem, agent: PlannedAgent, weeks: range) -> int:
    """More than these paid minutes can't be worked in `weeks`, one shift a day and by the contract."""
    longest = 7 * max(shift.paid_minutes for shift in problem.shifts)
    if problem.rules.contract_minutes.mode == "off":
        return longest * len(weeks)
    return sum(min(longest, week_limits(problem, agent, range(week * 7, week * 7 + 7))[1]) for week in weeks)


def _binding(problem: Problem, agent: PlannedAgent) -> list[tuple[range, int]]:
    """The whole weeks inside the roster of each period that can be worked too long, and what is left for them."""
    found = []
    for last in range(problem.days // 7):
        first, most = _limit(problem, agent, last)
        weeks = range(first, last + 1)
        if most < _reach(problem, agent, weeks):
            found.append((weeks, most))
    return found


@dataclass(frozen=True)
class AveragePaid:
    """Counts paid minutes from the first day on, or anew each week where the period is one week."""

    grid: Grid

    def start(self, agent: PlannedAgent) -> int:
        """There is one state."""
        return 0

    def step(self, day: int, state: int, option: int) -> Move:
        """The shift's paid minutes."""
        return Move(0, amount=0 if option == OFF else self.grid.days[day][option].paid_minutes)

    def phase(self, day: int) -> int:
        """All days are alike."""
        return 0

    def checks(self, agent: PlannedAgent) -> Sequence[Check]:
        """At the end of each week that can be too much."""
        problem = self.grid.problem
        if problem.rules.average_minutes.reference_weeks == 1:
            limits = (_limit(problem, agent, week)[1] for week in range(problem.days // 7))
            return tuple(Check(week * 7 + 6, 0, most, resets=True) for week, most in enumerate(limits))
        return tuple(Check(weeks.stop * 7 - 1, 0, most) for weeks, most in _binding(problem, agent))


def in_row(grid: Grid, agent: PlannedAgent) -> InRow:
    """One track, where the average can be passed at all, which seldom happens where the contract limits each week.

    Raises
    ------
    TooLarge
        A period that begins after the first week can be too long: it is no sum from the first day on.
    """
    binding = _binding(grid.problem, agent)
    if grid.problem.rules.average_minutes.reference_weeks > 1 and any(weeks.start > 0 for weeks, _ in binding):
        raise TooLarge(
            f"{agent.id}: a reference period that begins inside the roster can pass average_minutes;"
            " a row can only count from the first day on"
        )
    if not binding:
        return InRow()
    counted = (AveragePaid(grid),)
    return InRow(tracks=counted) if grid.problem.rules.average_minutes.reference_weeks == 1 else InRow(seldom=counted)

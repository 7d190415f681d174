"""Posts the most days off: of each stretch of maximum + 1 days, one is worked; the past counts."""

from dataclasses import dataclass

from optimizer.shifts.grid import Grid
from optimizer.shifts.model.roster_model import RosterModel
from optimizer.shifts.rows.in_row import OFF, InRow
from optimizer.shifts.rules.common.runs import LongestRun, post_longest
from roster.problem import PlannedAgent, Problem

KEY = "max_days_off"


def post(roster: RosterModel) -> None:
    """A sliding window over each person's free days."""
    terms = roster.problem.rules.max_days_off
    for agent in roster.people:
        free = [1 - roster.busy(agent, day) for day in range(roster.problem.days)]
        anew = _anew(roster.problem, agent)
        post_longest(roster, KEY, agent, free, _off_before(agent), terms.maximum, _weight(roster.problem), anew)


def _off_before(agent: PlannedAgent) -> int:
    """Days off that count when the first day begins; none where the history tells of no shift."""
    if not agent.history:
        return 0
    past = [one.day for one in agent.history] + [day for day in agent.time_off if day < 0]
    return -1 - max(past)


def _anew(problem: Problem, agent: PlannedAgent) -> frozenset[int]:
    days = range(problem.days)
    return frozenset(day for day in (*agent.time_off, *agent.fixed_days_off) if day in days)


def _weight(problem: Problem) -> int | None:
    """What a day costs; None where the rule is hard."""
    terms = problem.rules.max_days_off
    return None if terms.mode == "hard" else terms.weight


@dataclass(frozen=True, slots=True)
class LongestRest(LongestRun):
    """Runs of days off."""

    def before(self, agent: PlannedAgent) -> int:
        """By the history."""
        return _off_before(agent)


def in_row(grid: Grid, agent: PlannedAgent) -> InRow:
    """One track, where so many days off can be had."""
    problem = grid.problem
    maximum = problem.rules.max_days_off.maximum
    if problem.days + _off_before(agent) <= maximum:
        return InRow()
    return InRow(tracks=(LongestRest(frozenset({OFF}), maximum, _weight(problem), _anew(problem, agent)),))

"""Posts the recovery day: the exposure of days worked in a row adds up, and when it is enough the next day is off."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from optimizer.shifts.grid import Grid
from optimizer.shifts.model.roster_model import Linear, Literal, Requirement, RosterModel
from optimizer.shifts.rows.in_row import OFF, Check, InRow, Move, TooLarge
from optimizer.shifts.rules.common.marks import run_before
from roster.load.planned import skills_of
from roster.problem import PlannedAgent, Problem

KEY = "recovery_day"

MAX_STEPS = 400
"""More steps to count than a row's table has room for, times the days in a row."""


def post(roster: RosterModel) -> None:
    """For each person and day how much the run before it has brought; a day worked on top of enough is the breach."""
    severe = roster.problem.rules.recovery_day.severe_steps
    for agent in roster.people:
        if not roster.elastic and not _can_matter(roster.grid, agent):
            continue
        steps = _steps(roster.grid, agent)
        carried: Linear = _before(roster.grid, agent)
        most = _before(roster.grid, agent)
        for day in range(roster.problem.days):
            works = roster.shifts_on(agent, day)
            busy = roster.model.new_bool_var(f"at work {agent.id}/{day}")
            roster.model.add_max_equality(busy, works)
            if most >= severe:
                _keep_off(roster, agent, day, busy, carried, most)
            most += sum(steps[day])
            after = roster.model.new_int_var(0, most, f"brought {agent.id}/{day}")
            today = sum(count * one for count, one in zip(steps[day], works, strict=True))
            roster.model.add(after == carried + today).only_enforce_if(busy)
            roster.model.add(after == 0).only_enforce_if(~busy)
            carried = after


def _keep_off(roster: RosterModel, agent: PlannedAgent, day: int, busy: Literal, carried: Linear, most: int) -> None:
    """`carried`, at most `most`, is below what is severe where the day is worked; or that has its price."""
    terms = roster.problem.rules.recovery_day
    over = most - terms.severe_steps + 1
    if terms.mode == "hard":
        off = roster.model.add(carried + over * busy <= most)
        roster.require(Requirement(KEY, agent.id, day), off)
    elif terms.weight:
        breach = roster.model.new_bool_var(f"{KEY} {agent.id}/{day}")
        roster.model.add(carried + over * busy <= most + over * breach)
        roster.add_cost(KEY, terms.weight * breach)


def _steps(grid: Grid, agent: PlannedAgent) -> tuple[tuple[int, ...], ...]:
    """By day what each option counts."""
    return tuple(tuple(_count(grid, agent, option.day, option.shift) for option in day) for day in grid.days)


def _count(grid: Grid, agent: PlannedAgent, day: int, shift: str) -> int:
    return grid.problem.rules.recovery_day.steps(grid.exposure.points(skills_of(agent), day, shift))


def _before(grid: Grid, agent: PlannedAgent) -> int:
    """What the days in a row that end on the day before the first have brought."""
    length = run_before(frozenset(past.day for past in agent.history))
    return sum(_count(grid, agent, past.day, past.shift) for past in agent.history if past.day >= -length)


def in_row(grid: Grid, agent: PlannedAgent) -> InRow:
    """A track, where so much can come together before the days in a row end anyway; else nothing."""
    if not _can_matter(grid, agent):
        return InRow()
    if grid.problem.rules.recovery_day.severe_steps > MAX_STEPS:
        raise TooLarge
    return InRow(tracks=(_track(grid, agent),))


def _track(grid: Grid, agent: PlannedAgent) -> "Brought":
    terms = grid.problem.rules.recovery_day
    weight = None if terms.mode == "hard" else terms.weight
    return Brought(_steps(grid, agent), terms.severe_steps, _longest(grid.problem, agent), weight, grid)


def _can_matter(grid: Grid, agent: PlannedAgent) -> bool:
    """Whether so much can come together before another rule ends the days in a row."""
    track = _track(grid, agent)
    return track.start(agent) != OVER or track.plain(0, 0) != OVER


def _longest(problem: Problem, agent: PlannedAgent) -> int | None:
    """Most days in a row that another rule allows."""
    terms = problem.rules.consecutive_days
    return min(terms.maximum, agent.contract.max_consecutive_days) if terms.mode == "hard" else None


OVER = (-1, 0)
"""What the run has brought can't matter any more: it ends before it is enough."""


@dataclass(frozen=True)
class Brought:
    """State: (days in a row until yesterday, where another rule ends them; steps they have brought)."""

    steps: tuple[tuple[int, ...], ...]
    severe: int
    longest: int | None
    weight: int | None
    grid: Grid = field(compare=False, repr=False)

    def start(self, agent: PlannedAgent) -> tuple[int, int]:
        """By the past."""
        length = run_before(frozenset(past.day for past in agent.history))
        return self.plain(length, _before(self.grid, agent))

    def step(self, day: int, state: tuple[int, int], option: int) -> Move | None:
        """Refuses, or charges for, a day on top of enough."""
        if option == OFF:
            return Move(self.plain(0, 0))
        if state == OVER:
            return Move(OVER)
        run, brought = state
        enough = brought >= self.severe
        if enough and self.weight is None:
            return None
        after = self.plain(run + 1, brought + self.steps[day][option])
        return Move(after, cost=(self.weight or 0) if enough else 0)

    def phase(self, day: int) -> tuple[int, ...]:
        """Days whose options count alike."""
        return self.steps[day]

    def checks(self, agent: PlannedAgent) -> Sequence[Check]:
        """Nothing is counted beyond the state."""
        return ()

    def plain(self, run: int, brought: int) -> tuple[int, int]:
        """The state: capped where it is enough; `OVER` where the run can't become so before its last day."""
        if self.longest is None:
            return 0, min(brought, self.severe)
        days_before_last = self.longest - run - 1
        most = max((count for day in self.steps for count in day), default=0)
        if days_before_last < 0 or brought + days_before_last * most < self.severe:
            return OVER
        return run, min(brought, self.severe)

"""Posts complete weekends: a Sunday is worked as its Saturday is."""

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.shifts.grid import Grid
from optimizer.shifts.model.roster_model import Linear, Requirement, RosterModel
from optimizer.shifts.rows.in_row import OFF, Check, InRow, Move
from roster.problem import PlannedAgent

KEY = "complete_weekends"
SATURDAY, SUNDAY = 5, 6

UNKNOWN = -1
"""The state on a Sunday whose Saturday nobody knows of, and on all other days but Sundays."""


def post(roster: RosterModel) -> None:
    """One equation, or one Boolean, per person and weekend."""
    problem = roster.problem
    terms = problem.rules.complete_weekends
    for agent in roster.people:
        for sunday in range((SUNDAY - problem.start.weekday()) % 7, problem.days, 7):
            if sunday == 0 and not agent.history:
                continue
            before: Linear = roster.busy(agent, sunday - 1) if sunday else _worked_before(agent)
            worked = roster.busy(agent, sunday)
            if terms.mode == "hard":
                roster.require(Requirement(KEY, agent.id, max(0, sunday - 1)), roster.model.add(worked == before))
            elif terms.weight:
                half = roster.model.new_bool_var(f"half a weekend {agent.id}/{sunday}")
                roster.model.add(half >= worked - before)
                roster.model.add(half >= before - worked)
                roster.add_cost(KEY, terms.weight * half)


def _worked_before(agent: PlannedAgent) -> int:
    """1 where the day before the first was worked."""
    return int(any(past.day == -1 for past in agent.history))


@dataclass(frozen=True, slots=True)
class CompleteWeekends:
    """State: on a Sunday whether its Saturday was worked, on every other day `UNKNOWN`."""

    first_weekday: int
    weight: int | None

    def start(self, agent: PlannedAgent) -> int:
        """A first Sunday's Saturday is in the history, where there is any."""
        return _worked_before(agent) if self.first_weekday == SUNDAY and agent.history else UNKNOWN

    def step(self, day: int, state: int, option: int) -> Move | None:
        """Sunday as Saturday, or at a price."""
        worked = int(option != OFF)
        if self.phase(day) == SATURDAY:
            return Move(worked)
        if self.phase(day) != SUNDAY or state in (UNKNOWN, worked):
            return Move(UNKNOWN)
        return None if self.weight is None else Move(UNKNOWN, cost=self.weight)

    def phase(self, day: int) -> int:
        """Saturdays and Sundays by their weekday, all other days 0."""
        weekday = (self.first_weekday + day) % 7
        return weekday if weekday in (SATURDAY, SUNDAY) else 0

    def checks(self, agent: PlannedAgent) -> Sequence[Check]:
        """Nothing is counted."""
        return ()


def in_row(grid: Grid, agent: PlannedAgent) -> InRow:
    """One track."""
    terms = grid.problem.rules.complete_weekends
    track = CompleteWeekends(grid.problem.start.weekday(), None if terms.mode == "hard" else terms.weight)
    return InRow(tracks=(track,))

"""Posts forbidden successions: shifts that may not begin on the day after another."""

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.shifts.grid import Grid, Option
from optimizer.shifts.model.roster_model import RosterModel
from optimizer.shifts.rows.in_row import OFF, Check, InRow, Move
from optimizer.shifts.rules.common.conflicts import post_conflicts
from roster.problem import PlannedAgent

KEY = "forbidden_successions"


def post(roster: RosterModel) -> None:
    """Forbid each such succession, after past shifts too."""
    problem = roster.problem

    def clash(earlier: Option, later: Option) -> bool:
        return later.day == earlier.day + 1 and later.shift in problem.shift_of[earlier.shift].not_followed_by

    post_conflicts(roster, clash, KEY, one_a_day=problem.rules.one_shift_a_day.mode == "hard")


@dataclass(frozen=True, slots=True)
class Successions:
    """What may not be worked today because of yesterday: the state is the numbers of those shifts."""

    shifts: tuple[str, ...]
    barred_after: tuple[tuple[int, ...], ...]
    """For each shift the numbers of those that may not follow, rising."""

    def start(self, agent: PlannedAgent) -> tuple[int, ...]:
        """What the shifts of the day before the first bar."""
        yesterday = [self.shifts.index(past.shift) for past in agent.history if past.day == -1]
        return tuple(sorted({barred for shift in yesterday for barred in self.barred_after[shift]}))

    def step(self, day: int, state: tuple[int, ...], option: int) -> Move | None:
        """Tomorrow's bars, or none after a free day."""
        if option == OFF:
            return Move(())
        return None if option in state else Move(self.barred_after[option])

    def phase(self, day: int) -> int:
        """All days are alike."""
        return 0

    def checks(self, agent: PlannedAgent) -> Sequence[Check]:
        """Nothing is counted."""
        return ()


def in_row(grid: Grid, agent: PlannedAgent) -> InRow:
    """One track, where any succession is forbidden at all."""
    names = tuple(shift.id for shift in grid.problem.shifts)
    barred = tuple(
        tuple(sorted({names.index(other) for other in shift.not_followed_by})) for shift in grid.problem.shifts
    )
    return InRow(tracks=(Successions(names, barred),)) if any(barred) else InRow()

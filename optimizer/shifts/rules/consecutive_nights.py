"""Posts consecutive nights: runs of night shifts within their least and most length; the past counts."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from optimizer.shifts.grid import Grid
from optimizer.shifts.model.roster_model import RosterModel
from optimizer.shifts.rows.in_row import Check, InRow, Move
from optimizer.shifts.rules.common.marks import Numbers, literals, past_days, run_before
from optimizer.shifts.rules.common.nights import night, night_numbers
from optimizer.shifts.rules.common.runs import post_longest, post_shortest
from roster.problem import PlannedAgent

KEY = "consecutive_nights"


def post(roster: RosterModel) -> None:
    """Sequences of each person's nights."""
    terms = roster.problem.rules.consecutive_nights
    weight = None if terms.mode == "hard" else terms.weight
    for agent in roster.people:
        before, known = _before(roster.grid, agent)
        numbers = night_numbers(roster.grid, agent)
        if not any(numbers) and not before:
            continue
        nights = literals(roster, agent, "night", numbers)
        post_longest(roster, KEY, agent, nights, before, terms.maximum, weight)
        post_shortest(roster, KEY, agent, nights, before if known else None, terms.minimum, weight)


def _before(grid: Grid, agent: PlannedAgent) -> tuple[int, bool]:
    """How many nights in a row end on the day before the first, and whether it is known that they began there."""
    length = run_before(past_days(grid, agent, night(grid)))
    return length, any(past.day < -length for past in agent.history)


def in_row(grid: Grid, agent: PlannedAgent) -> InRow:
    """One track where there are nights, or where some of the past may have to go on."""
    terms = grid.problem.rules.consecutive_nights
    numbers = night_numbers(grid, agent)
    if not any(numbers) and not _before(grid, agent)[0]:
        return InRow()
    weight = None if terms.mode == "hard" else terms.weight
    return InRow(tracks=(NightRun(numbers, terms.minimum, terms.maximum, weight, grid),))


@dataclass(frozen=True)
class NightRun:
    """State: (nights in a row until yesterday, whether they may end however few they are)."""

    numbers: Numbers
    minimum: int
    maximum: int
    weight: int | None
    grid: Grid = field(compare=False, repr=False)

    def start(self, agent: PlannedAgent) -> tuple[int, bool]:
        """The run at the end of the past; it may end where nobody knows how long it was."""
        before, known = _before(self.grid, agent)
        return self._plain(before, not known)

    def step(self, day: int, state: tuple[int, bool], option: int) -> Move | None:
        """Refuses, or charges for, a night too many and an end too soon."""
        length, may_end = state
        if option in self.numbers[day]:
            too_many = length >= self.maximum
            if too_many and self.weight is None:
                return None
            return Move(self._plain(length + 1, may_end), cost=(self.weight or 0) if too_many else 0)
        short = 0 if may_end or not length else self.minimum - length
        if short > 0 and self.weight is None:
            return None
        return Move((0, False), cost=max(0, short) * (self.weight or 0))

    def phase(self, day: int) -> frozenset[int]:
        """Days with the same nights."""
        return self.numbers[day]

    def checks(self, agent: PlannedAgent) -> Sequence[Check]:
        """Nothing is counted."""
        return ()

    def _plain(self, length: int, may_end: bool) -> tuple[int, bool]:
        return min(length, self.maximum), may_end or length >= self.minimum

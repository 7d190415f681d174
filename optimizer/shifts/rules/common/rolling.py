"""The track of a row that allows only so many days of a kind in any stretch of days."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from math import comb

from optimizer.shifts.grid import Grid
from optimizer.shifts.rows.in_row import Check, InRow, Move, TooLarge
from optimizer.shifts.rules.common.marks import Kind, Numbers, marked, past_days
from roster.problem import PlannedAgent

MAX_STATES = 1500
"""More than any limit within a fortnight makes; a product with other tracks beyond it fits no table."""


@dataclass(frozen=True)
class Rolling:
    """At most `maximum` days with an option of `numbers` in any `within` days; one more is refused, or costs `weight`.

    State: the latest such days, as many as still matter, as bits: 1 is yesterday, 2 the day before, and so on.
    """

    rule: str
    numbers: Numbers
    within: int
    maximum: int
    weight: int | None
    grid: Grid = field(compare=False, repr=False)
    kind: Kind = field(compare=False, repr=False)

    def start(self, agent: PlannedAgent) -> int:
        """The last days of the past."""
        past = past_days(self.grid, agent, self.kind)
        return _plain(sum(1 << (-1 - day) for day in past if -day < self.within), self.within, self.maximum)

    def step(self, day: int, state: int, option: int) -> Move | None:
        """Refuses, or charges for, a day too many."""
        inside = option in self.numbers[day]
        too_many = inside and state.bit_count() >= self.maximum
        if too_many and self.weight is None:
            return None
        after = _plain((state << 1 | inside) & ((1 << (self.within - 1)) - 1), self.within, self.maximum)
        return Move(after, cost=(self.weight or 0) if too_many else 0)

    def phase(self, day: int) -> frozenset[int]:
        """Days with the same options of the kind."""
        return self.numbers[day]

    def checks(self, agent: PlannedAgent) -> Sequence[Check]:
        """Nothing is counted."""
        return ()


@cache
def _plain(bits: int, within: int, maximum: int) -> int:
    """`bits` without those that can't matter: all but the latest `maximum`, and any that never could fill a window.

    A day of the kind leaves a window before `maximum` more could follow it: then it is as if it had not been.
    """
    kept, count, age = 0, 0, 1
    while bits >> (age - 1) and count < maximum:
        if bits >> (age - 1) & 1:
            count += 1
            # The next `maximum - count + 1` days at the soonest fill a window that this day must still be inside.
            if age + maximum - count + 1 <= within:
                kept |= 1 << (age - 1)
        age += 1
    return kept


def rolling_row(
    grid: Grid, agent: PlannedAgent, rule: str, kind: Kind, within: int, maximum: int, weight: int | None
) -> InRow:
    """The track, or nothing where no day can be one too many; raises `TooLarge` where it has too many states."""
    numbers = marked(grid, agent, kind)
    if not any(numbers) or maximum >= within:
        return InRow()
    if sum(comb(within - 1, count) for count in range(min(maximum, within - 1) + 1)) > MAX_STATES:
        raise TooLarge
    return InRow(tracks=(Rolling(rule, numbers, within, maximum, weight, grid, kind),))

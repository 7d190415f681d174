"""What a personal rule adds to a generated row: the words in which a rule tells the dynamic program about itself.

One person's row is a path through the days. A rule says of it, in its file, by `in_row(grid, agent) -> InRow`, any of

- `bars`: options that can't be worked, and options or days that must be (availability, time off, pins);
- `prices`: what each option costs by itself, beside what an empty row costs (preferences, stability);
- `tracks`: a small automaton beside the row, that forbids moves, charges for them, or counts something that must be
  within limits on certain days (rest, runs, minutes, weekends);
- `balances`: a convex cost of a sum over the row (exposure, fair shares).

A personal rule that can say itself in none of these raises `TooLarge`, and the problem goes to CP-SAT. Team rules are
not here: they live in the master (`cover_table.py`, `team_terms.py`).
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from roster.problem import PlannedAgent

OFF = -1
"""Stands for a day without a shift where a day's options are numbered."""


class TooLarge(Exception):
    """The rules of this problem make too many states: use a model instead."""


@dataclass(frozen=True, slots=True)
class Move:
    """Where a day leads: the state at the begin of the next day, what it costs, and how much it counts."""

    state: Hashable
    cost: int = 0
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Check:
    """After `day` the count must be within `least` and `most`; `resets`: it then begins again at 0."""

    day: int
    least: int
    most: int
    resets: bool = False


class Track(Protocol):
    """An automaton beside the row. Tracks that compare equal are one, so people who share a contract share it.

    Frozen dataclasses with the rule's numbers in them, never a person: what differs from person to person is where
    they `start`, and the `checks`.
    """

    def start(self, agent: PlannedAgent) -> Hashable:
        """The state in which `agent` enters the first day, their history counted."""

    def step(self, day: int, state: Any, option: int) -> Move | None:
        """What follows on working the day's option number `option`, or none (`OFF`); None where it is forbidden.

        `state` is one of the track's own, so it may say its type. States that differ in nothing that can still
        matter should be made equal: fewer states, faster rows.
        """

    def phase(self, day: int) -> Hashable:
        """Days of equal phase have the same moves; `day` itself where no two are alike."""

    def checks(self, agent: PlannedAgent) -> Sequence[Check]:
        """Limits on what the moves count, by rising day; empty where nothing is counted."""


@dataclass(frozen=True, slots=True)
class Balance:
    """A convex cost of a sum: `amounts` per option of the grid, `start` before the first.

    The cost of a sum x is `at_zero` plus `slope` * x plus, for each (point, change) of `turns`, `change` *
    max(0, x - point): integers throughout, changes positive.
    """

    amounts: tuple[int, ...]
    at_zero: int
    slope: int
    turns: tuple[tuple[int, int], ...]
    start: int = 0

    def cost(self, total: int) -> int:
        """What the sum `total` (with `start` in it) costs."""
        return self.at_zero + self.slope * total + sum(change * max(0, total - point) for point, change in self.turns)


@dataclass(frozen=True, slots=True)
class InRow:
    """All that one rule says of one person's row. Options are indices into the grid's."""

    barred: frozenset[int] = frozenset()
    """Options that can't be worked."""
    placed: frozenset[int] = frozenset()
    """Options that must be worked."""
    prices: Mapping[int, int] = field(default_factory=dict)
    """What working an option adds to the cost; options left out add nothing."""
    empty_cost: int = 0
    """What a row without any shift costs."""
    tracks: tuple[Track, ...] = ()
    seldom: tuple[Track, ...] = ()
    """Tracks of one state that only count, and whose checks seldom bind: counted once a row has broken them."""
    balances: tuple[Balance, ...] = ()

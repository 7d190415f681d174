"""What the two processes of a planning run tell each other, and how one takes up what the other has found.

Each sends the rows that have changed since it last told; each keeps a mirror of the other's roster. Any rows that are
valid by themselves are a valid roster together, so what the other has changed is tried on one's own roster first, and
the other's whole roster is taken where it is better still.
"""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from optimizer.shifts.search.crew import Crew

Rows = dict[str, list[int]]
"""Rows (indices into the grid's options) by agent id."""


class Told(BaseModel):
    """One line between the processes. Parts are parts of rows, by agent id."""

    model_config = ConfigDict(extra="forbid")

    rows: Rows = {}
    """Changed rows of the best roster of whoever tells."""
    cost: int | None = None
    """What that roster costs."""
    bound: int | None = None
    """A proved bound."""
    slopes: dict[str, tuple[float, ...]] | None = None
    """What a unit of each balance is worth for each agent, as the best bound has it."""
    worth: tuple[tuple[float, ...], ...] | None = None
    """What each option adds to the cost of cover at the prices of that bound, [group, option]."""
    parts: tuple[tuple[str, tuple[int, ...]], ...] = ()


class Mirror:
    """The other's best roster, as far as it was told."""

    def __init__(self) -> None:
        self.rows: Rows = {}
        self.cost: int | None = None
        self._changed: set[str] = set()

    def hear(self, told: Told) -> None:
        """Take up a line; it is merged later, when there is time for it."""
        self.rows.update(told.rows)
        self._changed.update(told.rows)
        self.cost = told.cost if told.cost is not None else self.cost

    def merge(self, crew: Crew) -> bool:
        """Make `crew` better by what was heard, if it can be; says whether it was."""
        changed = {agent: row for agent, row in self.rows.items() if agent in self._changed and agent in crew.rows}
        self._changed.clear()
        if not changed:
            return False
        before, own = crew.cost(), crew.snapshot()
        crew.restore({**own, **changed})
        merged = crew.cost()
        if self.cost is not None and self.cost < min(before, merged) and self.rows.keys() == own.keys():
            crew.restore(self.rows)
        elif merged >= before:
            crew.restore(own)
        return crew.cost() < before


def news(before: Mapping[str, list[int]], now: Mapping[str, list[int]]) -> Rows:
    """The rows that have changed."""
    return {agent: row for agent, row in now.items() if before.get(agent) != row}

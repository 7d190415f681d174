"""Who is kept together and apart, as prices for one person's row: what each option costs given what the others work.

These rules tie single people to each other, so they live neither in a row nor in the table of cover. The search prices
them each time it puts somebody back; whole rosters are charged exactly. A breach of a hard one costs `FORBIDDEN`, more
than anything could save by it, and a roster with such a breach is offered to nobody.

Columns leave them out, and bounds but for a price on those kept together (`columns/pairs.py`). That is a
relaxation: these rules only forbid or cost, never save, so every bound without them is a bound with them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from optimizer.shifts.cover.roles import FORBIDDEN
from optimizer.shifts.grid import Grid
from optimizer.shifts.rules.keep_apart import overlapping
from roster.problem import Pair

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tie:
    """Two people by id, at a cost for each shift of the first without the second, or each day on which they meet."""

    first: str
    second: str
    together: bool
    hard: bool
    weight: int

    def other(self, agent: str) -> str:
        """The one who is not `agent`."""
        return self.second if agent == self.first else self.first


class TeamTerms:
    """The ties of one problem, and the rows (numbers of options) of the people in them."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._ties = tuple(_ties(grid))
        self._of: dict[str, list[Tie]] = {}
        for tie in self._ties:
            self._of.setdefault(tie.first, []).append(tie)
            self._of.setdefault(tie.second, []).append(tie)
        self._rows: dict[str, frozenset[int]] = {}
        for agent in self._of:
            person = grid.problem.agent_of[agent]
            if person.fixed:
                given = [grid.number[one.day, one.shift] for one in grid.given(person) if one.day >= 0]
                self._rows[agent] = frozenset(given)

    def put(self, agent: str, row: Iterable[int]) -> None:
        """`agent` works `row` now."""
        if agent in self._of:
            self._rows[agent] = frozenset(row)

    def take(self, agent: str) -> None:
        """`agent` has no row now: nothing is asked of the others for it."""
        if agent in self._of:
            self._rows.pop(agent, None)

    def others(self, agent: str) -> list[str]:
        """Whoever is tied to `agent` in any way."""
        return [tie.other(agent) for tie in self._of.get(agent, ())]

    def bound_to(self, agent: str) -> list[str]:
        """Whoever must be kept together with `agent`, directly or through others, and is rostered: they move as one."""
        found: list[str] = []
        waiting = [agent]
        while waiting:
            one = waiting.pop()
            for tie in self._of.get(one, ()):
                other = tie.other(one)
                new = other != agent and other not in found and not self._grid.problem.agent_of[other].fixed
                if tie.together and tie.hard and new:
                    found.append(other)
                    waiting.append(other)
        return found

    def cost(self) -> float:
        """What the ties cost as the roster is, a hard breach at `FORBIDDEN`."""
        return sum((FORBIDDEN if tie.hard else tie.weight) * count for tie, count in self._breaches())

    def broken(self) -> int:
        """How many hard breaches there are."""
        return sum(count for tie, count in self._breaches() if tie.hard)

    def prices(self, agent: str, without: Iterable[str] = ()) -> Floats | None:
        """What each option would add for `agent`, whose own row is taken out; None where nothing ties them.

        Ties to the people in `without` are left out. A day on which two options meet the same shift is charged for
        both, which one row seldom works: the roster's own cost is exact.
        """
        ties = [tie for tie in self._of.get(agent, ()) if tie.other(agent) in self._rows]
        left_out = set(without)
        ties = [tie for tie in ties if tie.other(agent) not in left_out]
        if not ties:
            return None
        prices: Floats = np.zeros(len(self._grid.options))
        for tie in ties:
            weight = FORBIDDEN if tie.hard else float(tie.weight)
            theirs = self._rows[tie.other(agent)]
            if not tie.together:
                for option, _ in {*self._meetings(theirs), *self._meetings_with_past(tie.other(agent))}:
                    prices[option] += weight
            elif agent == tie.first:
                prices += weight
                prices[list(theirs)] -= weight
            else:
                prices[list(theirs)] -= weight
        return prices

    def _breaches(self) -> Iterator[tuple[Tie, int]]:
        for tie in self._ties:
            if tie.first not in self._rows or tie.second not in self._rows:
                continue
            mine, theirs = self._rows[tie.first], self._rows[tie.second]
            if tie.together:
                yield tie, len(mine - theirs)
            else:
                met = {day for option, day in self._meetings(theirs) if option in mine}
                met |= {day for option, day in self._meetings_with_past(tie.second) if option in mine}
                met |= {day for option, day in self._meetings_with_past(tie.first) if option in theirs}
                yield tie, len(met)

    def _meetings(self, row: Iterable[int]) -> Iterator[tuple[int, int]]:
        """Each option that overlaps one of `row`, with the day of the later of the two."""
        for number in row:
            yield from self._overlaps[number]

    def _meetings_with_past(self, agent: str) -> Iterator[tuple[int, int]]:
        """Each option that overlaps a shift of the agent's history, with its day."""
        return iter(self._overlaps_past[agent])

    @cached_property
    def _overlaps(self) -> list[list[tuple[int, int]]]:
        """For each option the numbers of those that overlap it, with the later day."""
        number = self._grid.number
        found: list[list[tuple[int, int]]] = [[] for _ in self._grid.options]
        for one, other in overlapping(self._grid):
            here, there = number[one.day, one.shift], number[other.day, other.shift]
            found[here].append((there, other.day))
            if here != there:
                found[there].append((here, other.day))
        return found

    @cached_property
    def _overlaps_past(self) -> dict[str, list[tuple[int, int]]]:
        found: dict[str, list[tuple[int, int]]] = {}
        for agent in self._of:
            past = self._grid.past(self._grid.problem.agent_of[agent])
            found[agent] = [
                (self._grid.number[option.day, option.shift], option.day)
                for one in past
                for options in self._grid.days[: max(0, one.day + 3)]
                for option in options
                if option.begin < one.end
            ]
        return found


def _ties(grid: Grid) -> Iterator[Tie]:
    problem = grid.problem
    together, apart = problem.rules.keep_together, problem.rules.keep_apart
    if together.mode != "off":
        for pair in problem.together:
            # Another team's person is not ours to judge; whoever is kept with one is.
            if not problem.agent_of[pair.first].fixed:
                yield _tie(pair, together.mode == "hard", together.weight, together=True)
    if apart.mode != "off":
        for pair in problem.apart:
            if not all(problem.agent_of[agent].fixed for agent in (pair.first, pair.second)):
                yield _tie(pair, apart.mode == "hard", apart.weight, together=False)


def _tie(pair: Pair, hard: bool, weight: int, *, together: bool) -> Tie:
    return Tie(pair.first, pair.second, together=together, hard=hard, weight=weight)

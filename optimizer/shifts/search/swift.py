"""The rows of a crew as arrays, and sweeps over them by compiled moves: where cover by shift is all that ties people.

A sweep takes every person out once on some weeks of each part of the horizon. A move changes one person's row and the
cover of its own days, so with a horizon of two parts two threads work at once: one on some people in the first part,
the other on the other people in the second, then the other way round. Which thread is when has no say in the result.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from optimizer.shifts.progress import Progress
from optimizer.shifts.rows.arrays import BROKEN, WITHIN, Floats, Ints
from optimizer.shifts.rows.finder import LONG_ROW_DAYS, MAX_CELLS, MAX_CELLS_COUNTED, MOST_EXTRAS
from optimizer.shifts.rows.program import Extras
from optimizer.shifts.rows.replan import replan
from optimizer.shifts.search.crew import Crew
from optimizer.shifts.search.sweeps import WHOLE_ROW_DAYS

Part = tuple[int, int]
"""Weeks, from the first to before the last."""

REACH = 2
"""How far counts may go from those of the present row, in the largest amounts that one day counts."""

LONGEST = 2
"""Windows are so many times as long as their part before they are cut off where it ends: mostly long ones."""

CLOSINGS = 8
"""How often options are closed for a limit that seldom binds before a row stays as it was."""

NO_NOISE: Floats = np.zeros(0)


def is_swift(crew: Crew) -> bool:
    """Whether compiled moves know all that a row of this crew costs and must keep."""
    tied = any(crew.team.others(person.agent.id) for person in crew.people)
    return crew.cover.size == 0 and not tied and not any(person.balances for person in crew.people)


class SwiftRows:
    """Everybody's row, by day the option or one past the last, and how many work each option."""

    def __init__(self, crew: Crew, seed: int, other: ThreadPoolExecutor | None = None) -> None:
        """`other`: a thread beside the caller's own; none: sweeps are of the whole horizon at once."""
        self._crew = crew
        self._other = other
        self._people = crew.people
        self._seed = seed
        self._sweeps = 0
        problem = crew.grid.problem
        self._days, self._options = problem.days, len(crew.grid.days[0])
        self.worked: Ints = np.array([person.worked(crew.rows[person.agent.id]) for person in self._people])
        """[person, day]"""
        self._best = self.worked.copy()
        self._works: Floats = crew.works.copy()
        self._charges: Floats = np.array([person.own for person in self._people])
        self._starts = [person.start or 0 for person in self._people]
        self._counted: list[Extras] = [() for _ in self._people]
        """Of each person, which of the limits that seldom bind bound in the last row."""
        self._exact = problem.days <= LONG_ROW_DAYS
        """Whether these are counted exactly: their programs take long to lay out for very many days."""
        self._empty = sum(person.empty_cost for person in self._people)

    def cost(self) -> int:
        """Cost of the whole roster."""
        people, days = np.nonzero(self.worked < self._options)
        own = self._charges[people, days * self._options + self.worked[people, days]].sum()
        moves = sum(person.moves_cost(self.row(number)) for number, person in enumerate(self._people))
        return self._empty + moves + round(float(own) + self._crew.cover.shifts.cost(self._works))

    def row(self, person: int) -> list[int]:
        """The row of a person, by number, as indices into the grid's options."""
        worked = self.worked[person]
        days = np.flatnonzero(worked < self._options)
        rows: list[int] = (days * self._options + worked[days]).tolist()
        return rows

    def rows(self) -> dict[str, list[int]]:
        """All rows, by agent id."""
        return {person.agent.id: self.row(number) for number, person in enumerate(self._people)}

    def keep(self) -> None:
        """Remember the rows as they are: the best so far."""
        self._best = self.worked.copy()

    def know(self) -> None:
        """Let the crew know the rows as they are, as columns to begin with later on."""
        for number, person in enumerate(self._people):
            self._crew.know(person, self.row(number))

    def offer(self, progress: Progress) -> None:
        """Offer the roster as it is to the run."""
        progress.offer(self.cost(), lambda: self._crew.assignments(self.rows()))

    def give_back(self) -> None:
        """Leave the crew at what was last kept."""
        self.worked = self._best
        self._crew.restore(self.rows())

    def sweep(self, temperature: float) -> int:
        """One move a person, two with a thread beside; returns how many there were."""
        self._sweeps += 1
        random = np.random.default_rng([self._seed, 4, self._sweeps])
        order = random.permutation(len(self._people))
        weeks = -(-self._days // 7)
        if self._other is None:
            self._moves(order, (0, weeks), temperature, 0)
            return len(order)
        cut, half = int(random.integers(weeks // 3, weeks - weeks // 3 + 1)), len(order) // 2
        for number, (first, second) in enumerate(((order[:half], order[half:]), (order[half:], order[:half]))):
            other = self._other.submit(self._moves, second, (cut, weeks), temperature, 2 * number + 1)
            self._moves(first, (0, cut), temperature, 2 * number)
            other.result()
        return 2 * len(order)

    def _moves(self, people: Ints, part: Part, temperature: float, number: int) -> None:
        random = np.random.default_rng([self._seed, 5, self._sweeps, number])
        prices: Floats = np.empty(len(self._works))
        for one in people.tolist():
            first, last = _some_days(part, self._days, random)
            noise = random.normal(0.0, temperature, (last - first) * self._options) if temperature > 0 else NO_NOISE
            self._move(one, first, last, noise, prices)

    def _move(self, one: int, first: int, last: int, noise: Floats, prices: Floats) -> None:
        """Put a person's best row back; limits that seldom bind are counted exactly once they have been broken."""
        person, shifts = self._people[one], self._crew.cover.shifts
        extras, done = self._counted[one], False
        while not done:
            counted = self._exact and len(extras) <= MOST_EXTRAS
            if not counted:
                extras = ()
            done, codes = replan(
                person.program(extras), person.limits(extras), person.tallies, person.machine.counters.stacked,
                self._starts[one], person.must_work, first, last, person.charges, shifts.required, shifts.under,
                shifts.over, noise, REACH, 0 if counted else CLOSINGS,
                MAX_CELLS_COUNTED if extras else MAX_CELLS, self.worked[one], self._works, prices,
            )  # fmt: skip
            broken = person.tallies.counter[codes == BROKEN].tolist()
            if not counted or not broken:
                break
            extras = tuple(sorted({*extras, *broken}))
        tight = person.tallies.counter[codes != WITHIN].tolist()
        self._counted[one] = tuple(extra for extra in extras if extra in tight)


def _some_days(part: Part, days: int, random: np.random.Generator) -> tuple[int, int]:
    """The weeks of a part of the horizon, or its first or last ones, as days."""
    if days <= WHOLE_ROW_DAYS:
        return 0, days
    size = part[1] - part[0]
    first = part[0] + int(random.integers(1 - LONGEST * size, size))
    return 7 * max(part[0], first), min(days, 7 * min(part[1], first + LONGEST * size))

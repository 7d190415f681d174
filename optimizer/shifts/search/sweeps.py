"""Sweeps over the rows of a crew: everybody taken out once and put back, for the annealing.

Beyond a few weeks a move changes some weeks of one person's row. Their number differs from move to move: short ones
are quick, and only long ones can move hours and weekends from one end of the horizon to the other.
"""

from collections.abc import Sequence

import numpy as np

from optimizer.shifts.progress import Progress
from optimizer.shifts.rows.people import Person
from optimizer.shifts.search.crew import Crew, Floats

WHOLE_ROW_DAYS = 42
"""Up to so many days a move is a whole row."""

WINDOW_WEEKS = (2, 3, 4, 6, 8)


class CrewRows:
    """The rows of a crew, whatever ties its people; they change in the crew itself."""

    def __init__(self, crew: Crew, seed: int) -> None:
        self._crew = crew
        self._random = np.random.default_rng([seed, 1])
        self._best: dict[str, list[int]] = {}

    def cost(self) -> int:
        """Cost of the whole roster."""
        return self._crew.cost()

    def sweep(self, temperature: float) -> int:
        """Take everybody out once; returns how many that were."""
        sweep(self._crew, self._crew.people, temperature, self._random)
        return len(self._crew.people)

    def keep(self) -> None:
        """Remember the rows as they are: the best so far."""
        self._best = self._crew.snapshot()

    def know(self) -> None:
        """Rows on the way are remembered: the crew does so by itself."""

    def offer(self, progress: Progress) -> None:
        """Offer the roster as it is to the run."""
        self._crew.offer(progress)

    def give_back(self) -> None:
        """Leave the crew at what was last kept."""
        self._crew.restore(self._best)


def sweep(crew: Crew, people: Sequence[Person], temperature: float, random: np.random.Generator) -> None:
    """Take each of `people` out once, in random order, and put them back on prices shaken by `temperature`."""
    for number in random.permutation(len(people)):
        days = _some_weeks(crew.grid.problem.days, random)
        noise = _noise(crew, days, temperature, random) if temperature > 0 else None
        crew.reinsert(people[int(number)], noise, days)


def _noise(crew: Crew, days: range, temperature: float, random: np.random.Generator) -> Floats:
    shifts = len(crew.grid.problem.shifts)
    noise = np.zeros(len(crew.grid.options))
    noise[days.start * shifts : days.stop * shifts] = random.normal(0.0, temperature, len(days) * shifts)
    return noise


def passes_of_each_week(crew: Crew, share: float) -> float:
    """How often each week will have its turn in a run of which one sweep takes this share."""
    return float(np.mean(WINDOW_WEEKS)) / (crew.grid.problem.days / 7) / max(share, 1e-6)


def _some_weeks(days: int, random: np.random.Generator) -> range:
    """All days of a short horizon, a few weeks of a long one."""
    if days <= WHOLE_ROW_DAYS:
        return range(days)
    weeks = int(random.choice(WINDOW_WEEKS))
    first = int(random.integers(-weeks + 1, -(-days // 7)))
    return range(7 * max(0, first), min(days, 7 * (first + weeks)))

"""Years of many people: short annealings and neighbourhoods in turn, whichever has gained more per second so far.

With so many weeks a neighbourhood is a small part of the roster and takes seconds, while each second of annealing
turns hundreds of weeks over (docs/decisions/0007 has the figures).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimizer.shifts.columns.bounding import worth_bounding
from optimizer.shifts.progress import Progress
from optimizer.shifts.search.anneal import LONG_SWIFT_HEAT, anneal, start_heat
from optimizer.shifts.search.crew import Crew
from optimizer.shifts.search.neighbourhoods import Neighbourhoods
from optimizer.shifts.search.swift import is_swift

EXPLORE = 0.1
FADING = 0.7
HEATS = (0.02, 0.1)
"""Of the first heat, for an annealing later on."""

SECONDS = 0.7
"""Of annealing, for a thousand people x days."""

LEAST_SECONDS = 4.0
MOST_SHARE = 0.1


@dataclass(slots=True)
class _Way:
    """One way to search, and what it has brought."""

    step: Callable[[], int]
    rate: float = np.inf

    def learn(self, gain: int, seconds: float) -> None:
        now = gain / max(seconds, 1e-3)
        self.rate = now if self.rate == np.inf else FADING * self.rate + (1 - FADING) * now


class InTurns:
    """Annealing and neighbourhoods; `step` takes one of them and says how much cheaper the roster got."""

    def __init__(self, crew: Crew, progress: Progress, seed: int, threads: int = 1) -> None:
        self._crew = crew
        self._progress = progress
        self._random = np.random.default_rng([seed, 3])
        cells = len(crew.people) * crew.grid.problem.days
        self._seconds = max(LEAST_SECONDS, SECONDS * cells / 1000)
        self._heat = (LONG_SWIFT_HEAT / max(HEATS) if is_swift(crew) else 1.0) * start_heat(crew)
        self._threads = threads
        self._ways = [_Way(self._anneal), _Way(Neighbourhoods(crew, progress, seed).step)]

    def step(self) -> int:
        """One annealing, or one neighbourhood."""
        way = max(self._ways, key=lambda one: one.rate)
        if self._random.random() < EXPLORE:
            way = self._ways[int(self._random.integers(len(self._ways)))]
        began = self._progress.seconds
        gain = way.step()
        way.learn(gain, self._progress.seconds - began)
        return gain

    def _anneal(self) -> int:
        before = self._crew.cost()
        low, high = np.log(HEATS)
        heat = self._heat * float(np.exp(self._random.uniform(low, high)))
        seconds = min(self._seconds, MOST_SHARE * self._progress.seconds_left)
        seed = int(self._random.integers(1 << 31))
        anneal(self._crew, self._progress, seconds=seconds, moves=None, seed=seed, heat=heat, threads=self._threads)
        return before - self._crew.cost()


def search_of(
    crew: Crew, progress: Progress, seed: int, *, timed: bool = True, threads: int = 1
) -> InTurns | Neighbourhoods:
    """What searches on once the first annealing is over. Not `timed`: the same run twice makes the same choices."""
    if timed and not worth_bounding(crew.grid.problem):
        return InTurns(crew, progress, seed, threads)
    return Neighbourhoods(crew, progress, seed, timed=timed)

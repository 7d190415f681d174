"""Which people and weeks are planned anew next: sizes are chosen by what they have gained per second so far.

Few people on many weeks and many people on few weeks reach different rosters, and which of them pays, and how many are
worth the time, differs from problem to problem and from hour to hour. So sizes are measured while they are used.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.shifts.progress import Progress
from optimizer.shifts.rows.people import Person
from optimizer.shifts.search.crew import Crew
from optimizer.shifts.search.dive import Dive

PEOPLE = (6, 10, 14, 24, 48)
WEEKS = (2, 4, 6, 8)
LONGEST_ROW_DAYS = 90
"""Up to so many days some neighbourhoods free whole rows."""

REPRICE, REPRICE_MANY, MANY = 4, 8, 16
"""Rounds of pricing after each step of a dive; more from so many people on."""

MOST_SHARE = 0.25
"""No try may be expected to take more of the time that is left."""

EXPLORE = 0.15
FADING = 0.9
"""How much of what was measured stays, from try to try."""

DEAREST_SHARE = 0.5
"""How often weeks are drawn by what cover costs there instead of evenly."""


@dataclass(slots=True)
class _Size:
    """How many people and weeks, and what that has brought."""

    people: int
    weeks: int
    gained: float = 0.0
    seconds: float = 0.0
    tries: int = 0

    @property
    def rate(self) -> float:
        return self.gained / self.seconds if self.seconds else 0.0

    @property
    def seconds_each(self) -> float:
        """Seconds of a try, the newest counting most."""
        return self.seconds * (1 - FADING) / (1 - FADING**self.tries) if self.tries else 0.0

    def expected(self, dearest: float) -> float:
        """Seconds of the next try; before the first one, at so many for a person and week."""
        return self.seconds_each if self.tries else dearest * self.people * self.weeks

    def learn(self, gain: float, seconds: float) -> None:
        self.gained = FADING * self.gained + gain
        self.seconds = FADING * self.seconds + seconds
        self.tries += 1


class Neighbourhoods:
    """Planning some people on some weeks anew, again and again."""

    def __init__(self, crew: Crew, progress: Progress, seed: int, *, timed: bool = True) -> None:
        """Not `timed`: sizes are judged by people x weeks, so that the same run twice makes the same choices."""
        self._timed = timed
        self._crew = crew
        self._progress = progress
        self._random = np.random.default_rng([seed, 2])
        days = crew.grid.problem.days
        all_weeks = -(-days // 7)
        weeks = {min(one, all_weeks) for one in WEEKS if one <= all_weeks or one == WEEKS[0]}
        if days <= LONGEST_ROW_DAYS:
            weeks.add(all_weeks)
        people = {min(one, len(crew.people)) for one in PEOPLE}
        if days <= LONGEST_ROW_DAYS:
            people.add(len(crew.people))
        self._sizes = [_Size(some, long) for some in sorted(people) for long in sorted(weeks)]
        self._sizes.sort(key=lambda size: size.people * size.weeks)

    def step(self) -> int:
        """Plan one neighbourhood anew; how much cheaper the roster got."""
        crew = self._crew
        size = self._choose()
        days = self._days(size.weeks)
        people = self._people(size.people, days)
        before, began = crew.cost(), self._progress.seconds
        Dive(crew, days, people).run(self._progress, reprice=REPRICE if size.people < MANY else REPRICE_MANY)
        gain = before - crew.cost()
        size.learn(gain, self._progress.seconds - began if self._timed else size.people * size.weeks)
        return gain

    def _choose(self) -> _Size:
        tried = [size for size in self._sizes if size.tries]
        if self._timed and tried:
            dearest = max(size.seconds_each / (size.people * size.weeks) for size in tried)
            affordable = MOST_SHARE * self._progress.seconds_left
            sizes = [size for size in self._sizes if size.expected(dearest) < affordable] or [min(tried, key=_seconds)]
        else:
            sizes = self._sizes
        fresh = [size for size in sizes if not size.tries]
        if fresh:
            return fresh[0]
        if self._random.random() < EXPLORE:
            return sizes[int(self._random.integers(len(sizes)))]
        return max(sizes, key=lambda size: (size.rate, self._random.random()))

    def _days(self, weeks: int) -> range:
        days = self._crew.grid.problem.days
        firsts = range(0, max(7, days - 7 * weeks + 7), 7)
        windows = [range(first, min(days, first + 7 * weeks)) for first in firsts]
        if len(windows) == 1:
            return windows[0]
        weights = None
        if self._random.random() < DEAREST_SHARE:
            costs = self._crew.cost_by_day()
            weights = np.array([costs[window.start : window.stop].sum() for window in windows]) + 1e-9
            weights = weights / weights.sum()
        return windows[int(self._random.choice(len(windows), p=weights))]

    def _people(self, count: int, days: range) -> Sequence[Person]:
        people = self._crew.people
        if count >= len(people):
            return people
        chosen = self._random.choice(len(people), size=count, replace=False)
        return [people[int(number)] for number in sorted(chosen)]


def _seconds(size: _Size) -> float:
    return size.seconds_each

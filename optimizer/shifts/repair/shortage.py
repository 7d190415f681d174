"""What cover may lack after a repair: nothing more than before, save in the quarters in trouble, at a price."""

from collections.abc import Callable, Mapping
from itertools import pairwise

from optimizer.shifts.model.roster_model import Literal
from optimizer.shifts.repair.hall import CoverLimits, Crowd, Demand, levels
from optimizer.shifts.repair.trouble import Trouble, limit_at, worse
from roster.load.planned import Skills
from roster.whatif.live import LiveRoster


class Shortage:
    """Posts the limits of the days in trouble at once, those of other days where a repair found breaks them."""

    def __init__(
        self, now: LiveRoster, trouble: Trouble, crowd: Crowd, given: Callable[[int], Mapping[Skills, int]]
    ) -> None:
        self._now = now
        self._trouble = trouble
        self._model = crowd.model
        self._limits = CoverLimits(crowd, given)
        self.terms: list[tuple[int, Literal]] = []
        """(weight, how many are missing more than before), over the quarters in trouble."""
        for day in sorted({self._day(quarter) for quarter in trouble.quarters}):
            self._limit_day(day)

    def tighten(self, after: LiveRoster) -> bool:
        """Post the limits that `after` breaks; whether there are any."""
        days = {
            self._day(quarter)
            for quarter in worse(after.problem, self._trouble.allowed, after.cover.matched)
            if quarter not in self._trouble.quarters
        }
        for day in sorted(days):
            self._limit_day(day)
        return bool(days)

    def _limit_day(self, day: int) -> None:
        """Cover limits for every quarter of a day; those in trouble may stay short, at a price."""
        problem = self._now.problem
        first = sum(problem.quarters[:day])
        for quarter in range(first, first + problem.quarters[day]):
            required = self._now.cover.required[quarter]
            demand = Demand(required, self._trouble.allowed[quarter])
            missing: dict[int, Literal] = {}
            if quarter in self._trouble.quarters:
                below = 0
                for level in levels(problem, required):
                    most = sum(count for queue, count in required if problem.queue_of[queue].weight >= level)
                    missing[level] = self._model.new_int_var(0, most, f"missing {quarter}/{level}")
                    self.terms.append((level - below, missing[level]))
                    below = level
                self._tie(demand, missing)
            self._limits.add(quarter, demand, missing)

    def _tie(self, demand: Demand, missing: dict[int, Literal]) -> None:
        """What is missing in the dearer queues is missing in these and the cheaper ones together too."""
        for low, high in pairwise(sorted(missing)):
            room = limit_at(demand.allowed, low) - limit_at(demand.allowed, high)
            self._model.add(missing[low] >= missing[high] - room)

    def _day(self, quarter: int) -> int:
        problem = self._now.problem
        return next(day for day in range(problem.days) if quarter < sum(problem.quarters[: day + 1]))

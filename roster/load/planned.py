"""Planned exposure: the difficulty points that a shift is expected to put on a person, a property of the roster.

Never what someone experienced: it knows queues, requirements and hours, no contact and no outcome.
"""

import math
import threading
from collections import OrderedDict
from collections.abc import Mapping
from functools import lru_cache

from roster.problem import PlannedAgent, Problem

HOURS_PER_QUARTER = 0.25
KEPT = 8
"""So many problems' exposure is kept."""

Skills = frozenset[str]


def skills_of(agent: PlannedAgent) -> Skills:
    """The queues that `agent` serves."""
    return frozenset(agent.skills)


class Exposure:
    """Planned exposure of every skill set, day and shift of one problem, each computed once.

    Points per hour of a skill set in a quarter-hour: the mean `exposure_per_hour` of its queues, weighted by what
    they require in that quarter; equal weights where they require nothing (or past the horizon).
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._required = required_by_quarter(problem)
        self._points: dict[tuple[Skills, int, str], int] = {}
        self._quarters: dict[Skills, list[float]] = {}
        self._idle: dict[Skills, float] = {}
        self._rates: dict[Skills, float] = {}

    def points(self, skills: Skills, day: int, shift: str) -> int:
        """Points that `shift` on `day` puts on someone with `skills`, rounded once (half up)."""
        key = (skills, day, shift)
        if key not in self._points:
            series = self._series(skills)
            idle = self._idle[skills]
            total = math.fsum(
                series[quarter] if 0 <= quarter < len(series) else idle for quarter in self._problem.covered(day, shift)
            )
            self._points[key] = math.floor(total * HOURS_PER_QUARTER + 0.5)
        return self._points[key]

    def mean_rate(self, skills: Skills) -> float:
        """Points per hour that `skills` would meet on average if their hours followed the requirement."""
        if skills not in self._rates:
            weights = {queue: sum(self._required.get(queue, ())) for queue in skills}
            self._rates[skills] = self._mean(weights)
        return self._rates[skills]

    def surplus(self, skills: Skills, day: int, shift: str) -> int:
        """Points by which `shift` on `day` leaves what its hours would bring on average; may be negative."""
        hours = len(self._problem.covered(day, shift)) * HOURS_PER_QUARTER
        return self.points(skills, day, shift) - math.floor(self.mean_rate(skills) * hours + 0.5)

    def _series(self, skills: Skills) -> list[float]:
        if skills not in self._quarters:
            queues = sorted(skills)
            nothing = [0] * sum(self._problem.quarters)
            required = zip(*(self._required.get(queue, nothing) for queue in queues), strict=True)
            means: dict[tuple[int, ...], float] = {}
            series = self._quarters[skills] = []
            for weights in required if queues else ((),) * len(nothing):
                # Whole nights ask for nothing, and days repeat: few quarters differ.
                if weights not in means:
                    means[weights] = self._mean(dict(zip(queues, weights, strict=True)))
                series.append(means[weights])
            self._idle[skills] = self._mean(dict.fromkeys(skills, 0))
        return self._quarters[skills]

    def _mean(self, weights: Mapping[str, int]) -> float:
        rates = {queue: self._problem.queue_of[queue].exposure_per_hour for queue in sorted(weights)}
        if not rates:
            return 0.0
        total = sum(weights.values())
        if total == 0:
            return math.fsum(rates.values()) / len(rates)
        return math.fsum(weights[queue] * rate for queue, rate in rates.items()) / total


def required_by_quarter(problem: Problem) -> dict[str, list[int]]:
    """Agents required in each queue that asks for any, per quarter-hour from the horizon's begin."""
    offsets = [sum(problem.quarters[:day]) for day in range(problem.days)]
    length = sum(problem.quarters)
    series: dict[str, list[int]] = {}
    for row in problem.demand:
        line = series.setdefault(row.queue, [0] * length)
        line[offsets[row.day] : offsets[row.day] + len(row.required)] = row.required
    return series


def exposure_of(problem: Problem) -> Exposure:
    """The planned exposure of `problem`, kept for the next who asks about the same shifts, queues and requirements."""
    ground = (problem.shifts, problem.queues, problem.demand)
    key = (problem.zone, problem.start, problem.days, *(id(part) for part in ground))
    with _lock:
        if key not in _known:
            # The parts are kept with it, so that nothing else can come to have their place in memory.
            people = {"agents": (), "name": "", "published": (), "together": (), "apart": (), "today": None}
            _known[key] = (ground, _exposure(problem.model_copy(update=people)))
            while len(_known) > KEPT:
                _known.popitem(last=False)
        return _known[key][1]


_known: OrderedDict[tuple[object, ...], tuple[object, Exposure]] = OrderedDict()
_lock = threading.Lock()


# It depends on nobody in particular, so that edits and other teams' people find it computed.
@lru_cache(maxsize=KEPT)
def _exposure(ground: Problem) -> Exposure:
    return Exposure(ground)


def planned_exposure(problem: Problem, agent_id: str, day: int, shift_id: str) -> int:
    """Points that `shift_id` beginning on `day` is expected to put on `agent_id`."""
    return exposure_of(problem).points(skills_of(problem.agent_of[agent_id]), day, shift_id)

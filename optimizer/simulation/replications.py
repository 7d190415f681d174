"""Many draws of the same centre under several routings: means with confidence intervals, and paired differences.

Each replication is one draw of arrivals, handle times and patience that every routing meets (common random numbers),
so that what differs between two routings is not blurred by what differs between days.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from optimizer.simulation.centre import World
from optimizer.simulation.report import Figures, figures
from optimizer.simulation.run import Routing, run
from optimizer.simulation.trace import Duty, Trace
from roster.policy import Policy

Draw = Callable[[np.random.Generator], tuple[Trace, Duty]]


@dataclass(frozen=True)
class Interval:
    """A mean and the half-width of its 95 % confidence interval."""

    mean: float
    half: float

    @property
    def low(self) -> float:
        """The lower end."""
        return self.mean - self.half

    @property
    def high(self) -> float:
        """The upper end."""
        return self.mean + self.half

    def holds(self, value: float) -> bool:
        """Whether `value` lies inside."""
        return self.low <= value <= self.high

    def __str__(self) -> str:
        return f"{self.mean:.4g} ± {self.half:.2g}"


def interval(values: Iterable[float]) -> Interval:
    """The mean of independent values with its 95 % interval (Student's t).

    Raises
    ------
    ValueError: fewer than two values.
    """
    found = np.fromiter(values, np.float64)
    if len(found) < 2:
        raise ValueError(f"{len(found)} value: expected two or more for an interval")
    return Interval(float(found.mean()), student_t(len(found) - 1) * float(found.std(ddof=1)) / len(found) ** 0.5)


def student_t(freedom: int) -> float:
    """The 97.5 % quantile of Student's t with `freedom` degrees of freedom.

    From a table up to 5, beyond by the expansion around the normal quantile (Abramowitz and Stegun, Handbook of
    Mathematical Functions, 26.7.5), which is right to .001 there.
    """
    exact = {1: 12.7062, 2: 4.3027, 3: 3.1824, 4: 2.7764, 5: 2.5706}
    if freedom in exact:
        return exact[freedom]
    z = NormalDist().inv_cdf(0.975)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / float(freedom**power) for power, term in enumerate(terms, start=1))


@dataclass(frozen=True)
class Replications:
    """Figures of each routing by replication, in the same order for all."""

    figures: dict[Routing, tuple[Figures, ...]]

    def of(self, routing: Routing, key: str) -> Interval:
        """One figure of one routing."""
        return interval(float(each[key]) for each in self.figures[routing])

    def difference(self, one: Routing, other: Routing, key: str) -> Interval:
        """One figure of `one` less that of `other`, paired by replication."""
        pairs = zip(self.figures[one], self.figures[other], strict=True)
        return interval(float(ours[key]) - float(theirs[key]) for ours, theirs in pairs)


def replicate(
    draw: Draw, routings: Sequence[Routing], policy: Policy, *, world: World | None = None, times: int, seed: int
) -> Replications:
    """`times` draws under every one of `routings`; the same seed gives the same figures."""
    found: dict[Routing, list[Figures]] = {routing: [] for routing in routings}
    for number in range(times):
        trace, duty = draw(np.random.default_rng([seed, number]))
        for routing in routings:
            outcome = run(trace, duty, routing, policy, world, seed=number)
            found[routing].append(figures(outcome, trace.heavy))
    return Replications({routing: tuple(each) for routing, each in found.items()})

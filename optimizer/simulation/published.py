"""What theory and print say of simple queues, beside what the event loop makes of them.

Erlang C: `optimizer.staffing.erlang`. Erlang A (contacts give up): Mandelbaum, Zeltyn, Service engineering in action,
2007. The transient figures are published simulations with their own intervals. Unequal servers: longest-idle and
random routing have the same steady state (arXiv 1305.6249).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from optimizer.simulation.centre import World
from optimizer.simulation.drawn import HOUR, Queueing
from optimizer.simulation.replications import Interval, interval
from optimizer.simulation.run import Outcome, Routing, run
from optimizer.simulation.state import Bools
from optimizer.simulation.trace import Trace
from roster.policy import Policy

HALF_HOUR = 1800.0
WORKING_DAY = 8 * HOUR
UNIT = 60.0
"""Seconds of the unit in which the theorem on unequal servers is stated here."""


@dataclass(frozen=True)
class Check:
    """One published figure (with the ends of its own interval, where it has one) and what was measured."""

    what: str
    published: float
    measured: Interval
    low: float | None = None
    high: float | None = None

    @property
    def holds(self) -> bool:
        """Whether the two agree: half again the measured interval (about 99.7 %) meets the published one."""
        low = self.published if self.low is None else self.low
        high = self.published if self.high is None else self.high
        wide = 1.5 * self.measured.half
        return self.measured.mean - wide <= high and self.measured.mean + wide >= low


@dataclass(frozen=True)
class Steady:
    """A queue in its steady state: its first `warm_up` share is not looked at."""

    name: str
    queue: Queueing
    published: tuple[tuple[str, float], ...]
    warm_up: float = 0.1


_PER_REPLICATION = 100 * HALF_HOUR
ERLANG_C_14 = Steady(
    "Erlang C, 100 calls in 30 min, 180 s, 14 people",
    Queueing(100 / HALF_HOUR, 180.0, 14, _PER_REPLICATION),
    (("waits", 0.17413), ("mean wait, s", 7.836), ("within 20 s", 0.88835), ("occupancy", 0.7143)),
)
ERLANG_C_55 = Steady(
    "Erlang C, 360 calls in 30 min, 240 s, 55 people",
    Queueing(360 / HALF_HOUR, 240.0, 55, _PER_REPLICATION),
    (("waits", 0.23870), ("mean wait, s", 8.184), ("within 15 s", 0.84588)),
)
ERLANG_A = Steady(
    "Erlang A, 48 calls a minute, 60 s, 50 people, patience 120 s",
    Queueing(48 / 60.0, 60.0, 50, _PER_REPLICATION / 4, 120.0),
    (("waits", 0.46777), ("gives up", 0.03091), ("mean wait, s", 3.709), ("occupancy", 0.93032)),
)
STEADY = (ERLANG_C_14, ERLANG_C_55, ERLANG_A)
EMPTY = Queueing(4.2 / 60.0, 120.0, 12, WORKING_DAY)
UNEQUAL = Queueing(9 / UNIT, UNIT, 10, 20_000 * UNIT)
"""Handle times of mean one unit for a server of rate 1; five servers have rate 1.5 and five .75."""
PACES = np.array([1 / 1.5] * 5 + [1 / 0.75] * 5)
SAME_STEADY_STATE = (Routing.LONGEST_IDLE, Routing.RANDOM)


def _measures(outcome: Outcome, trace: Trace, queue: Queueing, warm_up: float) -> dict[str, float]:
    begin, end = queue.seconds * warm_up, queue.seconds
    seen: Bools = trace.arrives >= begin
    wait, served = outcome.wait[seen], outcome.served[seen]
    on = np.clip(outcome.left[outcome.served], begin, end) - np.clip(outcome.began[outcome.served], begin, end)
    return {
        "waits": float((wait > 0).mean()),
        "gives up": float((~served).mean()),
        "mean wait, s": float(wait.mean()),
        "within 15 s": float((served & (wait <= 15)).mean()),
        "within 20 s": float((served & (wait <= 20)).mean()),
        "occupancy": float(on.sum() / (queue.servers * (end - begin))),
    }


def steady(case: Steady, policy: Policy, *, times: int, seed: int) -> list[Check]:
    """`times` independent runs of one textbook queue under longest-idle."""
    found = []
    for number in range(times):
        trace, duty = case.queue(np.random.default_rng([seed, number]))
        outcome = run(trace, duty, Routing.LONGEST_IDLE, policy)
        found.append(_measures(outcome, trace, case.queue, case.warm_up))
    return [
        Check(f"{case.name}: {what}", value, interval(each[what] for each in found)) for what, value in case.published
    ]


def transient(policy: Policy, *, days: int, seed: int) -> list[Check]:
    """Days of 8 hours from empty, without and with patience."""

    def by_day(queue: Queueing, of: Callable[[dict[str, float], int], float]) -> Iterator[float]:
        for day in range(days):
            trace, duty = queue(np.random.default_rng([seed, day]))
            outcome = run(trace, duty, Routing.LONGEST_IDLE, policy)
            yield of(_measures(outcome, trace, queue, 0.0), len(trace))

    level = interval(by_day(EMPTY, lambda found, _: found["within 20 s"]))
    impatient = replace(EMPTY, patience_seconds=60.0)
    lost = interval(by_day(impatient, lambda found, contacts: found["gives up"] * contacts))
    return [
        Check("from empty, 8 h, 4.2 a minute, 2 min, 12 people: within 20 s", 0.902, level, 0.900, 0.904),
        Check("the same with patience 1 min: give up in a day", 58.609, lost, 57.66, 59.56),
    ]


def unequal_servers(policy: Policy, *, times: int, seed: int) -> list[Check]:
    """Mean waits, in units, of longest-idle and random routing; and their difference, pair by pair."""
    waits: dict[Routing, list[float]] = {routing: [] for routing in SAME_STEADY_STATE}
    world = World(pace=PACES)
    for number in range(times):
        trace, duty = UNEQUAL(np.random.default_rng([seed, number]))
        for routing in SAME_STEADY_STATE:
            outcome = run(trace, duty, routing, policy, world, seed=number)
            waits[routing].append(_measures(outcome, trace, UNEQUAL, 0.1)["mean wait, s"] / UNIT)
    idle, chance = (waits[routing] for routing in SAME_STEADY_STATE)
    differences = [one - other for one, other in zip(idle, chance, strict=True)]
    return [
        Check(
            "five servers at 1.5, five at .75, arrivals 9, longest-idle: mean wait", 0.19, interval(idle), 0.185, 0.195
        ),
        Check("the same, random: mean wait", 0.19, interval(chance), 0.185, 0.195),
        Check("the same: longest-idle less random", 0.0, interval(differences)),
    ]

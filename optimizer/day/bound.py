"""A proved lower bound of a day: cover has prices, and at these everybody's best breaks are found one by one.

The shortfall of a quarter is the largest lack of any set of queues, so it is at least any mixture of their lacks
(weights that sum to one at most); and the minutes that a person takes from such a mixture are least in the best chain
at its prices. What is true for all mixtures is pushed up by subgradient steps (Polyak 1969, towards the best plan
known). The best prices are rounded to multiples of 2^-20 and evaluated once more, so that every sum is exact.
"""

import math
import time
from dataclasses import dataclass

import numpy as np

from optimizer.compiled import compiled
from optimizer.day.arrays import Bools, Chains, Covering, Floats, Ints, Scratch, Talks, scratch_of
from optimizer.day.chain import cheapest, price_linear, read_chain
from roster.clock import QUARTER_MINUTES

GRAIN = float(1 << 20)
"""Of prices: their products with minutes and their sums are exact in floating point."""
PATIENCE = 20
"""Steps without a better bound until they are halved."""
INERTIA = 0.7
"""Share of the last direction in the next."""
QUARTER = QUARTER_MINUTES


@compiled
def add_away(away: Floats, start: int, minutes: int) -> None:
    """Add a stretch to minutes away per quarter."""
    at, end = start, start + minutes
    while at < end:
        quarter = at // 15
        until = min(end, (quarter + 1) * 15)
        away[quarter] += until - at
        at = until


@compiled
def best_breaks(chains: Chains, group: Ints, prices: Floats, away: Floats, scratch: Scratch) -> float:
    """Everybody's cheapest chain at `prices[group, quarter]` per minute; its minutes are added to `away`.

    A person's chains follow one another.
    """
    total, chain = 0.0, 0
    while chain < len(chains.person):
        person = chains.person[chain]
        best, best_chain = 1e15, chain
        while chain < len(chains.person) and chains.person[chain] == person:
            price_linear(chains, chain, prices[group[person]], scratch)
            cost = cheapest(chains, chain, 0, 0, scratch)
            if cost < best:
                best, best_chain = cost, chain
            chain += 1
        total += best
        if best_chain != chain - 1:
            price_linear(chains, best_chain, prices[group[person]], scratch)
            cheapest(chains, best_chain, 0, 0, scratch)
        read_chain(chains, best_chain, scratch)
        first = chains.first[best_chain]
        for place in range(chains.many[best_chain]):
            if scratch.slots[place] >= 0:
                start = (chains.low[person] + scratch.slots[place]) * chains.step
                add_away(away[group[person]], start, chains.minutes[first + place])
    return total


@compiled
def best_talks(talks: Talks, group: Ints, prices: Floats, best: Floats, option: Ints) -> None:
    """Each request's cheapest option at `prices`, or none: its cost into `best`, its number (or -1) into `option`."""
    for request in range(len(talks.agent)):
        best[request], option[request] = talks.unplaced, -1
        for one in range(talks.begin[request], talks.begin[request + 1]):
            cost = talks.tight[one]
            for person in (talks.agent[request], talks.peer[one]):
                at, end = talks.start[one], talks.start[one] + talks.minutes[request]
                while at < end:
                    quarter = at // 15
                    until = min(end, (quarter + 1) * 15)
                    cost += prices[group[person], quarter] * (until - at)
                    at = until
            if cost < best[request]:
                best[request], option[request] = cost, one


@compiled
def project(weights: Floats, most: float) -> None:
    """The nearest weights of each row that are no less than 0 and sum to `most` at most (in place)."""
    for row in range(weights.shape[0]):
        total = 0.0
        for one in range(weights.shape[1]):
            weights[row, one] = max(0.0, weights[row, one])
            total += weights[row, one]
        if total <= most:
            continue
        ordered = np.sort(weights[row])[::-1]
        summed, cut = 0.0, 0.0
        for place in range(len(ordered)):
            summed += ordered[place]
            if ordered[place] * (place + 1) > summed - most:
                cut = (summed - most) / (place + 1)
        for one in range(weights.shape[1]):
            weights[row, one] = max(0.0, weights[row, one] - cut)


@dataclass(frozen=True)
class Dual:
    """The problem whose value at any weights is a lower bound.

    `placed`: only plans with so many debriefs are meant, at what these cost; None: any, at their price for none.
    """

    chains: Chains
    covering: Covering
    talks: Talks
    placed: int | None = None

    def value(self, weights: Floats, scratch: Scratch) -> tuple[float, Floats]:
        """The bound at `weights[quarter, set]`, and a subgradient there."""
        covering, talks = self.covering, self.talks
        has: Bools = covering.has
        prices = np.ascontiguousarray(has.astype(np.float64) @ weights.T)
        away = np.zeros(prices.shape)
        total = best_breaks(self.chains, covering.group, prices, away, scratch)
        best, option = np.zeros(len(talks.agent)), np.zeros(len(talks.agent), dtype=np.int64)
        best_talks(talks, covering.group, prices, best, option)
        if self.placed is not None:
            beyond = np.argsort(best, kind="stable")[self.placed :]
            best[beyond], option[beyond] = 0.0, -1
        for request in np.flatnonzero(option >= 0).tolist():
            one = option[request]
            for person in (talks.agent[request], talks.peer[one]):
                add_away(away[covering.group[person]], talks.start[one], talks.minutes[request])
        lack = covering.lack + away.T @ has
        over = weights.sum(axis=1) - covering.short
        total += float(best.sum() + (weights * covering.lack).sum() - QUARTER * np.maximum(0.0, over).sum())
        return total, lack - QUARTER * (over > 0)[:, None]


def lower_bound(dual: Dual, target: float, steps: int, until: float) -> int:
    """The best bound found in `steps` steps, or by `until` of the monotonic clock; `target`: what a plan costs."""
    lack, most = dual.covering.lack, dual.covering.short + dual.covering.again
    scratch = scratch_of(dual.chains, lack.shape[0])
    weights: Floats = np.zeros(lack.shape)
    best, best_weights = -math.inf, weights
    pace, since = 1.0, 0
    direction = np.zeros(lack.shape)
    for _ in range(steps):
        if time.monotonic() > until:
            break
        value, slope = dual.value(weights, scratch)
        if value > best + 1e-9:
            since = 0
            best, best_weights = value, weights.copy()
        else:
            since += 1
        if since > PATIENCE:
            pace, since = pace / 2, 0
            weights, direction = best_weights.copy(), np.zeros(lack.shape)
            continue
        if target - value < 0.5:
            break
        direction = slope + INERTIA * direction
        stuck = (weights <= 0) & (direction < 0)
        square = float((np.where(stuck, 0.0, direction) ** 2).sum())
        if square == 0.0:
            break
        weights = weights + pace * (target - value) / square * direction
        project(weights, most)
    exact = np.floor(best_weights * GRAIN) / GRAIN
    return math.ceil(dual.value(exact, scratch)[0] - 1e-9)

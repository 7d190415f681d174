"""A proved lower bound of a day: cover has prices, and at these everybody's best breaks are found one by one.

The shortfall of a quarter is the largest lack of any set of queues, so it is at least any mixture of their lacks
(weights that sum to one at most), and likewise for the last agents of queues; and the minutes that a person takes
from such a mixture are least in the best chain at its prices. What is true for all mixtures is pushed up by
subgradient steps (Polyak 1969, towards the best plan known). The best prices are rounded to multiples of 2^-20 and
evaluated once more, so that every sum is exact.
"""

import math
import time
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizer.compiled import compiled
from optimizer.day.arrays import Bookings, Bools, Chains, Covering, Floats, Ints, Scratch, scratch_of
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
def price_away(prices: Floats, start: int, minutes: int) -> float:
    """A stretch at `prices` per minute of each quarter."""
    total, at, end = 0.0, start, start + minutes
    while at < end:
        quarter = at // 15
        until = min(end, (quarter + 1) * 15)
        total += prices[quarter] * (until - at)
        at = until
    return total


@compiled
def best_places(bookings: Bookings, group: Ints, prices: Floats, best: Floats, chosen: Ints) -> None:
    """Each booking's cheapest place at `prices`, or none: its cost into `best`, its number (or -1) into `chosen`."""
    for booking in range(len(bookings.minutes)):
        best[booking], chosen[booking] = bookings.unplaced[booking], -1
        minutes = bookings.minutes[booking]
        for place in range(bookings.begin[booking], bookings.begin[booking + 1]):
            cost, start, peer = bookings.own[place], bookings.start[place], bookings.peer[place]
            for one in range(bookings.first[booking], bookings.first[booking + 1]):
                cost += price_away(prices[group[bookings.who[one]]], start, minutes)
            if peer >= 0:
                cost += price_away(prices[group[peer]], start, minutes)
            if cost < best[booking]:
                best[booking], chosen[booking] = cost, place


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

    `placed`: only plans with so many bookings in place are meant, at what these cost; None: any, at their price for
    none.
    """

    chains: Chains
    covering: Covering
    bookings: Bookings
    placed: int | None = None

    @cached_property
    def lack(self) -> Floats:
        """Per quarter the lack of every set and, if these have a price, beside it that of its queues' last agents."""
        lack = self.covering.lack.astype(np.float64)
        return np.hstack([lack, lack - self.covering.more]) if self.covering.unattended > 0 else lack

    def value(self, weights: Floats, scratch: Scratch) -> tuple[float, Floats]:
        """The bound at weights of the shape of `lack`, and a subgradient there."""
        covering, bookings = self.covering, self.bookings
        sets = covering.lack.shape[1]
        has: Bools = np.hstack([covering.has] * (weights.shape[1] // sets)) if sets else covering.has
        prices = np.ascontiguousarray(has.astype(np.float64) @ weights.T)
        away = np.zeros(prices.shape)
        total = best_breaks(self.chains, covering.group, prices, away, scratch)
        count = len(bookings.minutes)
        best, chosen = np.zeros(count), np.zeros(count, dtype=np.int64)
        best_places(bookings, covering.group, prices, best, chosen)
        if self.placed is not None:
            beyond = np.argsort(best, kind="stable")[self.placed :]
            best[beyond], chosen[beyond] = 0.0, -1
        for booking in np.flatnonzero(chosen >= 0).tolist():
            place = chosen[booking]
            there = bookings.who[bookings.first[booking] : bookings.first[booking + 1]].tolist()
            for person in (*there, *bookings.peer[place : place + 1].tolist()):
                if person >= 0:
                    add_away(away[covering.group[person]], bookings.start[place], bookings.minutes[booking])
        slope = self.lack + away.T @ has
        over = weights[:, :sets].sum(axis=1) - covering.short
        slope[:, :sets] -= QUARTER * (over > 0)[:, None]
        total += float(best.sum() + (weights * self.lack).sum() - QUARTER * np.maximum(0.0, over).sum())
        return total, slope

    def project(self, weights: Floats) -> None:
        """The nearest weights that are a mixture at the prices of cover (in place)."""
        sets, covering = self.covering.lack.shape[1], self.covering
        for part, most in (
            (weights[:, :sets], covering.short + covering.again),
            (weights[:, sets:], covering.unattended),
        ):
            kept = np.ascontiguousarray(part)
            project(kept, most)
            part[:] = kept


def lower_bound(dual: Dual, target: float, steps: int, until: float) -> int:
    """The best bound found in `steps` steps, or by `until` of the monotonic clock; `target`: what a plan costs."""
    lack = dual.lack
    scratch = scratch_of(dual.chains, lack.shape[0])
    weights: Floats = np.zeros(lack.shape)
    best, best_weights = -math.inf, weights
    first, pace, since = -math.inf, 1.0, 0
    direction = np.zeros(lack.shape)
    for step in range(steps):
        if time.monotonic() > until:
            break
        value, slope = dual.value(weights, scratch)
        first = value if step == 0 else first
        if value > best + 1e-9:
            since = 0
            best, best_weights = value, weights.copy()
        else:
            since += 1
        if since > PATIENCE:
            pace, since, direction = pace / 2, 0, np.zeros(lack.shape)
            # Without any price all breaks cost the same, and a step from there may be up no way at all.
            weights = best_weights.copy() if best > first else weights
            continue
        if target - value < 0.5:
            break
        direction = slope + INERTIA * direction
        stuck = (weights <= 0) & (direction < 0)
        square = float((np.where(stuck, 0.0, direction) ** 2).sum())
        if square == 0.0:
            break
        weights = weights + pace * (target - value) / square * direction
        dual.project(weights)
    exact = np.floor(best_weights * GRAIN) / GRAIN
    return math.ceil(dual.value(exact, scratch)[0] - 1e-9)

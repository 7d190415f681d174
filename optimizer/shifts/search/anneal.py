"""A quick descent: people are taken out one by one and put back optimally, on noisy prices.

Exact re-insertion alone ends in a poor local optimum; noise on what each option costs, about as large as what one
person missing costs and cooled to nothing, is what makes it work (docs/decisions/0001 has the figures).
How people move is in `sweeps.py`, and in `swift.py` where it can be compiled.
"""

import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

from optimizer.shifts.columns.bounding import counted_by_week
from optimizer.shifts.progress import Progress
from optimizer.shifts.search.crew import Crew
from optimizer.shifts.search.sweeps import WHOLE_ROW_DAYS, CrewRows, passes_of_each_week
from optimizer.shifts.search.swift import SwiftRows, is_swift

COOLING_POWER = 1.5
STILL_SHARE = 0.06
"""The last part of the time is without noise."""

ANNEAL_SHARE = 0.08
ANNEAL_SECONDS = 6.0

LONG_SHARE = 0.5
LONG_SECONDS = 15.0
LONG_CELLS = 1000
"""Where limits tie all weeks together: so many seconds for so many people x days."""

OFFER_SECONDS = 1.0
"""Rosters on the way are offered no more often: a large one takes a while to be told."""

OFFER_SHARE = 20
"""And so seldom that telling them takes no more than a part in so many of the time."""

HOT_PASSES = 150
"""Full heat pays where every week has so many turns (the year of 150 people after 120 s of one core: 72,524 from full
heat, 67,393 from a third of it, 71,913 from an eighth)."""

LONG_SWIFT_HEAT = 0.03
"""Of that heat, for compiled moves of a few weeks up to a whole long horizon (docs/decisions/0005 has the figures)."""

LEAN = 0.8
"""How far prices lean towards those of a bound at the first heat, where there is one; by the root of the heat's share
later. Missing people cost all or nothing just now, a bound knows what an option is worth once all is in balance."""

KNOWN_SHARE = 0.03
"""How often the rows on the way are remembered, as columns to begin with later on."""


def anneal(
    crew: Crew,
    progress: Progress,
    *,
    seconds: float,
    moves: int | None,
    seed: int,
    heat: float | None = None,
    threads: int = 1,
) -> None:
    """Improve `crew` for `seconds`, or for at least `moves` moves where given; leaves it at the best roster found.

    `threads` work side by side where the horizon is long and moves are compiled: two at most.
    """
    if not crew.people:
        return
    swift, days = is_swift(crew), crew.grid.problem.days
    side_by_side = swift and threads > 1 and days > WHOLE_ROW_DAYS
    with ThreadPoolExecutor(1) if side_by_side else nullcontext() as other:
        rows = SwiftRows(crew, seed, other) if swift else CrewRows(crew, seed)
        part = _clock(seconds, moves, len(crew.people))
        best, done, offered, known = rows.cost(), 0, progress.seconds, 0.0
        rows.keep()
        first_heat = start_heat(crew) if heat is None else heat
        if heat is None and days > WHOLE_ROW_DAYS:
            rows.sweep(0.0)
            if swift:
                first_heat *= LONG_SWIFT_HEAT
            else:
                # A sweep without noise says how often every week will have its turn: where seldom, begin cooler.
                first_heat *= min(1.0, passes_of_each_week(crew, part(len(crew.people))) / HOT_PASSES)
        while (share := part(done)) < 1.0 and not progress.over():
            cooled = max(0.0, 1.0 - share / (1.0 - STILL_SHARE)) ** COOLING_POWER
            crew.lean = LEAN * math.sqrt(cooled)
            done += rows.sweep(first_heat * cooled)
            if share >= known:
                rows.know()
                known = share + KNOWN_SHARE
            cost = rows.cost()
            if cost < best:
                best = cost
                rows.keep()
                if progress.seconds >= offered:
                    began = progress.seconds
                    rows.offer(progress)
                    offered = progress.seconds + max(OFFER_SECONDS, OFFER_SHARE * (progress.seconds - began))
        rows.give_back()
    crew.lean = 0.0
    crew.offer(progress)


def _clock(seconds: float, moves: int | None, sweep: int) -> Callable[[int], float]:
    """The share of the run that is over, by moves where they are given, else by time."""
    if moves is not None:
        rounded = max(1, -(-moves // sweep)) * sweep
        return lambda done: done / rounded
    started = time.monotonic()
    return lambda _: (time.monotonic() - started) / seconds if seconds > 0 else 1.0


def anneal_seconds(crew: Crew, progress: Progress) -> float:
    """How long the first annealing of a run is worth, of the time that is left."""
    if counted_by_week(crew.grid.problem):
        return min(ANNEAL_SECONDS, ANNEAL_SHARE * progress.seconds_left)
    cells = len(crew.people) * crew.grid.problem.days
    return min(LONG_SECONDS * max(1.0, cells / LONG_CELLS), LONG_SHARE * progress.seconds_left)


def start_heat(crew: Crew) -> float:
    """What one person missing costs on average: for a quarter in the queues, for a day in cover by shift."""
    problem = crew.grid.problem
    terms = problem.rules.cover
    weights = {queue.id: queue.weight for queue in problem.queues}
    asked = [(sum(row.required), weights[row.queue]) for row in problem.demand]
    total = sum(count for count, _ in asked)
    shifts = crew.cover.shifts
    people = float(shifts.required.sum())
    by_shift = float((shifts.under * shifts.required).sum()) / people if people else 0.0
    if terms.mode == "off" or total == 0:
        return by_shift or 1.0
    return max(by_shift, terms.under_weight * sum(count * weight for count, weight in asked) / total)

"""A first roster and a quick descent: people are taken out one by one and put back optimally, on noisy prices.

Exact re-insertion alone ends in a poor local optimum; noise about as large as one person-quarter missing, cooled to
nothing, is what makes it work (docs/decisions/0001-roster-model.md has the figures).
"""

import time
from collections.abc import Callable

import numpy as np

from optimizer.shifts.crew import Crew
from optimizer.shifts.progress import Progress

COOLING_POWER = 1.5
STILL_SHARE = 0.06
"""The last part of the time is without noise."""


def construct(crew: Crew, seed: int) -> bool:
    """Put in everyone who has no row yet, in random order; False where someone can't have one."""
    order = np.random.default_rng([seed, 0]).permutation(len(crew.people))
    missing = [crew.people[int(number)] for number in order if crew.people[int(number)].agent.id not in crew.rows]
    return all(crew.reinsert(person) for person in missing)


def anneal(
    crew: Crew,
    progress: Progress,
    *,
    seconds: float,
    moves: int | None,
    seed: int,
    heat: float | None = None,
) -> None:
    """Improve `crew` for `seconds`, or for exactly `moves` moves where given; leaves it at the best roster found."""
    if not crew.people:
        return
    random = np.random.default_rng([seed, 1])
    heat = start_heat(crew) if heat is None else heat
    best, rows = crew.cost(), crew.snapshot()
    part = _clock(seconds, moves, len(crew.people))
    done = 0
    while (share := part(done)) < 1.0 and not progress.over():
        temperature = heat * max(0.0, 1.0 - share / (1.0 - STILL_SHARE)) ** COOLING_POWER
        for number in random.permutation(len(crew.people)):
            person = crew.people[int(number)]
            noise = random.normal(0.0, temperature, len(person.own)) if temperature > 0 else None
            crew.reinsert(person, noise)
        done += len(crew.people)
        cost = crew.cost()
        if cost < best:
            best, rows = cost, crew.snapshot()
            progress.offer(cost, crew.assignments)
    crew.restore(rows)


def _clock(seconds: float, moves: int | None, sweep: int) -> Callable[[int], float]:
    """The share of the run that is over, by moves where they are given, else by time."""
    if moves is not None:
        rounded = max(1, -(-moves // sweep)) * sweep
        return lambda done: done / rounded
    started = time.monotonic()
    return lambda _: (time.monotonic() - started) / seconds if seconds > 0 else 1.0


def start_heat(crew: Crew) -> float:
    """What one agent missing for one quarter costs on average, in the queues as they are asked for."""
    terms = crew.grid.problem.rules.cover
    weights = {queue.id: queue.weight for queue in crew.grid.problem.queues}
    asked = [(sum(row.required), weights[row.queue]) for row in crew.grid.problem.demand]
    total = sum(count for count, _ in asked)
    if terms.mode == "off" or total == 0:
        return 1.0
    return terms.under_weight * sum(count * weight for count, weight in asked) / total

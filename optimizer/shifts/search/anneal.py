"""A quick descent: people are taken out one by one and put back optimally, on noisy prices.

Exact re-insertion alone ends in a poor local optimum; noise on what each option costs, about as large as what one
person missing costs and cooled to nothing, is what makes it work (docs/decisions/0001 has the figures).

Beyond a few weeks a move changes some weeks of one person's row. Their number differs from move to move: short ones
are quick, and only long ones can move hours and weekends from one end of the horizon to the other.
"""

import time
from collections.abc import Callable, Sequence

import numpy as np

from optimizer.shifts.columns.bounding import counted_by_week
from optimizer.shifts.progress import Progress
from optimizer.shifts.rows.people import Person
from optimizer.shifts.search.crew import Crew, Floats

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

WHOLE_ROW_DAYS = 42
"""Up to so many days a move is a whole row."""

HOT_PASSES = 150
"""Full heat pays where every week has so many turns (the year of 150 people after 120 s of one core: 72,524 from full
heat, 67,393 from a third of it, 71,913 from an eighth)."""

WINDOW_WEEKS = (2, 3, 4, 6, 8)


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
    heat, given = (start_heat(crew), False) if heat is None else (heat, True)
    best, rows = crew.cost(), crew.snapshot()
    part = _clock(seconds, moves, len(crew.people))
    if crew.grid.problem.days > WHOLE_ROW_DAYS and not given:
        # A sweep without noise says how often every week will have its turn: where that is seldom, begin cooler.
        sweep(crew, crew.people, 0.0, random)
        each = part(len(crew.people))
        passes = np.mean(WINDOW_WEEKS) / (crew.grid.problem.days / 7) / max(each, 1e-6)
        heat *= min(1.0, float(passes) / HOT_PASSES)
    done, offered = 0, progress.seconds
    while (share := part(done)) < 1.0 and not progress.over():
        temperature = heat * max(0.0, 1.0 - share / (1.0 - STILL_SHARE)) ** COOLING_POWER
        sweep(crew, crew.people, temperature, random)
        done += len(crew.people)
        cost = crew.cost()
        if cost < best:
            best, rows = cost, crew.snapshot()
            if progress.seconds - offered >= OFFER_SECONDS:
                crew.offer(progress)
                offered = progress.seconds
    crew.restore(rows)
    crew.offer(progress)


def sweep(crew: Crew, people: Sequence[Person], temperature: float, random: np.random.Generator) -> None:
    """Take each of `people` out once, in random order, and put them back on prices shaken by `temperature`."""
    for number in random.permutation(len(people)):
        days = _some_weeks(crew.grid.problem.days, random)
        noise = _noise(crew, days, temperature, random) if temperature > 0 else None
        crew.reinsert(people[int(number)], noise, days)


def _noise(crew: Crew, days: range, temperature: float, random: np.random.Generator) -> Floats:
    shifts = len(crew.grid.problem.shifts)
    noise = np.zeros(len(crew.grid.options))
    noise[days.start * shifts : days.stop * shifts] = random.normal(0.0, temperature, len(days) * shifts)
    return noise


def _some_weeks(days: int, random: np.random.Generator) -> range:
    """All days of a short horizon, a few weeks of a long one."""
    if days <= WHOLE_ROW_DAYS:
        return range(days)
    weeks = int(random.choice(WINDOW_WEEKS))
    first = int(random.integers(-weeks + 1, -(-days // 7)))
    return range(7 * max(0, first), min(days, 7 * (first + weeks)))


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

"""Plan by rows: a first roster at once, annealing, then week after week anew by columns, with the bound beside it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from optimizer.shifts.anneal import anneal, start_heat
from optimizer.shifts.bound_process import BoundProcess
from optimizer.shifts.bounding import Bounding
from optimizer.shifts.columns import Row
from optimizer.shifts.construct import construct
from optimizer.shifts.crew import Crew
from optimizer.shifts.dive import Dive
from optimizer.shifts.progress import Progress
from optimizer.shifts.wire import Order
from roster.problem import Assigned

ANNEAL_SHARE = 0.08
ANNEAL_SECONDS = 6.0
BOUND_SHARE = 0.45
"""How much of the time one process alone spends on the bound."""

LATER_HEAT = 0.15
"""Of the first heat, for annealing once no week gets better."""

LATER_SECONDS = 4.0
LATER_MOVES = 200

TOGETHER_NEEDS = 1.3
"""Weeks are planned anew together while there is time for this many dives a week."""

MOVES_PER_UNIT = 60
ROUNDS_PER_UNIT = 0.5
DIVES_PER_UNIT = 0.1
"""What a unit of a deterministic limit buys: roughly a second's work for 36 people and four weeks."""


@dataclass(frozen=True)
class Guidance:
    """What the bound has taught: the worth of a point of exposure by agent, and parts of rows."""

    slopes: Mapping[str, float]
    parts: Iterable[tuple[str, Row]]


def plan(crew: Crew, progress: Progress, *, workers: int, seed: int, start_from: Sequence[Assigned]) -> None:
    """Improve until `progress` is over; what was found is there."""
    crew.begin_with(start_from)
    if not construct(crew, seed):
        return
    progress.offer(crew.cost(), crew.assignments)
    if not crew.people:
        progress.raise_bound(crew.cost())
        return
    units = progress.deterministic_limit
    if units is not None:
        anneal(crew, progress, seconds=0.0, moves=round(units * MOVES_PER_UNIT), seed=seed)
        bounding = _bounding(crew)
        bounding.run(progress, rounds=round(units * ROUNDS_PER_UNIT))
        _weeks_anew(crew, progress, seed, lambda: _taught(bounding), dives=round(units * DIVES_PER_UNIT))
        return
    seconds = min(ANNEAL_SECONDS, ANNEAL_SHARE * progress.seconds_left)
    if workers < 2:
        anneal(crew, progress, seconds=seconds, moves=None, seed=seed)
        bounding = _bounding(crew)
        bounding.run(progress, seconds=BOUND_SHARE * progress.seconds_left)
        _weeks_anew(crew, progress, seed, lambda: _taught(bounding))
        return
    order = Order(problem=crew.grid.problem, time_limit_seconds=progress.seconds_left, workers=1, seed=seed + 1)
    bounds = BoundProcess(order, progress)
    try:
        anneal(crew, progress, seconds=seconds, moves=None, seed=seed)
        _weeks_anew(crew, progress, seed, lambda: _learned(bounds))
    finally:
        bounds.close()


def _bounding(crew: Crew) -> Bounding:
    rows = [crew.rows[person.agent.id] for person in crew.people]
    return Bounding(crew.grid, crew.people, crew.cover, rows)


def _taught(bounding: Bounding) -> Guidance:
    return Guidance(bounding.slopes, bounding.parts)


def _learned(bounds: BoundProcess) -> Guidance | None:
    latest = bounds.latest
    return None if latest is None or latest.slopes is None else Guidance(latest.slopes, latest.parts)


def _weeks_anew(
    crew: Crew,
    progress: Progress,
    seed: int,
    guidance: Callable[[], Guidance | None],
    dives: int | None = None,
) -> None:
    """Week after week by columns until time is over (or for so many `dives`).

    Once there is guidance, all weeks are planned anew in one go with exposure at its worth, so that they agree, for
    better or worse; single weeks with exposure at what it costs then mend what that leaves.
    """
    weeks = [range(first, min(first + 7, crew.grid.problem.days)) for first in range(0, crew.grid.problem.days, 7)]
    best, rows = crew.cost(), crew.snapshot()
    guided = False
    position = still = done = 0
    began = progress.seconds

    def dive(week: range, taught: Guidance | None, *, together: bool = False) -> bool:
        nonlocal best, rows, done
        slopes = taught.slopes if taught is not None and together else None
        parts = () if taught is None else taught.parts
        better = Dive(crew, week, parts=parts, slopes=slopes).run(progress, keep_worse=together)
        done += 1
        if crew.cost() < best:
            best, rows = crew.cost(), crew.snapshot()
            progress.offer(best, crew.assignments)
        return better

    while not progress.over() and (dives is None or done < dives):
        taught = guidance()
        each = (progress.seconds - began) / done if done else 0.0
        if taught is not None and not guided and progress.seconds_left > TOGETHER_NEEDS * each * len(weeks):
            guided, still = True, 0
            for week in weeks:
                dive(week, taught, together=True)
        elif still < len(weeks):
            still = 0 if dive(weeks[position], taught) else still + 1
            position = (position + 1) % len(weeks)
        else:
            crew.restore(rows)
            heat = LATER_HEAT * start_heat(crew)
            moves = None if dives is None else LATER_MOVES
            anneal(crew, progress, seconds=LATER_SECONDS, moves=moves, seed=seed + done, heat=heat)
            still, done = 0, done + 1

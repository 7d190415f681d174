"""Plan by rows: a first roster at once, annealing, then week after week anew by columns, with the bound beside it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from optimizer.shifts.anneal import anneal, construct, start_heat
from optimizer.shifts.bounding import Bounding
from optimizer.shifts.columns import Row
from optimizer.shifts.crew import Crew
from optimizer.shifts.dive import Dive
from optimizer.shifts.helper import Helper
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
    helper = Helper(order, progress)
    try:
        anneal(crew, progress, seconds=seconds, moves=None, seed=seed)
        _weeks_anew(crew, progress, seed, lambda: _learned(helper))
    finally:
        helper.close()


def _bounding(crew: Crew) -> Bounding:
    rows = [crew.rows[person.agent.id] for person in crew.people]
    return Bounding(crew.grid, crew.people, crew.cover, rows)


def _taught(bounding: Bounding) -> Guidance:
    return Guidance(bounding.slopes, bounding.parts)


def _learned(helper: Helper) -> Guidance | None:
    latest = helper.latest
    return None if latest is None or latest.slopes is None else Guidance(latest.slopes, latest.parts)


def _weeks_anew(
    crew: Crew,
    progress: Progress,
    seed: int,
    guidance: Callable[[], Guidance | None],
    dives: int | None = None,
) -> None:
    """Week after week by columns until time is over; a week is tried again once something else has changed.

    The first pass with guidance takes exposure at its worth, so that the weeks agree; later ones at what it costs.
    """
    weeks = [range(first, min(first + 7, crew.grid.problem.days)) for first in range(0, crew.grid.problem.days, 7)]
    guided: set[range] = set()
    tried: set[range] = set()
    done = 0
    while not progress.over() and (dives is None or done < dives):
        taught = guidance()
        week = next((one for one in weeks if taught is not None and one not in guided), None)
        slopes = taught.slopes if taught is not None and week is not None else None
        if week is None:
            week = next((one for one in weeks if one not in tried), None)
        if week is None:
            if dives is not None:
                return
            anneal(
                crew,
                progress,
                seconds=LATER_SECONDS,
                moves=None,
                seed=seed + done,
                heat=LATER_HEAT * start_heat(crew),
            )
            tried.clear()
            done += 1
            continue
        better = Dive(crew, week, parts=() if taught is None else taught.parts, slopes=slopes).run(progress)
        done += 1
        if slopes is not None:
            guided.add(week)
        if better:
            progress.offer(crew.cost(), crew.assignments)
            tried.clear()
        if slopes is None:
            tried.add(week)

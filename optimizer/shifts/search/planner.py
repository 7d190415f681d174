"""Plan by rows: a first roster at once, annealing, then parts of it planned anew by columns, with the bound beside it.

Which parts: week after week of everybody where hours are counted by the week, and some people on some weeks (see
`neighbourhoods.py`) where limits tie all weeks of a person together. With two workers a second process proves the
bound, then searches as well.
"""

from collections.abc import Callable, Sequence

from optimizer.shifts.columns.bounding import Bounding, counted_by_week, worth_bounding
from optimizer.shifts.columns.quick_bound import QuickBounding, bounding_of
from optimizer.shifts.processes.partner import Partner
from optimizer.shifts.processes.wire import Order
from optimizer.shifts.progress import Progress
from optimizer.shifts.search.anneal import OFFER_SECONDS, anneal, anneal_seconds, start_heat
from optimizer.shifts.search.calm import calmly, many_weeks
from optimizer.shifts.search.closing import close_gap
from optimizer.shifts.search.construct import construct
from optimizer.shifts.search.crew import Crew
from optimizer.shifts.search.everybody import dive_from
from optimizer.shifts.search.in_turns import search_of
from optimizer.shifts.search.swift import is_swift
from optimizer.shifts.search.weeks_anew import Guidance, WeeksAnew
from roster.problem import Assigned

BOUND_SHARE = 0.45
"""How much of the time one process alone spends on the bound."""

LATER_HEAT = 0.15
"""Of the first heat, for annealing once no week gets better."""

LATER_SECONDS = 4.0
LATER_MOVES = 200

LONG_ANNEAL_SHARE = 0.2
"""With many weeks the first process anneals for so much of the time: until the second one has proved a bound, whose
prices annealing then leans on."""

YEAR_SHARE = 0.85
"""Of the time, for the first annealing of a year by compiled moves."""

MOVES_PER_UNIT = 60
ROUNDS_PER_UNIT = 0.5
DIVES_PER_UNIT = 0.1
"""What a unit of a deterministic limit buys: roughly a second's work for 36 people and four weeks."""


def plan(crew: Crew, progress: Progress, *, workers: int, seed: int, start_from: Sequence[Assigned]) -> None:
    """Improve until `progress` is over; what was found is there."""
    crew.begin_with(start_from)
    if not construct(crew, seed):
        return
    crew.offer(progress)
    if not crew.people:
        if not crew.broken():
            progress.raise_bound(crew.cost())
        return
    units = progress.deterministic_limit
    if units is not None:
        anneal(crew, progress, seconds=0.0, moves=round(units * MOVES_PER_UNIT), seed=seed)
        bounding = _bounding(crew)
        if bounding is not None:
            bounding.run(progress, rounds=round(units * ROUNDS_PER_UNIT))
            crew.worth = bounding.worth
            if dive_from(bounding, crew, progress):
                crew.offer(progress)
        _improve(crew, progress, seed, lambda: _taught(bounding), dives=round(units * DIVES_PER_UNIT))
        return
    seconds = anneal_seconds(crew, progress)
    if workers < 2:
        anneal(crew, progress, seconds=seconds, moves=None, seed=seed)
        bounding = _bounding(crew)
        if bounding is not None:
            bounding.run(progress, seconds=BOUND_SHARE * progress.seconds_left)
            crew.worth = bounding.worth
            if close_gap(bounding, crew, progress, seed):
                crew.offer(progress)
            if dive_from(bounding, crew, progress):
                crew.offer(progress)
        _improve(crew, progress, seed, lambda: _taught(bounding))
        return
    if not worth_bounding(crew.grid.problem) and is_swift(crew):
        # Nothing to prove beside, and threads share the rows.
        anneal(crew, progress, seconds=YEAR_SHARE * progress.seconds_left, moves=None, seed=seed, threads=workers)
        _improve(crew, progress, seed, lambda: None, threads=workers)
        return
    if many_weeks(crew):
        seconds = LONG_ANNEAL_SHARE * progress.seconds_left
    order = Order(problem=crew.grid.problem, time_limit_seconds=progress.seconds_left, workers=1, seed=seed + 1)
    partner = Partner(order, progress)
    try:
        anneal(crew, progress, seconds=seconds, moves=None, seed=seed)
        partner.tell(crew, crew.cost())
        _improve(crew, progress, seed, lambda: _learned(partner), partner=partner)
    finally:
        partner.close()


def _bounding(crew: Crew) -> Bounding | QuickBounding | None:
    if not worth_bounding(crew.grid.problem):
        return None
    return bounding_of(crew.grid, crew.people, crew.cover, crew.known_rows())


def _taught(bounding: Bounding | QuickBounding | None) -> Guidance | None:
    return None if bounding is None else Guidance(bounding.slopes, bounding.parts)


def _learned(partner: Partner) -> Guidance | None:
    latest = partner.guidance
    return None if latest is None or latest.slopes is None else Guidance(latest.slopes, latest.parts)


def _improve(
    crew: Crew,
    progress: Progress,
    seed: int,
    guidance: Callable[[], Guidance | None],
    *,
    partner: Partner | None = None,
    dives: int | None = None,
    threads: int = 1,
) -> None:
    """Plan parts anew until time is over (or for so many `dives`)."""
    calm = dives is None and many_weeks(crew)
    weeks = WeeksAnew(crew, progress, guidance) if not calm and counted_by_week(crew.grid.problem) else None
    some = search_of(crew, progress, seed, timed=dives is None, threads=threads)
    done, offered = 0, progress.seconds
    while not progress.over() and (dives is None or done < dives):
        if partner is not None:
            if partner.merge(crew):
                crew.offer(progress)
                if weeks is not None:
                    weeks.again()
            partner.tell(crew, crew.cost())
            crew.worth = partner.worth
        if calm:
            calmly(crew, progress, seed + done)
        elif weeks is not None:
            if not weeks.step():
                heat = LATER_HEAT * start_heat(crew)
                moves = None if dives is None else LATER_MOVES
                anneal(crew, progress, seconds=LATER_SECONDS, moves=moves, seed=seed + done, heat=heat)
                weeks.again()
        elif some.step() > 0 and progress.seconds - offered >= OFFER_SECONDS:
            crew.offer(progress)
            offered = progress.seconds
        done += 1
    if weeks is None:
        crew.offer(progress)

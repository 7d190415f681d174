"""The last of the gap: exact programs over whole rows find the best roster, and prove it, where nothing else does."""

import numpy as np
import pytest

from optimizer.shifts import solve as solving
from optimizer.shifts.columns import exact
from optimizer.shifts.columns.bounding import Bounding
from optimizer.shifts.columns.exact import ExactRows
from optimizer.shifts.columns.quick_bound import bounding_of
from optimizer.shifts.processes.partner import Partner
from optimizer.shifts.processes.wire import Order
from optimizer.shifts.progress import Progress
from optimizer.shifts.search import closing, planner
from optimizer.shifts.search.closing import close_gap
from optimizer.shifts.search.crew import Crew
from roster.result import Status
from roster.rules.registry import judge
from tests.optimizer.small_clinics import LONG, least_cost, small_clinic
from tests.optimizer.test_roster_planner import team
from tests.optimizer.test_roster_search import crew_of

SEEDS = (4, 9, 11)
APART = 13
"""Here the bound over whole rows ends below what the best roster costs."""


def bounded(crew: Crew) -> tuple[Bounding, Progress]:
    progress = Progress(time_limit_seconds=LONG)
    bounding = Bounding(crew.grid, crew.people, crew.cover, crew.known_rows())
    bounding.run(progress)
    return bounding, progress


@pytest.mark.slow
@pytest.mark.parametrize("seed", [*SEEDS, APART])
def test_the_best_roster_is_found_and_proved(seed: int) -> None:
    crew = crew_of(small_clinic(seed))
    assert crew.cost() > least_cost(seed)
    bounding, progress = bounded(crew)
    assert close_gap(bounding, crew, progress, 0, seconds=LONG)
    assert crew.cost() == progress.bound == least_cost(seed)
    verdict = judge(crew.grid.problem, crew.assignments())
    assert verdict.violations == ()
    assert verdict.cost == crew.cost()


@pytest.mark.slow
@pytest.mark.parametrize("seed", [*SEEDS, APART])
def test_there_is_a_roster_at_each_cost_from_the_least_on_and_none_below(seed: int) -> None:
    crew = crew_of(small_clinic(seed))
    bounding, progress = bounded(crew)
    worth = bounding.worth_by_shift
    assert worth is not None
    for more in (-2, -1, 0, 2):
        program = ExactRows(crew.people, crew.finder, crew.cover.shifts, worth, least_cost(seed) + more)
        answer = program.solve(progress, seconds=LONG, seed=0) if program.small else None
        assert (answer is not None and bool(answer.rows)) == (more >= 0)
        if answer is not None and answer.rows:
            assert not answer.none
            crew.restore({one.agent.id: list(row) for one, row in zip(crew.people, answer.rows, strict=True)})
            assert crew.cost() <= least_cost(seed) + more
            assert not judge(crew.grid.problem, crew.assignments()).violations


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS[1:])
def test_any_prices_lead_to_the_same(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "MOST_STEPS", 100_000)
    crew = crew_of(small_clinic(seed))
    bounding, progress = bounded(crew)
    worth = bounding.worth_by_shift
    assert worth is not None
    shifts = crew.cover.shifts
    # Far from the best prices the slack is wide: rows break limits, and people are missing and beyond.
    for prices in (worth * 0.5, np.clip(worth + np.random.default_rng(seed).normal(0, 2, len(worth)), 0, shifts.under)):
        for more in (-1, 0):
            program = ExactRows(crew.people, crew.finder, shifts, prices, least_cost(seed) + more)
            assert program.small
            answer = program.solve(progress, seconds=LONG, seed=0)
            assert answer.none == (more < 0)
            if answer.rows:
                for person, row in zip(crew.people, answer.rows, strict=True):
                    assert crew.finder.allows(person, row)
                crew.restore({one.agent.id: list(row) for one, row in zip(crew.people, answer.rows, strict=True)})
                assert crew.cost() == least_cost(seed)


def test_the_bound_goes_on_to_its_end_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "NEAR", 0.5)
    crew = crew_of(small_clinic(APART))
    progress = Progress(time_limit_seconds=LONG)
    bounding = Bounding(crew.grid, crew.people, crew.cover, crew.known_rows())
    while not bounding.distance <= 0.5:
        bounding.run(progress, rounds=1)
    assert bounding.distance > 0.001
    close_gap(bounding, crew, progress, 0, seconds=LONG)
    assert bounding.distance <= 1e-6


@pytest.mark.slow
def test_the_bound_rises_where_no_roster_costs_so_little_and_it_is_told() -> None:
    crew = crew_of(small_clinic(APART))
    bounding, progress = bounded(crew)
    assert progress.bound is not None
    assert progress.bound < least_cost(APART)
    told: list[int | None] = []
    close_gap(bounding, crew, progress, 0, on_bound=lambda: told.append(progress.bound), seconds=LONG)
    assert told[-1] == progress.bound == least_cost(APART)


def test_nothing_is_tried_where_it_would_be_too_large_or_there_is_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    crew = crew_of(small_clinic(SEEDS[0]))
    rows = crew.snapshot()
    bounding, progress = bounded(crew)
    assert not close_gap(bounding, crew, progress, 0, seconds=0.0)
    monkeypatch.setattr(exact, "MOST_STEPS", 30)
    assert not close_gap(bounding, crew, progress, 0, seconds=LONG)
    assert crew.rows == rows


def test_nothing_is_tried_where_more_than_cover_by_shift_ties_people() -> None:
    crew = crew_of(team(people=3, days=7, seed=1))
    rows = crew.snapshot()
    progress = Progress(time_limit_seconds=LONG)
    bounding = bounding_of(crew.grid, crew.people, crew.cover, crew.known_rows())
    bounding.run(progress, rounds=3)
    assert not close_gap(bounding, crew, progress, 0, seconds=LONG)
    assert crew.rows == rows


@pytest.mark.slow
def test_a_plan_by_one_process_ends_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solving, "DIRECT_LITERALS", 0)
    monkeypatch.setattr(planner, "anneal", lambda *_args, **_terms: None)
    monkeypatch.setattr(planner, "dive_from", lambda *_: False)
    monkeypatch.setattr(planner, "_improve", lambda *_args, **_terms: None)
    found = solving.solve(small_clinic(APART), time_limit_seconds=LONG, workers=1)
    assert found.status is Status.OPTIMAL
    assert found.objective == found.bound == least_cost(APART)


@pytest.mark.slow
def test_the_second_process_proves_more_than_its_columns_do() -> None:
    progress = Progress(time_limit_seconds=LONG)
    partner = Partner(Order(problem=small_clinic(APART), time_limit_seconds=100.0), progress)
    try:
        while progress.bound != least_cost(APART) and partner._reader.is_alive() and progress.seconds < LONG:
            partner._reader.join(timeout=0.1)
    finally:
        partner.close()
    assert progress.bound == least_cost(APART)

"""Searching rosters whose limits tie all weeks together: public instances in small, rows of a year, two searches."""

import itertools

import numpy as np
import pytest

from optimizer.shifts import solve as solving
from optimizer.shifts.cover.table import CoverTable
from optimizer.shifts.grid import Grid
from optimizer.shifts.processes.exchange import Mirror, Told, news
from optimizer.shifts.progress import Progress
from optimizer.shifts.rows import finder as rows_module
from optimizer.shifts.rows.blocks import row_by_blocks
from optimizer.shifts.rows.finder import RowFinder
from optimizer.shifts.rows.people import people_of
from optimizer.shifts.rows.relaxed import best_within
from optimizer.shifts.search import in_turns
from optimizer.shifts.search.anneal import anneal
from optimizer.shifts.search.construct import construct
from optimizer.shifts.search.crew import Crew
from optimizer.shifts.search.neighbourhoods import Neighbourhoods
from optimizer.shifts.solve import solve
from roster.exchange.curtois import problem_from_curtois
from roster.problem import Problem
from roster.result import Status
from roster.rules.registry import judge
from tests.curtois_text import TINY, cost

LONG = 600.0


def crew_of(problem: Problem) -> Crew:
    grid = Grid(problem)
    people = people_of(grid)
    crew = Crew(grid, people, RowFinder(grid, people), CoverTable(grid))
    assert construct(crew, 0)
    return crew


def year(days: int = 364) -> Problem:
    """One person's year of the tiny instance's kind: hours, weekends and late shifts limited over all of it."""
    weeks = days // 7
    lines = [
        "SECTION_HORIZON", str(days), "SECTION_SHIFTS", "E,480,", "L,600,E", "SECTION_STAFF",
        f"A,E={days}|L={weeks // 2},{weeks * 2200},{weeks * 2000},5,2,2,{weeks // 2}",
        "SECTION_DAYS_OFF", "A," + ",".join(str(day) for day in range(days // 4, days // 4 + 14)),
        "SECTION_SHIFT_ON_REQUESTS", "SECTION_SHIFT_OFF_REQUESTS",
        "SECTION_COVER", *(f"{day},{shift},1,100,1" for day in range(days) for shift in "EL"),
    ]  # fmt: skip
    return problem_from_curtois("\n".join(lines))


def test_both_ways_to_search_find_the_same_optimum(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = problem_from_curtois(TINY)
    proved = solve(problem, time_limit_seconds=LONG, deterministic_limit=100, workers=1)
    assert proved.status is Status.OPTIMAL
    monkeypatch.setattr(solving, "DIRECT_LITERALS", 0)
    one, other = (solve(problem, time_limit_seconds=LONG, deterministic_limit=60, workers=1) for _ in range(2))
    assert one.assignments == other.assignments
    assert one.bound is not None
    assert proved.objective is not None
    assert one.objective is not None
    assert one.bound <= proved.objective <= one.objective
    assert one.objective <= proved.objective + 2
    roster: dict[str, dict[int, str]] = {agent.id: {} for agent in problem.agents}
    for line in one.assignments:
        roster[line.agent][line.day] = line.shift
    assert one.objective == cost(TINY, roster)


def test_a_neighbourhood_never_makes_it_worse_and_stays_valid() -> None:
    problem = problem_from_curtois(TINY)
    crew = crew_of(problem)
    progress = Progress(time_limit_seconds=LONG)
    anneal(crew, progress, seconds=0, moves=30, seed=0)
    search = Neighbourhoods(crew, progress, 1, timed=False)
    for _ in range(4):
        before = crew.cost()
        assert search.step() == before - crew.cost() >= 0
        verdict = judge(problem, crew.assignments())
        assert verdict.violations == ()
        assert verdict.cost == crew.cost()


@pytest.mark.parametrize("seed", range(6))
def test_limits_that_are_priced_are_kept_and_the_value_is_no_dearer_than_any_row(seed: int) -> None:
    random = np.random.default_rng(seed)
    charges = random.normal(-4.0, 10.0, 9)
    counts = random.integers(0, 2, (3, 9)).astype(float)
    least, most = np.zeros(3), np.array([2.0, 1.0, 2.0])

    def find(priced: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[float, list[int]]:
        row = [one for one in range(9) if priced[one] < 0]
        return float(priced[row].sum()), row

    every = [
        float(charges[list(row)].sum())
        for size in range(10)
        for row in itertools.combinations(range(9), size)
        if (counts[:, list(row)].sum(axis=1) <= most).all()
    ]
    found = best_within(find, charges, counts, least, most, np.zeros(3))
    assert found is not None
    value, row = found
    assert (counts[:, row].sum(axis=1) <= most).all()
    assert value <= min(every) + 1e-6
    assert charges[row].sum() >= min(every) - 1e-6
    assert value >= min(every) - 15.0


def test_a_year_is_built_block_after_block_within_every_limit() -> None:
    problem = year()
    crew = crew_of(problem)
    verdict = judge(problem, crew.assignments())
    assert verdict.violations == ()
    # Everyone works about six of ten days, so most of what one person can cover is covered.
    assert verdict.cost <= 100 * 2 * problem.days - 99 * 364 * 4 // 10


def test_a_row_by_blocks_is_none_where_there_is_none() -> None:
    problem = year()
    impossible = problem.agents[0].model_copy(update={"fixed_days_off": tuple(range(0, 364, 2))})
    grid = Grid(problem.model_copy(update={"agents": (impossible,)}))
    (person,) = people_of(grid)
    assert row_by_blocks(person, person.charges) is None


def test_blocks_are_no_better_than_the_best_row(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = year(84)
    crew = crew_of(problem)
    assert crew.finder.at_once(crew.people[0])
    best = crew.cost()
    monkeypatch.setattr(rows_module, "LONG_ROW_DAYS", 14)
    monkeypatch.setattr(rows_module, "MAX_CELLS", 5_000)
    by_blocks = crew_of(problem)
    assert not by_blocks.finder.at_once(by_blocks.people[0])
    assert judge(problem, by_blocks.assignments()).violations == ()
    assert best <= by_blocks.cost()


def test_what_the_other_has_found_is_taken_up_where_it_helps() -> None:
    problem = problem_from_curtois(TINY)
    mine, other = crew_of(problem), crew_of(problem)
    for crew in (mine, other):
        noise = np.random.default_rng(1)
        for person in crew.people:
            crew.reinsert(person, noise.normal(0.0, 300.0, len(person.own)))
    assert mine.snapshot() == other.snapshot()
    told = other.snapshot()
    anneal(other, Progress(time_limit_seconds=LONG), seconds=0, moves=60, seed=3)
    mirror = Mirror()
    mirror.hear(Told(rows=told, cost=mine.cost()))
    assert not mirror.merge(mine)
    changed = news(told, other.snapshot())
    assert changed
    mirror.hear(Told(rows=changed, cost=other.cost()))
    assert mirror.merge(mine)
    assert mine.cost() <= other.cost()
    assert not mirror.merge(mine)


def test_where_no_row_after_row_leads_in_a_model_of_all_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solving, "DIRECT_LITERALS", 0)
    monkeypatch.setattr("optimizer.shifts.search.planner.construct", lambda *_: False)
    result = solve(problem_from_curtois(TINY), time_limit_seconds=60, deterministic_limit=20, workers=1)
    assert result.status is Status.OPTIMAL


def test_of_annealing_and_neighbourhoods_the_one_that_gains_more_has_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    crew = crew_of(problem_from_curtois(TINY))
    taken: list[str] = []
    monkeypatch.setattr(in_turns, "EXPLORE", 0.0)
    search = in_turns.InTurns(crew, Progress(time_limit_seconds=LONG), 0)
    for way, name, gain in zip(search._ways, ("anneal", "neighbourhood"), (5, 0), strict=True):
        monkeypatch.setattr(way, "step", lambda name=name, gain=gain: taken.append(name) or gain)
    for _ in range(6):
        search.step()
    assert sorted(taken[:2]) == ["anneal", "neighbourhood"]
    assert set(taken[2:]) == {"anneal"}


def test_a_short_annealing_later_on_never_costs_more(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = problem_from_curtois(TINY)
    crew = crew_of(problem)
    monkeypatch.setattr(in_turns, "LEAST_SECONDS", 0.2)
    search = in_turns.InTurns(crew, Progress(time_limit_seconds=LONG), 0)
    before = crew.cost()
    assert search._anneal() == before - crew.cost() >= 0
    assert judge(problem, crew.assignments()).cost == crew.cost()


def test_only_rosters_without_a_bound_take_turns() -> None:
    crew = crew_of(problem_from_curtois(TINY))
    progress = Progress(time_limit_seconds=LONG)
    assert isinstance(in_turns.search_of(crew, progress, 0), Neighbourhoods)
    long = crew_of(year())
    assert isinstance(in_turns.search_of(long, progress, 0), in_turns.InTurns)
    assert isinstance(in_turns.search_of(long, progress, 0, timed=False), Neighbourhoods)

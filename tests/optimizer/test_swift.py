"""Compiled moves: as good as the row finder's, valid under the checkers, the same on one thread or two."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from optimizer.shifts.cover.table import CoverTable
from optimizer.shifts.grid import Grid
from optimizer.shifts.progress import Progress
from optimizer.shifts.rows.finder import MAX_CELLS, RowFinder
from optimizer.shifts.rows.people import people_of
from optimizer.shifts.rows.replan import replan
from optimizer.shifts.search import swift as swift_module
from optimizer.shifts.search.anneal import anneal
from optimizer.shifts.search.construct import construct
from optimizer.shifts.search.crew import Crew
from optimizer.shifts.search.swift import SwiftRows, is_swift
from roster.exchange.curtois import problem_from_curtois
from roster.problem import Pair, Problem
from roster.rules.parameters.base import FlexibleParameters
from roster.rules.registry import judge

LONG = 600.0
FAR = 1000


def weeks_of_four(weeks: int) -> Problem:
    """Four people, two shifts, at most so many late ones that the limit binds."""
    days = 7 * weeks
    contract = f"E={days}|L={weeks},{weeks * 2400},{weeks * 1800},5,2,2,{max(1, weeks // 2)}"
    lines = [
        "SECTION_HORIZON", str(days), "SECTION_SHIFTS", "E,480,", "L,600,E", "SECTION_STAFF",
        *(f"{name},{contract}" for name in "ABCD"),
        "SECTION_DAYS_OFF", "A,3,4", "B,10", "SECTION_SHIFT_ON_REQUESTS", "C,2,L,3", "SECTION_SHIFT_OFF_REQUESTS",
        "D,5,E,2", "SECTION_COVER", *(f"{day},{shift},{2 - day % 2},100,1" for day in range(days) for shift in "EL"),
    ]  # fmt: skip
    return problem_from_curtois("\n".join(lines))


def crew_of(problem: Problem) -> Crew:
    grid = Grid(problem)
    people = people_of(grid)
    crew = Crew(grid, people, RowFinder(grid, people), CoverTable(grid))
    assert construct(crew, 0)
    return crew


@pytest.mark.parametrize("days", [range(28), range(7, 21)])
def test_a_move_is_as_good_as_the_best_row_that_the_finder_knows(days: range) -> None:
    crew = crew_of(weeks_of_four(4))
    person, shifts = crew.people[2], crew.cover.shifts
    assert person.start is not None
    noise = np.random.default_rng(1).normal(0.0, 5.0, len(crew.grid.options))
    row = crew.take(person)
    assert row is not None
    prices = crew.prices(person) + noise
    wide = crew.finder.window(person, row, days)
    best = crew.finder.best(person, prices, wide)
    crew.put(person, row)
    assert best is not None
    extras = (0,)
    worked, works = person.worked(row), crew.works.copy()
    done, _ = replan(
        person.program(extras), person.limits(extras), person.tallies, person.machine.counters.stacked, person.start,
        person.must_work, days.start, days.stop, person.charges, shifts.required, shifts.under, shifts.over,
        noise[2 * days.start : 2 * days.stop], FAR, 0, MAX_CELLS, worked, works, np.empty(len(works)),
    )  # fmt: skip
    assert done
    charged = prices + person.own
    mine = [2 * day + int(worked[day]) for day in days if worked[day] < 2]
    assert charged[mine].sum() == pytest.approx(charged[best[1]].sum())
    assert crew.finder.allows(person, mine, wide)


def test_near_rows_hold_the_present_one() -> None:
    """However narrow the search, a row put back without noise is no dearer than it was."""
    crew = crew_of(weeks_of_four(8))
    rows = SwiftRows(crew, 3)
    for _ in range(6):
        before = rows.cost()
        rows.sweep(0.0)
        assert rows.cost() <= before


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("temperature", [0.0, 4.0])
def test_sweeps_keep_every_rule_and_know_their_cost(
    temperature: float, exact: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not exact:
        monkeypatch.setattr(swift_module, "LONG_ROW_DAYS", 0)
    problem = weeks_of_four(8)
    crew = crew_of(problem)
    with ThreadPoolExecutor(1) as other:
        rows = SwiftRows(crew, 2, other)
        for _ in range(12):
            assert rows.sweep(temperature) == 2 * len(crew.people)
    rows.keep()
    said = rows.cost()
    rows.give_back()
    verdict = judge(problem, crew.assignments())
    assert verdict.violations == ()
    assert verdict.cost == crew.cost() == said


def test_two_threads_give_what_one_after_the_other_gives() -> None:
    class InTurn(ThreadPoolExecutor):
        """Does at once, in the caller's thread, what it is asked to do."""

        def submit(self, fn, /, *args, **kwargs):  # type: ignore[no-untyped-def]
            future = super().submit(fn, *args, **kwargs)
            future.result()
            return future

    found = []
    for kind in (ThreadPoolExecutor, InTurn):
        crew = crew_of(weeks_of_four(8))
        with kind(1) as other:
            rows = SwiftRows(crew, 2, other)
            for _ in range(10):
                rows.sweep(3.0)
        found.append(rows.rows())
    assert found[0] == found[1]


def test_annealing_by_compiled_moves_gains_and_remembers_rows() -> None:
    crew = crew_of(weeks_of_four(8))
    assert is_swift(crew)
    before = crew.cost()
    progress = Progress(time_limit_seconds=LONG)
    anneal(crew, progress, seconds=0.0, moves=200, seed=1)
    assert crew.cost() < before
    assert progress.objective == crew.cost()
    assert all(len(known) > 1 for known in crew.known.values())


def test_who_is_tied_to_somebody_is_not_moved_by_compiled_moves() -> None:
    problem = weeks_of_four(4)
    rules = problem.rules.model_copy(update={"keep_apart": FlexibleParameters(mode="soft", weight=5)})
    tied = problem.model_copy(update={"apart": (Pair(first="A", second="B"),), "rules": rules})
    assert is_swift(crew_of(problem))
    assert not is_swift(crew_of(tied))

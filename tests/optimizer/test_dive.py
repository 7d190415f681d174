"""Diving on everybody's whole rows: from the bound's columns, with a master that gets smaller as people are fixed."""

import numpy as np
import pytest

from optimizer.shifts.columns.bounding import Bounding
from optimizer.shifts.progress import Progress
from optimizer.shifts.search import dive as diving
from optimizer.shifts.search.crew import Crew
from optimizer.shifts.search.dive import Dive
from optimizer.shifts.search.everybody import dive_from
from optimizer.shifts.search.neighbourhoods import Neighbourhoods
from roster.exchange.curtois import problem_from_curtois
from roster.problem import Problem
from roster.rules.registry import judge
from tests.optimizer.test_roster_search import crew_of

LONG = 600.0
"""Seconds no test reaches: counts end them."""

PEOPLE, DAYS = 9, 21


def clinic() -> Problem:
    """Two shifts a day for nine people over three weeks, hours and weekends limited over all of them."""
    random = np.random.default_rng(5)
    asked = {(day, shift): int(random.integers(2, 4)) for day in range(DAYS) for shift in "EL"}
    lines = [
        "SECTION_HORIZON", str(DAYS), "SECTION_SHIFTS", "E,480,", "L,480,E", "SECTION_STAFF",
        *(f"{chr(65 + one)},E={DAYS}|L={DAYS},7200,6240,5,2,2,2" for one in range(PEOPLE)),
        "SECTION_DAYS_OFF", *(f"{chr(65 + one)},{2 * one}" for one in range(PEOPLE)),
        "SECTION_SHIFT_ON_REQUESTS",
        *(f"{chr(65 + one)},{(5 * one + 3) % DAYS},{'EL'[one % 2]},{1 + one % 3}" for one in range(PEOPLE)),
        "SECTION_SHIFT_OFF_REQUESTS",
        "SECTION_COVER", *(f"{day},{shift},{count},100,1" for (day, shift), count in asked.items()),
    ]  # fmt: skip
    return problem_from_curtois("\n".join(lines))


def bounded(crew: Crew) -> tuple[Bounding, Progress]:
    progress = Progress(time_limit_seconds=LONG)
    bounding = Bounding(crew.grid, crew.people, crew.cover, crew.known_rows())
    bounding.run(progress)
    return bounding, progress


def test_the_bounds_columns_lead_to_a_roster_close_to_the_bound() -> None:
    crew = crew_of(clinic())
    before = crew.cost()
    bounding, progress = bounded(crew)
    assert dive_from(bounding, crew, progress)
    assert progress.bound is not None
    assert progress.bound <= crew.cost() <= progress.bound + 0.2 * (before - progress.bound)
    verdict = judge(crew.grid.problem, crew.assignments())
    assert verdict.violations == ()
    assert verdict.cost == crew.cost()


def test_a_bound_that_is_far_off_is_no_place_to_begin() -> None:
    crew = crew_of(clinic())
    bounding = Bounding(crew.grid, crew.people, crew.cover, crew.known_rows())
    bounding.run(Progress(time_limit_seconds=LONG), rounds=1)
    assert bounding.distance > 0.02
    assert not dive_from(bounding, crew, Progress(time_limit_seconds=LONG))


def test_people_leave_the_master_and_it_still_says_what_all_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diving, "LEAVES_SHARE", 0.01)
    crew = crew_of(clinic())
    bounding, progress = bounded(crew)
    master = bounding._master
    master.solve()
    whole = master.value
    heaviest = max(master.weights, key=lambda number: master.weights[number])
    settled = [master.columns[heaviest]]
    # Here every column is kept: the smaller master can do all that the other could with that column fixed.
    rest, stay = master.without(settled, len(master.columns))
    rest.solve()
    master.fix(heaviest)
    master.solve()
    assert settled[0].unit not in stay
    assert len(stay) == PEOPLE - 1
    assert rest.value == pytest.approx(master.value)
    assert rest.value >= whole - 1e-6
    few, _ = master.without(settled, 1)
    few.solve()
    assert few.value >= rest.value - 1e-6
    assert len(few.columns) < len(rest.columns)
    assert Dive(crew, range(DAYS), parts=bounding.promising(20)).run(progress, reprice=16)
    assert judge(crew.grid.problem, crew.assignments()).cost == crew.cost()


def test_sizes_that_take_too_long_for_the_time_left_are_not_tried() -> None:
    crew = crew_of(clinic())
    search = Neighbourhoods(crew, Progress(time_limit_seconds=LONG), 0)
    small, large = search._sizes[0], search._sizes[-1]
    small.learn(1, 1.0)
    assert small.expected(dearest=99.0) == pytest.approx(1.0)
    assert large.expected(dearest=0.5) == pytest.approx(0.5 * large.people * large.weeks)
    for size in search._sizes:
        size.learn(1000 if size is large else 1, LONG if size is large else 1.0)
    assert {search._choose() is large for _ in range(40)} == {False}

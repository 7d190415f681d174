"""Whole rows of many people anew: valid, never dearer, better than annealing alone."""

import pytest

from bench.own_shape import own_shape
from optimizer.shifts.columns.quick_bound import QuickBounding
from optimizer.shifts.progress import Progress
from optimizer.shifts.search.anneal import anneal
from optimizer.shifts.search.construct import construct
from optimizer.shifts.search.crew import Crew
from optimizer.shifts.search.rows_anew import RowsAnew
from roster.rules.registry import judge
from tests.optimizer.test_roster_planner import crew_of
from tests.optimizer.test_team_terms import team as tied_team

LONG = 600.0
"""Seconds no test reaches: counts end them."""


def annealed(crew: Crew, moves: int) -> Crew:
    assert construct(crew, 0)
    anneal(crew, Progress(time_limit_seconds=LONG), seconds=0.0, moves=moves, seed=0)
    return crew


def test_rows_anew_from_what_the_bound_found_beat_annealing() -> None:
    crew = annealed(crew_of(own_shape(agents=14, days=14)), 700)
    before = crew.cost()
    progress = Progress(time_limit_seconds=LONG)
    bounding = QuickBounding(crew.grid, crew.people, crew.cover, crew.rows)
    bounding.run(progress, rounds=12)
    assert RowsAnew(crew, duals=bounding.duals, slopes=bounding.slopes).run(progress)
    assert progress.bound is not None
    assert progress.bound <= crew.cost() <= before - 0.05 * (before - progress.bound)
    verdict = judge(crew.grid.problem, crew.assignments())
    assert verdict.violations == ()
    assert verdict.cost == crew.cost()


@pytest.mark.parametrize("seed", range(4))
def test_they_keep_the_teams_rules_and_never_cost_more(seed: int) -> None:
    crew = annealed(crew_of(tied_team(seed, days=14, role_cover={"mode": "soft"})), 40)
    assert crew.broken() == 0
    before = crew.cost()
    better = RowsAnew(crew).run(Progress(time_limit_seconds=LONG))
    assert better == (crew.cost() < before)
    assert crew.cost() <= before
    verdict = judge(crew.grid.problem, crew.assignments())
    assert verdict.violations == ()
    assert verdict.cost == crew.cost()


def test_of_people_who_are_tied_one_is_free() -> None:
    crew = annealed(crew_of(own_shape(agents=100, days=7)), 100)
    free = {person.agent.id for person in RowsAnew(crew)._people}
    ties = [*crew.grid.problem.together, *crew.grid.problem.apart]
    assert ties
    assert all(not {tie.first, tie.second} <= free for tie in ties)
    tied = {agent for tie in ties for agent in (tie.first, tie.second)}
    assert free >= {person.agent.id for person in crew.people} - tied


def test_what_runs_out_of_time_leaves_the_roster() -> None:
    crew = annealed(crew_of(own_shape(agents=12, days=7)), 100)
    before = crew.snapshot()
    assert not RowsAnew(crew).run(Progress(time_limit_seconds=0.0))
    assert crew.snapshot() == before

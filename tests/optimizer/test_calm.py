"""Annealing on at a low heat: which rosters it is for, and that it gains without ever losing."""

import pytest

from bench.own_shape import own_shape
from optimizer.shifts.progress import Progress
from optimizer.shifts.search import calm
from optimizer.shifts.search.anneal import anneal
from optimizer.shifts.search.calm import calmly, many_weeks
from optimizer.shifts.search.construct import construct
from optimizer.shifts.search.crew import Crew
from tests.optimizer.test_roster_planner import crew_of

LONG = 600.0
"""Seconds no test reaches: counts end them."""


def annealed(seed: int) -> Crew:
    crew = crew_of(own_shape(agents=10, days=14, seed=seed))
    assert construct(crew, seed)
    anneal(crew, Progress(time_limit_seconds=LONG), seconds=0.0, moves=30, seed=seed)
    return crew


def test_it_is_for_many_people_and_weeks_counted_by_the_week(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = own_shape(agents=10, days=14)
    assert not many_weeks(crew_of(problem))
    monkeypatch.setattr(calm, "MANY_WEEKS", 19)
    assert many_weeks(crew_of(problem))
    monkeypatch.setattr(calm, "MANY_WEEKS", 20)
    assert not many_weeks(crew_of(problem))
    monkeypatch.setattr(calm, "MANY_WEEKS", 19)
    longer = problem.rules.period_minutes.model_copy(update={"mode": "hard"})
    by_week = problem.rules.contract_minutes.model_copy(update={"mode": "off"})
    rules = problem.rules.model_copy(update={"period_minutes": longer, "contract_minutes": by_week})
    assert not many_weeks(crew_of(problem.model_copy(update={"rules": rules})))


@pytest.mark.parametrize("seed", range(2))
def test_it_gains_and_never_loses(seed: int) -> None:
    crew = annealed(seed)
    costs = [crew.cost()]
    for turn in range(3):
        better = calmly(crew, Progress(time_limit_seconds=LONG), turn, moves=100)
        costs.append(crew.cost())
        assert better == (costs[-1] < costs[-2])
        assert costs[-1] <= costs[-2]
    assert costs[-1] < costs[0]
    assert crew.broken() == 0

"""Annealing that leans on a bound's prices, and tables of rows laid out once for all prices."""

import numpy as np
import pytest

from optimizer.shifts.columns.quick_bound import QuickBounding, bounding_of
from optimizer.shifts.progress import Progress
from optimizer.shifts.rows.arrays import FOUND
from optimizer.shifts.rows.table import cheapest
from optimizer.shifts.search import anneal as annealing
from optimizer.shifts.search.anneal import anneal
from tests.optimizer.test_calm import LONG, annealed


def test_prices_lean_from_what_an_option_adds_now_to_what_it_is_worth() -> None:
    crew = annealed(0)
    person = crew.people[0]
    now = crew.prices(person)
    crew.lean = 0.25
    assert (crew.prices(person) == now).all()
    crew.worth = np.arange(now.size * len(crew.cover.groups), dtype=float).reshape(len(crew.cover.groups), -1)
    ties = crew.team.prices(person.agent.id)
    tied = np.zeros_like(now) if ties is None else ties
    wanted = 0.75 * (now - tied) + 0.25 * crew.worth[crew.cover.group_of[person.agent.id]] + tied
    np.testing.assert_allclose(crew.prices(person), wanted)


def test_annealing_leans_less_and_less_and_ends_upright(monkeypatch: pytest.MonkeyPatch) -> None:
    crew = annealed(1)
    crew.worth = np.zeros((len(crew.cover.groups), len(crew.grid.options)))
    leant = []

    class Watched(annealing.CrewRows):
        def sweep(self, temperature: float) -> int:
            leant.append((crew.lean, temperature))
            return super().sweep(temperature)

    monkeypatch.setattr(annealing, "CrewRows", Watched)
    before = crew.cost()
    anneal(crew, Progress(time_limit_seconds=LONG), seconds=0.0, moves=400, seed=0, heat=20.0)
    leans = [lean for lean, _ in leant]
    assert leans[0] == annealing.LEAN
    assert leans == sorted(leans, reverse=True)
    assert all((lean > 0.0) == (temperature > 0.0) for lean, temperature in leant)
    assert leans[-1] == 0.0
    assert crew.lean == 0.0
    assert crew.cost() <= before


def test_what_options_are_worth_is_known_once_there_is_a_bound() -> None:
    crew = annealed(0)
    bounding = bounding_of(crew.grid, crew.people, crew.cover, crew.known_rows())
    assert isinstance(bounding, QuickBounding)
    assert bounding.worth is None
    bounding.run(Progress(time_limit_seconds=LONG), rounds=2)
    assert bounding.worth is not None
    assert bounding.worth.shape == (len(crew.cover.groups), len(crew.grid.options))


@pytest.mark.parametrize("seed", range(6))
def test_a_table_laid_out_for_other_prices_has_the_same_best_row(seed: int) -> None:
    """What is closed by the prices of the day is closed in a table that was laid out while it was open."""
    crew = annealed(0)
    random = np.random.default_rng(seed)
    for person in crew.people:
        window = crew.finder._whole[person.agent.id]
        prices = random.normal(0.0, 30.0, len(person.own))
        prices[random.random(len(prices)) < 0.4] = np.inf
        found = crew.finder.best(person, prices)
        extras = () if found is None else person.counted
        anew = cheapest(
            person.program(extras),
            person.limits(extras),
            person.limits(extras),
            window.frames[extras],
            0,
            crew.grid.problem.days,
            prices + person.charges,
            person.must_work,
            1_000_000,
        )
        assert (found is not None) == (anew[0] == FOUND)
        if found is not None:
            assert found == (anew[1], anew[2].tolist())

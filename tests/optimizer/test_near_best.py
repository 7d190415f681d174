"""All rows near a person's best one, against every row there is: exactly those within the slack, each once."""

import numpy as np
import pytest

from optimizer.shifts.rows import finder as finding
from optimizer.shifts.rows.near_best import RowGraph
from tests.optimizer.test_rows_every_way import SEEDS, Every, Row, every, prices_of

SLACKS = (0.0, 3.0, 25.0)
MANY = 100_000


def paths(graph: RowGraph, options: int) -> list[tuple[Row, int]]:
    """The row of each path, and what its moves cost."""
    found: list[tuple[Row, int, int]] = [((), 0, 0)]
    for day, steps in enumerate(graph.days):
        found = [
            ((*row, day * options + step.option) if step.option < options else row, cost + step.cost, step.target)
            for row, cost, node in found
            for step in steps
            if step.source == node
        ]
    return [(row, cost) for row, cost, _ in found]


def within(one: Every, prices: "np.ndarray[tuple[int], np.dtype[np.float64]]", slack: float) -> dict[Row, float]:
    """Every allowed row that is so near to the best one, with its value."""
    values = {row: cost + float(prices[list(row)].sum()) for row, cost in one.costs.items()}
    least = min(values.values(), default=0.0)
    return {row: value for row, value in values.items() if value <= least + slack}


@pytest.mark.parametrize("seed", SEEDS)
def test_its_paths_are_the_rows_within_the_slack_each_once(seed: int) -> None:
    one = every(seed)
    person, options = one.person, len(one.problem.shifts)
    for turn, slack in enumerate(SLACKS):
        prices = prices_of(100 * seed + turn, one.grid)
        graph = one.finder.near_best(person, prices, slack, MANY)
        expected = within(one, prices, slack)
        if graph is None:
            assert not expected
            continue
        found = paths(graph, options)
        rows = [row for row, _ in found]
        assert len(set(rows)) == len(rows)
        valid = {row: cost for row, cost in found if not person.seldom_broken(row)[0]}
        assert valid.keys() >= expected.keys()
        for row, cost in valid.items():
            # Paths may be dearer, never forbidden, and what they cost is known.
            assert one.costs[row] == person.own[list(row)].sum() + cost
            value = one.costs[row] + prices[list(row)].sum()
            assert (row in expected) == (value <= graph.value + slack)
        assert graph.value == min(expected.values())


@pytest.mark.parametrize("seed", SEEDS)
def test_each_step_is_on_a_row_within_the_slack(seed: int) -> None:
    one = every(seed)
    options = len(one.problem.shifts)
    prices = prices_of(seed, one.grid)
    graph = one.finder.near_best(one.person, prices, 25.0, MANY)
    if graph is None:
        return
    values = {
        row: float(one.person.own[list(row)].sum() + cost + prices[list(row)].sum())
        for row, cost in paths(graph, options)
    }
    near = [row for row, value in values.items() if value <= graph.value + 25.0]
    worked = {(day, next((i % options for i in row if i // options == day), options)) for row in near
              for day in range(one.problem.days)}  # fmt: skip
    assert {(day, step.option) for day, steps in enumerate(graph.days) for step in steps} == worked


def test_more_rows_than_wanted_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    one = next(found for found in map(every, SEEDS) if len(found.costs) > 20)
    prices = prices_of(0, one.grid)
    graph = one.finder.near_best(one.person, prices, 25.0, MANY)
    assert graph is not None
    steps = sum(map(len, graph.days))
    assert one.finder.near_best(one.person, prices, 25.0, steps - 1) is None
    monkeypatch.setattr(finding, "MAX_CELLS_NEAR_BEST", 1)
    assert one.finder.near_best(one.person, prices, 25.0, MANY) is None


def test_the_same_can_follow_from_a_node_only_once() -> None:
    merged = 0
    for seed in SEEDS:
        one = every(seed)
        graph = one.finder.near_best(one.person, prices_of(seed, one.grid), 25.0, MANY)
        for steps in () if graph is None else graph.days:
            nodes = {step.source for step in steps}
            onward = {
                frozenset((step.option, step.cost, step.target) for step in steps if step.source == node)
                for node in nodes
            }
            assert len(onward) == len(nodes)
            merged += len(steps) > len(nodes)
    assert merged

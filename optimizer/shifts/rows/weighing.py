"""What a row costs and which prices on its balances it disagrees with, compiled: asked of every row of a search."""

from collections.abc import Sequence

import numpy as np

from optimizer.compiled import compiled
from optimizer.shifts.rows.arrays import Floats, Ints, Limits, Program, walk
from optimizer.shifts.rows.people import Person

SAME = 1e-6


class Weigher:
    """Weighs rows of one person."""

    def __init__(self, person: Person) -> None:
        self._person = person
        balances = person.balances
        turns = max((len(one.turns) for one in balances), default=0)
        points, changes = np.full((len(balances), turns), np.inf), np.zeros((len(balances), turns))
        for place, one in enumerate(balances):
            points[place, : len(one.turns)] = [point for point, _ in one.turns]
            changes[place, : len(one.turns)] = [change for _, change in one.turns]
        self._arrays = (
            person.own,
            person.amounts,
            np.array([one.start for one in balances], float),
            np.array([one.at_zero for one in balances], float),
            person.lowest,
            points,
            changes,
        )

    def weigh(self, row: Sequence[int], prices: Floats, slopes: Floats) -> tuple[float, Floats, Floats]:
        """(cost, excess, lack) of a valid row whose options cost `prices` beside their own.

        The cost is all that personal rules say, and the prices. `excess`: by how much each balance costs more than the
        least that it could at a price of `slopes` on each unit; `lack`: the row's sum, less the sum where that is.
        Raises `ValueError` where the moves can't be made.
        """
        person = self._person
        start = -1 if person.start is None else person.start
        numbers = np.array(row, np.int64)
        cost, excess, lack = weighed(person.program(), person.limits(), start, numbers, prices, slopes, *self._arrays)
        if cost == np.inf:
            raise ValueError(f"{person.agent.id} can't work the row {list(row)}")
        return cost + person.empty_cost, excess, lack


@compiled
def weighed(
    program: Program,
    limits: Limits,
    start: int,
    row: Ints,
    prices: Floats,
    slopes: Floats,
    own: Floats,
    amounts: Floats,
    starts: Floats,
    at_zero: Floats,
    lowest: Floats,
    points: Floats,
    changes: Floats,
) -> tuple[float, Floats, Floats]:
    """(cost, infinite where the moves can't be made; the excess and the lack of each balance)."""
    days = len(program.layer_of)
    worked = np.full(days, program.options)
    cost = 0.0
    for number in row:
        worked[number // program.options] = number % program.options
        cost += own[number] + prices[number]
    excess = np.zeros(len(starts))
    lack = np.zeros(len(starts))
    if start < 0:
        return np.inf, excess, lack
    state, moves = walk(program, limits, worked, 0, days, start, np.zeros(program.arc_amount.shape[1], np.int64))
    if state < 0:
        return np.inf, excess, lack
    cost += moves
    for balance in range(len(starts)):
        total = starts[balance]
        for number in row:
            total += amounts[balance, number]
        there = _bent(total, at_zero[balance], lowest[balance], points[balance], changes[balance])
        cost += there
        best = np.inf
        for turn in range(points.shape[1]):
            point = points[balance, turn]
            if point < np.inf:
                value = _bent(point, at_zero[balance], lowest[balance], points[balance], changes[balance])
                value += slopes[balance] * (total - point)
                nearer = abs(total - point) < abs(lack[balance])
                if value < best - SAME or (value < best + SAME and nearer):
                    best = min(best, value)
                    lack[balance] = total - point
        if there < best + SAME:
            lack[balance] = 0.0
        elif best < np.inf:
            excess[balance] = there - best
    return cost, excess, lack


@compiled
def _bent(total: float, at_zero: float, lowest: float, points: Floats, changes: Floats) -> float:
    """What a sum costs by one balance."""
    cost = at_zero + lowest * total
    for turn in range(len(points)):
        cost += changes[turn] * max(0.0, total - points[turn])
    return cost

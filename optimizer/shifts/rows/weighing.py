"""What a row costs and where its balances' costs turn, compiled: asked of every row that a search looks at."""

from collections.abc import Sequence

import numpy as np

from optimizer.compiled import compiled
from optimizer.shifts.rows.kernel import Floats, Ints, Limits, Program, walk
from optimizer.shifts.rows.people import Person


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

    def weigh(self, row: Sequence[int], prices: Floats) -> tuple[float, Floats, Floats]:
        """(cost, least, most) of a valid row whose options cost `prices` beside their own.

        The cost is all that personal rules say and the prices; `least` and `most`: between which slopes each balance's
        cost turns at the row's sum. Raises `ValueError` where the moves can't be made.
        """
        person = self._person
        start = -1 if person.start is None else person.start
        numbers = np.array(row, np.int64)
        cost, least, most = weighed(person.program(), person.limits(), start, numbers, prices, *self._arrays)
        if cost == np.inf:
            raise ValueError(f"{person.agent.id} can't work the row {list(row)}")
        return cost + person.empty_cost, least, most


@compiled
def weighed(
    program: Program,
    limits: Limits,
    start: int,
    row: Ints,
    prices: Floats,
    own: Floats,
    amounts: Floats,
    starts: Floats,
    at_zero: Floats,
    lowest: Floats,
    points: Floats,
    changes: Floats,
) -> tuple[float, Floats, Floats]:
    """(cost, infinite where the moves can't be made; the slopes between which each balance turns)."""
    days = len(program.layer_of)
    worked = np.full(days, program.options)
    cost = 0.0
    for number in row:
        worked[number // program.options] = number % program.options
        cost += own[number] + prices[number]
    least = lowest.copy()
    most = lowest.copy()
    if start < 0:
        return np.inf, least, most
    state, moves = walk(program, limits, worked, 0, days, start, np.zeros(program.arc_amount.shape[1], np.int64))
    if state < 0:
        return np.inf, least, most
    cost += moves
    for balance in range(len(starts)):
        total = starts[balance]
        for number in row:
            total += amounts[balance, number]
        cost += at_zero[balance] + lowest[balance] * total
        for turn in range(points.shape[1]):
            if points[balance, turn] <= total:
                most[balance] += changes[balance, turn]
                if points[balance, turn] < total:
                    least[balance] += changes[balance, turn]
                    cost += changes[balance, turn] * (total - points[balance, turn])
    return cost, least, most

"""The balances of many people at once, as arrays: [person, balance], those that somebody has fewer of padded with none.

A balance is convex and piecewise linear (see `rows/in_row.py`): its price is a slope between that before all of its
turns and that after them.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optimizer.shifts.rows.people import Person

Floats = NDArray[np.float64]


class BalanceArrays:
    """Costs, slopes and the least of what lies beyond a slope, for everybody in one go."""

    def __init__(self, people: Sequence[Person]) -> None:
        self.width = max((len(one.balances) for one in people), default=0)
        shape = (len(people), self.width)
        turns = max((len(balance.turns) for one in people for balance in one.balances), default=0)
        self._at_zero = np.zeros(shape)
        self._lowest = np.zeros(shape)
        self._points = np.zeros((*shape, turns + 1))
        """[person, balance, turn]; what is left over has a change of 0 and lies at the start."""
        self._changes = np.zeros((*shape, turns + 1))
        self.starts = np.zeros(shape)
        self.largest = np.zeros(shape)
        """The most that one option adds."""
        for number, person in enumerate(people):
            for place, one in enumerate(person.balances):
                self._at_zero[number, place] = one.at_zero
                self._lowest[number, place] = one.slope
                self.starts[number, place] = one.start
                self.largest[number, place] = max((abs(amount) for amount in one.amounts), default=0)
                self._points[number, place, :] = one.start
                for turn, (point, change) in enumerate(sorted(one.turns)):
                    self._points[number, place, turn] = point
                    self._changes[number, place, turn] = change
        self.range: Floats = self._changes.sum(axis=2)
        """From the flattest slope to the steepest."""
        self._before = self._lowest[:, :, None] + np.cumsum(self._changes, axis=2) - self._changes
        self._corners = self._costs(self._points)
        """What each turn costs."""

    @property
    def slopes(self) -> tuple[Floats, Floats]:
        """The flattest and the steepest of each."""
        return self._lowest, self._lowest + self.range

    def _costs(self, totals: Floats) -> Floats:
        """Of sums [person, balance, any]."""
        costs: Floats = self._at_zero[:, :, None] + self._lowest[:, :, None] * totals
        for turn in range(self._points.shape[2]):
            beyond = np.maximum(0.0, totals - self._points[:, :, turn, None])
            costs = costs + self._changes[:, :, turn, None] * beyond
        return costs

    def cost(self, totals: Floats) -> float:
        """What the sums [person, balance] cost together."""
        return float(self._costs(totals[:, :, None]).sum())

    def slopes_at(self, totals: Floats) -> Floats:
        """The middle of the slopes between which each cost turns at its sum."""
        over = totals[:, :, None] > self._points
        at = totals[:, :, None] == self._points
        slopes: Floats = self._lowest + (self._changes * (over + 0.5 * at)).sum(axis=2)
        return slopes

    def moved(self, slopes: Floats, totals: Floats, step: Floats) -> Floats:
        """The slopes after a step towards those of the sums: the proximal point of the cost's conjugate."""
        wanted = (slopes + step * totals)[:, :, None] - step[:, :, None] * self._points - self._before
        moved: Floats = self._lowest + np.clip(wanted, 0.0, self._changes).sum(axis=2)
        return moved

    def least_beyond(self, slopes: Floats) -> float:
        """The least of cost(sum) - slope * (sum - start), over all sums and balances, for slopes within their range."""
        if not self.width:
            return 0.0
        beyond = self._corners - slopes[:, :, None] * (self._points - self.starts[:, :, None])
        return float(beyond.min(axis=2).sum())

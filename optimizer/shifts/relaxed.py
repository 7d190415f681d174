"""Limits that bind together, too many of them to be counted exactly: priced instead, by Lagrange.

Prices on what is counted rise where a row breaks a limit and fall where it leaves room. The least value of any of these
relaxed rows, less what the limits are worth, is never above that of the best row: it may stand in a proved bound. The
row given back keeps all limits; it may not be the best.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ROUNDS = 12
FIRST_STEP = 20.0
COOLING = 0.7
BARRED_ROUNDS = 40

Find = Callable[[Floats], tuple[float, list[int]] | None]
"""The best row at the charges of all options, the limits left out."""


def best_within(
    find: Find, charges: Floats, counts: Floats, least: Floats, most: Floats
) -> tuple[float, list[int]] | None:
    """(what no row costs less than, a row that keeps the limits); None where none was found.

    `counts`: [limit, option], what each limit counts; `least`, `most`: what a row's sum must be within.
    """
    prices = np.zeros(len(counts))
    lower, best, row = -np.inf, np.inf, None
    step = FIRST_STEP
    for _ in range(ROUNDS):
        found = find(charges + prices @ counts)
        if found is None:
            return None
        worth = float(np.where(prices > 0, prices * most, prices * least).sum())
        lower = max(lower, found[0] - worth)
        sums = counts[:, found[1]].sum(axis=1)
        above, below = sums - most, least - sums
        if (above <= 0).all() and (below <= 0).all():
            value = float(charges[found[1]].sum()) + _moves(found, charges + prices @ counts)
            if value < best:
                best, row = value, found[1]
            if best <= lower + 1e-6 or not prices.any():
                break
        prices = _moved(prices, above, below, step)
        step *= COOLING
    if row is None:
        row = _by_barring(find, charges + prices @ counts, charges, counts, least, most)
    return None if row is None else (min(lower, best), row)


def _moves(found: tuple[float, list[int]], charged: Floats) -> float:
    """What the row's moves cost: all but its options."""
    return found[0] - float(charged[found[1]].sum())


def _moved(prices: Floats, above: Floats, below: Floats, step: float) -> Floats:
    """Dearer where too much was counted, cheaper where too little, back towards nothing where there is room."""
    moved = prices + step * np.maximum(above, 0.0) - step * np.maximum(below, 0.0)
    slack = (above < 0) & (below < 0)
    room = np.minimum(-above, -below)
    nearer = np.sign(prices) * np.maximum(0.0, np.abs(prices) - step * room / 2)
    return np.where(slack, nearer, moved)


def _by_barring(
    find: Find, charged: Floats, charges: Floats, counts: Floats, least: Floats, most: Floats
) -> list[int] | None:
    """A row that keeps the limits, by closing the dearest of what it has too much of, again and again."""
    charged = charged.copy()
    for _ in range(BARRED_ROUNDS):
        found = find(charged)
        if found is None:
            return None
        row = found[1]
        sums = counts[:, row].sum(axis=1)
        if (sums < least).any():
            return None
        broken = np.flatnonzero(sums > most)
        if not len(broken):
            return row
        for limit in broken:
            _close(charged, charges, counts[limit], row, float(most[limit]))
    return None


def _close(charged: Floats, charges: Floats, counts: Floats, row: Sequence[int], most: float) -> None:
    room = most
    for option in sorted((one for one in row if counts[one]), key=lambda one: float(charges[one])):
        room -= float(counts[option])
        if room < 0:
            charged[option] = np.inf

"""Limits that bind together, too many of them to be counted exactly: priced instead, by Lagrange.

Prices on what is counted rise where a row breaks a limit and fall where it leaves room. The least value of any of these
relaxed rows, less what the limits are worth, is never above that of the best row: it may stand in a proved bound. The
row given back keeps all limits; it may not be the best.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ROUNDS = 16
FIRST_SHARE = 1.0
"""Polyak's step, towards where the relaxed value would be the best row's; halved each time that goes too far."""

FARTHEST = 300.0
"""No step aims higher than this, as the best row known may be a poor one."""

GOOD = 1e-3
"""Relative distance of the best row to what no row goes below at which no better prices are sought."""

BARRED_ROUNDS = 40

Find = Callable[[Floats], tuple[float, list[int]] | None]
"""The best row at the charges of all options, the limits left out."""


def best_within(
    find: Find, charges: Floats, counts: Floats, least: Floats, most: Floats, prices: Floats
) -> tuple[float, list[int]] | None:
    """(what no row costs less than, a row that keeps the limits); None where none was found.

    `counts`: [limit, option], what each limit counts; `least`, `most`: what a row's sum must be within; `prices`: of
    each limit, to begin with; they are changed in place to those that did best.
    """
    now, share = prices.copy(), FIRST_SHARE
    lower, best, row = -np.inf, np.inf, None
    from_there = np.zeros(len(counts))
    for _ in range(ROUNDS):
        found = find(charges + now @ counts)
        if found is None:
            return None
        sums = counts[:, found[1]].sum(axis=1)
        value = found[0] - float(np.where(now > 0, now * most, now * least).sum())
        if (sums <= most).all() and (sums >= least).all():
            cost = found[0] - float((now @ counts)[found[1]].sum())
            if cost < best:
                best, row = cost, found[1]
        if value > lower + 1e-9:
            lower, from_there = value, _beyond(sums, now, least, most)
            prices[:] = now
        else:
            share /= 2
        length = float(from_there @ from_there)
        if length == 0.0 or (row is not None and best - lower <= GOOD * max(1.0, abs(best))):
            break
        stride = share * min(best - lower, FARTHEST) / length
        moved = prices + stride * from_there
        # A price may fall to nothing, not turn: the other side of a limit has its own.
        now = np.where(prices * moved < 0, 0.0, moved)
    barred = _by_barring(find, charges + prices @ counts, charges, counts, least, most)
    if barred is not None and (row is None or charges[barred].sum() < charges[row].sum()):
        best, row = np.inf, barred
    return None if row is None else (min(lower, best), row)


def _beyond(sums: Floats, prices: Floats, least: Floats, most: Floats) -> Floats:
    """By how much each limit is broken, or has room while it has a price: the way up for its price."""
    away = np.where(prices > 0, sums - most, np.where(prices < 0, sums - least, 0.0))
    away = np.where((prices >= 0) & (sums > most), sums - most, away)
    beyond: Floats = np.where((prices <= 0) & (sums < least), sums - least, away)
    return beyond


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

"""Prices raised further over whole rows, once the game over weeks has settled.

A best row for everybody takes as long as ten steps of the game, and bounds all but who is kept apart. So prices climb
by subgradients as in Barahona and Anbil, "The volume algorithm" (2000): each step leads from the best prices so far
towards what a fading mean of the answers lacks, and counts where it raises the bound.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.shifts.columns.saddle import Duals, SaddlePrices

Floats = NDArray[np.float64]

CLIMBS = ((0.15, 0.1), (0.4, 0.1), (0.4, 0.03))
"""Of each climb, one after another: its first step as a share of one of the game, and the weight of the newest answer
in the mean. Later ones reach further and forget more slowly, from prices that are good already."""

LONGER = 1.1
SHORTER = 0.66
PATIENCE = 5
"""A step is longer after each that raised the bound, shorter after so many that did not."""

STILL_STEPS = 40
LEAST_RISE = 3e-4
"""Prices stay where so many steps have not raised the bound by this share."""


@dataclass(frozen=True)
class Answer:
    """The best rows of all at some prices: the bound, who works what [group, option], the sums [person, balance]."""

    bound: float
    worked: Floats
    sums: Floats


Move = Callable[[Duals, Floats, Floats, float], Duals]
"""Prices moved towards what so much work lacks, by a share of the game's step."""


def climb(
    duals: Duals,
    prices_at: Callable[[Duals], SaddlePrices],
    answer: Callable[[SaddlePrices], Answer | None],
    move: Move,
    over: Callable[[], bool],
    step: float,
    newest: float,
) -> tuple[Duals, float]:
    """(prices, bound): the best found from `duals` on; minus infinity where somebody has no row.

    `step` and `newest` as in `CLIMBS`.
    """
    first = answer(prices_at(duals))
    if first is None:
        return duals, -np.inf
    bound, worked, sums = first.bound, first.worked, first.sums
    share, failed, done, rose = step, 0, 0, (0, bound)
    while not over() and done - rose[0] < STILL_STEPS:
        moved = move(duals, worked, sums, share)
        found = answer(prices_at(moved))
        if found is None:
            break
        done += 1
        worked = worked + newest * (found.worked - worked)
        sums = sums + newest * (found.sums - sums)
        if found.bound > bound:
            duals, bound, failed = moved, found.bound, 0
            share *= LONGER
        else:
            failed += 1
            if failed >= PATIENCE:
                share, failed = share * SHORTER, 0
        if bound > rose[1] + LEAST_RISE * abs(bound):
            rose = (done, bound)
    return duals, bound

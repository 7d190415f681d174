"""One person more or less in the table of cover, compiled: what annealing asks for at every move."""

import numpy as np
from numpy.typing import NDArray

from optimizer.compiled import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@compiled
def covered(covers: Floats, options: Ints) -> Floats:
    """How often `options` cover each interval (`covers`: [option, interval])."""
    heads = np.zeros(covers.shape[1])
    for option in options:
        heads += covers[option]
    return heads


@compiled
def take_off(gaps: Floats, counts: Bools, heads: Floats) -> None:
    """Take `heads` (per interval) off the lines of `gaps` [line, interval] that count, in place."""
    places = np.flatnonzero(heads)
    for line in range(len(counts)):
        if counts[line]:
            for place in places:
                gaps[line, place] -= heads[place]


@compiled
def saved_by_one(gaps: Floats, begins: Ints, counts: Bools, weights: Floats) -> Floats:
    """What one more in the lines that count saves in each interval, by whole people: the levels' weights together."""
    size = gaps.shape[1]
    saved = np.zeros(size)
    inside = np.empty(size)
    outside = np.empty(size)
    for level in range(len(weights)):
        inside[:] = 0.0
        outside[:] = 0.0
        for line in range(begins[level], begins[level + 1]):
            row = gaps[line]
            most = inside if counts[line] else outside
            for place in range(size):
                most[place] = row[place] if row[place] > most[place] else most[place]
        for place in range(size):
            before = max(inside[place], outside[place])
            saved[place] += weights[level] * (before - max(inside[place] - 1.0, outside[place]))
    return saved

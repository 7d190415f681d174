"""One person's row as compiled functions know it: automaton, limits and counts as arrays, and walks through them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.compiled import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

BIG = 1 << 40
"""More than any count."""

FOUND, NO_ROW, TOO_LARGE, LOST = 0, 1, 2, 3
WITHIN, TIGHT, BROKEN = 0, 1, 2


class Program(NamedTuple):
    """An automaton as arrays. Days of one layer share its arcs; counts are in units of their own.

    `arc_*` are the arcs by layer, merged where they differ only in what is worked; `set_*` what each lets work
    (numbers of the day's options, one past the last: a free day); `dense_*` the same moves by column and state.
    """

    options: int
    layer_of: Ints
    states: Ints
    layer_arcs: Ints
    layer_sets: Ints
    arc_source: Ints
    arc_target: Ints
    arc_set: Ints
    arc_cost: Floats
    arc_amount: Ints
    set_begin: Ints
    set_member: Ints
    column_of: Ints
    dense_begin: Ints
    dense_target: Ints
    dense_cost: Floats
    dense_amount: Ints


class Limits(NamedTuple):
    """By boundary (0: before the first day) and count: the least and most, and whether it begins anew."""

    least: Ints
    most: Ints
    resets: Bools


class Tallies(NamedTuple):
    """Limits on what counters have counted after a day, one each place."""

    counter: Ints
    day: Ints
    least: Ints
    most: Ints


class Frame(NamedTuple):
    """What surrounds some days of a row: where and with which counts they begin, and what each end state leads to."""

    start_cost: Floats
    start_count: Ints
    end_cost: Floats
    end_least: Ints
    end_most: Ints


@compiled
def walk(
    program: Program, limits: Limits, worked: Ints, first: int, last: int, state: int, count: Ints
) -> tuple[int, float]:
    """(the state after these days, or -1 where a rule is broken; what the moves cost); `count` is brought along.

    `worked` has the option of each day of the horizon, one past the last for a free day.
    """
    cost = 0.0
    for day in range(first, last):
        layer = program.layer_of[day]
        states = program.states[day]
        one = program.dense_begin[layer] + program.column_of[layer, worked[day]] * states + state
        state = program.dense_target[one]
        if state < 0:
            return -1, cost
        cost += program.dense_cost[one]
        for k in range(len(count)):
            count[k] += program.dense_amount[one, k]
            if count[k] < limits.least[day + 1, k] or count[k] > limits.most[day + 1, k]:
                return -1, cost
            if limits.resets[day + 1, k]:
                count[k] = 0
    return state, cost


@compiled
def ends(program: Program, limits: Limits, worked: Ints, first: int) -> tuple[Floats, Ints, Ints]:
    """For each state at the begin of day `first`: what the days from there cost as worked, and which counts fit."""
    days = len(program.layer_of)
    counts = program.dense_amount.shape[1]
    cost = np.zeros(program.states[days])
    least = np.full((len(cost), counts), -BIG)
    most = np.full((len(cost), counts), BIG)
    for day in range(days - 1, first - 1, -1):
        layer = program.layer_of[day]
        states = program.states[day]
        now = np.full(states, np.inf)
        now_least = np.zeros((states, counts), np.int64)
        now_most = np.zeros((states, counts), np.int64)
        for s in range(states):
            one = program.dense_begin[layer] + program.column_of[layer, worked[day]] * states + s
            t = program.dense_target[one]
            if t < 0 or not cost[t] < np.inf:
                continue
            now[s] = cost[t] + program.dense_cost[one]
            for k in range(counts):
                lo = least[t, k]
                hi = most[t, k]
                if limits.resets[day + 1, k]:
                    if lo > 0 or hi < 0:
                        now[s] = np.inf
                    lo = limits.least[day + 1, k]
                    hi = limits.most[day + 1, k]
                else:
                    lo = max(lo, limits.least[day + 1, k])
                    hi = min(hi, limits.most[day + 1, k])
                now_least[s, k] = lo - program.dense_amount[one, k]
                now_most[s, k] = hi - program.dense_amount[one, k]
        cost, least, most = now, now_least, now_most
    return cost, least, most


@compiled
def tally(amounts: Ints, counter: Ints, day: Ints, least: Ints, most: Ints, row: Ints) -> Ints:
    """How a row (indices into the grid's options) meets each limit: `WITHIN`, `TIGHT` or `BROKEN`.

    `amounts`: [counter, day, option of the day].
    """
    codes = np.zeros(len(counter), np.int64)
    options = amounts.shape[2] - 1
    for place in range(len(counter)):
        total = 0
        for number in row:
            if number // options <= day[place]:
                total += amounts[counter[place], number // options, number % options]
        if total < least[place] or total > most[place]:
            codes[place] = BROKEN
        elif total == least[place] or total == most[place]:
            codes[place] = TIGHT
    return codes

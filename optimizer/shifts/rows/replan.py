"""Some days of one person's row taken out and put back as the best there is, compiled: a move of the annealing.

Only for rosters whose one rule about the team is cover by shift: what an option is worth then depends on how many work
it and on nothing else. Moves of different people on different days touch different numbers, so threads may make them
side by side.
"""

import numpy as np

from optimizer.compiled import compiled
from optimizer.shifts.rows.arrays import (
    BROKEN,
    FOUND,
    TIGHT,
    WITHIN,
    Bools,
    Floats,
    Frame,
    Ints,
    Limits,
    Program,
    Tallies,
    ends,
    walk,
)
from optimizer.shifts.rows.table import cheapest


@compiled
def replan(
    program: Program,
    limits: Limits,
    tallies: Tallies,
    amounts: Ints,
    start: int,
    must_work: Bools,
    first: int,
    last: int,
    charges: Floats,
    required: Floats,
    under: Floats,
    over: Floats,
    noise: Floats,
    reach: int,
    closings: int,
    max_cells: int,
    worked: Ints,
    works: Floats,
    prices: Floats,
) -> tuple[bool, Ints]:
    """Plan the days from `first` to before `last` anew; False, and all as before, where no row was found.

    Also how the row that was found, or the last one tried, meets each of `tallies`.

    Parameters
    ----------
    amounts
        [counter, day, option of the day]: what the counters of `tallies` count.
    charges, required, under, over, works, prices
        By option of the grid: the person's own cost, what cover asks for, what missing and spare people cost, how many
        work it (changed in place), and a scratch array.
    noise
        By option of the days to plan; empty: none.
    reach
        How far counts may go from those of the present row, in the largest amounts that one day counts.
    closings
        How often options may be closed for what the row has too much of by `tallies`.
    worked
        The person's row, by day the option or one past the last; changed in place.
    """
    options = program.options
    begin = first * options
    for day in range(first, last):
        if worked[day] < options:
            works[day * options + worked[day]] -= 1.0
    for one in range(begin, last * options):
        price = -under[one] if works[one] < required[one] - 0.5 else over[one]
        prices[one] = charges[one] + price
        if len(noise):
            prices[one] += noise[one - begin]
    count = np.zeros(program.arc_amount.shape[1], np.int64)
    state, _ = walk(program, limits, worked, 0, first, start, count)
    before = np.full(program.states[first], np.inf)
    before[state] = 0.0
    cost, least, most = ends(program, limits, worked, last)
    frame = Frame(before, count, cost, least, most)
    near = _near(program, limits, worked, first, last, state, count, reach)
    old = worked[first:last].copy()
    codes = np.zeros(len(tallies.counter), np.int64)
    done = False
    for _ in range(closings + 1):
        status, _, row = cheapest(program, limits, near, frame, first, last, prices, must_work, max_cells)
        if status != FOUND:
            break
        worked[first:last] = options
        for one in row:
            worked[one // options] = one % options
        way = _close(tallies, amounts, worked, first, last, prices, codes)
        done = not (codes == BROKEN).any()
        if done or not way:
            break
    if not done:
        worked[first:last] = old
    for day in range(first, last):
        if worked[day] < options:
            works[day * options + worked[day]] += 1.0
    return done, codes


@compiled
def _near(
    program: Program, limits: Limits, worked: Ints, first: int, last: int, state: int, count: Ints, reach: int
) -> Limits:
    """`limits`, tightened on these days to what lies near the counts of the row as it is worked."""
    least, most = limits.least.copy(), limits.most.copy()
    now = count.copy()
    amounts = np.zeros(len(count), np.int64)
    for k in range(len(count)):
        amounts[k] = np.abs(program.arc_amount[:, k]).max() * reach
    for day in range(first, last):
        layer = program.layer_of[day]
        one = program.dense_begin[layer] + program.column_of[layer, worked[day]] * program.states[day] + state
        state = program.dense_target[one]
        for k in range(len(count)):
            now[k] += program.dense_amount[one, k]
            least[day + 1, k] = max(least[day + 1, k], now[k] - amounts[k])
            most[day + 1, k] = min(most[day + 1, k], now[k] + amounts[k])
            if limits.resets[day + 1, k]:
                now[k] = 0
    return Limits(least, most, limits.resets)


@compiled
def _close(tallies: Tallies, amounts: Ints, worked: Ints, first: int, last: int, prices: Floats, codes: Ints) -> bool:
    """How the row meets each limit; and close the dearest of what it has too much of. False where that is no way."""
    options = amounts.shape[2] - 1
    way = True
    for place in range(len(tallies.counter)):
        counter = tallies.counter[place]
        total = 0
        for day in range(tallies.day[place] + 1):
            if worked[day] < options:
                total += amounts[counter, day, worked[day]]
        codes[place] = WITHIN
        if total < tallies.least[place] or total > tallies.most[place]:
            codes[place] = BROKEN
        elif total == tallies.least[place] or total == tallies.most[place]:
            codes[place] = TIGHT
        way = way and total >= tallies.least[place]
        while way and total > tallies.most[place]:
            dearest = -1
            for day in range(first, min(last, tallies.day[place] + 1)):
                if worked[day] < options and amounts[counter, day, worked[day]] > 0:
                    one = day * options + worked[day]
                    if prices[one] < np.inf and (dearest < 0 or prices[one] > prices[dearest]):
                        dearest = one
            way = dearest >= 0
            if way:
                total -= amounts[counter, dearest // options, dearest % options]
                prices[dearest] = np.inf
    return way

"""The dynamic program over (state x counts), compiled: the cheapest way through some days of one person's row.

A table holds, at each begin of a day and for each state, the least cost by counts, in a box that just holds the
counts which can be reached and from which the limits can still be met. A boundary with a check that resets has a
second table, after the reset. Counts that can't leave their limits whatever is worked are not carried at all; those
so low that whatever follows keeps them within are one, the highest of them.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.compiled import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Numbers = NDArray[np.int32]

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


class Layout(NamedTuple):
    """All of a table but its costs: the same for every price of the options that were open when it was laid out.

    States are numbered from the first boundary's to the last one's; `at` says where each boundary's begin. Of each
    state the box of counts before (and after) the boundary's reset with its first cell, and the least count that goes
    to the box's least. `arcs_at` says where each day's arcs begin, of those that lead from one box into another; of
    each the first cells of source and target, how many counts of the source lead on, and how many of these go to the
    target's least.
    """

    first: int
    cells: int
    start_cost: Floats
    end_cost: Floats
    resets: Bools
    at: Ints
    kept: Bools
    low: Ints
    before_lo: Ints
    before_hi: Ints
    after_lo: Ints
    after_hi: Ints
    cell: Ints
    after_cell: Ints
    carried: Bools
    arcs_at: Ints
    arc: Numbers
    arc_from: Numbers
    arc_to: Numbers
    arc_begin: Numbers
    arc_target: Numbers
    arc_span: Numbers
    arc_flat: Numbers


@compiled
def cheapest(
    program: Program,
    limits: Limits,
    near: Limits,
    frame: Frame,
    first: int,
    last: int,
    prices: Floats,
    must_work: Bools,
    max_cells: int,
) -> tuple[int, float, Ints]:
    """(status, least cost, options worked as indices into the grid's) of the days from `first` to before `last`.

    `near`: `limits` themselves, or tighter ones on the counts that are carried, to look only near some row.
    """
    status, layout = lay_out(program, limits, near, frame, first, last, prices, must_work, max_cells)
    if status != FOUND:
        return status, np.inf, np.empty(0, np.int64)
    return way_through(program, layout, prices, must_work)


@compiled
def lay_out(
    program: Program,
    limits: Limits,
    near: Limits,
    frame: Frame,
    first: int,
    last: int,
    charges: Floats,
    must_work: Bools,
    max_cells: int,
) -> tuple[int, Layout]:
    """(status, the table without its costs) for options of the days from `first` to before `last`.

    Open are those whose `charges` are finite; `near` as in `cheapest`.
    """
    days = last - first
    counts = program.arc_amount.shape[1]

    # Where each boundary's states are, and which arcs are open.
    at = np.zeros(days + 2, np.int64)
    arc_at = np.zeros(days + 1, np.int64)
    for d in range(days + 1):
        at[d + 1] = at[d] + program.states[first + d]
    for d in range(days):
        layer = program.layer_of[first + d]
        arc_at[d + 1] = arc_at[d] + program.layer_arcs[layer + 1] - program.layer_arcs[layer]
    free = np.zeros(arc_at[days], np.bool_)
    for d in range(days):
        layer = program.layer_of[first + d]
        begin = (first + d) * program.options
        arc_zero = program.layer_arcs[layer]
        for i in range(arc_at[d], arc_at[d + 1]):
            one = program.arc_set[arc_zero + i - arc_at[d]]
            for m in range(program.set_begin[one], program.set_begin[one + 1]):
                option = program.set_member[m]
                if option < program.options:
                    free[i] = free[i] or charges[begin + option] < np.inf
                else:
                    free[i] = free[i] or not must_work[first + d]

    total = at[days + 1]
    before_lo = np.full((total, counts), BIG)
    before_hi = np.full((total, counts), -BIG)
    after_lo = np.full((total, counts), BIG)
    after_hi = np.full((total, counts), -BIG)
    reached = np.zeros(total, np.bool_)

    # What can be reached at all, and which counts can leave their limits: only those are carried.
    carried = np.zeros(counts, np.bool_)
    for s in range(at[1]):
        if frame.start_cost[s] < np.inf:
            reached[s] = True
            for k in range(counts):
                after_lo[s, k] = frame.start_count[k]
                after_hi[s, k] = frame.start_count[k]
    for d in range(days):
        arc_zero = program.layer_arcs[program.layer_of[first + d]]
        for i in range(arc_at[d], arc_at[d + 1]):
            a = arc_zero + i - arc_at[d]
            s = at[d] + program.arc_source[a]
            if reached[s] and free[i]:
                t = at[d + 1] + program.arc_target[a]
                reached[t] = True
                for k in range(counts):
                    before_lo[t, k] = min(before_lo[t, k], after_lo[s, k] + program.arc_amount[a, k])
                    before_hi[t, k] = max(before_hi[t, k], after_hi[s, k] + program.arc_amount[a, k])
        b = first + d + 1
        for t in range(at[d + 1], at[d + 2]):
            if reached[t]:
                for k in range(counts):
                    if before_lo[t, k] < limits.least[b, k] or before_hi[t, k] > limits.most[b, k]:
                        carried[k] = True
                    after_lo[t, k] = 0 if limits.resets[b, k] else before_lo[t, k]
                    after_hi[t, k] = 0 if limits.resets[b, k] else before_hi[t, k]
    for e in range(at[days + 1] - at[days]):
        t = at[days] + e
        if reached[t] and frame.end_cost[e] < np.inf:
            for k in range(counts):
                if after_lo[t, k] < frame.end_least[e, k] or after_hi[t, k] > frame.end_most[e, k]:
                    carried[k] = True

    # From which counts the limits can still be met, backwards; an empty box is a dead end.
    # `safe_*`: between which counts nothing that follows can break a limit.
    before_lo[:] = BIG
    before_hi[:] = -BIG
    after_lo[:] = BIG
    after_hi[:] = -BIG
    safe_lo = np.full((total, counts), -BIG)
    safe_hi = np.full((total, counts), BIG)
    alive = np.zeros(total, np.bool_)
    for e in range(at[days + 1] - at[days]):
        t = at[days] + e
        if reached[t] and frame.end_cost[e] < np.inf:
            alive[t] = True
            for k in range(counts):
                after_lo[t, k] = frame.end_least[e, k] if carried[k] else 0
                after_hi[t, k] = frame.end_most[e, k] if carried[k] else 0
                safe_lo[t, k] = after_lo[t, k]
                safe_hi[t, k] = after_hi[t, k]
    for d in range(days - 1, -1, -1):
        b = first + d + 1
        for t in range(at[d + 1], at[d + 2]):
            if alive[t]:
                for k in range(counts):
                    if carried[k] and near.resets[b, k]:
                        alive[t] = alive[t] and after_lo[t, k] <= 0 <= after_hi[t, k]
                        before_lo[t, k] = near.least[b, k]
                        before_hi[t, k] = near.most[b, k]
                        safe_lo[t, k] = near.least[b, k]
                        safe_hi[t, k] = near.most[b, k]
                    elif carried[k]:
                        before_lo[t, k] = max(after_lo[t, k], near.least[b, k])
                        before_hi[t, k] = min(after_hi[t, k], near.most[b, k])
                        safe_lo[t, k] = max(safe_lo[t, k], near.least[b, k])
                        safe_hi[t, k] = min(safe_hi[t, k], near.most[b, k])
                    else:
                        before_lo[t, k] = 0
                        before_hi[t, k] = 0
                    alive[t] = alive[t] and before_lo[t, k] <= before_hi[t, k]
        arc_zero = program.layer_arcs[program.layer_of[first + d]]
        for i in range(arc_at[d], arc_at[d + 1]):
            a = arc_zero + i - arc_at[d]
            s = at[d] + program.arc_source[a]
            t = at[d + 1] + program.arc_target[a]
            if alive[t] and reached[s] and free[i]:
                alive[s] = True
                for k in range(counts):
                    amount = program.arc_amount[a, k] if carried[k] else 0
                    after_lo[s, k] = min(after_lo[s, k], before_lo[t, k] - amount)
                    after_hi[s, k] = max(after_hi[s, k], before_hi[t, k] - amount)
                    safe_lo[s, k] = max(safe_lo[s, k], safe_lo[t, k] - amount)
                    safe_hi[s, k] = min(safe_hi[s, k], safe_hi[t, k] - amount)

    # Forwards again, inside those boxes: the cells that the tables need.
    low = np.full((total, counts), BIG)
    high = np.full((total, counts), -BIG)
    cell = np.zeros(total, np.int64)
    arcs = 0
    arcs_at = np.zeros(days + 1, np.int64)
    arc = np.empty(arc_at[days], np.int32)
    arc_from = np.empty(arc_at[days], np.int32)
    arc_to = np.empty(arc_at[days], np.int32)
    after_cell = np.zeros(total, np.int64)
    kept = np.zeros(total, np.bool_)
    cells = 0
    for s in range(at[1]):
        if alive[s] and frame.start_cost[s] < np.inf:
            inside = True
            for k in range(counts):
                count = frame.start_count[k] if carried[k] else 0
                inside = inside and after_lo[s, k] <= count <= after_hi[s, k]
                after_lo[s, k] = count
                after_hi[s, k] = count
            if inside:
                kept[s] = True
                after_cell[s] = cells
                cells += 1
    for d in range(days):
        b = first + d + 1
        arc_zero = program.layer_arcs[program.layer_of[first + d]]
        for i in range(arc_at[d], arc_at[d + 1]):
            a = arc_zero + i - arc_at[d]
            s = at[d] + program.arc_source[a]
            t = at[d + 1] + program.arc_target[a]
            if kept[s] and alive[t] and free[i]:
                fits = True
                for k in range(counts):
                    amount = program.arc_amount[a, k] if carried[k] else 0
                    fits = fits and max(after_lo[s, k] + amount, before_lo[t, k]) <= min(
                        after_hi[s, k] + amount, before_hi[t, k]
                    )
                if fits:
                    kept[t] = True
                    arc[arcs] = a
                    arc_from[arcs] = s
                    arc_to[arcs] = t
                    arcs += 1
                    for k in range(counts):
                        amount = program.arc_amount[a, k] if carried[k] else 0
                        low[t, k] = min(low[t, k], max(after_lo[s, k] + amount, before_lo[t, k]))
                        high[t, k] = max(high[t, k], min(after_hi[s, k] + amount, before_hi[t, k]))
        arcs_at[d + 1] = arcs
        anew = False
        for k in range(counts):
            anew = anew or (carried[k] and near.resets[b, k])
        for t in range(at[d + 1], at[d + 2]):
            if kept[t]:
                size = 1
                after_size = 1
                for k in range(counts):
                    zero = carried[k] and near.resets[b, k]
                    before_lo[t, k] = low[t, k]
                    before_hi[t, k] = high[t, k]
                    if low[t, k] >= safe_lo[t, k] and not zero:
                        before_lo[t, k] = max(low[t, k], min(safe_hi[t, k], high[t, k]))
                    after_lo[t, k] = 0 if zero else before_lo[t, k]
                    after_hi[t, k] = 0 if zero else before_hi[t, k]
                    size *= before_hi[t, k] - before_lo[t, k] + 1
                    after_size *= after_hi[t, k] - after_lo[t, k] + 1
                cell[t] = cells
                cells += size
                after_cell[t] = cell[t]
                if anew:
                    after_cell[t] = cells
                    cells += after_size
            if cells > max_cells:
                break
        if cells > max_cells:
            arcs = 0
            break

    # How each arc leads from cell to cell.
    arc_begin = np.empty(arcs, np.int32)
    arc_target = np.empty(arcs, np.int32)
    arc_span = np.empty((arcs, counts), np.int32)
    arc_flat = np.empty((arcs, counts), np.int32)
    for i in range(arcs):
        s = arc_from[i]
        t = arc_to[i]
        source = after_cell[s]
        target = cell[t]
        from_size = 1
        to_size = 1
        for k in range(counts - 1, -1, -1):
            # Counts from `low` up to the box's least go there: `flat` steps of the source are none of the target.
            amount = program.arc_amount[arc[i], k] if carried[k] else 0
            begin = max(after_lo[s, k] + amount, low[t, k])
            arc_span[i, k] = min(after_hi[s, k] + amount, before_hi[t, k]) - begin + 1
            arc_flat[i, k] = max(0, before_lo[t, k] - begin)
            source += (begin - amount - after_lo[s, k]) * from_size
            target += (max(begin, before_lo[t, k]) - before_lo[t, k]) * to_size
            from_size *= after_hi[s, k] - after_lo[s, k] + 1
            to_size *= before_hi[t, k] - before_lo[t, k] + 1
        arc_begin[i] = source
        arc_target[i] = target
    layout = Layout(
        first,
        cells,
        frame.start_cost,
        frame.end_cost,
        near.resets,
        at,
        kept,
        low,
        before_lo,
        before_hi,
        after_lo,
        after_hi,
        cell,
        after_cell,
        carried,
        arcs_at,
        arc[:arcs].copy(),
        arc_from[:arcs].copy(),
        arc_to[:arcs].copy(),
        arc_begin,
        arc_target,
        arc_span,
        arc_flat,
    )
    return (FOUND if cells <= max_cells else TOO_LARGE), layout


@compiled
def way_through(program: Program, layout: Layout, prices: Floats, must_work: Bools) -> tuple[int, float, Ints]:
    """(status, least cost, options worked) of the days of a layout at these prices.

    What was closed when it was laid out must be closed now; more may be.
    """
    nothing = np.empty(0, np.int64)
    first = layout.first
    at, kept, low = layout.at, layout.kept, layout.low
    before_lo, before_hi, after_lo, after_hi = layout.before_lo, layout.before_hi, layout.after_lo, layout.after_hi
    cell, after_cell, carried, arcs_at = layout.cell, layout.after_cell, layout.carried, layout.arcs_at
    days = len(arcs_at) - 1
    counts = len(carried)
    options = program.options
    price = np.empty(len(layout.arc))
    best = np.empty(len(program.set_begin))
    for d in range(days):
        layer = program.layer_of[first + d]
        set_zero = program.layer_sets[layer]
        begin = (first + d) * options
        for one in range(set_zero, program.layer_sets[layer + 1]):
            best[one] = np.inf
            for m in range(program.set_begin[one], program.set_begin[one + 1]):
                option = program.set_member[m]
                if option < options:
                    best[one] = min(best[one], prices[begin + option])
                elif not must_work[first + d]:
                    best[one] = min(best[one], 0.0)
        for i in range(arcs_at[d], arcs_at[d + 1]):
            a = layout.arc[i]
            price[i] = best[program.arc_set[a]] + program.arc_cost[a]

    # The tables.
    table = np.full(layout.cells, np.inf)
    place = np.zeros(counts, np.int64)
    from_step = np.zeros(counts, np.int64)
    to_step = np.zeros(counts, np.int64)
    for s in range(at[1]):
        if kept[s]:
            table[after_cell[s]] = layout.start_cost[s]
    for d in range(days):
        for i in range(arcs_at[d], arcs_at[d + 1]):
            cost = price[i]
            if not cost < np.inf:
                continue
            source = layout.arc_begin[i]
            target = layout.arc_target[i]
            rows = 1
            if counts > 1:
                s = layout.arc_from[i]
                t = layout.arc_to[i]
                from_step[counts - 1] = 1
                to_step[counts - 1] = 1
                for k in range(counts - 1, 0, -1):
                    from_step[k - 1] = from_step[k] * (after_hi[s, k] - after_lo[s, k] + 1)
                    to_step[k - 1] = to_step[k] * (before_hi[t, k] - before_lo[t, k] + 1)
                    rows *= layout.arc_span[i, k - 1]
                place[:] = 0
            level = min(layout.arc_flat[i, counts - 1], layout.arc_span[i, counts - 1] - 1)
            width = layout.arc_span[i, counts - 1] - level
            for _ in range(rows):
                for j in range(level):
                    table[target] = min(table[target], table[source + j] + cost)
                old = table[source + level : source + level + width]
                new = table[target : target + width]
                for j in range(width):
                    way = old[j] + cost
                    new[j] = way if way < new[j] else new[j]
                for k in range(counts - 2, -1, -1):
                    place[k] += 1
                    source += from_step[k]
                    target += to_step[k] if place[k] > layout.arc_flat[i, k] else 0
                    if place[k] < layout.arc_span[i, k]:
                        break
                    source -= layout.arc_span[i, k] * from_step[k]
                    target -= max(0, layout.arc_span[i, k] - layout.arc_flat[i, k]) * to_step[k]
                    place[k] = 0
        for t in range(at[d + 1], at[d + 2]):
            if kept[t] and after_cell[t] != cell[t]:
                _reset(table, cell[t], after_cell[t], before_lo[t], before_hi[t], after_lo[t], after_hi[t], place)

    # The best end, and the way back.
    value = np.inf
    state = -1
    where = -1
    for e in range(at[days + 1] - at[days]):
        t = at[days] + e
        if kept[t]:
            size = 1
            for k in range(counts):
                size *= after_hi[t, k] - after_lo[t, k] + 1
            for j in range(after_cell[t], after_cell[t] + size):
                if table[j] + layout.end_cost[e] < value:
                    value = table[j] + layout.end_cost[e]
                    state = t
                    where = j
    if not value < np.inf:
        return NO_ROW, np.inf, nothing
    from_lo = np.zeros(counts, np.int64)
    from_hi = np.zeros(counts, np.int64)
    chosen = np.empty(days, np.int64)
    worked = 0
    for d in range(days - 1, -1, -1):
        # Counts of the cell, after the boundary's reset and before it.
        rest = where - after_cell[state]
        for k in range(counts - 1, -1, -1):
            size = after_hi[state, k] - after_lo[state, k] + 1
            place[k] = after_lo[state, k] + rest % size
            rest //= size
        if after_cell[state] != cell[state]:
            for k in range(counts):
                zero = carried[k] and layout.resets[first + d + 1, k]
                from_lo[k] = before_lo[state, k] if zero else place[k]
                from_hi[k] = before_hi[state, k] if zero else place[k]
            where = _source(table, cell[state], before_lo[state], before_hi[state], from_lo, from_hi, 0.0, table[where])
            rest = where - cell[state]
            for k in range(counts - 1, -1, -1):
                size = before_hi[state, k] - before_lo[state, k] + 1
                place[k] = before_lo[state, k] + rest % size
                rest //= size
        found = -1
        for i in range(arcs_at[d], arcs_at[d + 1]):
            if layout.arc_to[i] != state or not price[i] < np.inf:
                continue
            a = layout.arc[i]
            s = layout.arc_from[i]
            fits = True
            for k in range(counts):
                amount = program.arc_amount[a, k] if carried[k] else 0
                lowest = low[state, k] if place[k] == before_lo[state, k] else place[k]
                from_lo[k] = max(lowest - amount, after_lo[s, k])
                from_hi[k] = min(place[k] - amount, after_hi[s, k])
                fits = fits and from_lo[k] <= from_hi[k]
            if fits:
                source = _source(
                    table, after_cell[s], after_lo[s], after_hi[s], from_lo, from_hi, price[i], table[where]
                )
                if source >= 0:
                    found = a
                    where = source
                    state = s
                    break
        if found < 0:
            return LOST, np.inf, nothing
        one = program.arc_set[found]
        begin = (first + d) * options
        least = np.inf
        option = options
        for m in range(program.set_begin[one], program.set_begin[one + 1]):
            member = program.set_member[m]
            if member < options and prices[begin + member] < least:
                least = prices[begin + member]
                option = member
            elif member == options and not must_work[first + d] and least >= 0.0:
                least = 0.0
                option = options
        if option < options:
            worked += 1
            chosen[days - worked] = begin + option
    return FOUND, value, chosen[days - worked :].copy()


@compiled
def _reset(
    table: Floats,
    cell: int,
    after_cell: int,
    before_lo: Ints,
    before_hi: Ints,
    after_lo: Ints,
    after_hi: Ints,
    place: Ints,
) -> None:
    """The best of all counts that begin anew, for each of the others."""
    counts = len(place)
    size = 1
    for k in range(counts):
        place[k] = before_lo[k]
        size *= before_hi[k] - before_lo[k] + 1
    for j in range(size):
        target = 0
        for k in range(counts):
            wide = after_hi[k] - after_lo[k] + 1
            inside = place[k] - after_lo[k] if wide > 1 else 0
            target = target * wide + inside
        table[after_cell + target] = min(table[after_cell + target], table[cell + j])
        for k in range(counts - 1, -1, -1):
            place[k] += 1
            if place[k] <= before_hi[k]:
                break
            place[k] = before_lo[k]


@compiled
def _source(
    table: Floats, cell: int, box_lo: Ints, box_hi: Ints, from_lo: Ints, from_hi: Ints, cost: float, value: float
) -> int:
    """The first cell of a box, with counts from `from_lo` to `from_hi`, that gives `value` at this `cost`; -1: none."""
    counts = len(box_lo)
    place = from_lo.copy()
    while True:
        at = 0
        for k in range(counts):
            at = at * (box_hi[k] - box_lo[k] + 1) + place[k] - box_lo[k]
        if table[cell + at] + cost == value:
            return cell + at
        k = counts - 1
        while k >= 0:
            place[k] += 1
            if place[k] <= from_hi[k]:
                break
            place[k] = from_lo[k]
            k -= 1
        if k < 0:
            return -1


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

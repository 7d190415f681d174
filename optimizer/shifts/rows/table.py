"""The dynamic program over (state x counts), compiled: the cheapest way through some days of one person's row."""

import numpy as np

from optimizer.compiled import compiled
from optimizer.shifts.rows.arrays import FOUND, LOST, NO_ROW, Bools, Floats, Frame, Ints, Limits, Program
from optimizer.shifts.rows.layout import Layout, lay_out


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
def way_through(program: Program, layout: Layout, prices: Floats, must_work: Bools) -> tuple[int, float, Ints]:
    """(status, least cost, options worked) of the days of a layout at these prices.

    What was closed when it was laid out must be closed now; more may be.
    """
    table, price = filled(program, layout, prices, must_work)
    return _way_back(program, layout, prices, must_work, table, price)


@compiled
def filled(program: Program, layout: Layout, prices: Floats, must_work: Bools) -> tuple[Floats, Floats]:
    """(the least cost of every cell of the table, the least price of each arc) at these prices."""
    first = layout.first
    at, kept = layout.at, layout.kept
    before_lo, before_hi, after_lo, after_hi = layout.before_lo, layout.before_hi, layout.after_lo, layout.after_hi
    cell, after_cell, arcs_at = layout.cell, layout.after_cell, layout.arcs_at
    days = len(arcs_at) - 1
    counts = len(layout.carried)
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
    return table, price


@compiled
def _way_back(
    program: Program, layout: Layout, prices: Floats, must_work: Bools, table: Floats, price: Floats
) -> tuple[int, float, Ints]:
    """(status, least cost, options worked) of the best end of a table and the way that led there."""
    nothing = np.empty(0, np.int64)
    first = layout.first
    at, kept, low = layout.at, layout.kept, layout.low
    before_lo, before_hi, after_lo, after_hi = layout.before_lo, layout.before_hi, layout.after_lo, layout.after_hi
    cell, after_cell, carried, arcs_at = layout.cell, layout.after_cell, layout.carried, layout.arcs_at
    days = len(arcs_at) - 1
    counts = len(carried)
    options = program.options
    place = np.zeros(counts, np.int64)
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

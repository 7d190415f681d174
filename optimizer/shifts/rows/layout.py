"""How the table of some days of one person's row is laid out, compiled: all of it but the costs.

A table holds, at each begin of a day and for each state, the least cost by counts, in a box that just holds the
counts which can be reached and from which the limits can still be met. A boundary with a check that resets has a
second table, after the reset. Counts that can't leave their limits whatever is worked are not carried at all; those
so low that whatever follows keeps them within are one, the highest of them.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.compiled import compiled
from optimizer.shifts.rows.arrays import BIG, FOUND, TOO_LARGE, Bools, Floats, Frame, Ints, Limits, Program

Numbers = NDArray[np.int32]


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

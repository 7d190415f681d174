"""All rows of one person that are at most so much dearer than the best one, as a graph with a path for each of them.

A step of the graph is a day's option that leads from one cell of the table to another. It is there if the cheapest row
through it is cheap enough, so a path may still be dearer. Cells from which the same can follow are one.
"""

from typing import NamedTuple

import numpy as np

from optimizer.compiled import compiled
from optimizer.shifts.rows.arrays import Bools, Floats, Ints, Program
from optimizer.shifts.rows.layout import Layout
from optimizer.shifts.rows.table import filled


class Step(NamedTuple):
    """Working an option of the day (one past the last: none), from a node before it to a node after it."""

    source: int
    target: int
    option: int
    cost: int
    """Of the move, beside the option's own."""


class RowGraph(NamedTuple):
    """Steps by day; nodes are numbered anew at each begin of a day, and node 0 is where all paths begin."""

    value: float
    """Of the best row."""
    days: tuple[tuple[Step, ...], ...]


def near_best(
    program: Program, layout: Layout, prices: Floats, must_work: Bools, slack: float, most: int
) -> RowGraph | None:
    """The rows within `slack` of the best one at these prices; None where there is none or they take over `most` steps.

    `layout` is one of all days.
    """
    table, price = filled(program, layout, prices, must_work)
    value, count, steps = steps_within(program, layout, prices, must_work, table, price, slack, most)
    return None if count > most or not np.isfinite(value) else RowGraph(value, _merged(steps, len(program.layer_of)))


def _merged(steps: Ints, days: int) -> tuple[tuple[Step, ...], ...]:
    """The steps (as from `steps_within`) by day, where cells from which the same can follow are one node."""
    leading: list[dict[int, list[tuple[int, int, int]]]] = [{} for _ in range(days)]
    for day, source, target, option, cost in steps.tolist():
        leading[day].setdefault(source, []).append((option, cost, target))
    by_day: list[tuple[Step, ...]] = []
    node_of: dict[int, int] = {target: 0 for ways in leading[-1].values() for _, _, target in ways}
    for ways_from in reversed(leading):
        known: dict[tuple[tuple[int, int, int], ...], int] = {}
        nodes = {}
        for cell, ways in ways_from.items():
            onward = tuple(sorted((option, cost, node_of[target]) for option, cost, target in ways))
            nodes[cell] = known.setdefault(onward, len(known))
        node_of = nodes
        by_day.append(tuple(Step(node, to, one, cost) for onward, node in known.items() for one, cost, to in onward))
    return tuple(reversed(by_day))


@compiled
def steps_within(
    program: Program,
    layout: Layout,
    prices: Floats,
    must_work: Bools,
    table: Floats,
    price: Floats,
    slack: float,
    most: int,
) -> tuple[float, int, Ints]:
    """(least cost, how many steps are on a way within `slack` of it, of the last days' the first `most` of them).

    `table` and `price` as from `filled`. A step is (day, cell, next cell, option, cost of the move).
    """
    first = layout.first
    at, kept = layout.at, layout.kept
    before_lo, before_hi, after_lo, after_hi = layout.before_lo, layout.before_hi, layout.after_lo, layout.after_hi
    cell, after_cell, arcs_at = layout.cell, layout.after_cell, layout.arcs_at
    days = len(arcs_at) - 1
    counts = len(layout.carried)
    options = program.options
    place = np.zeros(counts, np.int64)
    onward = np.arange(layout.cells)
    for t in range(at[1], at[days + 1]):
        if kept[t] and after_cell[t] != cell[t]:
            _lead_on(onward, cell[t], after_cell[t], before_lo[t], before_hi[t], after_lo[t], after_hi[t], place)
    back = np.full(layout.cells, np.inf)
    value = np.inf
    for e in range(at[days + 1] - at[days]):
        t = at[days] + e
        if kept[t]:
            size = 1
            for k in range(counts):
                size *= after_hi[t, k] - after_lo[t, k] + 1
            for j in range(after_cell[t], after_cell[t] + size):
                back[j] = layout.end_cost[e]
                value = min(value, table[j] + back[j])
    limit = value + slack
    steps = np.empty((most, 5), np.int64)
    count = 0
    from_step = np.ones(counts, np.int64)
    to_step = np.ones(counts, np.int64)
    for d in range(days - 1, -1, -1):
        begin = (first + d) * options
        for i in range(arcs_at[d], arcs_at[d + 1]):
            if not price[i] < np.inf:
                continue
            a, s, t = layout.arc[i], layout.arc_from[i], layout.arc_to[i]
            one = program.arc_set[a]
            source, target = layout.arc_begin[i], layout.arc_target[i]
            rows = 1
            for k in range(counts - 1, 0, -1):
                from_step[k - 1] = from_step[k] * (after_hi[s, k] - after_lo[s, k] + 1)
                to_step[k - 1] = to_step[k] * (before_hi[t, k] - before_lo[t, k] + 1)
                rows *= layout.arc_span[i, k - 1]
            place[:] = 0
            for _ in range(rows):
                for j in range(layout.arc_span[i, counts - 1]):
                    x = source + j
                    y = onward[target + max(0, j - layout.arc_flat[i, counts - 1])]
                    if not table[x] + price[i] + back[y] <= limit:
                        continue
                    back[x] = min(back[x], price[i] + back[y])
                    for m in range(program.set_begin[one], program.set_begin[one + 1]):
                        option = program.set_member[m]
                        cost = program.arc_cost[a]
                        if option < options:
                            cost += prices[begin + option]
                        elif must_work[first + d]:
                            cost = np.inf
                        if table[x] + cost + back[y] <= limit:
                            if count < most:
                                steps[count, 0] = d
                                steps[count, 1] = x
                                steps[count, 2] = y
                                steps[count, 3] = option
                                steps[count, 4] = round(program.arc_cost[a])
                            count += 1
                for k in range(counts - 2, -1, -1):
                    place[k] += 1
                    source += from_step[k]
                    target += to_step[k] if place[k] > layout.arc_flat[i, k] else 0
                    if place[k] < layout.arc_span[i, k]:
                        break
                    source -= layout.arc_span[i, k] * from_step[k]
                    target -= max(0, layout.arc_span[i, k] - layout.arc_flat[i, k]) * to_step[k]
                    place[k] = 0
    return value, count, steps[: min(count, most)]


@compiled
def _lead_on(
    onward: Ints,
    cell: int,
    after_cell: int,
    before_lo: Ints,
    before_hi: Ints,
    after_lo: Ints,
    after_hi: Ints,
    place: Ints,
) -> None:
    """Of each cell of a state before a reset, the cell after it."""
    counts = len(place)
    size = 1
    for k in range(counts):
        place[k] = before_lo[k]
        size *= before_hi[k] - before_lo[k] + 1
    for j in range(size):
        target = 0
        for k in range(counts):
            wide = after_hi[k] - after_lo[k] + 1
            target = target * wide + (place[k] - after_lo[k] if wide > 1 else 0)
        onward[cell + j] = after_cell + target
        for k in range(counts - 1, -1, -1):
            place[k] += 1
            if place[k] <= before_hi[k]:
                break
            place[k] = before_lo[k]

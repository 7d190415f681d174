"""The assignment: every contact to at most one agent and the other way round, at least cost (OR-Tools min-cost flow).

Costs are compared in whole units after rounding; what is equal goes to the agent who stands first.
"""

import numpy as np
from ortools.graph.python import min_cost_flow

from optimizer.routing.floor import Bools, Floats, Ints

COST_CEILING = 1e5
"""points; what a pairing costs is held to +- this"""
URGENCY_CEILING = 1e7
"""points; the cost of waiting is held to this"""
_SOLVER_LIMIT = 2**61


def match(cost: Floats, eligible: Bools, urgency: Floats, overdue: Bools) -> Ints:
    """The column matched to each row, -1 for none.

    First as many overdue rows as can be, then as many rows as can be, then the least sum of the matched pairs'
    `cost` and the unmatched rows' `urgency`; then the earlier column.

    Parameters
    ----------
    cost: rows x columns, points (any sign). eligible: which pairs may be. urgency: points, by row, not negative.
    overdue: by row.
    """
    rows = len(cost)
    result = np.full(rows, -1, np.int64)
    alive = eligible.any(axis=1)
    if not alive.any():
        return result
    if int(alive.sum()) == 1:
        row = int(np.flatnonzero(alive)[0])
        result[row] = int(np.argmin(np.where(eligible[row], _whole(cost[row], 100), np.iinfo(np.int64).max)))
        return result
    kept = np.flatnonzero(alive)
    wanted = np.flatnonzero(eligible.any(axis=0))
    if len(wanted) == 1:
        # One person became free while many wait, as it is most of the time on a busy floor: no flow is needed.
        late = kept[overdue[kept]]
        among = late if len(late) else kept
        saved = _whole(cost[among, wanted[0]], 100) - np.rint(np.minimum(urgency[among], URGENCY_CEILING) * 100)
        result[among[int(np.argmin(saved))]] = wanted[0]
        return result
    result[kept] = _flow(cost[kept], eligible[kept], urgency[kept], overdue[kept])
    return result


def _whole(cost: Floats, resolution: int) -> Ints:
    return np.rint((np.clip(cost, -COST_CEILING, COST_CEILING) + COST_CEILING) * resolution).astype(np.int64)


def _flow(cost: Floats, eligible: Bools, urgency: Floats, overdue: Bools) -> Ints:
    rows, columns = cost.shape
    for resolution in (100, 10, 1):
        unit = columns * resolution
        dominant = (int(2 * COST_CEILING + URGENCY_CEILING) * unit + columns) * (rows + 1)
        if 2 * dominant * (rows + columns + 2) < _SOLVER_LIMIT:
            break
    # Ranks as the last digits: equal costs go to the earlier column.
    keyed = _whole(cost, resolution) * columns + np.arange(columns)
    row_of, column_of = _worth_considering(keyed, eligible)
    unmatched = np.rint(np.minimum(urgency, URGENCY_CEILING) * unit).astype(np.int64)
    unmatched += np.where(overdue, 2 * dominant, dominant)

    used, agent_of = np.unique(column_of, return_inverse=True)
    agents = len(used)
    sink = rows + agents
    row_nodes = np.arange(rows)
    flow = min_cost_flow.SimpleMinCostFlow()
    pairs = len(row_of)
    tails = np.concatenate([row_of, row_nodes, rows + np.arange(agents)])
    heads = np.concatenate([rows + agent_of, np.full(rows + agents, sink)])
    prices = np.concatenate([keyed[row_of, column_of], unmatched, np.zeros(agents, np.int64)])
    arcs = flow.add_arcs_with_capacity_and_unit_cost(tails, heads, np.ones(len(tails), np.int64), prices)
    flow.set_nodes_supplies(np.concatenate([row_nodes, [sink]]), np.concatenate([np.ones(rows, np.int64), [-rows]]))
    status = flow.solve()
    if status != flow.OPTIMAL:  # every row can stay unmatched, so a flow always exists
        raise RuntimeError(f"the assignment of {rows} contacts to {agents} agents ended as {status}")
    result = np.full(rows, -1, np.int64)
    taken = np.flatnonzero(flow.flows(arcs)[:pairs])
    result[row_of[taken]] = column_of[taken]
    return result


def _worth_considering(keyed: Ints, eligible: Bools) -> tuple[Ints, Ints]:
    """Eligible pairs, at most as many of each row's cheapest as there are rows.

    With r rows the others hold at most r - 1 columns, so one of a row's r cheapest is always left for it.
    """
    rows, columns = keyed.shape
    if columns <= rows:
        row_of, column_of = np.nonzero(eligible)
        return row_of, column_of
    worst = np.iinfo(np.int64).max
    priced = np.where(eligible, keyed, worst)
    cheapest = np.argpartition(priced, rows - 1, axis=1)[:, :rows]
    row_of = np.repeat(np.arange(rows), rows)
    column_of = cheapest.ravel()
    kept = eligible[row_of, column_of]
    order = np.lexsort((column_of[kept], row_of[kept]))
    return row_of[kept][order], column_of[kept][order]

"""The assignment: every contact to at most one agent and the other way round, at least cost (OR-Tools min-cost flow).

Costs are compared in whole units after rounding; what is equal goes to the agent who stands first.
"""

import numpy as np
from ortools.graph.python import min_cost_flow

from optimizer.compiled import compiled
from optimizer.routing.columns import Bools, Floats, Ints
from optimizer.routing.pricing import COST_CEILING, HUNDREDTHS, hundredths

URGENCY_CEILING = 1e7
"""points; the cost of waiting is held to this"""
_SOLVER_LIMIT = 2**61


def match(contact_of: Ints, place_of: Ints, cost: Floats, urgency: Floats, overdue: Bools) -> Ints:
    """The pair that each contact is given, -1 for none.

    First as many overdue contacts as can be, then as many contacts as can be, then the least sum of the matched
    pairs' `cost` and the unmatched contacts' `urgency`; then the earlier place.

    Parameters
    ----------
    contact_of, place_of: the pairs that may be, in order of contact and place. cost: of each, points (any sign).
    urgency: by contact, points, not negative. overdue: by contact.
    """
    result = np.full(len(urgency), -1, np.int64)
    if not len(contact_of):
        return result
    if contact_of[0] == contact_of[-1]:
        result[contact_of[0]] = int(np.argmin(_whole(cost, HUNDREDTHS)))
        return result
    # One person became free while many wait, as it is most of the time on a busy floor: no flow is needed.
    best = for_one(contact_of, place_of, cost, urgency, overdue)
    if best >= 0:
        result[contact_of[best]] = best
        return result
    taken = _flow(contact_of, place_of, cost, urgency, overdue)
    result[contact_of[taken]] = taken
    return result


@compiled
def for_one(contact_of: Ints, place_of: Ints, cost: Floats, urgency: Floats, overdue: Bools) -> int:
    """The pair that one person alone is given, -1 where there are several people.

    Among overdue contacts, if there are any, what saves most.
    """
    best, least, late = -1, np.inf, False
    for pair in range(len(contact_of)):
        if place_of[pair] != place_of[0]:
            return -1
        contact = contact_of[pair]
        if late and not overdue[contact]:
            continue
        value = hundredths(cost[pair]) - np.rint(min(urgency[contact], URGENCY_CEILING) * HUNDREDTHS)
        if value < least or overdue[contact] != late:
            best, least, late = pair, value, overdue[contact]
    return best


def _whole(cost: Floats, resolution: int) -> Ints:
    return np.rint((np.clip(cost, -COST_CEILING, COST_CEILING) + COST_CEILING) * resolution).astype(np.int64)


def _flow(contact_of: Ints, place_of: Ints, cost: Floats, urgency: Floats, overdue: Bools) -> Ints:
    """The pairs taken."""
    is_used = np.zeros(int(place_of.max()) + 1, np.bool_)
    is_used[place_of] = True
    contacts, agents = len(urgency), int(is_used.sum())
    agent_of = (np.cumsum(is_used) - 1)[place_of]
    for resolution in (HUNDREDTHS, 10, 1):
        unit = agents * resolution
        keyed = _whole(cost, resolution)
        # Ranks as the last digits: equal costs go to the earlier agent.
        keyed = (keyed - keyed.min()) * agents + agent_of
        unmatched = np.rint(np.minimum(urgency, URGENCY_CEILING) * unit).astype(np.int64)
        # More than any difference between two ways to match: one contact more always weighs more.
        dominant = (int(keyed.max()) + int(unmatched.max()) + 1) * (contacts + 1)
        if 2 * dominant * (contacts + agents + 2) < _SOLVER_LIMIT:
            break
    unmatched += np.where(overdue, 2 * dominant, dominant)

    sink = contacts + agents
    nodes = np.arange(sink)
    tails = np.concatenate([contact_of, nodes])
    heads = np.concatenate([contacts + agent_of, np.full(sink, sink)])
    prices = np.concatenate([keyed, unmatched, np.zeros(agents, np.int64)])
    supplies = np.zeros(sink + 1, np.int64)
    supplies[:contacts], supplies[sink] = 1, -contacts
    flow = min_cost_flow.SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(tails, heads, np.ones(len(tails), np.int64), prices)
    flow.set_nodes_supplies(np.arange(sink + 1), supplies)
    status = flow.solve()
    if status != flow.OPTIMAL:  # every contact can stay unmatched, so a flow always exists
        raise RuntimeError(f"the assignment of {contacts} contacts to {agents} agents ended as {status}")
    return np.flatnonzero(flow.flows(arcs)[: len(contact_of)])

"""The lowest possible maximum of heavy contacts per agent-day, had everything been known: a CP-SAT model, proved.

Where sharing them out in order, to who has fewest, is as even as a maximum flow says it can be, no model is needed.

It is a limit for any routing that takes each heavy contact within `within_seconds` of its arrival: light contacts are
left out, a contact may go to anybody with the skill who is on duty at some time of that span, and one person can't have
two that must overlap (each is on from its latest begin to its earliest end, with the rest that is due after it).
"""

from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np
from ortools.graph.python import max_flow
from ortools.sat.python import cp_model

from optimizer.cp_sat import new_solver
from optimizer.simulation.state import Bools, Floats, Ints
from optimizer.simulation.trace import Duty, Trace, tiers
from roster.contacts import Tier
from roster.load.difficulty import rest_minutes
from roster.policy import Policy


@dataclass(frozen=True)
class Limit:
    """By day with duty the fewest that the most burdened person must take, and whether all are proved.

    Where not, `lowest` is what the solver found and `bound` what is proved. `impossible` counts the heavy contacts that
    nobody could have taken; they are left out.
    """

    lowest: tuple[int, ...]
    bound: tuple[int, ...]
    impossible: int

    @property
    def proved(self) -> bool:
        """Whether every day's is."""
        return self.lowest == self.bound

    @property
    def mean(self) -> float:
        """The mean of `bound` over days: no routing can be below it."""
        return float(np.mean(self.bound)) if self.bound else 0.0


def limit(
    trace: Trace, duty: Duty, policy: Policy, *, within_seconds: float | None = None, effort: float = 20.0
) -> Limit:
    """The limit for `trace` and `duty`.

    Parameters
    ----------
    within_seconds: how long a heavy contact may wait; the policy's `max_wait_seconds` where it is left out.
    effort: deterministic seconds for each group of days that share a contact.
    """
    within = float(policy.routing.max_wait_seconds) if within_seconds is None else within_seconds
    days, of_session = np.unique(duty.days, return_inverse=True)
    heavy = np.flatnonzero(trace.heavy)
    able = [_agent_days(trace, duty, of_session, int(contact), within) for contact in heavy]
    lowest, bound = np.zeros(len(days), np.int64), np.zeros(len(days), np.int64)
    core = _cores(trace, policy, within)
    for group in _groups([{day for _, day in pairs} for pairs in able]):
        members = [place for place, pairs in enumerate(able) if pairs and next(iter(pairs))[1] in group]
        found, proved = _solve(
            _Group([able[place] for place in members], core[0][heavy[members]], core[1][heavy[members]], sorted(group)),
            effort,
        )
        for day in group:
            lowest[day], bound[day] = found[day], proved[day]
    return Limit(tuple(lowest.tolist()), tuple(bound.tolist()), sum(not pairs for pairs in able))


def _agent_days(trace: Trace, duty: Duty, of_session: Ints, contact: int, within: float) -> set[tuple[int, int]]:
    arrives = trace.arrives[contact]
    on: Bools = (duty.begins <= arrives + within) & (duty.ends > arrives) & duty.skills[:, trace.queue[contact]]
    return set(zip(duty.agent[on].tolist(), of_session[on].tolist(), strict=True))


def _cores(trace: Trace, policy: Policy, within: float) -> tuple[Floats, Floats]:
    """From when to when each contact certainly occupies whoever has it; empty where the end is not after the begin."""
    minutes = np.array([rest_minutes(tier, (), policy.rest) for tier in Tier])
    ends = trace.arrives + trace.handle + 60.0 * minutes[tiers(trace.score, policy.difficulty)]
    return trace.arrives + within, ends


def _groups(days: list[set[int]]) -> list[set[int]]:
    """Days that have to be looked at together, as some contact may fall on either."""
    groups: list[set[int]] = []
    for found in days:
        if not found or any(found <= group for group in groups):
            continue
        joined = set(found).union(*(group for group in groups if group & found))
        groups = [group for group in groups if not group & found] + [joined]
    return groups


Pair = tuple[int, int]
"""An agent and a day."""


@dataclass(frozen=True)
class _Group:
    """Contacts of days that belong together: who could take each, and when it certainly occupies them."""

    able: list[set[Pair]]
    begins: Floats
    ends: Floats
    days: list[int]

    def clash(self, one: int, other: int) -> bool:
        """Whether one person can't have both."""
        return bool(max(self.begins[one], self.begins[other]) < min(self.ends[one], self.ends[other]))


def _solve(group: _Group, effort: float) -> tuple[dict[int, int], dict[int, int]]:
    """By day the lowest maximum found and the highest proved."""
    least, start = _shared_evenly(group), _in_order(group)
    if _most_by_day(group, start) == least and not _clashes(group, start):
        return least, least
    model = cp_model.CpModel()
    most = {day: model.new_int_var(least[day], len(group.able), f"most on day {day}") for day in group.days}
    by_person: dict[Pair, dict[int, cp_model.IntVar]] = defaultdict(dict)
    together = _together(group)
    for contact, pairs in enumerate(group.able):
        chosen = {pair: model.new_bool_var("") for pair in sorted(pairs)}
        model.add_exactly_one(chosen.values())
        for pair, variable in chosen.items():
            by_person[pair][contact] = variable
            model.add_hint(variable, pair == start[contact])
    for (_, day), variables in by_person.items():
        model.add(sum(variables.values()) <= most[day])
        # What overlaps does so at the begin of one of them: a clique for each begin.
        for contact in variables:
            clique = [variables[other] for other in together[contact] if other in variables]
            if len(clique) > 1:
                model.add_at_most_one(clique)
    model.minimize(sum(most.values()))
    solver = new_solver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = effort
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        # More at once than people: what is left is that they are shared out evenly.
        nothing = np.zeros(len(group.able))
        return _solve(_Group(group.able, nothing, nothing, group.days), effort)
    if status == cp_model.UNKNOWN:
        return dict.fromkeys(group.days, len(group.able)), least
    found = {day: solver.value(most[day]) for day in group.days}
    return found, found if status == cp_model.OPTIMAL else least


def _most_by_day(group: _Group, chosen: list[Pair]) -> dict[int, int]:
    """The maximum of each day where each contact goes to the pair in its place."""
    most = dict.fromkeys(group.days, 0)
    for (_, day), count in Counter(chosen).items():
        most[day] = max(most[day], count)
    return most


def _clashes(group: _Group, chosen: list[Pair]) -> bool:
    """Whether anybody would have two at once."""
    contacts = range(len(chosen))
    return any(chosen[one] == chosen[other] and group.clash(one, other) for one in contacts for other in range(one))


def _shared_evenly(group: _Group) -> dict[int, int]:
    """What each day's maximum is at least, by a maximum flow from contacts to people; 0 where days hang together."""
    if len(group.days) > 1:
        return dict.fromkeys(group.days, 0)
    people = sorted(set().union(*group.able))
    at = {pair: len(group.able) + place for place, pair in enumerate(people)}
    source, sink = len(group.able) + len(people), len(group.able) + len(people) + 1
    most = -(-len(group.able) // len(people))
    while True:
        flow = max_flow.SimpleMaxFlow()
        for contact, pairs in enumerate(group.able):
            flow.add_arc_with_capacity(source, contact, 1)
            for pair in sorted(pairs):
                flow.add_arc_with_capacity(contact, at[pair], 1)
        for pair in people:
            flow.add_arc_with_capacity(at[pair], sink, most)
        if flow.solve(source, sink) == flow.OPTIMAL and flow.optimal_flow() == len(group.able):
            return {group.days[0]: most}
        most += 1


def _together(group: _Group) -> list[list[int]]:
    """For each contact those that certainly are on when it certainly begins to be, itself included."""
    on = (group.begins[None, :] <= group.begins[:, None]) & (group.begins[:, None] < group.ends[None, :])
    return [np.flatnonzero(row).tolist() for row in on]


def _in_order(group: _Group) -> list[Pair]:
    """A start for the solver: each contact in turn to whom it does not clash with and who has fewest so far."""
    taken: dict[Pair, list[int]] = defaultdict(list)
    chosen = []
    for contact, pairs in enumerate(group.able):
        best = min(
            sorted(pairs),
            key=lambda pair: (any(group.clash(contact, other) for other in taken[pair]), len(taken[pair])),
        )
        taken[best].append(contact)
        chosen.append(best)
    return chosen

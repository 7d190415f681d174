"""A day as compiled functions know it: people, their chains of breaks and the sets of queues as arrays.

Minutes count from the problem's start, slots are steps of its grid from a person's first. A *chain* is a person's
breaks in one order.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.day.cover import Cover, quiet_slack
from optimizer.day.options import DebriefOption, PersonOptions
from optimizer.day.plan import Plan, tight_cost
from roster.day_problem import DayProblem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

CLOSED = 1e12
"""Cost of a start that may not be."""


class Chains(NamedTuple):
    """Breaks in order. `person` of each chain, its first break and how many; per break its length and how many slots
    later the next may start; `own[break, slot]`: what a start costs by itself; `low` and `width`: slots of a person.
    """

    step: int
    person: Ints
    first: Ints
    many: Ints
    minutes: Ints
    reach: Ints
    own: Floats
    low: Ints
    width: Ints
    unplaced: float


class Covering(NamedTuple):
    """`lack[quarter, set]` with nobody away but what is fixed; `has[group, set]`; the `group` of each person; prices
    per agent-minute short, and on top beyond the first agent.
    """

    lack: Ints
    has: Bools
    group: Ints
    short: float
    again: float


class Talks(NamedTuple):
    """Debriefs. Per request who asks, its length and the first of its options (one past the last: where they end);
    per option the peer, the minute it starts, and what that costs by itself.
    """

    agent: Ints
    minutes: Ints
    begin: Ints
    peer: Ints
    start: Ints
    tight: Floats
    unplaced: float


class State(NamedTuple):
    """A plan in the making. `slot` of each break (-1: none), option of each request (-1: none), sessions left of each
    person, their debriefs as [begin, end) minutes, and `lack` with all that away.
    """

    slot: Ints
    option: Ints
    sessions: Ints
    busy: Ints
    talks: Ints
    lack: Ints


class Scratch(NamedTuple):
    """Room to work in, so that nothing is allocated on the way."""

    cost: Floats
    value: Floats
    slots: Ints
    inner: Floats
    outer: Floats


def codes_of(problem: DayProblem) -> dict[str, int]:
    """A number for everybody on duty, those to be arranged first; who is both is meant as they are to be arranged."""
    agents = {person.id: place for place, person in enumerate(problem.agents)}
    return {person.id: len(agents) + place for place, person in enumerate(problem.others)} | agents


def chains_of(problem: DayProblem, chains: Sequence[PersonOptions], codes: Mapping[str, int], people: int) -> Chains:
    """`chains` in one table; `codes` number those of the `people` who can be told apart by their id."""
    step = problem.step_minutes
    breaks = [(options, one) for options in chains for one in options.breaks]
    low = np.zeros(people, dtype=np.int64)
    high = np.zeros(people, dtype=np.int64)
    for options in chains:
        slots = [start // step for one in options.breaks for start in one.starts]
        if slots:
            place = codes[options.person.id]
            seen = high[place] > 0
            low[place] = min(slots) if not seen else min(low[place], *slots)
            high[place] = max(high[place], max(slots) + 1)
    width = high - low
    own = np.full((len(breaks), max(1, int(width.max(initial=0)))), CLOSED)
    for row, (options, one) in enumerate(breaks):
        at = np.array(one.starts, dtype=np.int64) // step - low[codes[options.person.id]]
        own[row, at] = one.costs
    count = np.array([len(options.breaks) for options in chains], dtype=np.int64)
    return Chains(
        step=step,
        person=np.array([codes[options.person.id] for options in chains], dtype=np.int64),
        first=np.cumsum(count) - count,
        many=count,
        minutes=np.array([one.need.minutes for _, one in breaks], dtype=np.int64),
        reach=np.array([-(-(one.need.minutes + options.gap) // step) for options, one in breaks], dtype=np.int64),
        own=own,
        low=low,
        width=width,
        unplaced=float(problem.weights.unplaced_break),
    )


def covering_of(problem: DayProblem, cover: Cover) -> Covering:
    """The cover of everybody on duty: those to be arranged first."""
    people = (*problem.agents, *problem.others)
    return Covering(
        lack=np.ascontiguousarray(cover.lack(np.zeros_like(cover.supply)).T),
        has=np.ascontiguousarray(cover.member.T),
        group=np.array([cover.group_of(person.skills) for person in people], dtype=np.int64),
        short=float(problem.weights.short),
        again=float(problem.weights.short_again),
    )


def talks_of(
    problem: DayProblem, debriefs: Mapping[str, Sequence[DebriefOption]], cover: Cover, codes: Mapping[str, int]
) -> Talks:
    """What each request may come to."""
    slack = quiet_slack(cover, np.zeros_like(cover.supply))
    options = [option for request in problem.debriefs for option in debriefs[request.id]]
    counts = [len(debriefs[request.id]) for request in problem.debriefs]
    return Talks(
        agent=np.array([codes.get(request.agent, -1) for request in problem.debriefs], dtype=np.int64),
        minutes=np.array([request.minutes for request in problem.debriefs], dtype=np.int64),
        begin=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        peer=np.array([codes[option.peer] for option in options], dtype=np.int64),
        start=np.array([option.start for option in options], dtype=np.int64),
        tight=np.array([float(tight_cost(problem, slack, option.start, option.request.minutes)) for option in options]),
        unplaced=float(problem.weights.unplaced_debrief),
    )


def empty_state(problem: DayProblem, chains: Chains, covering: Covering) -> State:
    """Nothing placed."""
    people = (*problem.agents, *problem.others)
    requests = len(problem.debriefs)
    return State(
        slot=np.full(len(chains.minutes), -1, dtype=np.int64),
        option=np.full(requests, -1, dtype=np.int64),
        sessions=np.array([person.sessions_left for person in people], dtype=np.int64),
        busy=np.zeros((len(people), requests, 2), dtype=np.int64),
        talks=np.zeros(len(people), dtype=np.int64),
        lack=covering.lack.copy(),
    )


def scratch_of(chains: Chains, quarters: int) -> Scratch:
    """Room for the longest chain."""
    breaks, width = int(chains.many.max(initial=0)), chains.own.shape[1]
    return Scratch(
        cost=np.zeros((breaks, width)),
        value=np.zeros((breaks + 1, width + 1)),
        slots=np.zeros(breaks, dtype=np.int64),
        inner=np.zeros(quarters),
        outer=np.zeros(quarters),
    )


def plan_of(
    chains: Chains,
    state: State,
    people: Sequence[PersonOptions],
    problem: DayProblem,
    debriefs: Mapping[str, Sequence[DebriefOption]],
) -> Plan:
    """`state` as a plan; `people` are the chains, one a person."""
    plan = Plan({})
    for options, person, first in zip(people, chains.person.tolist(), chains.first.tolist(), strict=True):
        slots = state.slot[first : first + len(options.breaks)].tolist()
        low = int(chains.low[person])
        plan.starts[options.person.id] = [None if slot < 0 else (low + slot) * chains.step for slot in slots]
    begin = 0
    for request, option in zip(problem.debriefs, state.option.tolist(), strict=True):
        if option >= 0:
            plan.debriefs[request.id] = debriefs[request.id][option - begin]
        begin += len(debriefs[request.id])
    return plan

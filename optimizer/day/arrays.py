"""A day as compiled functions know it: people, their chains of breaks and the sets of queues as arrays.

Minutes count from the problem's start, slots are steps of its grid from a person's first. A *chain* is a person's
breaks in one order.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.day.bookings import Booking
from optimizer.day.cover import Cover
from optimizer.day.options import PersonOptions
from optimizer.day.plan import Plan
from optimizer.day.prepared import Prepared
from roster.day_problem import DayProblem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

CLOSED = 1e12
"""Cost of a start that may not be."""


class Chains(NamedTuple):
    """Breaks in order. `person` of each chain, its first break and how many; per break its length and how many slots
    later the next may start; `own[break, slot]`: what a start costs by itself, `unplaced` what none does; `low` and
    `width`: slots of a person.
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
    unplaced: Floats


class Covering(NamedTuple):
    """`lack[quarter, set]` with nobody away but what is fixed, and `more`, the need beyond one agent for each queue;
    `has[group, set]`; the `group` of each person; prices per agent-minute short, on top beyond the first agent, and on
    top for a queue's last.
    """

    lack: Ints
    more: Ints
    has: Bools
    group: Ints
    short: float
    again: float
    unattended: float


class Bookings(NamedTuple):
    """Debriefs and appointments. Per booking its people as `who[first:first of the next]`, its length, and the first of
    its places (one past the last: where they end); per place who joins (-1: nobody), the minute it starts, and what
    that costs by itself. The places of one peer follow one another.
    """

    first: Ints
    who: Ints
    minutes: Ints
    begin: Ints
    peer: Ints
    start: Ints
    own: Floats
    unplaced: Floats


class State(NamedTuple):
    """A plan in the making. `slot` of each break (-1: none), place of each booking (-1: none), sessions left of each
    person, how many bookings they have `booked` and these as [begin, end) minutes, and `lack` with all that away.
    """

    slot: Ints
    place: Ints
    sessions: Ints
    busy: Ints
    booked: Ints
    lack: Ints


class Scratch(NamedTuple):
    """Room to work in, so that nothing is allocated on the way."""

    cost: Floats
    value: Floats
    slots: Ints
    inner: Floats
    outer: Floats
    inner_last: Floats
    outer_last: Floats


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
        unplaced=np.array([float(problem.unplaced_cost(one.need.kind)) for _, one in breaks]),
    )


def covering_of(problem: DayProblem, cover: Cover) -> Covering:
    """The cover of everybody on duty: those to be arranged first."""
    people = (*problem.agents, *problem.others)
    return Covering(
        lack=np.ascontiguousarray(cover.lack(np.zeros_like(cover.supply)).T),
        more=np.ascontiguousarray(cover.more.T),
        has=np.ascontiguousarray(cover.member.T),
        group=np.array([cover.group_of(person.skills) for person in people], dtype=np.int64),
        short=float(problem.weights.short),
        again=float(problem.weights.short_again),
        unattended=float(problem.weights.unattended),
    )


def booking_table(bookings: Sequence[Booking], codes: Mapping[str, int]) -> Bookings:
    """What each of `bookings` may come to."""
    places = [place for booking in bookings for place in booking.places]
    return Bookings(
        first=_ends([len(booking.people) if booking.places else 0 for booking in bookings]),
        who=np.array([codes[one] for booking in bookings if booking.places for one in booking.people], dtype=np.int64),
        minutes=np.array([booking.minutes for booking in bookings], dtype=np.int64),
        begin=_ends([len(booking.places) for booking in bookings]),
        peer=np.array([-1 if place.peer is None else codes[place.peer] for place in places], dtype=np.int64),
        start=np.array([place.start for place in places], dtype=np.int64),
        own=np.array([float(place.cost) for place in places]),
        unplaced=np.array([float(booking.unplaced) for booking in bookings]),
    )


def _ends(counts: Sequence[int]) -> Ints:
    """Where each of so many begins in one table, and where the last ends."""
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def empty_state(problem: DayProblem, chains: Chains, covering: Covering, bookings: Bookings) -> State:
    """Nothing placed."""
    people = (*problem.agents, *problem.others)
    count = len(bookings.minutes)
    return State(
        slot=np.full(len(chains.minutes), -1, dtype=np.int64),
        place=np.full(count, -1, dtype=np.int64),
        sessions=np.array([person.sessions_left for person in people], dtype=np.int64),
        busy=np.zeros((len(people), count, 2), dtype=np.int64),
        booked=np.zeros(len(people), dtype=np.int64),
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
        inner_last=np.zeros(quarters),
        outer_last=np.zeros(quarters),
    )


def plan_of(chains: Chains, state: State, day: Prepared) -> Plan:
    """`state` as a plan; `chains` are one a person."""
    plan = Plan({}, [])
    for options, person, first in zip(day.people, chains.person.tolist(), chains.first.tolist(), strict=True):
        slots = state.slot[first : first + len(options.breaks)].tolist()
        low = int(chains.low[person])
        plan.starts[options.person.id] = [None if slot < 0 else (low + slot) * chains.step for slot in slots]
    begin = 0
    for booking, place in zip(day.bookings, state.place.tolist(), strict=True):
        plan.places.append(None if place < 0 else booking.places[place - begin])
        begin += len(booking.places)
    return plan

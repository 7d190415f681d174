"""One booking at its best, compiled: the place that costs least, the breaks of everybody there giving way for it."""

import numpy as np

from optimizer.compiled import compiled
from optimizer.day.arrays import Bookings, Chains, Covering, Floats, Ints, Scratch, State
from optimizer.day.chain import cheapest, lift_chain, price_starts, respond, short_price, take_away

FAR = 1e15
QUARTER = 15


@compiled
def retake_chain(chains: Chains, covering: Covering, state: State, chain: int) -> None:
    """Undo `lift_chain`."""
    person, first = chains.person[chain], chains.first[chain]
    for place in range(chains.many[chain]):
        slot = state.slot[first + place]
        if slot >= 0:
            start = (chains.low[person] + slot) * chains.step
            take_away(covering, state.lack, person, start, chains.minutes[first + place])


@compiled
def leave(covering: Covering, state: State, person: int, start: int, minutes: int) -> None:
    """Take a booking out of a person's day."""
    take_away(covering, state.lack, person, start, -minutes)
    last = state.booked[person] - 1
    for one in range(last + 1):
        if state.busy[person, one, 0] == start:
            state.busy[person, one] = state.busy[person, last]
            break
    state.booked[person] = last


@compiled
def attend(covering: Covering, state: State, person: int, start: int, minutes: int) -> None:
    """Put a booking into a person's day."""
    take_away(covering, state.lack, person, start, minutes)
    one = state.booked[person]
    state.busy[person, one, 0], state.busy[person, one, 1] = start, start + minutes
    state.booked[person] = one + 1


@compiled
def drop_booking(covering: Covering, bookings: Bookings, state: State, booking: int) -> None:
    """Take a booking out of `state`, if it has a place."""
    place = state.place[booking]
    if place < 0:
        return
    state.place[booking] = -1
    start, minutes, peer = bookings.start[place], bookings.minutes[booking], bookings.peer[place]
    for one in range(bookings.first[booking], bookings.first[booking + 1]):
        leave(covering, state, bookings.who[one], start, minutes)
    if peer >= 0:
        leave(covering, state, peer, start, minutes)
        state.sessions[peer] += 1


@compiled
def put_booking(covering: Covering, bookings: Bookings, state: State, booking: int, place: int) -> None:
    """Give a booking, which has none, this place."""
    state.place[booking] = place
    start, minutes, peer = bookings.start[place], bookings.minutes[booking], bookings.peer[place]
    for one in range(bookings.first[booking], bookings.first[booking + 1]):
        attend(covering, state, bookings.who[one], start, minutes)
    if peer >= 0:
        attend(covering, state, peer, start, minutes)
        state.sessions[peer] -= 1


@compiled
def is_busy(state: State, person: int, begin: int, end: int) -> bool:
    """Whether one of a person's bookings lies in minutes [begin, end)."""
    for one in range(state.booked[person]):
        if begin < state.busy[person, one, 1] and state.busy[person, one, 0] < end:
            return True
    return False


@compiled
def is_open(bookings: Bookings, state: State, booking: int, place: int) -> bool:
    """Whether nobody has another booking then, and who joins has a session left."""
    begin, peer = bookings.start[place], bookings.peer[place]
    end = begin + bookings.minutes[booking]
    for one in range(bookings.first[booking], bookings.first[booking + 1]):
        if is_busy(state, bookings.who[one], begin, end):
            return False
    return peer < 0 or (state.sessions[peer] > 0 and not is_busy(state, peer, begin, end))


@compiled
def price_together(covering: Covering, lack: Ints, party: Ints, peer: int, start: int, minutes: int) -> float:
    """What cover costs more when `party[set]` people of each set, and `peer`, are away for `minutes` from `start`."""
    total, at, end = 0.0, start, start + minutes
    while at < end:
        quarter = at // QUARTER
        until = min(end, (quarter + 1) * QUARTER)
        before, after, last_before, last_after = 0, 0, 0, 0
        for one in range(lack.shape[1]):
            gone = party[one]
            if peer >= 0 and covering.has[covering.group[peer], one]:
                gone += 1
            here, then = lack[quarter, one], lack[quarter, one] + gone * (until - at)
            before, after = max(before, here), max(after, then)
            more = covering.more[quarter, one]
            last_before, last_after = max(last_before, here - more), max(last_after, then - more)
        total += short_price(float(after), covering.short, covering.again)
        total -= short_price(float(before), covering.short, covering.again)
        total += covering.unattended * (last_after - last_before)
        at = until
    return total


@compiled
def price_around(
    chains: Chains,
    covering: Covering,
    bookings: Bookings,
    state: State,
    chain: int,
    first: int,
    last: int,
    minutes: int,
    still: Floats,
    cost: Floats,
    scratch: Scratch,
) -> None:
    """Add to `cost` of the places from `first` to before `last` what a person's breaks cost more beside each."""
    if chain < 0 or chains.many[chain] == 0:
        return
    lift_chain(chains, covering, state, chain)
    price_starts(chains, covering, state, chain, still, scratch)
    base = cheapest(chains, chain, 0, 0, scratch)
    retake_chain(chains, covering, state, chain)
    for place in range(first, last):
        if cost[place] < FAR:
            start = bookings.start[place]
            cost[place] += cheapest(chains, chain, start, start + minutes, scratch) - base


@compiled
def respond_booking(
    chains: Chains,
    covering: Covering,
    bookings: Bookings,
    state: State,
    chain_of: Ints,
    booking: int,
    only: int,
    noise: Floats,
    still: Floats,
    cost: Floats,
    scratch: Scratch,
) -> bool:
    """A booking out, and in again where it costs least, with `noise[place]` on top; whether it has a place.

    `only` is the one peer to be looked at, or -1. `still`: no noise, per quarter. `cost`: room for one of each place.
    """
    drop_booking(covering, bookings, state, booking)
    minutes, begin, end = bookings.minutes[booking], bookings.begin[booking], bookings.begin[booking + 1]
    if begin == end:
        return False
    party = np.zeros(covering.has.shape[1], dtype=np.int64)
    for one in range(bookings.first[booking], bookings.first[booking + 1]):
        for each in range(len(party)):
            if covering.has[covering.group[bookings.who[one]], each]:
                party[each] += 1
    for place in range(begin, end):
        peer, start = bookings.peer[place], bookings.start[place]
        if (only >= 0 and peer != only) or not is_open(bookings, state, booking, place):
            cost[place] = FAR
        else:
            together = price_together(covering, state.lack, party, peer, start, minutes)
            cost[place] = bookings.own[place] + noise[place] + together
    for one in range(bookings.first[booking], bookings.first[booking + 1]):
        chain = chain_of[bookings.who[one]]
        price_around(chains, covering, bookings, state, chain, begin, end, minutes, still, cost, scratch)
    first = begin
    while first < end:
        peer, last = bookings.peer[first], first
        while last < end and bookings.peer[last] == peer:
            last += 1
        if peer >= 0:
            chain = chain_of[peer]
            price_around(chains, covering, bookings, state, chain, first, last, minutes, still, cost, scratch)
        first = last
    best, best_place = bookings.unplaced[booking], -1
    for place in range(begin, end):
        if cost[place] < best:
            best, best_place = cost[place], place
    if best_place < 0:
        return False
    put_booking(covering, bookings, state, booking, best_place)
    for one in range(bookings.first[booking], bookings.first[booking + 1]):
        chain = chain_of[bookings.who[one]]
        if chain >= 0:
            respond(chains, covering, state, chain, still, scratch)
    peer = bookings.peer[best_place]
    if peer >= 0 and chain_of[peer] >= 0:
        respond(chains, covering, state, chain_of[peer], still, scratch)
    return True


@compiled
def bookings_cost(bookings: Bookings, state: State) -> float:
    """What the bookings of `state` cost by themselves."""
    total = 0.0
    for booking in range(len(state.place)):
        place = state.place[booking]
        total += bookings.unplaced[booking] if place < 0 else bookings.own[place]
    return total

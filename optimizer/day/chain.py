"""One person's breaks at their best against prices of cover, compiled: a dynamic program backwards over the grid.

Exact where no two of their breaks share a quarter-hour (they lie `min_gap_minutes` apart), and always where prices are
linear.
"""

from optimizer.compiled import compiled
from optimizer.day.arrays import Chains, Covering, Floats, Ints, Scratch, State

CLOSED = 1e12
QUARTER = 15


@compiled
def short_price(minutes: float, short: float, again: float) -> float:
    """What a quarter that is short by `minutes` costs."""
    if minutes <= 0:
        return 0.0
    return short * minutes + again * max(0.0, minutes - QUARTER)


@compiled
def take_away(covering: Covering, lack: Ints, person: int, start: int, minutes: int) -> None:
    """Take a person out for `minutes` from minute `start` on; negative `minutes`: put them back for as many."""
    has = covering.has[covering.group[person]]
    sign = 1 if minutes > 0 else -1
    at, end = start, start + sign * minutes
    while at < end:
        quarter = at // QUARTER
        until = min(end, (quarter + 1) * QUARTER)
        for one in range(lack.shape[1]):
            if has[one]:
                lack[quarter, one] += sign * (until - at)
        at = until


@compiled
def heads(covering: Covering, lack: Ints, person: int, first: int, last: int, scratch: Scratch) -> None:
    """Per quarter from `first` to before `last`, the worst set with the person in it, and the worst without; the same
    by the last agents.
    """
    has = covering.has[covering.group[person]]
    for quarter in range(first, last):
        inner, outer, inner_last, outer_last = -CLOSED, 0.0, -CLOSED, 0.0
        for one in range(lack.shape[1]):
            value = float(lack[quarter, one])
            left = value - covering.more[quarter, one]
            if has[one]:
                inner, inner_last = max(inner, value), max(inner_last, left)
            else:
                outer, outer_last = max(outer, value), max(outer_last, left)
        scratch.inner[quarter], scratch.outer[quarter] = inner, outer
        scratch.inner_last[quarter], scratch.outer_last[quarter] = inner_last, outer_last


@compiled
def price_of(covering: Covering, scratch: Scratch, noise: Floats, start: int, minutes: int) -> float:
    """What it costs to take the person of `heads` out for `minutes` from minute `start` on."""
    total, at, end = 0.0, start, start + minutes
    while at < end:
        quarter = at // QUARTER
        until = min(end, (quarter + 1) * QUARTER)
        inner, outer = scratch.inner[quarter], scratch.outer[quarter]
        total += short_price(max(inner + until - at, outer), covering.short, covering.again)
        total -= short_price(max(inner, outer), covering.short, covering.again)
        inner, outer = scratch.inner_last[quarter], scratch.outer_last[quarter]
        total += covering.unattended * (max(0.0, inner + until - at, outer) - max(0.0, inner, outer))
        total += noise[quarter] * (until - at)
        at = until
    return total


@compiled
def price_starts(chains: Chains, covering: Covering, state: State, chain: int, noise: Floats, scratch: Scratch) -> None:
    """Fill `scratch.cost` for a chain whose breaks are out of `state.lack`; clear of the person's bookings."""
    person = chains.person[chain]
    low, width = chains.low[person], chains.width[person]
    first, count = chains.first[chain], chains.many[chain]
    if width == 0:
        return
    longest = 0
    for place in range(count):
        longest = max(longest, chains.minutes[first + place])
    begin, end = low * chains.step, (low + width - 1) * chains.step + longest
    last = min(state.lack.shape[0], (end - 1) // QUARTER + 1)
    heads(covering, state.lack, person, begin // QUARTER, last, scratch)
    for place in range(count):
        minutes = chains.minutes[first + place]
        for slot in range(width):
            own = chains.own[first + place, slot]
            if own < CLOSED:
                start = (low + slot) * chains.step
                own += price_of(covering, scratch, noise, start, minutes)
                for one in range(state.booked[person]):
                    if start < state.busy[person, one, 1] and state.busy[person, one, 0] < start + minutes:
                        own = CLOSED
            scratch.cost[place, slot] = own


@compiled
def price_linear(chains: Chains, chain: int, prices: Floats, scratch: Scratch) -> None:
    """Fill `scratch.cost` for a chain at `prices` per minute of each quarter."""
    person = chains.person[chain]
    low, width, first = chains.low[person], chains.width[person], chains.first[chain]
    for place in range(chains.many[chain]):
        minutes = chains.minutes[first + place]
        for slot in range(width):
            own = chains.own[first + place, slot]
            if own < CLOSED:
                at = (low + slot) * chains.step
                end = at + minutes
                while at < end:
                    quarter = at // QUARTER
                    until = min(end, (quarter + 1) * QUARTER)
                    own += prices[quarter] * (until - at)
                    at = until
            scratch.cost[place, slot] = own


@compiled
def cheapest(chains: Chains, chain: int, begin: int, end: int, scratch: Scratch) -> float:
    """The cost of the best chain at `scratch.cost`, each break placed or left out, none inside minutes [begin, end).

    `scratch.value` is left for `read_chain`.
    """
    person = chains.person[chain]
    low, width = chains.low[person], chains.width[person]
    first, count = chains.first[chain], chains.many[chain]
    value = scratch.value
    value[count, : width + 1] = 0.0
    for place in range(count - 1, -1, -1):
        minutes, reach = chains.minutes[first + place], chains.reach[first + place]
        unplaced = chains.unplaced[first + place]
        value[place, width] = unplaced + value[place + 1, width]
        for slot in range(width - 1, -1, -1):
            best = min(value[place, slot + 1], unplaced + value[place + 1, slot])
            cost = scratch.cost[place, slot]
            if cost < CLOSED:
                start = (low + slot) * chains.step
                if start >= end or start + minutes <= begin:
                    best = min(best, cost + value[place + 1, min(width, slot + reach)])
            value[place, slot] = best
    return float(value[0, 0])


@compiled
def read_chain(chains: Chains, chain: int, scratch: Scratch) -> None:
    """The chain whose cost `cheapest` has just found (with nothing closed), into `scratch.slots`; -1: left out."""
    person = chains.person[chain]
    width, first = chains.width[person], chains.first[chain]
    value, at = scratch.value, 0
    for place in range(chains.many[chain]):
        scratch.slots[place] = -1
        while at < width:
            cost = scratch.cost[place, at]
            then = min(width, at + chains.reach[first + place])
            if cost < CLOSED and cost + value[place + 1, then] == value[place, at]:
                scratch.slots[place] = at
                at = then
                break
            if chains.unplaced[first + place] + value[place + 1, at] == value[place, at]:
                break
            at += 1


@compiled
def set_chain(chains: Chains, covering: Covering, state: State, chain: int, scratch: Scratch) -> bool:
    """Put the breaks of `scratch.slots` into `state`, whose own are out already; whether any is elsewhere now."""
    person, first = chains.person[chain], chains.first[chain]
    moved = False
    for place in range(chains.many[chain]):
        slot = scratch.slots[place]
        moved = moved or slot != state.slot[first + place]
        state.slot[first + place] = slot
        if slot >= 0:
            start = (chains.low[person] + slot) * chains.step
            take_away(covering, state.lack, person, start, chains.minutes[first + place])
    return moved


@compiled
def lift_chain(chains: Chains, covering: Covering, state: State, chain: int) -> None:
    """Put a person back to work for all of their breaks; `state.slot` still tells where these were."""
    person, first = chains.person[chain], chains.first[chain]
    for place in range(chains.many[chain]):
        slot = state.slot[first + place]
        if slot >= 0:
            start = (chains.low[person] + slot) * chains.step
            take_away(covering, state.lack, person, start, -chains.minutes[first + place])


@compiled
def respond(chains: Chains, covering: Covering, state: State, chain: int, noise: Floats, scratch: Scratch) -> bool:
    """A person's breaks out, and in again where they cost least; whether any is elsewhere now."""
    lift_chain(chains, covering, state, chain)
    price_starts(chains, covering, state, chain, noise, scratch)
    cheapest(chains, chain, 0, 0, scratch)
    read_chain(chains, chain, scratch)
    return set_chain(chains, covering, state, chain, scratch)


@compiled
def sweep(chains: Chains, covering: Covering, state: State, order: Ints, noise: Floats, scratch: Scratch) -> int:
    """`respond` for the chains in `order`, with `noise[place, quarter]` on a minute's price; how many moved."""
    moved = 0
    for place in range(len(order)):
        if respond(chains, covering, state, order[place], noise[place], scratch):
            moved += 1
    return moved


@compiled
def breaks_and_cover(chains: Chains, covering: Covering, state: State) -> float:
    """What `state` costs, bookings by themselves apart."""
    total = 0.0
    for one in range(len(state.slot)):
        total += chains.unplaced[one] if state.slot[one] < 0 else chains.own[one, state.slot[one]]
    for quarter in range(state.lack.shape[0]):
        worst, last = 0, 0
        for one in range(state.lack.shape[1]):
            worst = max(worst, state.lack[quarter, one])
            last = max(last, state.lack[quarter, one] - covering.more[quarter, one])
        total += short_price(float(worst), covering.short, covering.again) + covering.unattended * last
    return total

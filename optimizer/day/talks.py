"""One debrief at its best, compiled: the peer and time that cost least, both people's breaks giving way for it."""

from optimizer.compiled import compiled
from optimizer.day.arrays import Chains, Covering, Floats, Ints, Scratch, State, Talks
from optimizer.day.chain import cheapest, heads, lift_chain, price_of, price_starts, respond, take_away

FAR = 1e15


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
def drop_talk(covering: Covering, talks: Talks, state: State, request: int) -> None:
    """Take a request's debrief out of `state`, if it has one."""
    option = state.option[request]
    if option < 0:
        return
    state.option[request] = -1
    start, minutes, peer = talks.start[option], talks.minutes[request], talks.peer[option]
    state.sessions[peer] += 1
    for person in (talks.agent[request], peer):
        take_away(covering, state.lack, person, start, -minutes)
        last = state.talks[person] - 1
        for one in range(last + 1):
            if state.busy[person, one, 0] == start:
                state.busy[person, one] = state.busy[person, last]
                break
        state.talks[person] = last


@compiled
def put_talk(covering: Covering, talks: Talks, state: State, request: int, option: int) -> None:
    """Give a request, which has none, this option."""
    state.option[request] = option
    start, minutes, peer = talks.start[option], talks.minutes[request], talks.peer[option]
    state.sessions[peer] -= 1
    for person in (talks.agent[request], peer):
        take_away(covering, state.lack, person, start, minutes)
        state.busy[person, state.talks[person], 0] = start
        state.busy[person, state.talks[person], 1] = start + minutes
        state.talks[person] += 1


@compiled
def is_busy(state: State, person: int, begin: int, end: int) -> bool:
    """Whether one of a person's debriefs lies in minutes [begin, end)."""
    for one in range(state.talks[person]):
        if begin < state.busy[person, one, 1] and state.busy[person, one, 0] < end:
            return True
    return False


@compiled
def price_around(
    chains: Chains, covering: Covering, state: State, chain: int, person: int, still: Floats, scratch: Scratch
) -> float:
    """What a person's breaks cost at best, priced in `scratch.cost`; the heads of all quarters, breaks in, beside."""
    base = 0.0
    if chain >= 0:
        lift_chain(chains, covering, state, chain)
        price_starts(chains, covering, state, chain, still, scratch)
        base = cheapest(chains, chain, 0, 0, scratch)
        retake_chain(chains, covering, state, chain)
    heads(covering, state.lack, person, 0, state.lack.shape[0], scratch)
    return base


@compiled
def respond_talk(
    chains: Chains,
    covering: Covering,
    talks: Talks,
    state: State,
    chain_of: Ints,
    request: int,
    only: int,
    noise: Floats,
    still: Floats,
    mine: Scratch,
    theirs: Scratch,
) -> bool:
    """A request's debrief out, and in again where it costs least, with `noise[option]` on top; whether it has one.

    `only` is the one peer to be looked at, or -1. `still`: no noise, per quarter.
    """
    drop_talk(covering, talks, state, request)
    agent, minutes = talks.agent[request], talks.minutes[request]
    begin, end = talks.begin[request], talks.begin[request + 1]
    if begin == end:
        return False
    own = chain_of[agent]
    own_base = price_around(chains, covering, state, own, agent, still, mine)
    best, best_option = talks.unplaced, -1
    peer, chain, base = -1, -1, 0.0
    for option in range(begin, end):
        start, at = talks.start[option], talks.peer[option]
        if (only >= 0 and at != only) or state.sessions[at] < 1:
            continue
        if is_busy(state, agent, start, start + minutes) or is_busy(state, at, start, start + minutes):
            continue
        if at != peer:
            peer, chain = at, chain_of[at]
            base = price_around(chains, covering, state, chain, peer, still, theirs)
        cost = talks.tight[option] + noise[option]
        cost += price_of(covering, mine, still, start, minutes) + price_of(covering, theirs, still, start, minutes)
        if own >= 0:
            cost += cheapest(chains, own, start, start + minutes, mine) - own_base
        if chain >= 0:
            cost += cheapest(chains, chain, start, start + minutes, theirs) - base
        if cost < best:
            best, best_option = cost, option
    if best_option < 0:
        return False
    put_talk(covering, talks, state, request, best_option)
    for one in (own, chain_of[talks.peer[best_option]]):
        if one >= 0:
            respond(chains, covering, state, one, still, mine)
    return True


@compiled
def talks_cost(talks: Talks, state: State) -> float:
    """What the debriefs of `state` cost by themselves."""
    total = 0.0
    for option in state.option:
        total += talks.unplaced if option < 0 else talks.tight[option]
    return total

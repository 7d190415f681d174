"""Whether a heavy contact had better wait a moment for somebody fresher, by the forecast of who becomes free.

Who is on a contact is expected to be free again by an exponential handle time of the queue's own mean; who is on a
break comes back when it ends. Waiting pays where the expected saving (points of cost, against the best of those free
now) is more than what the wait is expected to cost and `look_ahead_margin` together.
"""

import numpy as np

from optimizer.compiled import compiled
from optimizer.routing import asks as ask_at
from optimizer.routing import columns as column
from optimizer.routing.asks import urgency
from optimizer.routing.candidates import BACK_AT, FREE, HELD, HELD_CHANNEL, ROW, candidates, mean_outlook
from optimizer.routing.columns import Arrays, Floats, Ints
from optimizer.routing.pricing import cost_of, may, price_row
from optimizer.routing.terms import PASS_NOTHING, Weights


@compiled
def worth_waiting(
    floor: Arrays, asks: Floats, declined: Ints, at: float, terms: Weights, horizon: float, rivals: int
) -> float:
    """Points that waiting up to `horizon` seconds is expected to save for the one contact in `asks`; below 0 = none.

    `rivals`: how many others wait for the same people; they are expected to take their turn first.
    """
    ask = asks[0]
    queue, channel = int(ask[ask_at.QUEUE]), int(ask[ask_at.CHANNEL])
    everybody = candidates(floor, at, PASS_NOTHING, terms, queue, channel, True)
    free = everybody[everybody[:, FREE] > 0.0]
    costs = np.empty(len(free))
    mean = mean_outlook(floor, at, queue)
    fewest_week = price_row(free, floor.skills, floor.channels, ask, declined[0], at, PASS_NOTHING, terms, mean, costs)
    if fewest_week == np.inf:
        return -np.inf
    now = costs.min()
    rates, saving, back_in, back_saving, fresher = 0.0, 0.0, np.inf, 0.0, 0
    for place in range(len(everybody)):
        state = everybody[place]
        if state[FREE] > 0.0:
            continue
        row = int(state[ROW])
        releases, due = 0.0, state[BACK_AT]
        if state[HELD] > 0.0:
            # After a heavy contact comes rest, and then light ones only. One of another channel must be all over.
            if floor.flags[column.HOLDS_HEAVY, row] or due > at:
                continue
            releases = floor.numbers[column.RELEASE_RATE, row]
            if state[HELD_CHANNEL] != float(channel):
                releases /= state[HELD] ** 2
            if releases <= 0.0:
                continue
        elif due - at > horizon:
            continue
        if not may(state, floor.skills[row, queue], floor.channels[row, channel], ask, declined[0], due, 0, terms):
            continue
        saved = now - cost_of(state, floor.skills[row, queue], ask, mean, fewest_week, terms)
        if saved <= 0.0:
            continue
        fresher += 1
        if releases > 0.0:
            rates += releases
            saving += releases * saved
        elif due - at < back_in:
            back_in, back_saving = due - at, saved
    if fresher <= rivals:
        return -np.inf
    until = min(horizon, back_in)
    wait, expected, left = until, 0.0, 1.0
    if rates > 0.0:
        mean_saving = saving / rates
        rates /= 1.0 + rivals
        left = np.exp(-rates * until)
        wait = (1.0 - left) / rates
        expected = (1.0 - left) * mean_saving
    if back_in <= horizon and rivals == 0:
        expected += left * back_saving
    waited = max(at - ask[ask_at.ARRIVED], 0.0)
    return expected - (urgency(ask, waited + wait, terms.wait) - urgency(ask, waited, terms.wait))

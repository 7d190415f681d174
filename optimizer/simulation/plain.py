"""Questions with a plain answer, answered without leaving compiled code: one contact waits, or one person may take.

The answer is production's own: the functions of `optimizer.routing` that `decide` calls, in the same order. What needs
more (people and contacts to be matched, a protection that might yield, a heavy contact that might wait a moment) is
left to `decide`. A test runs whole days both ways.
"""

import numpy as np

from optimizer.compiled import compiled
from optimizer.routing import asks as ask_at
from optimizer.routing.asks import pressing
from optimizer.routing.columns import Floats, Ints
from optimizer.routing.matching import for_one
from optimizer.routing.pricing import choose, price
from optimizer.routing.terms import PASS_NOTHING, Weights
from optimizer.simulation.kernel import HEAVY, NOW, SEVERE, VOICE, answer, take
from optimizer.simulation.state import Centre

ASK_PLACES = ask_at.HANDLE + 1
ASK, NOTHING = -2, -1


@compiled
def next_question(
    centre: Centre,
    contacts: Ints,
    agents: Ints,
    owed: Floats,
    given: int,
    found: Ints,
    takes_one: bool,
    terms: Weights,
    max_wait: Floats,
    look_ahead: float,
    target: float,
    priority: int,
) -> int:
    """`kernel.answer`, but for questions with a plain answer: these are carried out, and the next one is returned.

    Plain answers suppose that nobody takes two contacts at a time (`takes_one`). `max_wait` and `look_ahead` are those
    of `Terms`, seconds; `target` and `priority` are every contact's.
    """
    count = answer(centre, contacts, agents, owed, given, found)
    while count > 0 and takes_one:
        contact, agent = _answered(centre, found[:count], terms, max_wait, look_ahead, target, priority)
        if contact == ASK:
            return count
        if contact != NOTHING:
            take(centre, contact, agent, 0.0)
        count = answer(centre, contacts, agents, owed, 0, found)
    return count


@compiled
def _answered(
    centre: Centre, found: Ints, terms: Weights, max_wait: Floats, look_ahead: float, target: float, priority: int
) -> tuple[int, int]:
    """The contact and the agent who takes it, `NOTHING` where nobody may; `ASK` where it is no plain question."""
    waiting, at = centre.contacts, centre.clock[NOW]
    asks = np.empty((len(found), ASK_PLACES))
    for each in range(len(found)):
        contact = found[each]
        arrived, is_heavy = waiting.arrives[contact], waiting.tier[contact] >= HEAVY
        # It might wait for somebody fresher; and of two of one instant the first is by name.
        if (is_heavy and at - arrived < look_ahead) or (each > 0 and arrived == waiting.arrives[found[each - 1]]):
            return ASK, ASK
        ask = asks[each]
        ask[ask_at.QUEUE], ask[ask_at.CHANNEL] = waiting.queue[contact], VOICE
        ask[ask_at.SCORE], ask[ask_at.HEAVY] = waiting.score[contact], 1.0 if is_heavy else 0.0
        ask[ask_at.SEVERE] = 1.0 if waiting.tier[contact] == SEVERE else 0.0
        ask[ask_at.ARRIVED], ask[ask_at.TARGET], ask[ask_at.PRIORITY] = arrived, target, priority
        ask[ask_at.OWNER], ask[ask_at.TOPICS], ask[ask_at.HANDLE] = -1.0, 0.0, waiting.expected[contact]
    declined = np.zeros((len(found), 0), np.int64)
    urgent, late = pressing(asks, at, terms.wait, max_wait)
    if len(found) == 1:
        row = choose(centre.floor, asks, declined, at, PASS_NOTHING, terms)[0]
        if row >= 0:
            return found[0], row
        return (ASK, ASK) if late[0] else (NOTHING, NOTHING)
    rows, contact_of, place_of, costs = price(centre.floor, asks, declined, at, PASS_NOTHING, terms)
    if len(contact_of) == 0:
        return (ASK, ASK) if late.any() else (NOTHING, NOTHING)
    pair = for_one(contact_of, place_of, costs, urgent, late)
    # Several people may take something; or somebody is left for whom a protection might yield.
    if pair < 0 or (len(rows) > 1 and late.any()):
        return ASK, ASK
    return found[contact_of[pair]], rows[place_of[pair]]

"""Who may take what, and what it would cost in points: the hard filters and the soft costs, compiled.

One contact or many, the same functions are called for each pair, so that what is decided does not depend on how many
wait. Lower costs are better; every weight comes from the policy's `[routing]` table and is an assumption.
"""

import numpy as np

from optimizer.compiled import compiled
from optimizer.routing import asks as ask_at
from optimizer.routing.candidates import (
    ACUTE_NOW,
    AGENT,
    BEYOND_CAPS,
    CARRIED_NOW,
    HEAVY_WEEK,
    HELD,
    HELD_CHANNEL,
    IDLE,
    LIGHT_UNTIL,
    LIMITS,
    OUTLOOK,
    ROW,
    SEVERE,
    SINCE_BREAK,
    SO_FAR,
    TO_CLOSED,
    candidates,
    mean_outlook,
)
from optimizer.routing.columns import Arrays, Bools, Floats, Ints, Skills
from optimizer.routing.inlined import inlined
from optimizer.routing.terms import PASS_CAPS, PASS_LIGHT, PASS_LIMIT, Weights

COST_CEILING = 1e5
"""points; what a pairing costs is held to +- this"""
HUNDREDTHS = 100

PARTS = (
    ("acute load afterwards", True),
    ("carried load afterwards", True),
    ("share of heavy contacts", True),
    ("heavy contacts this week", True),
    ("proficiency", False),
    ("idle time", False),
    ("time since a break", True),
    ("knows this contact", True),
    ("break or shift end is near", False),
)
"""The factors of a cost, and whether one is private: about what a person carries. In the order of `factors_of`."""

Parts = tuple[float, float, float, float, float, float, float, float, float]
ANY = -1


@inlined
def may(
    state: Floats, skill: int, works_channel: bool, ask: Floats, declined: Ints, at: float, passed: int, terms: Weights
) -> bool:
    """Whether somebody in this state may have the contact; room in their hands is another question.

    `skill`: theirs in the contact's queue, 0 = none, below 0 = excluded by themself.
    """
    allowed = works_channel and (skill > 0 or (skill < 0 and passed & PASS_LIMIT != 0))
    if ask[ask_at.SEVERE] > 0.0 and state[SEVERE] > 0.0:
        allowed = False
    if passed & PASS_LIGHT == 0 and ask[ask_at.SCORE] >= terms.light_below and state[LIGHT_UNTIL] > at:
        allowed = False
    if passed & PASS_CAPS == 0 and ask[ask_at.HEAVY] > 0.0 and state[BEYOND_CAPS] > 0.0:
        allowed = False
    if passed & PASS_LIMIT == 0 and int(ask[ask_at.TOPICS]) & int(state[LIMITS]) != 0:
        allowed = False
    for place in range(len(declined)):
        if float(declined[place]) == state[AGENT]:
            allowed = False
    return allowed


@inlined
def has_room(held: float, held_channel: float, channel: int, terms: Weights) -> bool:
    """Whether one more contact of the channel fits; two channels are never held at once."""
    return held == 0.0 or (held_channel == float(channel) and held < terms.concurrency[channel])


@inlined
def factors_of(state: Floats, skill: int, ask: Floats, mean: float, fewest_week: float, terms: Weights) -> Parts:
    """The factors of one pairing's cost, points, in the order of `PARTS`.

    `mean`: heavy contacts by the end of the shift of everybody who works the queue today (`mean_outlook`);
    `fewest_week`: the fewest in seven days of those who may have it.
    """
    score = ask[ask_at.SCORE]
    points = max(score - terms.free_points, 0.0)
    # Quadratic in the load against its budget, as a difference: the same contact weighs more on whom it would bring
    # further, and the sum over the floor is least where load is even.
    acute = terms.acute * points * (2.0 * state[ACUTE_NOW] + points) / terms.acute_budget
    carried = terms.carried * points * (2.0 * state[CARRIED_NOW] + points) / terms.carried_budget
    share, week = 0.0, 0.0
    if ask[ask_at.HEAVY] > 0.0:
        # Heavy contacts to who will have had fewest; light ones to who will have had most, so the fresh stay free.
        # Who has more with this one than the mean by the day's end pays for it twice, and quadratically.
        beyond = max(state[SO_FAR] + 1.0 - mean, 0.0)
        share = terms.share * (state[OUTLOOK] - mean + beyond * beyond)
        week = terms.week * (state[HEAVY_WEEK] - fewest_week)
    elif score < terms.light_below:
        share = terms.share * (mean - state[OUTLOOK])
    proficiency = terms.proficiency * (3.0 - abs(skill))
    idle = -terms.idle * state[IDLE]
    since_break = terms.since_break * state[SINCE_BREAK] * score / 360000.0
    continuity = 0.0
    within_budget = state[ACUTE_NOW] <= terms.acute_budget and state[CARRIED_NOW] <= terms.carried_budget
    if ask[ask_at.OWNER] == state[AGENT] and within_budget:
        continuity = -terms.continuity
    near = 0.0
    if terms.before_break_seconds > 0.0:
        handle = ask[ask_at.HANDLE]
        if handle <= 0.0:
            handle = terms.handle_seconds
        # Expected seconds by which it runs into the break, where handle times are exponential.
        overrun = handle * np.exp(-state[TO_CLOSED] / handle)
        near = terms.before_break * min(overrun / terms.before_break_seconds, 1.0)
    return acute, carried, share, week, proficiency, idle, since_break, continuity, near


@inlined
def cost_of(state: Floats, skill: int, ask: Floats, mean: float, fewest_week: float, terms: Weights) -> float:
    """The sum of the factors."""
    a, b, c, d, e, f, g, h, i = factors_of(state, skill, ask, mean, fewest_week, terms)
    return a + b + c + d + e + f + g + h + i


@compiled
def price_row(
    states: Floats,
    skills: Skills,
    channels: Bools,
    ask: Floats,
    declined: Ints,
    at: float,
    passed: int,
    terms: Weights,
    mean: float,
    costs: Floats,
) -> float:
    """What `ask` would cost with each of `states`, infinite where it may not be; `fewest_week` of `factors_of`."""
    channel, queue = int(ask[ask_at.CHANNEL]), int(ask[ask_at.QUEUE])
    fewest_week = np.inf
    for place in range(len(states)):
        state = states[place]
        costs[place] = np.inf
        row = int(state[ROW])
        if (
            queue >= 0
            and skills[row, queue] != 0
            and has_room(state[HELD], state[HELD_CHANNEL], channel, terms)
            and may(state, skills[row, queue], channels[row, channel], ask, declined, at, passed, terms)
        ):
            costs[place] = 0.0
            fewest_week = min(fewest_week, state[HEAVY_WEEK])
    for place in range(len(states)):
        if costs[place] == 0.0:
            state = states[place]
            skill = skills[int(state[ROW]), queue]
            costs[place] = cost_of(state, skill, ask, mean, fewest_week, terms)
    return fewest_week


@compiled
def choose(floor: Arrays, asks: Floats, declined: Ints, at: float, passed: int, terms: Weights) -> tuple[int, float]:
    """For the one contact in `asks`: the row that takes it (-1 = none) and its cost, as `matching.match` would."""
    ask = asks[0]
    best, best_cost, least = -1, 0.0, np.inf
    states = candidates(floor, at, passed, terms, int(ask[ask_at.QUEUE]), int(ask[ask_at.CHANNEL]), False)
    if len(states) > 0:
        costs = np.empty(len(states))
        mean = mean_outlook(floor, at, int(ask[ask_at.QUEUE]))
        price_row(states, floor.skills, floor.channels, ask, declined[0], at, passed, terms, mean, costs)
        for place in range(len(states)):
            whole = hundredths(costs[place])
            if whole < least:
                best, best_cost, least = int(states[place, ROW]), costs[place], whole
    return best, best_cost


@inlined
def hundredths(cost: float) -> float:
    """A cost as it is compared: in whole hundredths, from 0 on; infinite stays infinite."""
    if cost == np.inf:
        return np.inf
    return float(np.rint((min(max(cost, -COST_CEILING), COST_CEILING) + COST_CEILING) * HUNDREDTHS))


@compiled
def price(
    floor: Arrays, asks: Floats, declined: Ints, at: float, passed: int, terms: Weights
) -> tuple[Ints, Ints, Ints, Floats]:
    """Rows of everybody free, and the pairs worth considering: contact, place among those rows, cost.

    With r contacts the others hold at most r - 1 people, so one of a contact's r cheapest is always left for it.
    """
    states = candidates(floor, at, passed, terms, ANY, ANY, False)
    people = len(states)
    most = min(people, len(asks))
    contact_of, place_of = np.empty(most * len(asks), np.int64), np.empty(most * len(asks), np.int64)
    cost_of_pair = np.empty(most * len(asks))
    costs, keys, pairs = np.empty(people), np.empty(people), 0
    means = np.full(floor.skills.shape[1], np.nan)
    for each in range(len(asks)):
        queue, mean = int(asks[each, ask_at.QUEUE]), 0.0
        if queue >= 0:
            if np.isnan(means[queue]):
                means[queue] = mean_outlook(floor, at, queue)
            mean = means[queue]
        price_row(states, floor.skills, floor.channels, asks[each], declined[each], at, passed, terms, mean, costs)
        able = 0
        for place in range(people):
            if costs[place] < np.inf:
                keys[able] = hundredths(costs[place]) * people + place
                able += 1
        last = np.inf
        if able > most:
            last = np.partition(keys[:able], most - 1)[most - 1]
        for place in range(people):
            if costs[place] < np.inf and hundredths(costs[place]) * people + place <= last:
                contact_of[pairs], place_of[pairs], cost_of_pair[pairs] = each, place, costs[place]
                pairs += 1
    rows = np.empty(people, np.int64)
    for place in range(people):
        rows[place] = int(states[place, ROW])
    return rows, contact_of[:pairs], place_of[:pairs], cost_of_pair[:pairs]


@compiled
def explain(
    floor: Arrays, asks: Floats, declined: Ints, at: float, passed: int, terms: Weights
) -> tuple[Ints, Floats, Floats]:
    """Rows of who may take the one contact in `asks`, each one's cost, and its factors: rows x `PARTS`."""
    ask = asks[0]
    queue = int(ask[ask_at.QUEUE])
    states = candidates(floor, at, passed, terms, queue, int(ask[ask_at.CHANNEL]), False)
    costs = np.empty(len(states))
    mean = mean_outlook(floor, at, queue) if queue >= 0 else 0.0
    fewest_week = price_row(states, floor.skills, floor.channels, ask, declined[0], at, passed, terms, mean, costs)
    kept = np.flatnonzero(costs < np.inf)
    rows, factors = np.empty(len(kept), np.int64), np.empty((len(kept), len(PARTS)))
    for each in range(len(kept)):
        state = states[kept[each]]
        rows[each] = int(state[ROW])
        skill = floor.skills[rows[each], queue]
        parts = factors_of(state, skill, ask, mean, fewest_week, terms)
        for part in range(len(parts)):
            factors[each, part] = parts[part]
    return rows, costs[kept], factors

"""Who could take anything now, and what the pricing reads of each of them, worked out once for a decision; compiled."""

import numpy as np

from optimizer.compiled import compiled
from optimizer.routing import columns as column
from optimizer.routing.columns import CLOSED, OPEN, RESTING, Arrays, Floats
from optimizer.routing.terms import PASS_REST, Weights

IDLE_CEILING_SECONDS = 3600.0
"""Idle time counts up to an hour: past that everybody is simply rested."""
SINCE_BREAK_CEILING_SECONDS = 4 * 3600.0

(
    ROW,
    AGENT,
    HELD,
    HELD_CHANNEL,
    SEVERE,
    LIMITS,
    LIGHT_UNTIL,
    BEYOND_CAPS,
    HEAVY_WEEK,
    ACUTE_NOW,
    CARRIED_NOW,
    OUTLOOK,
    IDLE,
    TO_CLOSED,
    SINCE_BREAK,
    BACK_AT,
    FREE,
    SO_FAR,
) = range(18)
"""Places in a candidate's state. Loads in points with what is in hand; heavy contacts so far, as outlook by the end of
the shift; idle time, time to the next closed span and since the last break in seconds; when what is on (span, wrap-up)
ends."""
STATES = 18


@compiled
def heavy_rate(floor: Arrays, at: float) -> tuple[float, float]:
    """Heavy contacts a shift, and the share of their shift that people have left on average.

    The rate is the floor's own: heavy contacts so far over shifts worked so far, with one of each added so that the
    first minutes of a day say nothing wild. Without any planned shift both are 1: one more for everybody.
    """
    shift_from, shift_to = floor.numbers[column.SHIFT_FROM], floor.numbers[column.SHIFT_TO]
    heavy_shift = floor.numbers[column.HEAVY_SHIFT]
    planned, lefts, heavy = 0, 0.0, 0.0
    for row in range(len(shift_to)):
        if not np.isnan(shift_to[row]):
            planned += 1
            lefts += share_left(shift_from[row], shift_to[row], at)
            heavy += heavy_shift[row]
    if planned == 0:
        return 1.0, 1.0
    return (1.0 + heavy) / (1.0 + planned - lefts), lefts / planned


@compiled
def mean_outlook(floor: Arrays, at: float, queue: int) -> float:
    """Heavy contacts by the shift's end, the mean of everybody with the skill who is here or whose shift has begun.

    It is of all of them, not of who is free now: one person free alone is told from it whether a heavy contact that
    waits is for them or for the next. 0 where there is nobody.
    """
    numbers, skills = floor.numbers, floor.skills
    rate, mean_left = heavy_rate(floor, at)
    people, total = 0, 0.0
    for row in range(len(skills)):
        shift_from = numbers[column.SHIFT_FROM, row]
        if skills[row, queue] > 0 and (floor.flags[column.AVAILABLE, row] or shift_from <= at):
            left = mean_left
            if not np.isnan(shift_from):
                left = share_left(shift_from, numbers[column.SHIFT_TO, row], at)
            people += 1
            total += numbers[column.HEAVY_SHIFT, row] + rate * left
    return total / people if people else 0.0


@compiled
def share_left(shift_from: float, shift_to: float, at: float) -> float:
    """The share of a planned shift that is to come."""
    return min(max((shift_to - at) / (shift_to - shift_from), 0.0), 1.0)


@compiled
def candidates(
    floor: Arrays, at: float, passed: int, terms: Weights, queue: int, channel: int, everybody: bool
) -> Floats:
    """The states of those who could take a contact now, as far as their day and hands go, in order of their rows.

    `queue` and `channel` (places; below 0 = any) keep those with this skill and channel; `everybody`: also those who
    are on contacts or a break now.
    """
    numbers, counts, flags = floor.numbers, floor.counts, floor.flags
    skills, channels = floor.skills, floor.channels
    closed_from, closed_to, closed_kind = floor.closed_from, floor.closed_to, floor.closed_kind
    people, spans = closed_from.shape
    states = np.empty((people, STATES))
    found = 0
    rate, mean_left = heavy_rate(floor, at)
    for row in range(people):
        if not flags[column.AVAILABLE, row]:
            continue
        if queue >= 0 and (skills[row, queue] == 0 or not channels[row, channel]):
            continue
        held, held_channel = counts[column.HELD, row], counts[column.HELD_CHANNEL, row]
        full = held > 0 and held >= terms.concurrency[held_channel]
        if full and not everybody:
            continue
        load_at, shift_from = numbers[column.LOAD_AT, row], numbers[column.SHIFT_FROM, row]
        day, rested, next_closed, back_at = OPEN, 0.0, np.inf, at
        last_break = -np.inf if np.isnan(shift_from) else shift_from
        for span in range(spans):
            begins = closed_from[row, span]
            if begins > at:
                next_closed = min(next_closed, begins)
                continue
            ends, kind = closed_to[row, span], closed_kind[row, span]
            rest = kind == RESTING
            if at < ends:
                day = max(day, kind)
                back_at = max(back_at, ends)
            elif rest:
                last_break = max(last_break, ends)
            if rest:
                rested += max(min(ends, at) - max(begins, load_at), 0.0)
        pending, wrap_until = flags[column.PENDING, row], numbers[column.WRAP_UNTIL, row]
        if passed & PASS_REST != 0:
            free = day != CLOSED and not full
        else:
            free = day == OPEN and not full and not pending and wrap_until <= at
        if not free and (not everybody or day == CLOSED or pending):
            continue
        state = states[found]
        found += 1
        state[ROW] = row
        state[AGENT] = counts[column.ID, row]
        state[HELD] = held
        state[HELD_CHANNEL] = held_channel
        state[SEVERE] = 1.0 if flags[column.SEVERE, row] else 0.0
        state[LIMITS] = counts[column.LIMITS, row]
        state[LIGHT_UNTIL] = numbers[column.LIGHT_UNTIL, row]
        heavy_shift, heavy_week = numbers[column.HEAVY_SHIFT, row], numbers[column.HEAVY_WEEK, row]
        state[BEYOND_CAPS] = 1.0 if heavy_shift >= terms.cap_shift or heavy_week >= terms.cap_week else 0.0
        state[HEAVY_WEEK] = heavy_week
        elapsed = max(at - load_at, 0.0)
        rested = min(rested, elapsed)
        half_lives = (elapsed - rested) / terms.acute_half_life + rested / terms.acute_half_life_resting
        in_hand = max(numbers[column.HELD_POINTS, row] - terms.free_points * held, 0.0)
        state[ACUTE_NOW] = numbers[column.ACUTE, row] * np.exp2(-half_lives) + in_hand
        faded = np.exp2(-elapsed / terms.carried_half_life)
        state[CARRIED_NOW] = numbers[column.CARRIED, row] * faded + in_hand
        left = mean_left
        if not np.isnan(shift_from):
            left = share_left(shift_from, numbers[column.SHIFT_TO, row], at)
        state[SO_FAR] = heavy_shift
        state[OUTLOOK] = heavy_shift + rate * left
        idle_since = numbers[column.IDLE_SINCE, row]
        state[IDLE] = 0.0
        if held == 0 and not np.isnan(idle_since):
            state[IDLE] = min(max(at - idle_since, 0.0), IDLE_CEILING_SECONDS)
        state[TO_CLOSED] = next_closed - at
        state[SINCE_BREAK] = 0.0
        if last_break > -np.inf:
            state[SINCE_BREAK] = min(max(at - last_break, 0.0), SINCE_BREAK_CEILING_SECONDS)
        state[BACK_AT] = max(back_at, wrap_until)
        state[FREE] = 1.0 if free else 0.0
    return states[:found]

"""A row too long to be found at once: block after block of a few weeks, each of which leaves a way to the end.

Backwards from the end it is worked out how much can still be counted of the widest count (paid minutes, say) from each
state, with so much left of the scarcest of the others (weekends). A block must end where that is enough for what is
asked at least, and within a share of what is allowed at most: the share of its days, or where no such block is there
one as near to it as can be.
"""

import numpy as np

from optimizer.compiled import compiled
from optimizer.shifts.rows.arrays import BIG, FOUND, Bools, Floats, Frame, Ints, Limits, Program, walk
from optimizer.shifts.rows.people import Person
from optimizer.shifts.rows.relaxed import best_within
from optimizer.shifts.rows.table import cheapest

BLOCK_DAYS = 28
LOOK_DAYS = 7
MAX_CELLS = 4_000_000

FARTHEST = 12
"""How far from its share a block may end, in the largest amounts that one day counts."""


def row_by_blocks(person: Person, charges: Floats) -> list[int] | None:
    """A row that keeps every limit, good against `charges`; None where none was found, which proves nothing."""
    if person.machine.start(person.agent) is None:
        return None
    program, limits = person.program(), person.limits()
    days = len(program.layer_of)
    side = _side(limits)
    budget = int(limits.most[days, side]) if side >= 0 else 0
    is_open = np.isfinite(person.barred).reshape(days, -1)
    # What is limited by number is left out of account where it can be: it may be used up by then.
    limited = person.seldom_limits([])[0].any(axis=0).reshape(days, -1)
    for closed in (limited, np.zeros_like(limited)):
        left = most_left(program, is_open & ~closed, person.must_work, max(side, 0), side >= 0, budget)
        if left[0, :, budget].max() >= limits.least[days, -1]:
            break
    return _row(person, charges, left, side)


def _side(limits: Limits) -> int:
    """The limited count beside the last, or -1."""
    days, counts = len(limits.least) - 1, limits.least.shape[1]
    limited = [count for count in range(counts - 1) if limits.most[days, count] < BIG]
    return min(limited, key=lambda count: int(limits.most[days, count]), default=-1)


def _row(person: Person, charges: Floats, left: Floats, side: int) -> list[int] | None:
    program, limits = person.program(), person.limits()
    days = len(program.layer_of)
    state, count = person.machine.start(person.agent) or 0, np.zeros(program.arc_amount.shape[1], np.int64)
    row: list[int] = []
    for first in range(0, days, BLOCK_DAYS):
        last = min(days, first + BLOCK_DAYS)
        end = min(days, last + LOOK_DAYS)
        found = None
        for slack in sorted(range(-FARTHEST, FARTHEST + 1), key=lambda one: (abs(one), -one)):
            most, finish = _end(program, limits, end, slack, left, side)
            found = _block(person, charges, most, finish, row, (first, end), state, count)
            if found is not None or end == days:
                break
        if found is None:
            return None
        row += [option for option in found if option < last * program.options]
        state, _ = walk(program, limits, person.worked(row), first, last, state, count)
        if state < 0:
            return None
    return None if person.seldom_broken(row)[0] else row


def _end(
    program: Program, limits: Limits, end: int, slack: int, left: Floats, side: int
) -> tuple[Limits, tuple[Floats, Ints, Ints]]:
    """Limits with shares at the begin of day `end`; for each state there its cost and what it allows of each count."""
    days, counts = len(limits.least) - 1, limits.least.shape[1]
    states = int(program.states[end])
    least, most = np.full((states, counts), -BIG), np.full((states, counts), BIG)
    cost = np.zeros(states)
    if end == days:
        return limits, (cost, least, most)
    shares = limits.most.copy()
    for count in range(counts):
        if limits.most[days, count] < BIG and not limits.resets[:days, count].any():
            share = -(-limits.most[days, count] * end // days) + (slack if count == side else abs(slack) + 1) * int(
                program.arc_amount[:, count].max()
            )
            shares[end, count] = max(0, min(shares[end, count], limits.most[days, count], share))
    main = counts - 1
    budget = int(limits.most[days, side] - shares[end, side]) if side >= 0 else 0
    reach = left[end, :states, budget]
    cost[~np.isfinite(reach)] = np.inf
    if limits.least[days, main] > -BIG:
        least[:, main] = np.where(np.isfinite(reach), limits.least[days, main] - reach, 0.0).astype(np.int64)
    return Limits(limits.least, shares, limits.resets), (cost, least, most)


def _block(
    person: Person,
    charges: Floats,
    limits: Limits,
    finish: tuple[Floats, Ints, Ints],
    row: list[int],
    days: tuple[int, int],
    state: int,
    count: Ints,
) -> list[int] | None:
    program = person.program()
    first, end = days
    begin = np.full(program.states[first], np.inf)
    begin[state] = 0.0
    frame = Frame(begin, count.copy(), *finish)
    inside = slice(first * program.options, end * program.options)

    def find(priced: Floats) -> tuple[float, list[int]] | None:
        status, value, found = cheapest(program, limits, limits, frame, first, end, priced, person.must_work, MAX_CELLS)
        return (value, found.tolist()) if status == FOUND else None

    if not person.seldom:
        best = find(charges)
        return None if best is None else best[1]
    counts, least, most = person.seldom_limits(row)
    share = (end - first) / (len(program.layer_of) - first)
    here = np.zeros_like(counts)
    here[:, inside] = counts[:, inside]
    # What must be worked at least is asked for at the end alone.
    until = least if end == len(program.layer_of) else np.full(len(least), -float(BIG))
    found = best_within(find, charges, here, until, np.ceil(most * share), np.zeros(len(most)))
    return None if found is None else found[1]


@compiled
def most_left(program: Program, is_open: Bools, must_work: Bools, side: int, limited: bool, budget: int) -> Floats:
    """[day, state, left of `side`]: the most of the last count from there on; -inf where there is no way."""
    days = len(program.layer_of)
    main = program.arc_amount.shape[1] - 1
    left = np.full((days + 1, program.states.max(), budget + 1), -np.inf)
    left[days, : program.states[days], :] = 0.0
    for day in range(days - 1, -1, -1):
        layer = program.layer_of[day]
        for arc in range(program.layer_arcs[layer], program.layer_arcs[layer + 1]):
            one = program.arc_set[arc]
            possible = False
            for m in range(program.set_begin[one], program.set_begin[one + 1]):
                option = program.set_member[m]
                if option < program.options:
                    possible = possible or is_open[day, option]
                else:
                    possible = possible or not must_work[day]
            if not possible:
                continue
            spent = program.arc_amount[arc, side] if limited else 0
            for have in range(spent, budget + 1):
                way = left[day + 1, program.arc_target[arc], have - spent] + program.arc_amount[arc, main]
                if way > left[day, program.arc_source[arc], have]:
                    left[day, program.arc_source[arc], have] = way
    return left

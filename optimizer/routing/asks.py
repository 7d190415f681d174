"""What waits, as arrays: one row a contact, in the order in which contacts are decided."""

from collections.abc import Sequence
from operator import attrgetter

import numpy as np

from optimizer.compiled import compiled
from optimizer.routing.columns import Bools, Floats, Ints
from optimizer.routing.floor import Floor, WaitingContact

QUEUE, CHANNEL, SCORE, HEAVY, SEVERE, ARRIVED, TARGET, PRIORITY, OWNER, TOPICS, HANDLE = range(11)
"""Places in a row: the queue's place on the floor (-1 = none), then those of `WaitingContact.asked`."""

HIGHEST_PRIORITY_NUMBER = 9
HALF_A_MICROSECOND = 5e-7
NOBODY_DECLINED: Ints = np.zeros((1, 0), np.int64)


def asks_of(floor: Floor, contacts: Sequence[WaitingContact]) -> Floats:
    """Contacts x places."""
    queue_at = floor.queue_at
    return np.array([(queue_at.get(contact.queue_id, -1), *contact.asked) for contact in contacts], np.float64)


def declined_of(contacts: Sequence[WaitingContact]) -> Ints:
    """Ids of who passed on each contact, contacts x as many as passed on one of them, padded with -1."""
    if not any(contact.declined_by for contact in contacts):
        return NOBODY_DECLINED if len(contacts) == 1 else np.zeros((len(contacts), 0), np.int64)
    width = max(len(contact.declined_by) for contact in contacts)
    rows = [(*sorted(contact.declined_by), *[-1] * (width - len(contact.declined_by))) for contact in contacts]
    return np.array(rows, np.int64)


@compiled
def urgency(ask: Floats, waited: float, wait_weight: float) -> float:
    """What it costs in points to let a contact (a row) wait that has waited so many seconds: more and more."""
    against = 1.0 + waited / ask[TARGET]
    return float(wait_weight * (HIGHEST_PRIORITY_NUMBER + 1 - ask[PRIORITY]) * (against * against))


@compiled
def pressing(asks: Floats, at: float, wait_weight: float, max_wait: Floats) -> tuple[Floats, Bools]:
    """`urgency` of each contact, and whether it has waited past the limit of its priority (`max_wait`, seconds)."""
    urgent, late = np.empty(len(asks)), np.empty(len(asks), np.bool_)
    for each in range(len(asks)):
        waited = at - asks[each, ARRIVED]
        urgent[each] = urgency(asks[each], max(waited, 0.0), wait_weight)
        late[each] = waited >= max_wait[int(asks[each, PRIORITY])] - HALF_A_MICROSECOND
    return urgent, late


def in_order(contacts: Sequence[WaitingContact]) -> list[WaitingContact]:
    """First by priority, then by arrival, then by id."""
    return sorted(contacts, key=attrgetter("priority", "arrived", "id"))

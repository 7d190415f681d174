"""Who may take what: the hard filters of the routing decision, vectorised over contacts x agents.

Some protections yield once a contact has waited too long, in the order of `RELIEFS`. Two never do: a severe
contact after a severe one, and a time in which the agent takes nothing (break, debrief, protected time).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

import numpy as np

from optimizer.routing.floor import CHANNELS, Bools, Columns, Floats, Floor, Ints, WaitingContact
from roster.contacts import HEAVY_TIERS, Tier
from roster.policy import Policy


class Relief(IntEnum):
    """How far protections yield to a contact that waited past `max_wait_seconds`, in this order."""

    NONE = 0
    LIGHT_ONLY = 1
    CAPS = 2


RELIEFS = tuple(Relief)


@dataclass(frozen=True)
class Batch:
    """The waiting contacts as columns, in the order in which they are decided."""

    contacts: tuple[WaitingContact, ...]
    queue: Ints
    """row of the contact's queue in the floor's skill columns, -1 = no queue of this floor"""
    channel: Ints
    score: Floats
    heavy: Bools
    severe: Bools
    waited_seconds: Floats
    target_seconds: Floats
    priority: Floats
    overdue: Bools


@dataclass(frozen=True)
class Filters:
    """Each hard filter on its own, contacts x agents: true = nothing in the way."""

    skilled: Bools
    on_floor: Bools
    room: Bools
    open: Bools
    not_declined: Bools
    not_severe_again: Bools
    not_light_only: Bools
    below_caps: Bools

    def eligible(self, relief: Relief) -> Bools:
        """Who may take what when protections yield as far as `relief`."""
        result = self.skilled & self.on_floor & self.room & self.open & self.not_declined & self.not_severe_again
        if relief < Relief.LIGHT_ONLY:
            result = result & self.not_light_only
        if relief < Relief.CAPS:
            result = result & self.below_caps
        return result


def batch_of(floor: Floor, waiting: Sequence[WaitingContact], now: datetime, policy: Policy) -> Batch:
    """`waiting` as columns, first by priority, then by arrival, then by id."""
    contacts = tuple(sorted(waiting, key=lambda contact: (contact.priority, contact.arrived_at, contact.id)))
    queue_at = {queue_id: index for index, queue_id in enumerate(floor.queues)}
    waited = np.array([max(0.0, (now - contact.arrived_at).total_seconds()) for contact in contacts])
    return Batch(
        contacts=contacts,
        queue=np.array([queue_at.get(contact.queue_id, -1) for contact in contacts], np.int64),
        channel=np.array([CHANNELS.index(contact.channel) for contact in contacts], np.int64),
        score=np.array([float(contact.score) for contact in contacts]),
        heavy=np.array([contact.tier in HEAVY_TIERS for contact in contacts], np.bool_),
        severe=np.array([contact.tier is Tier.SEVERE for contact in contacts], np.bool_),
        waited_seconds=waited,
        target_seconds=np.array([float(max(1, contact.target_wait_seconds)) for contact in contacts]),
        priority=np.array([float(contact.priority) for contact in contacts]),
        overdue=waited >= policy.routing.max_wait_seconds,
    )


def open_now(columns: Columns, at: float) -> Bools:
    """Which agents are in no closed span at `at` (seconds since 1970)."""
    return np.asarray(~((columns.closed_from <= at) & (at < columns.closed_to)).any(axis=1))


def filters_of(floor: Floor, batch: Batch, now: datetime, policy: Policy) -> Filters:
    """Every hard filter for every contact of `batch` and every agent of `floor` at `now`."""
    columns = floor.columns
    at = now.timestamp()
    if floor.queues:
        skilled = (columns.skills[:, batch.queue].T > 0) & (batch.queue >= 0)[:, None]
    else:
        skilled = np.zeros((len(batch.contacts), len(columns)), np.bool_)
    limits = np.array([policy.routing.concurrency.get(channel, 1) for channel in CHANNELS], np.int64)
    channel = batch.channel[:, None]
    # Two channels are never held at once: a chat does not run beside a call.
    room = (columns.held == 0) | ((columns.held_channel == channel) & (columns.held < limits[channel]))
    below = (columns.heavy_shift < policy.load.max_heavy_per_shift) & (
        columns.heavy_week < policy.load.max_heavy_per_7_days
    )
    light = batch.score < policy.routing.light_score_below
    return Filters(
        skilled=skilled & columns.channels[:, batch.channel].T,
        on_floor=(columns.available & ~columns.pending)[None, :],
        room=room,
        open=open_now(columns, at)[None, :],
        not_declined=_not_declined(floor, batch),
        not_severe_again=~(batch.severe[:, None] & columns.severe),
        not_light_only=light[:, None] | (columns.light_until <= at),
        below_caps=~batch.heavy[:, None] | below,
    )


def _not_declined(floor: Floor, batch: Batch) -> Bools:
    result = np.ones((len(batch.contacts), len(floor.columns)), np.bool_)
    for index, contact in enumerate(batch.contacts):
        for agent_id in contact.declined_by:
            if agent_id in floor.rows:
                result[index, floor.rows[agent_id]] = False
    return result

"""What each pairing would cost, in points: the soft side of the routing decision, factor by factor.

Every weight comes from the policy's `[routing]` table and is an assumption. Lower is better. Factors marked
private tell of what a person carries and are shown to that person and to routing software, never to leads.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from optimizer.routing.eligibility import Batch
from optimizer.routing.floor import Bools, Columns, Floats, Floor
from roster.policy import LoadPolicy, Policy

HIGHEST_PRIORITY_NUMBER = 9
IDLE_CEILING_SECONDS = 3600.0
"""Idle time counts up to an hour: past that everybody is simply rested."""


@dataclass(frozen=True)
class Component:
    """One factor of the cost, contacts x agents (or broadcast to that), in points."""

    name: str
    points: Floats
    private: bool


def acute_now(columns: Columns, at: float, policy: LoadPolicy) -> Floats:
    """Acute load of every agent at `at` (seconds since 1970), points; as `roster.load.pools.decayed`."""
    elapsed = np.maximum(at - columns.load_at, 0.0) / 60
    overlap = np.minimum(columns.closed_to, at) - np.maximum(columns.closed_from, columns.load_at[:, None])
    overlap = np.where(columns.resting, np.maximum(overlap, 0.0), 0.0)
    resting = np.minimum(overlap.sum(axis=1) / 60, elapsed)
    half_lives = (elapsed - resting) / policy.acute_half_life_minutes
    half_lives += resting / policy.acute_half_life_resting_minutes
    return np.asarray(columns.acute * np.exp2(-half_lives))


def carried_now(columns: Columns, at: float, policy: LoadPolicy) -> Floats:
    """Carried load of every agent at `at`, points."""
    elapsed_hours = np.maximum(at - columns.load_at, 0.0) / 3600
    return np.asarray(columns.carried * np.exp2(-elapsed_hours / policy.carried_half_life_hours))


def heavy_outlook(columns: Columns, at: float) -> Floats:
    """Heavy contacts each agent will have had by the end of the shift: so far + expected in the rest of it.

    The rate is the floor's own: heavy contacts so far over shifts worked so far, with one of each added so that
    the first minutes of a day say nothing wild. Agents without a planned shift count as the average.
    """
    length = columns.shift_to - columns.shift_from
    left = np.clip((columns.shift_to - at) / length, 0.0, 1.0)
    planned = ~np.isnan(left)
    if not planned.any():
        return columns.heavy_shift
    elapsed = float((1.0 - left[planned]).sum())
    rate = (1.0 + float(columns.heavy_shift[planned].sum())) / (1.0 + elapsed)
    return np.asarray(columns.heavy_shift + rate * np.where(planned, left, left[planned].mean()))


def urgency(batch: Batch, policy: Policy) -> Floats:
    """What leaving each contact to wait costs, points: convex in its wait against its target, by priority."""
    weight = policy.routing.wait_weight * (HIGHEST_PRIORITY_NUMBER + 1 - batch.priority)
    return np.asarray(weight * (1.0 + batch.waited_seconds / batch.target_seconds) ** 2)


def components(floor: Floor, batch: Batch, eligible: Bools, now: datetime, policy: Policy) -> tuple[Component, ...]:
    """Every factor of the cost of every pairing. `eligible` says among whom shares are compared."""
    columns = floor.columns
    routing = policy.routing
    at = now.timestamp()
    free = policy.load.free_points
    points = np.maximum(batch.score - free, 0)[:, None]
    held = np.maximum(columns.held_points - free * columns.held, 0.0)

    def afterwards(level: Floats, budget: float) -> Floats:
        # Quadratic in the load against its budget, as a difference: the same contact weighs more on whom it
        # would bring further, and the sum over the floor is least where load is even.
        return np.asarray(((level + points) ** 2 - level**2) / budget)

    acute = acute_now(columns, at, policy.load) + held
    carried = carried_now(columns, at, policy.load) + held
    idle = np.where(columns.held > 0, 0.0, np.nan_to_num(at - columns.idle_since))
    idle = np.clip(idle, 0.0, IDLE_CEILING_SECONDS)
    if floor.queues:
        proficiency = columns.skills[:, batch.queue].T.astype(np.float64)
    else:
        proficiency = np.zeros((len(batch.contacts), len(columns)))
    owner = np.array([-1 if contact.owner_id is None else contact.owner_id for contact in batch.contacts])
    owned = (owner[:, None] == columns.ids) & (owner >= 0)[:, None]
    return (
        Component("acute load afterwards", routing.acute_weight * afterwards(acute, policy.load.acute_budget), True),
        Component(
            "carried load afterwards", routing.carried_weight * afterwards(carried, policy.load.carried_budget), True
        ),
        Component("share of heavy contacts", _share(columns, batch, eligible, at, policy), True),
        Component("proficiency", routing.proficiency_weight * (3.0 - proficiency), False),
        Component("idle time", -routing.idle_weight * idle[None, :], False),
        Component("knows this contact", -routing.continuity_bonus * owned, False),
        Component("break or shift end is near", _near_break(columns, at, policy)[None, :], False),
    )


def _share(columns: Columns, batch: Batch, eligible: Bools, at: float, policy: Policy) -> Floats:
    """Heavy contacts to who will have had fewest; light ones to who will have had most, so the fresh stay free."""
    outlook = np.broadcast_to(heavy_outlook(columns, at), eligible.shape)
    fewest = np.where(eligible, outlook, np.inf).min(axis=1, initial=np.inf)[:, None]
    most = np.where(eligible, outlook, -np.inf).max(axis=1, initial=-np.inf)[:, None]
    light = (batch.score < policy.routing.light_score_below)[:, None]
    heavy = batch.heavy[:, None]
    points = np.where(heavy, outlook - fewest, np.where(light, most - outlook, 0.0))
    return np.where(eligible, policy.routing.heavy_share_weight * np.where(eligible, points, 0.0), 0.0)


def _near_break(columns: Columns, at: float, policy: Policy) -> Floats:
    """Full weight right before the next closed span or the shift's end, none from `before_break_minutes` on."""
    window = policy.routing.before_break_minutes * 60.0
    if not window:
        return np.zeros(len(columns))
    starts = np.where(columns.closed_from > at, columns.closed_from, np.inf)
    seconds = starts.min(axis=1, initial=np.inf) - at
    return np.asarray(policy.routing.before_break_weight * np.clip(1.0 - seconds / window, 0.0, 1.0))

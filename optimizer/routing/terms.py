"""The policy as the numbers that the pricing reads, made once for each policy."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from optimizer.routing.columns import CHANNELS, Floats
from roster.policy import Policy
from roster.protections import Protection

PASS_NOTHING, PASS_LIGHT, PASS_CAPS, PASS_REST, PASS_LIMIT = 0, 1, 2, 4, 8
PASS_BIT = {
    Protection.LIGHT_ONLY: PASS_LIGHT,
    Protection.HEAVY_CAPS: PASS_CAPS,
    Protection.REST: PASS_REST,
    Protection.PRIVATE_LIMIT: PASS_LIMIT,
}


class Weights(NamedTuple):
    """Numbers of one policy: points, seconds and weights, as compiled functions take them."""

    free_points: float
    acute_half_life: float
    acute_half_life_resting: float
    carried_half_life: float
    acute_budget: float
    carried_budget: float
    cap_shift: float
    cap_week: float
    wait: float
    acute: float
    carried: float
    share: float
    week: float
    continuity: float
    proficiency: float
    idle: float
    since_break: float
    before_break: float
    before_break_seconds: float
    handle_seconds: float
    light_below: float
    concurrency: tuple[int, ...]
    """by place in `CHANNELS`"""


@dataclass(frozen=True, eq=False)
class Terms:
    """One policy's numbers, and which protections yield one after the other (as sums of `PASS_BIT`)."""

    policy: Policy
    weights: Weights
    max_wait: tuple[float, ...]
    """seconds, by priority; the first is of no priority"""
    max_waits: Floats
    """the same for compiled functions"""
    yielding: tuple[int, ...]
    at_risk: tuple[int, ...]
    look_ahead: float
    """seconds"""


_known: dict[int, Terms] = {}
_KEPT = 64


def terms_of(policy: Policy) -> Terms:
    """The numbers of `policy`; policies are values, so each is read once."""
    found = _known.get(id(policy))
    # An id may belong to another policy after its first owner is gone; the terms keep theirs.
    if found is None or found.policy is not policy:
        if len(_known) >= _KEPT:
            _known.clear()
        found = _known[id(policy)] = _read(policy)
    return found


def _read(policy: Policy) -> Terms:
    load, routing = policy.load, policy.routing
    max_wait = (float(routing.max_wait_seconds), *(float(routing.max_wait(priority)) for priority in range(1, 10)))
    return Terms(
        policy=policy,
        weights=Weights(
            free_points=float(load.free_points),
            acute_half_life=load.acute_half_life_minutes * 60.0,
            acute_half_life_resting=load.acute_half_life_resting_minutes * 60.0,
            carried_half_life=load.carried_half_life_hours * 3600.0,
            acute_budget=float(load.acute_budget),
            carried_budget=float(load.carried_budget),
            cap_shift=float(load.max_heavy_per_shift),
            cap_week=float(load.max_heavy_per_7_days),
            wait=float(routing.wait_weight),
            acute=float(routing.acute_weight),
            carried=float(routing.carried_weight),
            share=float(routing.heavy_share_weight),
            week=float(routing.heavy_week_weight),
            continuity=float(routing.continuity_bonus),
            proficiency=float(routing.proficiency_weight),
            idle=float(routing.idle_weight),
            since_break=float(routing.since_break_weight),
            before_break=float(routing.before_break_weight),
            before_break_seconds=routing.before_break_minutes * 60.0,
            handle_seconds=float(routing.expected_handle_seconds),
            light_below=float(routing.light_score_below),
            concurrency=tuple(routing.concurrency.get(channel, 1) for channel in CHANNELS),
        ),
        max_wait=max_wait,
        max_waits=np.array(max_wait),
        yielding=_sums(routing.yield_order),
        at_risk=_sums(routing.life_at_risk_passes),
        look_ahead=float(routing.look_ahead_seconds),
    )


def _sums(order: tuple[Protection, ...]) -> tuple[int, ...]:
    sums, passed = [], PASS_NOTHING
    for protection in order:
        passed |= PASS_BIT[protection]
        sums.append(passed)
    return tuple(sums)

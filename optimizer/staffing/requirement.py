"""From a queue's expected week to agents required per quarter-hour, with every line of shrinkage named.

For each queue and quarter-hour:

    working = the fewest agents that Erlang C needs for the queue's own service level and the occupancy ceiling
    rest    = expected contacts x minutes of decompression (and of debriefs) per contact / 15
    gross   = (working + rest) / (1 - breaks - absence)

Whole people are counted once per quarter for the centre, not once per queue: the total of all queues is rounded up
and handed out by largest remainder, so that six quiet queues do not each ask for one more person to cover a tenth of
a break. No queue gets fewer than its own share rounded down, so never fewer than `working`.

Erlang C treats each queue as if its people did nothing else. Where people have several skills this overstates what
quiet queues need; the roster covers them with shared people, and the report says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from optimizer.staffing.erlang import required_agents
from optimizer.staffing.profile import QUARTERS, WEEKDAYS, Array, Profile
from roster.policy import DebriefPolicy, StaffingPolicy

QUARTER_SECONDS = 900
QUARTER_MINUTES = 15
PEOPLE_IN_A_DEBRIEF = 2
_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Promise:
    """What a queue promises: the share `service_level` (0 to 1) answered within `target_wait_seconds`."""

    target_wait_seconds: int
    service_level: float


@dataclass(frozen=True)
class WeekRequirement:
    """One queue's week, 7 x 96: agents `working`, the rest minutes of the quarter as agents, and whole agents."""

    working: Array
    decompression: Array
    debriefs: Array
    gross: Array
    required: Array


@dataclass(frozen=True)
class ShrinkageLine:
    """Agent-hours a week that paid people are not on contacts, and why; `share` of all required hours."""

    name: str
    agent_hours: float
    share: float
    basis: str


def debrief_minutes_per_contact(severe_share: float, policy: DebriefPolicy) -> float:
    """Agent-minutes of peer debrief that a contact brings, were every invitation accepted: two people each."""
    return severe_share * policy.minutes * PEOPLE_IN_A_DEBRIEF if policy.enabled else 0.0


def week_requirements(
    profiles: Mapping[str, Profile],
    promises: Mapping[str, Promise],
    staffing: StaffingPolicy,
    debrief: DebriefPolicy,
) -> dict[str, WeekRequirement]:
    """The requirement of every queue in `profiles` for a week of local quarter-hours."""
    fixed = staffing.break_shrinkage + staffing.absence_shrinkage
    if fixed >= 1:
        raise ValueError(f"breaks and absence take {fixed:.0%} of paid time: expected less than all of it")
    parts: dict[str, tuple[Array, Array, Array, Array]] = {}
    for queue, profile in profiles.items():
        working = _working(profile, promises[queue], staffing.max_occupancy)
        resting = profile.arrivals * (profile.rest_minutes_per_contact / QUARTER_MINUTES)
        debriefs = profile.arrivals * (debrief_minutes_per_contact(profile.severe_share, debrief) / QUARTER_MINUTES)
        parts[queue] = working, resting, debriefs, (working + resting + debriefs) / (1.0 - fixed)
    whole = whole_people([part[3] for part in parts.values()])
    return {
        queue: WeekRequirement(*part, required=required)
        for (queue, part), required in zip(parts.items(), whole, strict=True)
    }


def _working(profile: Profile, promise: Promise, max_occupancy: float) -> Array:
    @cache
    def agents(arrivals: float, handle_seconds: float) -> int:
        return required_agents(
            arrivals,
            handle_seconds,
            interval_seconds=QUARTER_SECONDS,
            target_seconds=promise.target_wait_seconds,
            service_level=promise.service_level,
            max_occupancy=max_occupancy,
        )

    working = np.zeros((WEEKDAYS, QUARTERS))
    for weekday, quarter in np.argwhere(profile.arrivals > 0):
        seconds = float(profile.handle_seconds[weekday, quarter])
        if seconds > 0:
            working[weekday, quarter] = agents(float(profile.arrivals[weekday, quarter]), seconds)
    return working


def whole_people(gross: Sequence[Array]) -> list[Array]:
    """Whole agents per queue: the quarter's total rounded up, the last ones by largest remainder (first queue wins)."""
    if not gross:
        return []
    wanted = np.stack(gross)
    whole = np.floor(wanted + _TOLERANCE)
    missing = np.ceil(wanted.sum(axis=0) - _TOLERANCE) - whole.sum(axis=0)
    order = np.argsort(-(wanted - whole), axis=0, kind="stable")
    rank = np.argsort(order, axis=0, kind="stable")
    whole += rank < missing[None, :, :]
    return list(whole)


def shrinkage_lines(requirements: Mapping[str, WeekRequirement], staffing: StaffingPolicy) -> tuple[ShrinkageLine, ...]:
    """Breaks, absence, decompression, debriefs and rounding: what lies between working and required hours of a week."""
    per_quarter = QUARTER_MINUTES / 60
    hours = {
        name: per_quarter * sum(float(getattr(one, name).sum()) for one in requirements.values())
        for name in ("working", "decompression", "debriefs", "gross", "required")
    }
    lines = (
        ("breaks", hours["gross"] * staffing.break_shrinkage, f"policy: {staffing.break_shrinkage:.0%} of paid time"),
        (
            "absence",
            hours["gross"] * staffing.absence_shrinkage,
            f"policy: {staffing.absence_shrinkage:.0%} of paid time",
        ),
        (
            "decompression",
            hours["decompression"],
            "expected contacts x rest minutes of their tier, as history was scored",
        ),
        ("debriefs", hours["debriefs"], "expected severe contacts x two people, were every invitation accepted"),
        ("whole people", hours["required"] - hours["gross"], "each quarter-hour rounded up once for the centre"),
    )
    total = hours["required"] or 1.0
    return tuple(ShrinkageLine(name, amount, amount / total, basis) for name, amount, basis in lines)

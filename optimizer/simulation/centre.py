"""From a trace, a duty list and a policy to the arrays that the event loop moves."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from optimizer.routing.floor import AgentOnFloor, DayAt, Floor
from optimizer.simulation.kernel import BREAK, REST
from optimizer.simulation.state import (
    NOBODY,
    At,
    Centre,
    Contacts,
    Count,
    Days,
    Events,
    Floats,
    Ints,
    People,
    Sessions,
    Settings,
    Sum,
    records,
    table,
    ticked,
)
from optimizer.simulation.trace import TIERS, Duty, Trace, tiers
from roster.load.difficulty import rest_minutes
from roster.load.pools import Load
from roster.people import Channel
from roster.policy import Policy
from roster.rest import AgentState

ORIGIN = datetime(2001, 1, 1, tzinfo=UTC)
"""The instant that the origin of traces stands for in here; any would do."""

MINUTE = 60.0


@dataclass(frozen=True)
class World:
    """What the policy does not say.

    `target_seconds` is the wait that is aimed for. `slowing`: handle times grow by this share for each acute budget
    that the agent carries (0 = they don't). `pace`: factors of handle times by agent, 1 for all where it is left out.
    `rests`: whether decompression is given; without it a router's own effect is seen. `look_again_seconds`: while
    something waits that a free person could take, the production router is asked again so often (the scheduler of
    the real floor does it each second).
    """

    target_seconds: float = 20.0
    slowing: float = 0.0
    pace: Floats | None = None
    rests: bool = True
    look_again_seconds: float = 5.0


@dataclass(frozen=True)
class Ready:
    """A centre before anything happened, and the floor that shares its columns."""

    centre: Centre
    floor: Floor


def make_centre(trace: Trace, duty: Duty, policy: Policy, world: World, seed: int = 0) -> Ready:
    """Everybody off duty, nothing arrived. `seed` draws the numbers that choices by chance use."""
    agents, days, of_session = len(duty.agents), *np.unique(duty.days, return_inverse=True)
    base = ORIGIN.timestamp()
    tier = tiers(trace.score, policy.difficulty)
    by_tier = np.array([rest_minutes(one, (), policy.rest) * MINUTE for one in TIERS])
    contacts = table(Contacts, len(trace))
    made = records(contacts)
    made.arrives[:] = base + ticked(trace.arrives)
    made.handle[:] = trace.handle
    made.patience[:] = ticked(trace.patience)
    made.queue[:] = trace.queue
    made.score[:] = trace.score
    made.tier[:] = tier
    made.rest_due[:] = by_tier[tier]
    made.expected[:] = _mean_handle(trace)[trace.queue]
    made.draw[:] = np.random.default_rng([seed, 7]).random(len(trace))
    made.agent[:] = made.before[:] = made.after[:] = NOBODY
    made.began[:] = made.left[:] = np.nan
    at = np.zeros(At.SIZE, np.int64)
    at[[At.FIRST_WAITING, At.LAST_WAITING, At.LAST_CHOSEN]] = NOBODY
    people = _people(agents, world, base)
    floor = _floor(trace, duty)
    floor.columns.closed_kind[:, [REST, BREAK]] = DayAt.RESTING
    centre = Centre(
        contacts=contacts,
        sessions=_sessions(duty, base, of_session),
        people=people,
        events=table(Events, len(trace) + 3 * agents + 16),
        days=table(Days, (agents, len(days))),
        day_number=np.asarray(days, np.int64),
        session_skills=np.ascontiguousarray(duty.skills),
        floor=floor.columns.arrays,
        counts=np.zeros(Count.SIZE, np.int64),
        seconds=np.zeros(Sum.SIZE),
        clock=np.array([base, np.inf]),
        at=at,
        settings=_settings(policy, world),
    )
    return Ready(centre, floor)


def _sessions(duty: Duty, base: float, of_session: Ints) -> Sessions:
    filled = table(Sessions, len(duty.begins))
    made = records(filled)
    made.agent[:] = duty.agent
    made.begins[:] = made.day_begins[:] = base + ticked(duty.begins)
    made.ends[:] = base + ticked(duty.ends)
    made.day[:] = of_session
    made.next[:] = NOBODY
    made.by_end[:] = np.argsort(made.ends, kind="stable")
    last: dict[tuple[int, int], int] = {}
    pairs = list(zip(duty.agent.tolist(), of_session.tolist(), strict=True))
    for session, pair in enumerate(pairs):
        if pair in last:
            made.next[last[pair]] = session
            made.day_begins[session] = made.day_begins[last[pair]]
        last[pair] = session
    made.day_ends[:] = made.ends[[last[pair] for pair in pairs]]
    return filled


def _mean_handle(trace: Trace) -> Floats:
    """Mean handle seconds of each queue: what a centre knows of its queues from history."""
    count = np.bincount(trace.queue, minlength=len(trace.queues))
    return np.asarray(np.bincount(trace.queue, trace.handle, len(trace.queues)) / np.maximum(count, 1))


def _floor(trace: Trace, duty: Duty) -> Floor:
    """Everybody, offline: ids are rows + 1, queues places + 1."""
    return Floor.of(
        (
            AgentOnFloor(
                id=row + 1,
                name=name,
                skills={},
                channels=frozenset({Channel.VOICE}),
                state=AgentState.OFFLINE,
                load=Load(0.0, 0.0, ORIGIN),
            )
            for row, name in enumerate(duty.agents)
        ),
        range(1, len(trace.queues) + 1),
    )


def _people(agents: int, world: World, base: float) -> People:
    filled = table(People, agents)
    made = records(filled)
    made.pace[:] = 1.0 if world.pace is None else world.pace
    made.session[:] = made.contact[:] = NOBODY
    made.rest_until[:] = base
    made.last_ended[:] = np.nan
    return filled


def _settings(policy: Policy, world: World) -> Settings:
    return Settings(
        acute_half_life=policy.load.acute_half_life_minutes * MINUTE,
        acute_half_life_resting=policy.load.acute_half_life_resting_minutes * MINUTE,
        carried_half_life=policy.load.carried_half_life_hours * 60 * MINUTE,
        free_points=float(policy.load.free_points),
        acute_budget=float(policy.load.acute_budget),
        light_only=policy.rest.light_only_minutes * MINUTE,
        max_wait=float(policy.routing.max_wait_seconds),
        look_again=world.look_again_seconds,
        slowing=world.slowing,
        rests=world.rests,
    )

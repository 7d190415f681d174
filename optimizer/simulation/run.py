"""Run a trace through a centre under one policy of routing."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from optimizer.simulation import kernel
from optimizer.simulation.centre import ORIGIN, World, make_centre
from optimizer.simulation.production import route
from optimizer.simulation.state import Bools, Floats, Ints, records
from optimizer.simulation.trace import Duty, Trace
from roster.policy import Policy


class Routing(StrEnum):
    """Policies that can be compared; `BREATHER` is the production decision, the others what routers usually do.

    All work among people who are on duty, free, rested and skilled, and give to each contact in order of arrival:
    the person free for longest, the next in a fixed circle, any, the one with the fewest contacts today, the one
    least occupied today, or (heavy contacts only) the one with the fewest heavy ones today.
    """

    BREATHER = "breather"
    LONGEST_IDLE = "longest-idle"
    ROUND_ROBIN = "round-robin"
    RANDOM = "random"
    FEWEST_CONTACTS = "fewest-contacts"
    LEAST_OCCUPIED = "least-occupied"
    FEWEST_HEAVY_FIRST = "fewest-heavy-first"


_CODES = {
    Routing.BREATHER: kernel.ASK,
    Routing.LONGEST_IDLE: kernel.LONGEST_IDLE,
    Routing.ROUND_ROBIN: kernel.ROUND_ROBIN,
    Routing.RANDOM: kernel.RANDOM,
    Routing.FEWEST_CONTACTS: kernel.FEWEST_CONTACTS,
    Routing.LEAST_OCCUPIED: kernel.LEAST_OCCUPIED,
    Routing.FEWEST_HEAVY_FIRST: kernel.FEWEST_HEAVY,
}


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of each contact and each agent-day. Waits and instants are seconds.

    Instants count from the origin of the trace. `agent` is -1 and `began` not a number for contacts that nobody took.
    `duty`, `heavy`, `contacts`, `peak_acute` are agents x days with duty, of which `days` are the numbers. `count` and
    `seconds` are the tallies of the kernel, by `state.Count` and `state.Sum`.
    """

    agent: Ints
    wait: Floats
    began: Floats
    left: Floats
    served: Bools
    duty: Bools
    heavy: Ints
    contacts: Ints
    peak_acute: Floats
    days: Ints
    duty_seconds: float
    target_seconds: float
    count: Ints
    seconds: Floats


def run(
    trace: Trace, duty: Duty, routing: Routing, policy: Policy, world: World | None = None, seed: int = 0
) -> Outcome:
    """Everything of `trace`, routed by `routing` to the people of `duty`.

    The same trace, duty and seed are the same arrivals, handle times, patience and chances under every routing.
    """
    world = world or World()
    ready = make_centre(trace, duty, policy, world, seed)
    centre = ready.centre
    if routing is Routing.BREATHER:
        route(ready, policy, world)
    else:
        kernel.advance(centre, _CODES[routing])
    contacts, days, base = records(centre.contacts), records(centre.days), ORIGIN.timestamp()
    served = contacts.agent >= 0
    return Outcome(
        agent=contacts.agent,
        wait=np.where(served, contacts.began, contacts.left) - contacts.arrives,
        began=contacts.began - base,
        left=contacts.left - base,
        served=served,
        duty=days.duty,
        heavy=days.heavy,
        contacts=days.contacts,
        peak_acute=days.peak_acute,
        days=centre.day_number,
        duty_seconds=float((duty.ends - duty.begins).sum()),
        target_seconds=world.target_seconds,
        count=centre.counts,
        seconds=centre.seconds,
    )

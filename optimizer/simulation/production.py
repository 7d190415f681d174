"""The production decision in the simulated centre: `decide` is asked, its answers are carried out.

Its floor is made once. The columns are the arrays that the event loop writes, and the people behind them are read from
those columns whenever somebody looks at one, so that nothing is copied from event to event.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import numpy as np

from optimizer.routing.decide import decide
from optimizer.routing.floor import NEVER, AgentOnFloor, ClosedSpan, Floor, HeldContact, WaitingContact
from optimizer.simulation import kernel
from optimizer.simulation.centre import Ready, World
from optimizer.simulation.state import Contacts, records
from optimizer.simulation.trace import TIERS
from roster.contacts import Tier
from roster.load.pools import Load
from roster.people import Channel
from roster.policy import Policy
from roster.rest import AgentState

PRIORITY = 5
VOICE_ONLY = frozenset({Channel.VOICE})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST_WAITING = 256
"""So many of those who wait longest are decided together, as on the production floor."""


def route(ready: Ready, policy: Policy, world: World) -> None:
    """Run the centre to its end, asking `decide` whenever somebody free could take something that waits."""
    centre = ready.centre
    floor = Floor(People(ready), ready.floor.queues, ready.floor.columns, ready.floor.rows)
    contacts = records(centre.contacts)
    known: dict[int, WaitingContact] = {}
    places = np.zeros(MOST_WAITING, np.int64)
    while kernel.advance(centre, kernel.ASK) == kernel.QUESTION:
        found = places[: kernel.waiting(centre, places)].tolist()
        for place in found:
            if place not in known:
                known[place] = _contact(contacts, place, world)
        now = instant(float(centre.clock[0]))
        for decision in decide(floor, [known[place] for place in found], now, policy):
            if decision.agent_id is not None:
                place = int(decision.contact_id)
                owed = 60.0 * sum(yielded.minutes for yielded in decision.yielded)
                kernel.take(centre, place, floor.rows[decision.agent_id], owed)
                del known[place]


def instant(seconds: float) -> datetime:
    """Seconds since 1970 as an instant."""
    return _EPOCH + timedelta(seconds=seconds)


def _contact(contacts: Contacts, place: int, world: World) -> WaitingContact:
    return WaitingContact(
        id=str(place),
        queue_id=int(contacts.queue[place]) + 1,
        channel=Channel.VOICE,
        priority=PRIORITY,
        arrived_at=instant(float(contacts.arrives[place])),
        target_wait_seconds=round(world.target_seconds),
        score=int(contacts.score[place]),
        tier=TIERS[contacts.tier[place]],
        handle_seconds=float(contacts.expected[place]),
    )


class People(Mapping[int, AgentOnFloor]):
    """Everybody on the floor as the decision sees them, read from the columns at each look."""

    def __init__(self, ready: Ready) -> None:
        self._people = records(ready.centre.people)
        self._contacts = records(ready.centre.contacts)
        self._columns = ready.floor.columns
        self._names = {agent.id: agent.name for agent in ready.floor.agents.values()}

    def __len__(self) -> int:
        return len(self._names)

    def __iter__(self) -> Iterator[int]:
        return iter(self._names)

    def __getitem__(self, agent_id: int) -> AgentOnFloor:
        people, columns, row = self._people, self._columns, agent_id - 1
        held: tuple[HeldContact, ...] = ()
        if columns.held[row]:
            place = int(people.contact[row])
            contacts = self._contacts
            held = (
                HeldContact(
                    str(place),
                    Channel.VOICE,
                    int(contacts.score[place]),
                    TIERS[contacts.tier[place]],
                    float(contacts.expected[place]),
                ),
            )
        holding_heavy = sum(one.tier in (Tier.HEAVY, Tier.SEVERE) for one in held)
        return AgentOnFloor(
            id=agent_id,
            name=self._names[agent_id],
            skills={queue + 1: int(level) for queue, level in enumerate(columns.skills[row].tolist()) if level},
            channels=VOICE_ONLY,
            state=AgentState.AVAILABLE if columns.available[row] else AgentState.OFFLINE,
            load=Load(float(columns.acute[row]), float(columns.carried[row]), instant(float(columns.load_at[row]))),
            held=held,
            shift=_span(columns.shift_from[row], columns.shift_to[row]),
            closed=tuple(
                ClosedSpan(instant(begin), NEVER if end == np.inf else instant(end), resting)
                for begin, end, resting in zip(
                    columns.closed_from[row].tolist(),
                    columns.closed_to[row].tolist(),
                    columns.resting[row].tolist(),
                    strict=True,
                )
                if begin < np.inf
            ),
            light_only_until=instant(float(columns.light_until[row])),
            last_tier=Tier.SEVERE if columns.severe[row] else None,
            heavy_this_shift=int(columns.heavy_shift[row]) - holding_heavy,
            heavy_in_7_days=int(columns.heavy_week[row]) - holding_heavy,
            idle_since=None if np.isnan(columns.idle_since[row]) else instant(float(columns.idle_since[row])),
        )


def _span(begin: float, end: float) -> tuple[datetime, datetime] | None:
    return None if np.isnan(begin) else (instant(float(begin)), instant(float(end)))

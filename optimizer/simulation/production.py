"""The production decision in the simulated centre: `decide` is asked, its answers are carried out.

Its floor is made once. The columns are the arrays that the event loop writes, and the people behind them are read from
those columns whenever somebody looks at one, so that nothing is copied from event to event.
"""

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import cast

import numpy as np

from optimizer.routing.decide import decide
from optimizer.routing.floor import NEVER, AgentOnFloor, ClosedSpan, DayAt, Floor, HeldContact, WaitingContact
from optimizer.routing.terms import terms_of
from optimizer.simulation.centre import Ready, World
from optimizer.simulation.plain import next_question
from optimizer.simulation.state import records
from optimizer.simulation.trace import TIERS
from roster.contacts import HEAVY_TIERS, Tier
from roster.load.pools import Load
from roster.people import Channel
from roster.policy import Policy
from roster.rest import AgentState

PRIORITY = 5
VOICE_ONLY = frozenset({Channel.VOICE})
MOST_WAITING = 256
"""So many of those who wait longest are decided together, as on the production floor."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def route(ready: Ready, policy: Policy, world: World) -> None:
    """Run the centre to its end, asking `decide` whenever somebody free could take something that waits."""
    centre, arrivals = ready.centre, Arrivals(ready, world)
    floor = SharedFloor(People(ready, arrivals), ready.floor.queues, ready.floor.columns, ready.floor.rows)
    clock, rows = centre.clock, floor.rows
    known = arrivals.known
    contacts, agents, found = np.zeros((3, MOST_WAITING), np.int64)
    owed = np.zeros(MOST_WAITING)
    terms, target = terms_of(policy), float(max(1, round(world.target_seconds)))
    asked = (takes_one(policy), terms.weights, terms.max_waits, terms.look_ahead, target, PRIORITY)
    count = next_question(centre, contacts, agents, owed, 0, found, *asked)
    while count:
        waiting = [known.get(place) or arrivals.arrive(place) for place in found[:count].tolist()]
        given = 0
        for decision in decide(floor, waiting, instant(float(clock[0])), policy):
            if decision.agent_id is not None:
                contacts[given] = place = int(decision.contact_id)
                agents[given] = rows[decision.agent_id]
                owed[given] = 60.0 * sum(each.minutes for each in decision.yielded) if decision.yielded else 0.0
                del known[place]
                given += 1
        count = next_question(centre, contacts, agents, owed, given, found, *asked)


def takes_one(policy: Policy) -> bool:
    """Whether an agent takes one call at a time, as plain answers (`plain.py`) suppose."""
    return policy.routing.concurrency.get(Channel.VOICE, 1) == 1


def instant(seconds: float) -> datetime:
    """Seconds since 1970 as an instant."""
    return _EPOCH + timedelta(seconds=seconds)


class Arrivals:
    """The contacts as the decision sees them, each made when it is first asked for; `known` while they wait."""

    def __init__(self, ready: Ready, world: World) -> None:
        contacts = records(ready.centre.contacts)
        self._arrives = contacts.arrives.tolist()
        self._queue = contacts.queue.tolist()
        self._score = contacts.score.astype(np.int64).tolist()
        self._tier = contacts.tier.tolist()
        self._expected = contacts.expected.tolist()
        self._target = round(world.target_seconds)
        self.known: dict[int, WaitingContact] = {}

    def arrive(self, place: int) -> WaitingContact:
        """The contact, which is asked for for the first time."""
        made = self.known[place] = WaitingContact(
            id=str(place),
            queue_id=self._queue[place] + 1,
            channel=Channel.VOICE,
            priority=PRIORITY,
            arrived_at=instant(self._arrives[place]),
            target_wait_seconds=self._target,
            score=self._score[place],
            tier=TIERS[self._tier[place]],
            handle_seconds=self._expected[place],
        )
        return made

    def held(self, place: int) -> HeldContact:
        """The same in somebody's hands."""
        tier = TIERS[self._tier[place]]
        return HeldContact(str(place), Channel.VOICE, self._score[place], tier, self._expected[place])


class SharedFloor(Floor):
    """A floor whose columns others write: what changes while a decision is on its way is laid over it."""

    def changed(self, agents: Iterable[AgentOnFloor]) -> Floor:
        """This floor with `agents` in place of those of the same id, without reading everybody else."""
        new = {agent.id: agent for agent in agents}
        columns = self.columns.copy()
        for agent_id, agent in new.items():
            columns.write(self.rows[agent_id], agent, self.queue_at)
        return SharedFloor(ChainMap(new, cast(dict[int, AgentOnFloor], self.agents)), self.queues, columns, self.rows)


class People(Mapping[int, AgentOnFloor]):
    """Everybody on the floor as the decision sees them, read from the columns at each look."""

    def __init__(self, ready: Ready, arrivals: Arrivals) -> None:
        self._on = cast(np.ndarray, ready.centre.people)["contact"]
        self._arrivals = arrivals
        self._columns = ready.floor.columns
        self._names = {agent.id: agent.name for agent in ready.floor.agents.values()}

    def __len__(self) -> int:
        return len(self._names)

    def __iter__(self) -> Iterator[int]:
        return iter(self._names)

    def __getitem__(self, agent_id: int) -> AgentOnFloor:
        columns, row = self._columns, agent_id - 1
        held = (self._arrivals.held(int(self._on[row])),) if columns.held[row] else ()
        holding_heavy = sum(one.tier in HEAVY_TIERS for one in held)
        spans = (columns.closed_from[row].tolist(), columns.closed_to[row].tolist(), columns.closed_kind[row].tolist())
        return AgentOnFloor(
            id=agent_id,
            name=self._names[agent_id],
            skills={queue + 1: int(level) for queue, level in enumerate(columns.skills[row].tolist()) if level},
            channels=VOICE_ONLY,
            state=AgentState.AVAILABLE if columns.available[row] else AgentState.OFFLINE,
            load=Load(float(columns.acute[row]), float(columns.carried[row]), instant(float(columns.load_at[row]))),
            held=held,
            shift=_span(float(columns.shift_from[row]), float(columns.shift_to[row])),
            closed=tuple(
                ClosedSpan(instant(begin), NEVER if end == np.inf else instant(end), DayAt(kind))
                for begin, end, kind in zip(*spans, strict=True)
                if begin < np.inf
            ),
            light_only_until=instant(float(columns.light_until[row])),
            last_tier=Tier.SEVERE if columns.severe[row] else None,
            heavy_this_shift=int(columns.heavy_shift[row]) - holding_heavy,
            heavy_in_7_days=int(columns.heavy_week[row]) - holding_heavy,
            idle_since=None if np.isnan(columns.idle_since[row]) else instant(float(columns.idle_since[row])),
        )


def _span(begin: float, end: float) -> tuple[datetime, datetime] | None:
    return None if np.isnan(begin) else (instant(begin), instant(end))

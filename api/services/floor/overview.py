"""The floor as everybody who leads it may see it: who is where, what waits. Never why somebody rests."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from api.context import Context
from api.services.floor.state import Handled, LiveContact, PoolState, QueueFacts, load_pool
from api.services.floor.tables import POOL
from api.services.floor.views import PROTECTED_TIME
from optimizer.routing.floor import NEVER, AgentOnFloor, DayAt
from roster.clock import clock_text
from roster.contacts import ContactStatus
from roster.rest import AgentState
from roster.store.engine import reading

FREE, ON_CONTACT, BREAK_NEXT, ON_BREAK, AWAY = "free", "on contact", "break next", "on a break", "away"
OFF_SHIFT = "outside their shift"
PLACES = (FREE, ON_CONTACT, PROTECTED_TIME, BREAK_NEXT, ON_BREAK, AWAY, OFF_SHIFT)
"""Every place on the floor, in the order in which the page shows them."""


@dataclass(frozen=True)
class PersonOnFloor:
    """One agent: where they are, until when where that is planned (local clock), and what they talk about."""

    code: str
    name: str
    place: str
    until: str = ""
    queue: str = ""


@dataclass(frozen=True)
class WaitingOnFloor:
    """A contact that nobody has yet."""

    id: str
    queue: str
    tier: str
    waited_seconds: int
    target_seconds: int

    @property
    def late(self) -> bool:
        """Whether it has waited past its target."""
        return self.waited_seconds > self.target_seconds

    @property
    def waited(self) -> str:
        """Its wait in words."""
        minutes, seconds = divmod(self.waited_seconds, 60)
        return f"{minutes} min {seconds:02d} s" if minutes else f"{seconds} s"


@dataclass(frozen=True)
class QueueLine:
    """A queue in one line; `longest_seconds` is the longest wait in it now."""

    code: str
    name: str
    waiting: int
    in_hand: int
    free: int
    longest_seconds: int
    target_seconds: int


@dataclass(frozen=True)
class FloorView:
    """The floor at `at`. `counts` has the number of people in each of `PLACES`."""

    at: datetime
    people: tuple[PersonOnFloor, ...]
    waiting: tuple[WaitingOnFloor, ...]
    queues: tuple[QueueLine, ...]

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        """People by place, in the order of the page."""
        return tuple((place, sum(person.place == place for person in self.people)) for place in PLACES)


def floor_view(context: Context) -> FloorView:
    """Every pool's floor in one view; agents who are offline are not on it."""
    now = context.now()
    people: list[PersonOnFloor] = []
    waiting: list[WaitingOnFloor] = []
    lines: list[QueueLine] = []
    with reading(context.engine) as session:
        pools = session.execute(select(POOL.c.id, POOL.c.version).order_by(POOL.c.id)).all()
        for pool_id, version in pools:
            state = load_pool(session, pool_id, version, 0, now, Handled(now, {}))
            agents = list(state.floor.agents.values())
            places = {agent.id: _person(agent, state, now) for agent in agents}
            shown = [agent for agent in agents if agent.state is not AgentState.OFFLINE or agent.held]
            people.extend(places[agent.id] for agent in shown)
            free = [agent for agent in shown if places[agent.id].place == FREE]
            live = list(state.contacts.values())
            waiting.extend(
                _waiting(contact, state.queues[contact.queue_id], now) for contact in live if _waits(contact)
            )
            lines.extend(_line(queue, live, free, now) for queue in state.queues.values())
    people.sort(key=lambda person: (PLACES.index(person.place), person.name, person.code))
    waiting.sort(key=lambda contact: (-contact.waited_seconds, contact.id))
    lines.sort(key=lambda line: line.name)
    return FloorView(now, tuple(people), tuple(waiting), tuple(lines))


def _waits(contact: LiveContact) -> bool:
    return contact.status is ContactStatus.WAITING


def _waited(contact: LiveContact, now: datetime) -> int:
    return max(0, int((now - contact.arrived_at).total_seconds()))


def _waiting(contact: LiveContact, queue: QueueFacts, now: datetime) -> WaitingOnFloor:
    return WaitingOnFloor(contact.id, queue.name, contact.tier.value, _waited(contact, now), queue.target_wait_seconds)


def _line(queue: QueueFacts, live: list[LiveContact], free: list[AgentOnFloor], now: datetime) -> QueueLine:
    mine = [contact for contact in live if contact.queue_id == queue.id]
    waits = [_waited(contact, now) for contact in mine if _waits(contact)]
    return QueueLine(
        queue.code,
        queue.name,
        waiting=len(waits),
        in_hand=len(mine) - len(waits),
        free=sum(queue.id in agent.skills for agent in free),
        longest_seconds=max(waits, default=0),
        target_seconds=queue.target_wait_seconds,
    )


def _person(agent: AgentOnFloor, state: PoolState, now: datetime) -> PersonOnFloor:
    facts = state.facts[agent.id]
    if agent.held:
        contact = state.contacts[agent.held[0].contact_id]
        return PersonOnFloor(facts.code, facts.name, ON_CONTACT, queue=state.queues[contact.queue_id].name)
    closed = agent.closed_at(now)
    until = clock_text(closed.ends_at, facts.zone) if closed and closed.ends_at < NEVER else ""
    if closed and closed.protected:
        return PersonOnFloor(facts.code, facts.name, PROTECTED_TIME, until)
    if agent.state is not AgentState.AVAILABLE:
        return PersonOnFloor(facts.code, facts.name, AWAY)
    if not closed and agent.wrap_up_until is not None and agent.wrap_up_until > now:
        return PersonOnFloor(facts.code, facts.name, ON_CONTACT)
    if closed and closed.kind is DayAt.BEFORE_BREAK:
        return PersonOnFloor(facts.code, facts.name, BREAK_NEXT, until)
    if closed:
        return PersonOnFloor(facts.code, facts.name, ON_BREAK if agent.shift else OFF_SHIFT, until)
    return PersonOnFloor(facts.code, facts.name, FREE)

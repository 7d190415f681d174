"""A pool's floor as a value, rebuilt from tables: who is there, what they hold, what waits. No state of its own."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlmodel import Session

from api.services.floor.handling import handle_seconds
from api.services.floor.planned import read_plan, segments_around
from api.services.floor.tables import (
    AGENT,
    AGENT_CHANNEL,
    CONTACT,
    FLOOR_STATE,
    PRIVATE_LIMIT,
    QUEUE,
    SEGMENT,
    SKILL,
    TEAM,
)
from optimizer.routing.floor import AgentOnFloor, Floor, HeldContact, WaitingContact
from roster.clock import local_day
from roster.contacts import HEAVY_TIERS, OPEN_STATUSES, ContactStatus, Stake, Tier
from roster.load.pools import Load
from roster.people import Channel
from roster.protections import TOPIC_NAMED, Topic
from roster.store.bulk import among, as_list

LIVE_STATUSES = (ContactStatus.WAITING, *sorted(OPEN_STATUSES))
WEEK = timedelta(days=7)
HANDLED_AGE = timedelta(minutes=15)
BETWEEN_SHIFTS = timedelta(hours=8)
"""A severe contact keeps the next one away until so long after it, or until the next shift begins."""


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """A queue of the pool."""

    id: int
    code: str
    name: str
    channel: Channel
    priority: int
    target_wait_seconds: int
    handle_seconds: float = 0.0
    """expected, 0 = not known"""


@dataclass(frozen=True, slots=True)
class AgentFacts:
    """What does not change from contact to contact: who they are, and the local date of their shift."""

    id: int
    code: str
    name: str
    team_id: int
    zone: str
    on_date: date
    pending_rest_minutes: int = 0
    pending_contact_id: str | None = None


@dataclass(frozen=True, slots=True)
class LiveContact:
    """A contact that is not over. `declined` says who passed on it (or let it pass), and when."""

    id: str
    ref: str
    queue_id: int
    channel: Channel
    priority: int
    status: ContactStatus
    arrived_at: datetime
    score: int
    tier: Tier
    agent_id: int | None = None
    owner_id: int | None = None
    reservation_expires_at: datetime | None = None
    declined: tuple[tuple[int, datetime], ...] = ()
    topics: frozenset[Topic] = frozenset()
    life_at_risk: bool = False
    handle_seconds: float = 0.0

    def waiting(self, target_wait_seconds: int, now: datetime, declined_for: timedelta) -> WaitingContact:
        """This contact as the decision sees it; who passed on it is asked again after `declined_for`."""
        return WaitingContact(
            id=self.id,
            queue_id=self.queue_id,
            channel=self.channel,
            priority=self.priority,
            arrived_at=self.arrived_at,
            target_wait_seconds=target_wait_seconds,
            score=self.score,
            tier=self.tier,
            owner_id=self.owner_id,
            declined_by=frozenset(agent for agent, at in self.declined if now - at < declined_for),
            topics=self.topics,
            handle_seconds=self.handle_seconds,
            life_at_risk=self.life_at_risk,
        )

    @property
    def held(self) -> HeldContact:
        """This contact as a thing its agent holds."""
        return HeldContact(self.id, self.channel, self.score, self.tier, self.handle_seconds)


@dataclass(frozen=True)
class PoolState:
    """One pool at one version. Replaced, never changed; its contacts alone go over to its successor once committed."""

    pool_id: int
    version: int
    built_at: datetime
    seen_event: int
    floor: Floor
    facts: Mapping[int, AgentFacts]
    contacts: dict[str, LiveContact]
    queues: Mapping[int, QueueFacts] = field(repr=False)
    handled: "Handled" = field(repr=False)
    own_queues: Mapping[str, QueueFacts] = field(repr=False)
    """by code, without those of other pools whose contacts still wait here"""
    waiting: dict[str, LiveContact] = field(repr=False)
    """those of `contacts` that nobody has"""
    moved_at: datetime = field(repr=False)
    """the floor's time when it last moved, as far as this process knows"""
    own_lines: int = 0
    """lines of the log past `seen_event` that the transaction of this state wrote itself"""


@dataclass(frozen=True)
class Handled:
    """Expected handle seconds by queue, as of an instant."""

    at: datetime
    seconds: Mapping[int, float]


def load_pool(
    session: Session, pool_id: int, version: int, seen_event: int, now: datetime, handled: Handled | None = None
) -> PoolState:
    """The pool from its tables, as of `now`; handle times are counted anew unless `handled` is fresh."""
    contacts = {contact.id: contact for contact in live_contacts(session, pool_id)}
    chosen = QUEUE.c
    # A queue may have been moved to another pool while contacts of it wait here.
    ours = (chosen.pool_id == pool_id) | chosen.id.in_({contact.queue_id for contact in contacts.values()})
    rows = session.execute(
        select(
            chosen.id,
            chosen.code,
            chosen.name,
            chosen.channel,
            chosen.priority,
            chosen.target_wait_seconds,
            chosen.pool_id,
        ).where(ours)
    ).all()
    if handled is None or abs(now - handled.at) >= HANDLED_AGE:
        handled = Handled(now, handle_seconds(session, (row[0] for row in rows), now))
    queues = {row.id: _queue(row, handled) for row in rows}
    contacts = {
        contact.id: replace(contact, handle_seconds=queues[contact.queue_id].handle_seconds)
        for contact in contacts.values()
    }
    agents, facts = load_agents(session, pool_id, contacts.values(), now)
    floor = Floor.of(agents, queues)
    own = {row.code: queues[row.id] for row in rows if row.pool_id == pool_id}
    waiting = {contact.id: contact for contact in contacts.values() if contact.status is ContactStatus.WAITING}
    return PoolState(pool_id, version, now, seen_event, floor, facts, contacts, queues, handled, own, waiting, now)


def _queue(row: Row[Any], handled: Handled) -> QueueFacts:
    values: dict[str, Any] = dict(row._mapping)
    del values["pool_id"]
    return QueueFacts(**values, handle_seconds=handled.seconds.get(row.id, 0.0))


def live_contacts(session: Session, pool_id: int) -> list[LiveContact]:
    """Every contact of the pool that is not over."""
    rows = session.execute(_LIVE.where(CONTACT.c.pool_id == pool_id)).all()
    return [_live(row) for row in rows]


def some_contacts(session: Session, ids: Sequence[str]) -> list[tuple[int, LiveContact]]:
    """Those of the contacts `ids` that are not over, each with its pool."""
    # By id alone: with more to go by, a planner without figures of the table picks a worse index.
    rows: Sequence[Any] = session.connection().execute(_SOME, {"wanted": as_list(ids)}).all() if ids else ()
    return [(row.pool_id, _live(row)) for row in rows if row.status in LIVE_STATUSES]


_FACTS = select(
    CONTACT.c.id,
    CONTACT.c.ref,
    CONTACT.c.queue_id,
    CONTACT.c.channel,
    CONTACT.c.priority,
    CONTACT.c.status,
    CONTACT.c.arrived_at,
    CONTACT.c.score,
    CONTACT.c.tier,
    CONTACT.c.agent_id,
    CONTACT.c.owner_id,
    CONTACT.c.reservation_expires_at,
    CONTACT.c.declined_by,
    CONTACT.c.arrival_state,
    CONTACT.c.stakes,
    CONTACT.c.life_at_risk,
    CONTACT.c.pool_id,
)
_LIVE = _FACTS.where(CONTACT.c.status.in_(LIVE_STATUSES))
_SOME = _FACTS.where(among(CONTACT.c.id))


def _live(row: Row[Any]) -> LiveContact:
    values: dict[str, Any] = dict(row._mapping)
    del values["pool_id"]
    topics = frozenset({values.pop("arrival_state"), *map(Stake, values.pop("stakes"))})
    declined = read_declined(values.pop("declined_by"))
    return LiveContact(**values, declined=declined, topics=topics)


def read_declined(stored: Sequence[object]) -> tuple[tuple[int, datetime], ...]:
    """`Contact.declined_by` as pairs of agent id and instant."""
    found = []
    for entry in stored:
        if isinstance(entry, Mapping):
            found.append((int(entry["agent"]), datetime.fromisoformat(entry["at"])))
    return tuple(found)


def write_declined(declined: Iterable[tuple[int, datetime]]) -> list[dict[str, object]]:
    """Pairs of agent id and instant as `Contact.declined_by` keeps them."""
    return [{"agent": agent, "at": at.isoformat()} for agent, at in declined]


def load_agents(
    session: Session, pool_id: int, contacts: Iterable[LiveContact], now: datetime, only: Collection[int] | None = None
) -> tuple[list[AgentOnFloor], dict[int, AgentFacts]]:
    """Everybody who is on the pool's floor (or `only` some of them), whatever their state."""
    on_floor = FLOOR_STATE.c.pool_id == pool_id if only is None else FLOOR_STATE.c.agent_id.in_(only)
    people = session.execute(
        select(FLOOR_STATE, AGENT.c.code, AGENT.c.name, AGENT.c.team_id, TEAM.c.zone)
        .join(AGENT, AGENT.c.id == FLOOR_STATE.c.agent_id)
        .join(TEAM, TEAM.c.id == AGENT.c.team_id)
        .where(on_floor, AGENT.c.active)
    ).all()
    ids = select(FLOOR_STATE.c.agent_id).where(on_floor)
    skills: dict[int, dict[int, int]] = defaultdict(dict)
    chosen = SKILL.c
    for row in session.execute(
        select(chosen.agent_id, chosen.queue_id, chosen.proficiency).where(chosen.agent_id.in_(ids))
    ):
        skills[row[0]][row[1]] = row[2]
    channels: dict[int, set[Channel]] = defaultdict(set)
    working = AGENT_CHANNEL.c
    for row in session.execute(select(working.agent_id, working.channel).where(working.agent_id.in_(ids))):
        channels[row[0]].add(row[1])
    topics, limited_queues = _limits(session, PRIVATE_LIMIT.c.agent_id.in_(ids))
    heavy = _heavy_in_7_days(session, CONTACT.c.agent_id.in_(ids), now)
    days = segments_around(session, SEGMENT.c.agent_id.in_(ids), now)
    held: dict[int, list[HeldContact]] = defaultdict(list)
    for contact in contacts:
        if contact.agent_id is not None and contact.status in OPEN_STATUSES:
            held[contact.agent_id].append(contact.held)

    agents: list[AgentOnFloor] = []
    facts: dict[int, AgentFacts] = {}
    for state in people:
        agent_id = state.agent_id
        plan = read_plan(days.get(agent_id, ()), now)
        on_date = plan.on_date or local_day(now, state.zone)
        today = state.heavy_on == on_date
        agents.append(
            AgentOnFloor(
                id=agent_id,
                name=state.name,
                skills=skills[agent_id],
                channels=frozenset(channels[agent_id]),
                state=state.state,
                load=Load(state.acute, state.carried, state.load_at),
                held=tuple(held[agent_id]),
                shift=plan.shift,
                closed=plan.closed,
                light_only_until=state.light_only_until,
                last_tier=state.last_tier if today or now - state.load_at < BETWEEN_SHIFTS else None,
                heavy_this_shift=state.heavy_count if today else 0,
                heavy_in_7_days=heavy.get(agent_id, 0),
                idle_since=state.idle_since,
                rest_pending=state.pending_rest_minutes > 0,
                limits=frozenset(topics[agent_id]),
                limited_queues=frozenset(limited_queues[agent_id]),
                wrap_up_until=state.wrap_up_until,
            )
        )
        facts[agent_id] = AgentFacts(
            agent_id,
            state.code,
            state.name,
            state.team_id,
            state.zone,
            on_date,
            state.pending_rest_minutes,
            state.pending_contact_id,
        )
    return agents, facts


def _limits(session: Session, whose: ColumnElement[bool]) -> tuple[dict[int, set[Topic]], dict[int, set[int]]]:
    """What agents exclude for themselves: topics and queues, by agent."""
    topics: dict[int, set[Topic]] = defaultdict(set)
    queues: dict[int, set[int]] = defaultdict(set)
    chosen = PRIVATE_LIMIT.c
    for agent_id, topic, queue_id in session.execute(
        select(chosen.agent_id, chosen.topic, chosen.queue_id).where(whose)
    ):
        if queue_id is not None:
            queues[agent_id].add(queue_id)
        else:
            topics[agent_id].add(TOPIC_NAMED[topic])
    return topics, queues


def _heavy_in_7_days(session: Session, whose: ColumnElement[bool], now: datetime) -> dict[int, int]:
    chosen = CONTACT.c
    rows = session.execute(
        select(chosen.agent_id, func.count())
        .where(whose, chosen.completed_at > now - WEEK, chosen.final_tier.in_(sorted(HEAVY_TIERS)))
        .group_by(chosen.agent_id)
    )
    return {row[0]: row[1] for row in rows}

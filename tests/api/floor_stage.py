"""A stage for plays of the floor: a centre of two pools on one database, and what may be asked of it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from sqlalchemy import delete, insert
from sqlmodel import col

from api.context import Context
from api.services.floor.contacts import abandoned, accepted, declined, started
from api.services.floor.limits import Limits
from api.services.floor.lookups import Speaker
from api.services.floor.tables import SEGMENT
from roster.contacts import (
    OPEN_STATUSES,
    ArrivalState,
    ContactStatus,
    EntryConditions,
    History,
    OutcomeMarker,
    Resolvability,
    Stake,
)
from roster.people import AgentChannel, Channel, Skill
from roster.queues import Pool, Queue
from roster.rest import AgentState
from roster.shifts import SegmentKind
from roster.store.engine import writing
from tests.api.floor_tables import CHANGING
from tests.factories import make_centre

MORNING = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
EVENING = MORNING + timedelta(hours=12)
ENTRIES = (
    EntryConditions(),
    EntryConditions(arrival_state=ArrivalState.GRIEVING),
    EntryConditions(arrival_state=ArrivalState.GRIEVING, history=History.REPEAT_AFTER_FAILURE, parties=3),
    EntryConditions(
        arrival_state=ArrivalState.FLOODED,
        history=History.DROPPED_HANDOFF,
        stakes=(Stake.MEDICATION, Stake.CARE_ACCESS),
        resolvability=Resolvability.BLOCKED,
    ),
)
CODES = ("a01", "a02", "a03", "a04")
QUEUES = ("advice", "billing", "letters")
LIMITS = (
    Limits(),
    Limits(arrival_states=(ArrivalState.GRIEVING,)),
    Limits(stakes=(Stake.MEDICATION,)),
    Limits(queues=("billing",)),
)
FITTING = {
    "accept": {ContactStatus.ASSIGNED},
    "decline": {ContactStatus.ASSIGNED},
    "start": {ContactStatus.ASSIGNED, ContactStatus.ACCEPTED},
    "complete": {ContactStatus.ACTIVE},
    "transfer": {ContactStatus.WAITING, *OPEN_STATUSES},
    "abandon": {ContactStatus.WAITING, ContactStatus.ASSIGNED, ContactStatus.ACCEPTED},
}
CHANGES = {"accept": accepted, "start": started, "decline": declined, "abandon": abandoned}
SHIFT = ((SegmentKind.WORK, 8, 11), (SegmentKind.MEAL, 11, 12), (SegmentKind.WORK, 12, 15))
ROUTER = Speaker("router")

processes = st.integers(0, 1)
codes = st.sampled_from(CODES)
entries = st.sampled_from((*ENTRIES, *ENTRIES[2:]))
which = st.integers(0, 6)
"""One of the latest contacts, counted backwards: of those that it may be done to, or (5 and 6) of all."""
words = st.sampled_from(["accept", "start", "start", "decline", "abandon"])
outcomes = st.sampled_from([(), (OutcomeMarker.THREAT,), (OutcomeMarker.VERBAL_ABUSE,)])
felt = st.sampled_from([None, 1, 5])
bodies = st.builds(
    dict,
    queue=st.sampled_from(QUEUES[:2] * 2 + QUEUES[2:]),
    entry=entries,
    channel=st.sampled_from([Channel.VOICE, Channel.CHAT, Channel.CHAT]),
    life_at_risk=st.sampled_from([False] * 5 + [True]),
    late=st.sampled_from([0, 0, 0, 300, -300]),
    owner=st.sampled_from([None, None, "a02"]),
)
commands = st.one_of(
    st.tuples(st.just("post"), bodies),
    st.tuples(st.just("post again"), which),
    st.tuples(words, which),
    st.tuples(st.just("complete"), which, outcomes, felt),
    st.tuples(st.sampled_from([AgentState.AVAILABLE, AgentState.AWAY]), codes),
)


class Stage:
    """One database with a centre of two pools, whose floors every play finds as they were at nine."""

    def __init__(self, context: Context) -> None:
        policy = context.policy
        routing = policy.routing.model_copy(update={"wrap_up_seconds": 5})
        load = policy.load.model_copy(update={"max_heavy_per_shift": 2})
        self.policy = policy.model_copy(update={"routing": routing, "load": load})
        self.context = context
        self.centre = make_centre(context, agents=4, accounts=False)
        with writing(context.engine) as session:
            other = Pool(name="other")
            session.add(other)
            session.flush()
            letters = Queue(code="letters", name="Letters", pool_id=other.id or 0, priority=1)
            session.add(letters)
            session.flush()
            for code in ("a03", "a04"):
                session.add(Skill(agent_id=self.centre.agents[code], queue_id=letters.id or 0))
            for code in ("a02", "a03"):
                session.add(AgentChannel(agent_id=self.centre.agents[code], channel=Channel.CHAT))
            others = (col(Skill.agent_id) == self.centre.agents["a04"]) & (col(Skill.queue_id) != letters.id)
            session.execute(delete(Skill).where(others))
            self.pools = [self.centre.pool_id, other.id or 0]
        self.loop = asyncio.new_event_loop()

    @property
    def shift(self) -> dict[int, tuple[datetime, datetime]]:
        """When the planned day of `a01` begins and ends."""
        return {self.centre.agents["a01"]: (MORNING - timedelta(hours=1), MORNING + timedelta(hours=6))}

    def process(self, clock: Callable[[], datetime]) -> Context:
        """A process that has just started: nothing of the floor in memory, where all is kept by engine.

        It shares connections and compiled statements with the others, which would be most of the time of a play.
        """
        return replace(self.context, engine=self.context.engine.execution_options(), clock=clock, policy=self.policy)

    def reset(self) -> None:
        """Nine in the morning: a shift with a meal for `a01`, nothing else yet."""
        with writing(self.context.engine) as session:
            for table in CHANGING:
                session.execute(delete(table))
            for kind, begin, end in SHIFT:
                values = {
                    "agent_id": self.centre.agents["a01"],
                    "on_date": MORNING.date(),
                    "kind": kind,
                    "starts_at": MORNING.replace(hour=begin),
                    "ends_at": MORNING.replace(hour=end),
                    "zone": self.centre.zone,
                }
                session.execute(insert(SEGMENT).values(values))

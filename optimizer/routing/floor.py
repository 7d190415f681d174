"""Who is on the floor and what waits, as frozen values: all that a routing decision may look at.

Beside the values stand the same facts as numpy columns, one row an agent, kept up to date row by row
(`Floor.changed`), so that a decision over a thousand people does not begin by reading a thousand objects.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from optimizer.routing.columns import CHANNEL_AT, CHANNELS, Bools, Columns, DayAt, Floats, Ints, bits_of
from roster.contacts import HEAVY_TIERS, Tier
from roster.load.pools import Load
from roster.people import Channel
from roster.protections import Topic
from roster.rest import AgentState

__all__ = [
    "CHANNELS",
    "EVER",
    "NEVER",
    "AgentOnFloor",
    "Bools",
    "ClosedSpan",
    "Columns",
    "DayAt",
    "Floats",
    "Floor",
    "HeldContact",
    "Ints",
    "WaitingContact",
]

EVER = datetime(1970, 1, 1, tzinfo=UTC)
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ClosedSpan:
    """A time in which an agent takes nothing: break, debrief, protected time, or outside the shift (UTC).

    In one of kind `RESTING` acute load fades at its resting rate. `protected`: others see "protected time".
    """

    starts_at: datetime
    ends_at: datetime
    kind: DayAt = DayAt.CLOSED
    protected: bool = False

    @property
    def is_rest(self) -> bool:
        """Whether what lies in it is rest."""
        return self.kind is DayAt.RESTING


@dataclass(frozen=True, slots=True)
class HeldContact:
    """A contact that occupies its agent: reserved, accepted or active. `handle_seconds` is expected, 0 = unknown."""

    contact_id: str
    channel: Channel
    score: int
    tier: Tier
    handle_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class AgentOnFloor:
    """One agent as the decision sees them.

    `heavy_this_shift` and `heavy_in_7_days` count finished contacts by what they turned out to be; what is held
    now is counted from `held`. `shift` is the planned one around now, empty where nothing is planned.
    `rest_pending` means that rest is due as soon as the contacts now held are over. `limits` and `limited_queues` are
    what the agent excludes for themself: nobody else may see them.
    """

    id: int
    name: str
    skills: Mapping[int, int]
    channels: frozenset[Channel]
    state: AgentState
    load: Load
    held: tuple[HeldContact, ...] = ()
    shift: tuple[datetime, datetime] | None = None
    closed: tuple[ClosedSpan, ...] = ()
    light_only_until: datetime | None = None
    last_tier: Tier | None = None
    heavy_this_shift: int = 0
    heavy_in_7_days: int = 0
    idle_since: datetime | None = None
    rest_pending: bool = False
    limits: frozenset[Topic] = frozenset()
    limited_queues: frozenset[int] = frozenset()
    wrap_up_until: datetime | None = None

    def closed_at(self, instant: datetime) -> ClosedSpan | None:
        """The closed span that holds `instant`, if any; protected time first, the time before a break last."""
        holding = [span for span in self.closed if span.starts_at <= instant < span.ends_at]
        return max(
            holding,
            key=lambda span: (span.protected, span.kind is not DayAt.BEFORE_BREAK, span.ends_at),
            default=None,
        )

    def resting_minutes(self, since: datetime, to: datetime) -> float:
        """Minutes of rest between two instants, by the day's plan."""
        return (
            sum(
                max(0.0, (min(span.ends_at, to) - max(span.starts_at, since)).total_seconds())
                for span in self.closed
                if span.is_rest
            )
            / 60
        )


@dataclass(frozen=True, slots=True)
class WaitingContact:
    """A contact that waits for somebody; `declined_by` are the agents not to offer it to now.

    `topics` are how the other side arrives and what is at stake; `handle_seconds` is the expected handle time, 0 where
    it is not known; `life_at_risk` passes what the policy's `life_at_risk_passes` says.
    """

    id: str
    queue_id: int
    channel: Channel
    priority: int
    arrived_at: datetime
    target_wait_seconds: int
    score: int
    tier: Tier
    owner_id: int | None = None
    declined_by: frozenset[int] = frozenset()
    topics: frozenset[Topic] = frozenset()
    handle_seconds: float = 0.0
    life_at_risk: bool = False
    arrived: float = field(init=False, repr=False, compare=False)
    """`arrived_at` in seconds since 1970"""
    is_heavy: bool = field(init=False, repr=False, compare=False)
    """heavy or severe"""
    asked: tuple[float, ...] = field(init=False, repr=False, compare=False)
    """the same as numbers, for the pricing: see `optimizer.routing.asks`"""

    def __post_init__(self) -> None:
        arrived, is_heavy = self.arrived_at.timestamp(), self.tier in HEAVY_TIERS
        numbers = (
            float(CHANNEL_AT[self.channel]),
            float(self.score),
            float(is_heavy),
            float(self.tier is Tier.SEVERE),
            arrived,
            float(max(1, self.target_wait_seconds)),
            float(self.priority),
            -1.0 if self.owner_id is None else float(self.owner_id),
            float(bits_of(self.topics)) if self.topics else 0.0,
            float(self.handle_seconds),
        )
        object.__setattr__(self, "arrived", arrived)
        object.__setattr__(self, "is_heavy", is_heavy)
        object.__setattr__(self, "asked", numbers)


@dataclass(frozen=True)
class Floor:
    """Everybody of one pool who may take contacts, by agent id, and the same as columns."""

    agents: Mapping[int, AgentOnFloor]
    queues: tuple[int, ...]
    columns: Columns = field(repr=False, compare=False)
    rows: Mapping[int, int] = field(repr=False, compare=False)

    queue_at: Mapping[int, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "queue_at", {queue_id: index for index, queue_id in enumerate(self.queues)})

    @classmethod
    def of(cls, agents: Iterable[AgentOnFloor], queues: Iterable[int]) -> "Floor":
        """A floor of `agents` over the pool's `queues` (ids)."""
        ordered = {agent.id: agent for agent in sorted(agents, key=lambda agent: agent.id)}
        known = tuple(sorted(set(queues)))
        width = max((len(agent.closed) for agent in ordered.values()), default=0) + 4
        columns = Columns.empty(len(ordered), len(known), width)
        floor = cls(ordered, known, columns, {agent_id: row for row, agent_id in enumerate(ordered)})
        for row, agent in enumerate(ordered.values()):
            columns.write(row, agent, floor.queue_at)
        return floor

    def changed(self, agents: Iterable[AgentOnFloor]) -> "Floor":
        """This floor with `agents` in place of those of the same id; others are added."""
        new = {agent.id: agent for agent in agents}
        if not new:
            return self
        width = self.columns.closed_from.shape[1]
        if any(agent_id not in self.rows or len(agent.closed) > width for agent_id, agent in new.items()):
            return Floor.of({**self.agents, **new}.values(), self.queues)
        columns = self.columns.copy()
        for agent_id, agent in new.items():
            columns.write(self.rows[agent_id], agent, self.queue_at)
        return Floor({**self.agents, **new}, self.queues, columns, self.rows)

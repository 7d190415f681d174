"""Who is on the floor and what waits, as frozen values: all that a routing decision may look at.

Beside the values stand the same facts as numpy columns, one row an agent, kept up to date row by row
(`Floor.changed`), so that a decision over a thousand people does not begin by reading a thousand objects.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from roster.contacts import HEAVY_TIERS, Tier
from roster.load.pools import Load
from roster.people import Channel
from roster.rest import AgentState

EVER = datetime(1970, 1, 1, tzinfo=UTC)
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
CHANNELS = tuple(Channel)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ClosedSpan:
    """A time in which an agent takes nothing: break, debrief, protected time, or outside the shift (UTC).

    `resting` says that acute load fades at its resting rate; `protected` that others see "protected time".
    """

    starts_at: datetime
    ends_at: datetime
    resting: bool = False
    protected: bool = False


@dataclass(frozen=True, slots=True)
class HeldContact:
    """A contact that occupies its agent: reserved, accepted or active."""

    contact_id: str
    channel: Channel
    score: int
    tier: Tier


@dataclass(frozen=True, slots=True)
class AgentOnFloor:
    """One agent as the decision sees them.

    `heavy_this_shift` and `heavy_in_7_days` count finished contacts by what they turned out to be; what is held
    now is counted from `held`. `shift` is the planned one around now, empty where nothing is planned.
    `rest_pending` means that rest is due as soon as the contacts now held are over.
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

    def closed_at(self, instant: datetime) -> ClosedSpan | None:
        """The closed span that holds `instant`, if any; protected time first."""
        holding = [span for span in self.closed if span.starts_at <= instant < span.ends_at]
        return max(holding, key=lambda span: (span.protected, span.ends_at), default=None)

    def resting_minutes(self, since: datetime, to: datetime) -> float:
        """Minutes of rest between two instants, by the day's plan."""
        return (
            sum(
                max(0.0, (min(span.ends_at, to) - max(span.starts_at, since)).total_seconds())
                for span in self.closed
                if span.resting
            )
            / 60
        )


@dataclass(frozen=True, slots=True)
class WaitingContact:
    """A contact that waits for somebody; `declined_by` are the agents not to offer it to now."""

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


@dataclass(frozen=True)
class Columns:
    """The floor as arrays: one row an agent in order of id; instants are seconds since 1970, UTC."""

    ids: Ints
    available: Bools
    pending: Bools
    skills: npt.NDArray[np.int8]
    """agents x queues: proficiency, 0 = no skill"""
    channels: Bools
    held: Ints
    held_channel: Ints
    """index into CHANNELS, -1 = holds nothing"""
    held_points: Floats
    acute: Floats
    carried: Floats
    load_at: Floats
    light_until: Floats
    severe: Bools
    heavy_shift: Floats
    heavy_week: Floats
    shift_from: Floats
    shift_to: Floats
    idle_since: Floats
    closed_from: Floats
    """agents x spans, padded with spans that never come"""
    closed_to: Floats
    resting: Bools

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Floor:
    """Everybody of one pool who may take contacts, by agent id, and the same as columns."""

    agents: Mapping[int, AgentOnFloor]
    queues: tuple[int, ...]
    columns: Columns = field(repr=False, compare=False)
    rows: Mapping[int, int] = field(repr=False, compare=False)

    @classmethod
    def of(cls, agents: Iterable[AgentOnFloor], queues: Iterable[int]) -> "Floor":
        """A floor of `agents` over the pool's `queues` (ids)."""
        ordered = {agent.id: agent for agent in sorted(agents, key=lambda agent: agent.id)}
        known = tuple(sorted(set(queues)))
        width = max((len(agent.closed) for agent in ordered.values()), default=0) + 4
        columns = _empty(len(ordered), len(known), width)
        rows = {agent_id: row for row, agent_id in enumerate(ordered)}
        at = {queue_id: index for index, queue_id in enumerate(known)}
        for row, agent in enumerate(ordered.values()):
            _write(columns, row, agent, at)
        return cls(ordered, known, columns, rows)

    def changed(self, agents: Iterable[AgentOnFloor]) -> "Floor":
        """This floor with `agents` in place of those of the same id; others are added."""
        new = {agent.id: agent for agent in agents}
        if not new:
            return self
        width = self.columns.closed_from.shape[1]
        if any(agent_id not in self.rows or len(agent.closed) > width for agent_id, agent in new.items()):
            return Floor.of(({**self.agents, **new}).values(), self.queues)
        columns = Columns(**{name: array.copy() for name, array in vars(self.columns).items()})
        at = {queue_id: index for index, queue_id in enumerate(self.queues)}
        for agent_id, agent in new.items():
            _write(columns, self.rows[agent_id], agent, at)
        return Floor({**self.agents, **new}, self.queues, columns, self.rows)


def _empty(agents: int, queues: int, spans: int) -> Columns:
    def floats() -> Floats:
        return np.zeros(agents)

    return Columns(
        ids=np.zeros(agents, np.int64),
        available=np.zeros(agents, np.bool_),
        pending=np.zeros(agents, np.bool_),
        skills=np.zeros((agents, queues), np.int8),
        channels=np.zeros((agents, len(CHANNELS)), np.bool_),
        held=np.zeros(agents, np.int64),
        held_channel=np.zeros(agents, np.int64),
        held_points=floats(),
        acute=floats(),
        carried=floats(),
        load_at=floats(),
        light_until=floats(),
        severe=np.zeros(agents, np.bool_),
        heavy_shift=floats(),
        heavy_week=floats(),
        shift_from=floats(),
        shift_to=floats(),
        idle_since=floats(),
        closed_from=np.full((agents, spans), np.inf),
        closed_to=np.full((agents, spans), np.inf),
        resting=np.zeros((agents, spans), np.bool_),
    )


def _write(columns: Columns, row: int, agent: AgentOnFloor, queue_at: Mapping[int, int]) -> None:
    heavy_held = sum(1 for held in agent.held if held.tier in HEAVY_TIERS)
    columns.ids[row] = agent.id
    columns.available[row] = agent.state is AgentState.AVAILABLE
    columns.pending[row] = agent.rest_pending
    columns.skills[row] = 0
    for queue_id, proficiency in agent.skills.items():
        if queue_id in queue_at:
            columns.skills[row, queue_at[queue_id]] = proficiency
    for index, channel in enumerate(CHANNELS):
        columns.channels[row, index] = channel in agent.channels
    columns.held[row] = len(agent.held)
    columns.held_channel[row] = CHANNELS.index(agent.held[0].channel) if agent.held else -1
    columns.held_points[row] = sum(held.score for held in agent.held)
    columns.acute[row] = agent.load.acute
    columns.carried[row] = agent.load.carried
    columns.load_at[row] = agent.load.at.timestamp()
    columns.light_until[row] = (agent.light_only_until or EVER).timestamp()
    columns.severe[row] = agent.last_tier is Tier.SEVERE or any(held.tier is Tier.SEVERE for held in agent.held)
    columns.heavy_shift[row] = agent.heavy_this_shift + heavy_held
    columns.heavy_week[row] = agent.heavy_in_7_days + heavy_held
    columns.shift_from[row] = agent.shift[0].timestamp() if agent.shift else np.nan
    columns.shift_to[row] = agent.shift[1].timestamp() if agent.shift else np.nan
    columns.idle_since[row] = agent.idle_since.timestamp() if agent.idle_since else np.nan
    columns.closed_from[row] = np.inf
    columns.closed_to[row] = np.inf
    columns.resting[row] = False
    for index, span in enumerate(agent.closed):
        columns.closed_from[row, index] = span.starts_at.timestamp()
        columns.closed_to[row, index] = span.ends_at.timestamp()
        columns.resting[row, index] = span.resting

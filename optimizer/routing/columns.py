"""The floor as arrays: what a routing decision reads of each agent, kept row by row beside the values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from roster.contacts import HEAVY_TIERS, Tier
from roster.people import Channel
from roster.protections import TOPICS, Topic
from roster.rest import AgentState

if TYPE_CHECKING:
    from optimizer.routing.floor import AgentOnFloor

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Skills = npt.NDArray[np.int8]
Kinds = npt.NDArray[np.int8]

CHANNELS = tuple(Channel)
CHANNEL_AT = {channel: index for index, channel in enumerate(CHANNELS)}
TOPIC_BIT: dict[Topic, int] = {topic: 1 << index for index, topic in enumerate(TOPICS)}
_EVER = -1.0

ACUTE, CARRIED, LOAD_AT, LIGHT_UNTIL, HEAVY_SHIFT, HEAVY_WEEK = range(6)
SHIFT_FROM, SHIFT_TO, IDLE_SINCE, HELD_POINTS, WRAP_UNTIL, RELEASE_RATE = range(6, 12)
ID, HELD, HELD_CHANNEL, LIMITS = range(4)
AVAILABLE, PENDING, SEVERE, HOLDS_HEAVY = range(4)


class DayAt(IntEnum):
    """An agent's day at an instant; where two spans hold it, the higher counts.

    `BEFORE_BREAK`: nothing new, because their break is next, and no rest. A contact with a life at risk may pass all
    but `CLOSED`.
    """

    OPEN = 0
    BEFORE_BREAK = 1
    RESTING = 2
    CLOSED = 3


OPEN, BEFORE_BREAK, RESTING, CLOSED = map(int, DayAt)
"""The same as compiled functions take them."""


class Arrays(NamedTuple):
    """The arrays of `Columns`, as compiled functions take them."""

    numbers: Floats
    counts: Ints
    flags: Bools
    skills: Skills
    channels: Bools
    closed_from: Floats
    closed_to: Floats
    closed_kind: Kinds


@dataclass(frozen=True)
class Columns:
    """One row an agent in order of id; instants are seconds since 1970, UTC. Properties are views of the arrays."""

    numbers: Floats
    """what x agents"""
    counts: Ints
    """what x agents"""
    flags: Bools
    """what x agents"""
    skills: Skills
    """agents x queues: proficiency, 0 = no skill; below 0 where the agent's own limits exclude the queue"""
    channels: Bools
    """agents x channels"""
    closed_from: Floats
    """agents x spans, padded with spans that never come"""
    closed_to: Floats
    closed_kind: Kinds
    """agents x spans: `DayAt`"""
    arrays: Arrays = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        arrays = Arrays(
            self.numbers,
            self.counts,
            self.flags,
            self.skills,
            self.channels,
            self.closed_from,
            self.closed_to,
            self.closed_kind,
        )
        object.__setattr__(self, "arrays", arrays)

    def __len__(self) -> int:
        return int(self.counts.shape[1])

    @classmethod
    def empty(cls, agents: int, queues: int, spans: int) -> "Columns":
        """Columns for so many agents, of whom nothing is known yet."""
        return cls(
            numbers=np.zeros((12, agents)),
            counts=np.zeros((4, agents), np.int64),
            flags=np.zeros((4, agents), np.bool_),
            skills=np.zeros((agents, queues), np.int8),
            channels=np.zeros((agents, len(CHANNELS)), np.bool_),
            closed_from=np.full((agents, spans), np.inf),
            closed_to=np.full((agents, spans), np.inf),
            closed_kind=np.full((agents, spans), DayAt.CLOSED, np.int8),
        )

    def copy(self) -> "Columns":
        """The same in arrays of their own."""
        return Columns(
            self.numbers.copy(),
            self.counts.copy(),
            self.flags.copy(),
            self.skills.copy(),
            self.channels.copy(),
            self.closed_from.copy(),
            self.closed_to.copy(),
            self.closed_kind.copy(),
        )

    def write(self, row: int, agent: "AgentOnFloor", queue_at: Mapping[int, int]) -> None:
        """`agent` into `row`; `queue_at` has the place of each queue."""
        held = agent.held
        heavy_held = points = 0
        severe = agent.last_tier is Tier.SEVERE
        release_rate = 0.0
        for contact in held:
            points += contact.score
            heavy_held += contact.tier in HEAVY_TIERS
            severe = severe or contact.tier is Tier.SEVERE
            if contact.handle_seconds > 0:
                release_rate += 1.0 / contact.handle_seconds
        self.numbers[:, row] = (
            agent.load.acute,
            agent.load.carried,
            agent.load.at.timestamp(),
            _seconds(agent.light_only_until, _EVER),
            agent.heavy_this_shift + heavy_held,
            agent.heavy_in_7_days + heavy_held,
            agent.shift[0].timestamp() if agent.shift else np.nan,
            agent.shift[1].timestamp() if agent.shift else np.nan,
            _seconds(agent.idle_since, np.nan),
            points,
            _seconds(agent.wrap_up_until, _EVER),
            release_rate,
        )
        self.counts[:, row] = (
            agent.id,
            len(held),
            CHANNEL_AT[held[0].channel] if held else -1,
            bits_of(agent.limits),
        )
        self.flags[:, row] = (agent.state is AgentState.AVAILABLE, agent.rest_pending, severe, heavy_held > 0)
        skills = [0] * self.skills.shape[1]
        for queue_id, proficiency in agent.skills.items():
            place = queue_at.get(queue_id)
            if place is not None:
                skills[place] = -proficiency if queue_id in agent.limited_queues else proficiency
        self.skills[row] = skills
        self.channels[row] = [channel in agent.channels for channel in CHANNELS]
        self.closed_from[row] = np.inf
        self.closed_to[row] = np.inf
        self.closed_kind[row] = DayAt.CLOSED
        for index, span in enumerate(agent.closed):
            self.closed_from[row, index] = span.starts_at.timestamp()
            self.closed_to[row, index] = span.ends_at.timestamp()
            self.closed_kind[row, index] = span.kind

    @property
    def ids(self) -> Ints:
        """Agents' ids."""
        return np.asarray(self.counts[ID])

    @property
    def held(self) -> Ints:
        """How many contacts they hold."""
        return np.asarray(self.counts[HELD])

    @property
    def held_channel(self) -> Ints:
        """Of which channel (place in `CHANNELS`), -1 = they hold nothing."""
        return np.asarray(self.counts[HELD_CHANNEL])

    @property
    def available(self) -> Bools:
        """Whether they say so."""
        return np.asarray(self.flags[AVAILABLE])

    @property
    def severe(self) -> Bools:
        """Whether the last contact was severe, or one in hand is."""
        return np.asarray(self.flags[SEVERE])

    @property
    def acute(self) -> Floats:
        """Acute load as of `load_at`, points."""
        return np.asarray(self.numbers[ACUTE])

    @property
    def carried(self) -> Floats:
        """Carried load as of `load_at`, points."""
        return np.asarray(self.numbers[CARRIED])

    @property
    def load_at(self) -> Floats:
        """When they carried it."""
        return np.asarray(self.numbers[LOAD_AT])

    @property
    def held_points(self) -> Floats:
        """Scores of the contacts in hand, summed."""
        return np.asarray(self.numbers[HELD_POINTS])

    @property
    def light_until(self) -> Floats:
        """Until when only light contacts come."""
        return np.asarray(self.numbers[LIGHT_UNTIL])

    @property
    def heavy_shift(self) -> Floats:
        """Heavy contacts of this shift, with those in hand."""
        return np.asarray(self.numbers[HEAVY_SHIFT])

    @property
    def heavy_week(self) -> Floats:
        """Heavy contacts of the last seven days, with those in hand."""
        return np.asarray(self.numbers[HEAVY_WEEK])

    @property
    def shift_from(self) -> Floats:
        """Begin of the planned shift around now; not a number where nothing is planned."""
        return np.asarray(self.numbers[SHIFT_FROM])

    @property
    def shift_to(self) -> Floats:
        """End of it."""
        return np.asarray(self.numbers[SHIFT_TO])

    @property
    def idle_since(self) -> Floats:
        """Since when they hold nothing; not a number where that is not known."""
        return np.asarray(self.numbers[IDLE_SINCE])

    @property
    def release_rate(self) -> Floats:
        """How many of the contacts in hand end, expected per second; 0 = not known."""
        return np.asarray(self.numbers[RELEASE_RATE])


def bits_of(topics: frozenset[Topic]) -> int:
    """Topics as bits; what nobody can exclude has none."""
    bits = 0
    for topic in topics:
        bits |= TOPIC_BIT.get(topic, 0)
    return bits


def _seconds(instant: datetime | None, otherwise: float) -> float:
    return otherwise if instant is None else instant.timestamp()

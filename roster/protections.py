"""What protects an agent on the floor and may yield: a closed vocabulary, and what agents may exclude."""

from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from roster.contacts import ArrivalState, EntryConditions, Stake


class Protection(StrEnum):
    """A protection that may give way to a contact. Severe after severe is not among them: it never does."""

    LIGHT_ONLY = "light_only"
    HEAVY_CAPS = "heavy_caps"
    REST = "rest"
    """a break, a meal, decompression or a debrief that is on, wrap-up, and rest that only waits for contacts in hand"""
    PRIVATE_LIMIT = "private_limit"


SOFT_PROTECTIONS = frozenset({Protection.LIGHT_ONLY, Protection.HEAVY_CAPS})
"""What may yield to a contact that has waited too long; the others yield to life at risk alone."""

Topic = ArrivalState | Stake

TOPICS: tuple[Topic, ...] = (*(state for state in ArrivalState if state is not ArrivalState.CALM), *Stake)
"""What an agent may exclude beside whole queues: how the other side arrives, and what is at stake."""

TOPIC_NAMED: dict[str, Topic] = {topic.value: topic for topic in TOPICS}


def topics_of(entry: EntryConditions) -> frozenset[Topic]:
    """What an agent might exclude of a contact that comes in so."""
    return frozenset({entry.arrival_state, *entry.stakes})


class PrivateLimit(SQLModel, table=True):
    """One thing that an agent excludes for themself: a topic or a whole queue. No reason is asked or kept.

    In a table of its own so that nothing which reads agents reads this: only routing and the agent do.
    """

    __tablename__: ClassVar[str] = "private_limit"
    __table_args__ = (
        CheckConstraint("(topic is null) <> (queue_id is null)", name="limit_of_one"),
        UniqueConstraint("agent_id", "topic", name="limit_topic_once"),
        UniqueConstraint("agent_id", "queue_id", name="limit_queue_once"),
    )
    id: int | None = Field(default=None, primary_key=True)
    agent_id: int = Field(foreign_key="agent.id", index=True)
    topic: str | None = Field(default=None, max_length=32, description="a value of `TOPICS`")
    queue_id: int | None = Field(default=None, foreign_key="queue.id")

"""What comes in: the entry conditions of a contact, what happened in it, and its way through the floor."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, field_validator
from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from roster.columns import Json, UtcDateTime, enum_type
from roster.people import Channel


class ArrivalState(StrEnum):
    """How the person on the other side arrives."""

    CALM = "calm"
    DISTRESSED = "distressed"
    HOSTILE = "hostile"
    GRIEVING = "grieving"
    FLOODED = "flooded"


class History(StrEnum):
    """What went before this contact."""

    FIRST = "first"
    REPEAT = "repeat"
    REPEAT_AFTER_FAILURE = "repeat_after_failure"
    DROPPED_HANDOFF = "dropped_handoff"


class Stake(StrEnum):
    """What is at stake; several may hold, an empty list means none."""

    CARE_ACCESS = "care_access"
    MEDICATION = "medication"
    MONEY = "money"
    LEGAL_RIGHTS = "legal_rights"
    URGENT_TIMING = "urgent_timing"


class Resolvability(StrEnum):
    """Whether the agent can resolve it, partly, or only explain a blockage that someone else owns."""

    RESOLVABLE = "resolvable"
    PARTLY = "partly"
    BLOCKED = "blocked"


class OutcomeMarker(StrEnum):
    """What happened in the contact."""

    VERBAL_ABUSE = "verbal_abuse"
    THREAT = "threat"
    DISTRESSING_DISCLOSURE = "distressing_disclosure"
    RISK_TO_LIFE = "risk_to_life"
    PROLONGED = "prolonged"


class Tier(StrEnum):
    """How heavy a contact is, by its score."""

    ROUTINE = "routine"
    DEMANDING = "demanding"
    HEAVY = "heavy"
    SEVERE = "severe"


HEAVY_TIERS = frozenset({Tier.HEAVY, Tier.SEVERE})


class ContactStatus(StrEnum):
    """Where a contact is. Assigned = reserved for an agent who has yet to accept."""

    WAITING = "waiting"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    ACTIVE = "active"
    COMPLETED = "completed"
    ABANDONED = "abandoned"


OPEN_STATUSES = frozenset({ContactStatus.ASSIGNED, ContactStatus.ACCEPTED, ContactStatus.ACTIVE})
"""Statuses in which a contact occupies its agent."""


class EntryConditions(BaseModel):
    """The five entry conditions, closed vocabulary, nothing about the patient."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    arrival_state: ArrivalState = ArrivalState.CALM
    parties: int = 1
    history: History = History.FIRST
    stakes: tuple[Stake, ...] = ()
    resolvability: Resolvability = Resolvability.RESOLVABLE

    @field_validator("parties")
    @classmethod
    def _at_least_one(cls, value: int) -> int:
        if not 1 <= value <= 99:
            raise ValueError("expected 1 to 99 departments, vendors or institutions (3 stands for 3 or more)")
        return value

    @field_validator("stakes")
    @classmethod
    def _each_once(cls, value: tuple[Stake, ...]) -> tuple[Stake, ...]:
        return tuple(stake for stake in Stake if stake in value)


_DONE = text("completed_at is not null")
_FOLLOW_UP = text("follow_up_due is not null")


class Contact(SQLModel, table=True):
    """One contact on the floor: opaque `ref`, times, closed vocabulary; no patient data, no free text."""

    __tablename__: ClassVar[str] = "contact"
    __table_args__ = (
        CheckConstraint("parties between 1 and 99", name="parties_possible"),
        CheckConstraint("felt is null or felt between 1 and 5", name="felt_on_scale"),
        CheckConstraint("score between 0 and 100", name="score_on_scale"),
        CheckConstraint("status not in ('assigned','accepted','active') or agent_id is not null", name="held_by_one"),
        CheckConstraint("status <> 'completed' or completed_at is not null", name="completed_when"),
        Index("contact_pool_status_arrived", "pool_id", "status", "arrived_at"),
        # Of what is completed alone: a new contact has nothing to do with them.
        Index("contact_agent_completed", "agent_id", "completed_at", sqlite_where=_DONE, postgresql_where=_DONE),
        Index("contact_queue_completed", "queue_id", "completed_at", sqlite_where=_DONE, postgresql_where=_DONE),
        Index("contact_follow_up_due", "follow_up_due", sqlite_where=_FOLLOW_UP, postgresql_where=_FOLLOW_UP),
    )
    id: str = Field(primary_key=True, max_length=36)
    ref: str = Field(unique=True, max_length=120, description="the caller's own opaque reference")
    queue_id: int = Field(foreign_key="queue.id")
    pool_id: int = Field(foreign_key="pool.id")
    channel: Channel = Field(sa_type=enum_type(Channel))
    priority: int
    status: ContactStatus = Field(sa_type=enum_type(ContactStatus))
    arrived_at: datetime = Field(sa_type=UtcDateTime)
    agent_id: int | None = Field(default=None, foreign_key="agent.id")
    owner_id: int | None = Field(default=None, foreign_key="agent.id", description="who promised to see it through")
    assigned_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reservation_expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    completed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    follow_up_due: datetime | None = Field(default=None, sa_type=UtcDateTime)
    arrival_state: ArrivalState = Field(sa_type=enum_type(ArrivalState))
    parties: int = 1
    history: History = Field(sa_type=enum_type(History))
    stakes: list[Any] = Field(default_factory=list, sa_type=Json)
    resolvability: Resolvability = Field(sa_type=enum_type(Resolvability))
    life_at_risk: bool = Field(default=False, description="as its caller said when it came in")
    score: int = Field(description="inherited difficulty, 0..100")
    tier: Tier = Field(sa_type=enum_type(Tier))
    factors: list[Any] = Field(default_factory=list, sa_type=Json, description="[{name, points}]")
    outcomes: list[Any] = Field(default_factory=list, sa_type=Json)
    felt: int | None = Field(default=None, description="the agent's own word, 1..5; theirs alone to see")
    final_score: int | None = Field(default=None, description="the higher of what happened and what was felt")
    final_tier: Tier | None = Field(default=None, sa_type=enum_type(Tier, "final_tier"))
    declined_by: list[Any] = Field(default_factory=list, sa_type=Json, description="agent ids not to offer it to again")
    reason: dict[str, Any] = Field(default_factory=dict, sa_type=Json, description="{sentence, factors, next_best}")


class PastContact(SQLModel, table=True):
    """A contact from imported history: what requirements and exposure rates are computed from."""

    __tablename__: ClassVar[str] = "past_contact"
    __table_args__ = (
        CheckConstraint("wait_seconds >= 0", name="past_wait_not_negative"),
        CheckConstraint("handle_seconds >= 0", name="past_handle_not_negative"),
        CheckConstraint("score is null or score between 0 and 100", name="past_score_on_scale"),
        Index("past_contact_queue_arrived", "queue_id", "arrived_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    ref: str = Field(unique=True, max_length=120)
    queue_id: int = Field(foreign_key="queue.id")
    priority: int | None = None
    arrived_at: datetime = Field(sa_type=UtcDateTime)
    wait_seconds: int
    abandoned: bool
    handle_seconds: int
    handled_by: str | None = Field(default=None, max_length=64, description="as the file says; need not be an agent")
    score: int | None = Field(default=None, description="inherited difficulty, where entry conditions were given")

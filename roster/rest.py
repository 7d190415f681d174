"""What protects people: rests given, rests owed, invitations to a peer debrief, and who is where right now."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from roster.columns import UtcDateTime, enum_type
from roster.contacts import Tier


class AgentState(StrEnum):
    """What an agent says of themselves. Whether they are free also depends on contacts and protected time."""

    AVAILABLE = "available"
    AWAY = "away"
    OFFLINE = "offline"


class RestCause(StrEnum):
    """Why a rest was given."""

    CONTACT = "contact"
    MOMENT = "moment"


class InvitationStatus(StrEnum):
    """An invitation lapses in silence; a decline asks for nothing and shows to nobody."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"


class FloorState(SQLModel, table=True):
    """Where an agent is on the floor, and what they carry; levels are points as of `load_at`."""

    __tablename__: ClassVar[str] = "floor_state"
    __table_args__ = (
        CheckConstraint("acute >= 0 and carried >= 0", name="load_not_negative"),
        CheckConstraint("pending_rest_minutes >= 0", name="pending_rest_not_negative"),
    )
    agent_id: int = Field(foreign_key="agent.id", primary_key=True)
    pool_id: int = Field(foreign_key="pool.id", index=True)
    state: AgentState = Field(default=AgentState.OFFLINE, sa_type=enum_type(AgentState))
    since: datetime = Field(sa_type=UtcDateTime, description="when `state` began")
    idle_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    acute: float = 0.0
    carried: float = 0.0
    load_at: datetime = Field(sa_type=UtcDateTime)
    light_only_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_tier: Tier | None = Field(default=None, sa_type=enum_type(Tier))
    heavy_on: date | None = Field(default=None, description="the local date that `heavy_count` counts")
    heavy_count: int = 0
    pending_rest_minutes: int = Field(default=0, description="rest that begins when the contacts now held are over")
    wrap_up_until: datetime | None = Field(default=None, sa_type=UtcDateTime, description="nothing comes before it")
    pending_contact_id: str | None = Field(
        default=None, foreign_key="contact.id", description="what it is for; empty = the agent asked for a moment"
    )


class Rest(SQLModel, table=True):
    """One rest: what was due, what was given, and the sentence its owner sees."""

    __tablename__: ClassVar[str] = "rest"
    __table_args__ = (
        CheckConstraint("due_minutes > 0", name="rest_due_positive"),
        CheckConstraint("ends_at >= starts_at", name="rest_ends_after_start"),
    )
    id: int | None = Field(default=None, primary_key=True)
    agent_id: int = Field(foreign_key="agent.id", index=True)
    contact_id: str | None = Field(default=None, foreign_key="contact.id")
    cause: RestCause = Field(sa_type=enum_type(RestCause))
    due_minutes: int
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    light_only_until: datetime = Field(sa_type=UtcDateTime)
    sentence: str = Field(max_length=400)


class RestDebt(SQLModel, table=True):
    """Rest that could not be given at once: recorded, repaid in the same shift where possible, else reported."""

    __tablename__: ClassVar[str] = "rest_debt"
    __table_args__ = (
        CheckConstraint("minutes > 0", name="debt_positive"),
        CheckConstraint("repaid_minutes between 0 and minutes", name="repaid_within_debt"),
    )
    id: int | None = Field(default=None, primary_key=True)
    agent_id: int = Field(foreign_key="agent.id", index=True)
    contact_id: str | None = Field(default=None, foreign_key="contact.id")
    minutes: int
    repaid_minutes: int = 0
    incurred_at: datetime = Field(sa_type=UtcDateTime)
    on_date: date = Field(description="local date of the shift in which it is to be repaid")
    repaid_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    postponed_to: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="the agent put it off until then; it begins then, quiet or not"
    )
    planned_at: datetime | None = Field(
        default=None,
        sa_type=UtcDateTime,
        description="the day has room then: it begins then, or sooner if it is quiet",
    )


class DebriefInvitation(SQLModel, table=True):
    """A time slot for two, never its content: an agent who may want to talk and a trained peer.

    One of the two may propose another time: what was agreed before stays until the other accepts it. Whether the other
    declined is never shown. `reminded_at`, `reminder_over`: the reminder, long after, to the agent alone.
    """

    __tablename__: ClassVar[str] = "debrief_invitation"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="debrief_ends_after_start"),
        CheckConstraint("agent_id <> peer_id", name="debrief_takes_two"),
        CheckConstraint("(proposed_at is null) = (proposed_by_id is null)", name="proposal_whole"),
        UniqueConstraint("agent_id", "starts_at", name="debrief_once"),
    )
    id: int | None = Field(default=None, primary_key=True)
    agent_id: int = Field(foreign_key="agent.id", index=True)
    peer_id: int = Field(foreign_key="agent.id", index=True)
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    status: InvitationStatus = Field(
        default=InvitationStatus.OFFERED,
        sa_type=enum_type(InvitationStatus),
    )
    created_at: datetime = Field(sa_type=UtcDateTime)
    hot: bool = Field(default=False, description="a short one in the shift of the contact itself")
    proposed_at: datetime | None = Field(default=None, sa_type=UtcDateTime, description="another start, as long")
    proposed_by_id: int | None = Field(default=None, foreign_key="agent.id")
    proposal_declined: bool = False
    reminded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reminder_over: bool = False

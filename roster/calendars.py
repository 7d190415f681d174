"""Calendars that agents subscribe to: the addresses they made, and what each event was when it was last handed out."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from roster.columns import UtcDateTime, enum_type


class FeedKind(StrEnum):
    """Whom a feed is for: the agent themself, or whoever the agent gives its address to."""

    OWN = "own"
    SHARED = "shared"


class CalendarFeed(SQLModel, table=True):
    """One agent's feed of a kind: SHA-256 of the secret in its address, which was shown once. Revoked, the row goes."""

    __tablename__: ClassVar[str] = "calendar_feed"
    agent_id: int = Field(foreign_key="agent.id", primary_key=True)
    kind: FeedKind = Field(sa_type=enum_type(FeedKind), primary_key=True)
    token_hash: str = Field(unique=True, max_length=64)
    details: bool = Field(default=False, description="name protected time, with reasons; in the own feed alone")
    created_at: datetime = Field(sa_type=UtcDateTime)


class CalendarEntry(SQLModel, table=True):
    """One event as calendars have it: a name that stays while its time moves, and how often it has moved."""

    __tablename__: ClassVar[str] = "calendar_entry"
    __table_args__ = (Index("calendar_entry_agent_date", "agent_id", "on_date"),)
    uid: str = Field(primary_key=True, max_length=36, description="random: it says nothing of what the event is")
    agent_id: int = Field(foreign_key="agent.id")
    on_date: date = Field(description="local date on which the shift began")
    kind: str = Field(max_length=16, description="`shift`, or the kind of segment")
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    sequence: int = Field(default=0, description="rises with every change of its time, and when it is cancelled")
    cancelled: bool = False
    modified_at: datetime = Field(sa_type=UtcDateTime)

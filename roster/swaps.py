"""One agent asks another to swap breaks. Only times are stored; a decline says nothing and shows to nobody."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from roster.columns import UtcDateTime, enum_type
from roster.shifts import SegmentKind


class SwapStatus(StrEnum):
    """It lapses in silence when either break begins or is no longer where it was; to who asked, so does a decline."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class BreakSwap(SQLModel, table=True):
    """`agent_id` would take their break when `colleague_id` has theirs, and the other way round."""

    __tablename__: ClassVar[str] = "break_swap"
    __table_args__ = (
        CheckConstraint("agent_id <> colleague_id", name="swap_takes_two"),
        CheckConstraint("ends_at > starts_at and colleague_ends_at > colleague_starts_at", name="swap_times_ordered"),
    )
    id: int | None = Field(default=None, primary_key=True)
    on_date: date = Field(index=True, description="local date on which both shifts began")
    kind: SegmentKind = Field(sa_type=enum_type(SegmentKind))
    agent_id: int = Field(foreign_key="agent.id", index=True)
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    colleague_id: int = Field(foreign_key="agent.id", index=True)
    colleague_starts_at: datetime = Field(sa_type=UtcDateTime)
    colleague_ends_at: datetime = Field(sa_type=UtcDateTime)
    status: SwapStatus = Field(default=SwapStatus.OFFERED, sa_type=enum_type(SwapStatus))
    created_at: datetime = Field(sa_type=UtcDateTime)

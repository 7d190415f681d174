"""What was promised a time in the day: call-backs, meetings, training, focus time; and who would like a group.

Nothing about a patient is stored: a call-back knows the opaque reference of a contact, and no words.
"""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from roster.columns import UtcDateTime, enum_type
from roster.shifts import SegmentKind


class AppointmentStatus(StrEnum):
    """`open` has no time yet, `placed` has one; the other two are over."""

    OPEN = "open"
    PLACED = "placed"
    DONE = "done"
    CANCELLED = "cancelled"


LIVE = (AppointmentStatus.OPEN, AppointmentStatus.PLACED)
MEETING_KINDS = (SegmentKind.MEETING, SegmentKind.TRAINING)


class KeptAppointment(SQLModel, table=True):
    """One appointment: what it is, how long, between when, and its time once it has one.

    A call-back that a completed contact promised has that contact's id as its own, so that there is only ever one.
    """

    __tablename__: ClassVar[str] = "appointment"
    __table_args__ = (
        CheckConstraint(
            "kind in ('call_back', 'meeting', 'training', 'focus')",
            name="appointment_kind_possible",
        ),
        CheckConstraint("minutes between 1 and 240", name="appointment_minutes_possible"),
        CheckConstraint("status <> 'placed' or starts_at is not null", name="appointment_placed_when"),
        CheckConstraint(
            "(starts_at is null) = (ends_at is null) and (ends_at is null or ends_at > starts_at)",
            name="appointment_ends_after_start",
        ),
        Index("appointment_status_latest", "status", "latest"),
    )
    id: str = Field(primary_key=True, max_length=36)
    kind: SegmentKind = Field(sa_type=enum_type(SegmentKind))
    minutes: int
    earliest: datetime = Field(sa_type=UtcDateTime)
    latest: datetime = Field(sa_type=UtcDateTime, description="the latest end; of a call-back, when it is due")
    team_id: int | None = Field(default=None, foreign_key="team.id", description="everybody of it who is on shift then")
    contact: str | None = Field(default=None, max_length=120, description="opaque reference of what it is about")
    status: AppointmentStatus = Field(default=AppointmentStatus.OPEN, sa_type=enum_type(AppointmentStatus))
    starts_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ends_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    trouble: str = Field(default="", max_length=240, description="why it has no time; empty where there is no trouble")
    nearest: datetime | None = Field(default=None, sa_type=UtcDateTime, description="the nearest time possible")
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: str = Field(max_length=120)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AppointmentPerson(SQLModel, table=True):
    """Whose time it takes. A meeting of a team has its people once it has a time."""

    __tablename__: ClassVar[str] = "appointment_person"
    appointment_id: str = Field(foreign_key="appointment.id", primary_key=True, max_length=36)
    agent_id: int = Field(foreign_key="agent.id", primary_key=True, index=True)


class GroupWish(SQLModel, table=True):
    """An agent would like to be invited to reflective groups: their own switch, off by default, theirs alone to see."""

    __tablename__: ClassVar[str] = "group_wish"
    agent_id: int = Field(foreign_key="agent.id", primary_key=True)
    since: datetime = Field(sa_type=UtcDateTime)


class GroupStatus(StrEnum):
    """A group is proposed until it is decided whether enough came; then it takes place, or has lapsed in silence."""

    PROPOSED = "proposed"
    ON = "on"
    LAPSED = "lapsed"


class GroupAnswer(StrEnum):
    """What somebody said to their invitation. A decline is kept for one thing: not to show it to them again."""

    NONE = "none"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class ReflectiveGroup(SQLModel, table=True):
    """A time at which a group would meet. Who was invited is in rows of which each person sees their own."""

    __tablename__: ClassVar[str] = "reflective_group"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="group_ends_after_start"),)
    id: str = Field(primary_key=True, max_length=36)
    starts_at: datetime = Field(sa_type=UtcDateTime, index=True)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    status: GroupStatus = Field(default=GroupStatus.PROPOSED, sa_type=enum_type(GroupStatus))
    created_at: datetime = Field(sa_type=UtcDateTime)


class GroupInvitation(SQLModel, table=True):
    """One person's invitation. Its id is random: it says nothing of how many others there are."""

    __tablename__: ClassVar[str] = "group_invitation"
    __table_args__ = (Index("group_invitation_once", "group_id", "agent_id", unique=True),)
    id: str = Field(primary_key=True, max_length=36)
    group_id: str = Field(foreign_key="reflective_group.id", max_length=36)
    agent_id: int = Field(foreign_key="agent.id", index=True)
    answer: GroupAnswer = Field(default=GroupAnswer.NONE, sa_type=enum_type(GroupAnswer))

"""Who works here: teams, contracts, agents, and when and at what they can work."""

from datetime import date
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from roster.columns import Json, enum_type


class Channel(StrEnum):
    """How a contact reaches an agent."""

    VOICE = "voice"
    CHAT = "chat"
    CRISIS_CHAT = "crisis_chat"
    EMAIL = "email"


class AvailabilityKind(StrEnum):
    """What one line of availability says."""

    AVAILABLE = "available"
    TIME_OFF = "time_off"
    DAY_OFF = "day_off"


class Team(SQLModel, table=True):
    """A group planned together. `zone` is the IANA zone in which its days and weeks are computed."""

    __tablename__: ClassVar[str] = "team"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True, max_length=80)
    zone: str = Field(max_length=64)


class Contract(SQLModel, table=True):
    """Hours agreed, in minutes per week of seven days, and the shape of a row. Law lives in the policy, not here."""

    __tablename__: ClassVar[str] = "contract"
    __table_args__ = (
        CheckConstraint("min_week_minutes >= 0", name="min_week_minutes_not_negative"),
        CheckConstraint("max_week_minutes >= min_week_minutes", name="week_minutes_ordered"),
        CheckConstraint("max_week_minutes <= 10080", name="max_week_minutes_in_a_week"),
        CheckConstraint("max_consecutive_days between 1 and 14", name="max_consecutive_days_possible"),
        CheckConstraint(
            "min_consecutive_days between 1 and max_consecutive_days", name="min_consecutive_days_not_above_max"
        ),
        CheckConstraint("min_days_off between 1 and 14", name="min_days_off_possible"),
        CheckConstraint("max_weekends is null or max_weekends between 0 and 4", name="max_weekends_in_28_days"),
    )
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True, max_length=80)
    min_week_minutes: int
    max_week_minutes: int
    max_consecutive_days: int = 6
    min_consecutive_days: int = 1
    min_days_off: int = Field(default=1, description="days off in a row")
    max_weekends: int | None = Field(default=None, description="worked in 28 days; none = no limit")


class Agent(SQLModel, table=True):
    """A person who takes contacts. `code` is the name by which routing software knows them."""

    __tablename__: ClassVar[str] = "agent"
    __table_args__ = (CheckConstraint("manager_id <> id", name="manager_is_somebody_else"),)
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=64)
    name: str = Field(max_length=120)
    team_id: int = Field(foreign_key="team.id", index=True)
    contract_id: int = Field(foreign_key="contract.id")
    active: bool = True
    is_peer: bool = Field(default=False, description="a trained volunteer for peer debriefs")
    wants_debriefs: bool = Field(default=True, description="open to invitations; never shown to leads")
    manager_id: int | None = Field(default=None, foreign_key="agent.id", description="line manager: never their peer")
    languages: list[str] = Field(default_factory=list, sa_type=Json, description="BCP 47 tags; none = not known")


class AgentChannel(SQLModel, table=True):
    """A channel that an agent works."""

    __tablename__: ClassVar[str] = "agent_channel"
    agent_id: int = Field(foreign_key="agent.id", primary_key=True)
    channel: Channel = Field(sa_type=enum_type(Channel), primary_key=True)


class Skill(SQLModel, table=True):
    """An agent can take a queue. `proficiency` 1 = learning, 2 = able, 3 = expert."""

    __tablename__: ClassVar[str] = "skill"
    __table_args__ = (CheckConstraint("proficiency between 1 and 3", name="proficiency_known"),)
    agent_id: int = Field(foreign_key="agent.id", primary_key=True)
    queue_id: int = Field(foreign_key="queue.id", primary_key=True)
    proficiency: int = 2


class Availability(SQLModel, table=True):
    """A weekly window in which an agent can work, local time. No window at all means any time."""

    __tablename__: ClassVar[str] = "availability"
    __table_args__ = (
        CheckConstraint("weekday between 0 and 6", name="weekday_known"),
        CheckConstraint("start_minute >= 0 and start_minute < 1440", name="start_minute_in_day"),
        CheckConstraint("end_minute > start_minute and end_minute <= 2880", name="end_after_start"),
    )
    id: int | None = Field(default=None, primary_key=True)
    agent_id: int = Field(foreign_key="agent.id", index=True)
    weekday: int = Field(description="0 = Monday")
    start_minute: int
    end_minute: int = Field(description="past 1440 when the window crosses midnight")


class TimeOff(SQLModel, table=True):
    """Days away, both ends included. No reason is asked or stored."""

    __tablename__: ClassVar[str] = "time_off"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="time_off_ordered"),
        UniqueConstraint("agent_id", "starts_on", name="time_off_once"),
    )
    id: int | None = Field(default=None, primary_key=True)
    agent_id: int = Field(foreign_key="agent.id", index=True)
    starts_on: date
    ends_on: date


class Preference(SQLModel, table=True):
    """A wish for or against a shift (or any shift) on a date; `weight` is the cost of not granting it."""

    __tablename__: ClassVar[str] = "preference"
    __table_args__ = (CheckConstraint("weight between 1 and 1000", name="preference_weight_possible"),)
    id: int | None = Field(default=None, primary_key=True)
    agent_id: int = Field(foreign_key="agent.id", index=True)
    on_date: date
    shift_type_id: int | None = Field(default=None, foreign_key="shift_type.id")
    wanted: bool = Field(description="true: wishes to work it, false: wishes not to")
    weight: int = 20

"""What is agreed about people beyond their contract: roles, days off, limits of shifts, and who is kept with whom."""

from datetime import date
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from roster.columns import enum_type

PEER = "peer"
"""The role of whoever is a trained volunteer for peer debriefs; it is not stored as a line of its own."""


class PairKind(StrEnum):
    """What is wanted of two people."""

    TOGETHER = "together"
    APART = "apart"


class AgentRole(SQLModel, table=True):
    """A role that an agent can fill on shift, such as shift_lead."""

    __tablename__: ClassVar[str] = "agent_role"
    agent_id: int = Field(foreign_key="agent.id", primary_key=True)
    role: str = Field(primary_key=True, max_length=40)


class DayOff(SQLModel, table=True):
    """Days agreed to be free, both ends included. It is no leave: the week's hours stay as they are."""

    __tablename__: ClassVar[str] = "day_off"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="day_off_ordered"),
        UniqueConstraint("agent_id", "starts_on", name="day_off_once"),
    )
    id: int | None = Field(default=None, primary_key=True)
    agent_id: int = Field(foreign_key="agent.id", index=True)
    starts_on: date
    ends_on: date


class AgentShiftLimit(SQLModel, table=True):
    """How often an agent must and may work a shift in 28 days; shorter and longer rosters take their share."""

    __tablename__: ClassVar[str] = "agent_shift_limit"
    __table_args__ = (
        CheckConstraint("least between 0 and 28", name="least_in_28_days"),
        CheckConstraint("most between least and 28", name="most_not_below_least"),
    )
    agent_id: int = Field(foreign_key="agent.id", primary_key=True)
    shift_type_id: int = Field(foreign_key="shift_type.id", primary_key=True)
    least: int = 0
    most: int = 28


class AgentPair(SQLModel, table=True):
    """Two people who are kept together (the first needs the second), or apart."""

    __tablename__: ClassVar[str] = "agent_pair"
    __table_args__ = (CheckConstraint("first_id <> second_id", name="two_people"),)
    first_id: int = Field(foreign_key="agent.id", primary_key=True)
    second_id: int = Field(foreign_key="agent.id", primary_key=True, index=True)
    kind: PairKind = Field(sa_type=enum_type(PairKind))

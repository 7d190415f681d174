"""What arrives where: routing pools and the queues in them."""

from typing import Any, ClassVar

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from roster.columns import Json, Long, enum_type
from roster.people import Channel


class Pool(SQLModel, table=True):
    """People and queues routed together. `version` moves with every decision; its row is the floor's lock."""

    __tablename__: ClassVar[str] = "pool"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True, max_length=80)
    version: int = Field(default=0, sa_type=Long)


class PoolChange(SQLModel, table=True):
    """What one version of a pool changed; the last few hundred versions, where several processes serve."""

    __tablename__: ClassVar[str] = "pool_change"
    pool_id: int = Field(foreign_key="pool.id", primary_key=True)
    version: int = Field(primary_key=True, sa_type=Long, sa_column_kwargs={"autoincrement": False})
    contacts: list[Any] = Field(default_factory=list, sa_type=Json, description="ids")
    agents: list[Any] = Field(default_factory=list, sa_type=Json, description="ids")


class Queue(SQLModel, table=True):
    """A line of work that needs one skill. `code` is the name that callers and files use."""

    __tablename__: ClassVar[str] = "queue"
    __table_args__ = (
        CheckConstraint("priority between 1 and 9", name="queue_priority_known"),
        CheckConstraint("target_wait_seconds >= 1", name="target_wait_positive"),
        CheckConstraint("service_level > 0 and service_level < 1", name="service_level_a_share"),
        CheckConstraint("exposure_per_hour >= 0", name="exposure_not_negative"),
    )
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=64)
    name: str = Field(max_length=120)
    pool_id: int = Field(foreign_key="pool.id", index=True)
    channel: Channel = Field(default=Channel.VOICE, sa_type=enum_type(Channel))
    priority: int = Field(default=5, description="1 = first, 9 = last")
    target_wait_seconds: int = 20
    service_level: float = Field(default=0.8, description="share to be answered within target_wait_seconds")
    exposure_per_hour: float = Field(
        default=0.0, description="difficulty points an agent takes in per hour of work here, from history"
    )

"""Everything that happened is a line: the event log, written in the same transaction as what it tells."""

from datetime import datetime
from typing import Any, ClassVar

from sqlmodel import Field, SQLModel

from roster.columns import Json, Long, UtcDateTime


class LogCursor(SQLModel, table=True):
    """How far a job that reads the log has come; whoever moves it on does the work, so that one process does."""

    __tablename__: ClassVar[str] = "log_cursor"
    name: str = Field(primary_key=True, max_length=40)
    seen_event: int = Field(default=0, sa_type=Long)


class Event(SQLModel, table=True):
    """One line of the log. `agent_id` set means it is about that agent and private to them."""

    __tablename__: ClassVar[str] = "event"
    __table_args__ = {"sqlite_autoincrement": True}
    id: int | None = Field(default=None, primary_key=True, sa_type=Long)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    kind: str = Field(max_length=64, description="subject.verb, such as contact.assigned")
    subject: str = Field(max_length=120, index=True, description="id of what it is about")
    agent_id: int | None = Field(default=None, foreign_key="agent.id")
    actor: str = Field(max_length=120, description="user name, token name, or breather")
    data: dict[str, Any] = Field(default_factory=dict, sa_type=Json)

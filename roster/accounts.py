"""Who may sign in or call: users, their sessions, one-time links and API tokens. Only hashes are stored."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from roster.columns import UtcDateTime, enum_type


class Role(StrEnum):
    """What an account is for."""

    LEAD = "lead"
    AGENT = "agent"
    ROUTER = "router"


class User(SQLModel, table=True):
    """A person who signs in. An agent account belongs to one agent."""

    __tablename__: ClassVar[str] = "user_account"
    __table_args__ = (
        CheckConstraint("role <> 'agent' or agent_id is not null", name="agent_account_has_agent"),
        CheckConstraint("role in ('lead','agent')", name="people_only"),
    )
    id: int | None = Field(default=None, primary_key=True)
    username: str = Field(unique=True, max_length=80)
    display_name: str = Field(max_length=120)
    password_hash: str = Field(max_length=200)
    role: Role = Field(sa_type=enum_type(Role))
    agent_id: int | None = Field(default=None, foreign_key="agent.id")
    active: bool = True


class UserSession(SQLModel, table=True):
    """A signed-in browser: SHA-256 of the cookie's random token, the CSRF token bound to it, an end."""

    __tablename__: ClassVar[str] = "user_session"
    token_hash: str = Field(primary_key=True, max_length=64)
    user_id: int = Field(foreign_key="user_account.id", index=True, ondelete="CASCADE")
    csrf_token: str = Field(max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class SignInLink(SQLModel, table=True):
    """A one-time link that signs its user in."""

    __tablename__: ClassVar[str] = "sign_in_link"
    token_hash: str = Field(primary_key=True, max_length=64)
    user_id: int = Field(foreign_key="user_account.id", ondelete="CASCADE")
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ApiToken(SQLModel, table=True):
    """A bearer token for software: SHA-256 of the secret, shown once when made."""

    __tablename__: ClassVar[str] = "api_token"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True, max_length=80)
    token_hash: str = Field(unique=True, max_length=64)
    role: Role = Field(default=Role.ROUTER, sa_type=enum_type(Role))
    created_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class IdempotentReply(SQLModel, table=True):
    """What was answered to an Idempotency-Key, so that a retry gets the same answer."""

    __tablename__: ClassVar[str] = "idempotent_reply"
    key: str = Field(primary_key=True, max_length=200)
    request_hash: str = Field(max_length=64)
    status_code: int
    body: str
    created_at: datetime = Field(sa_type=UtcDateTime)

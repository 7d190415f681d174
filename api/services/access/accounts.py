"""Accounts: people who sign in, and who a session belongs to."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel
from sqlalchemy import delete
from sqlmodel import Session, col, select

from api.context import Context
from api.errors import Conflict, Invalid, NotFound, TooMany, Unauthenticated
from api.events.log import append
from api.security.caller import Caller
from api.security.secrets import (
    hash_password,
    needs_rehash,
    new_token,
    password_matches,
    token_hash,
)
from roster.accounts import Role, SignInLink, User, UserSession
from roster.people import Agent
from roster.store.engine import reading, writing

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
USERNAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,79}")
FAILURES_BY_NAME_AND_ADDRESS = 5
FAILURES_BY_NAME = 20
FAILURES_BY_ADDRESS = 50


class UserView(BaseModel):
    """An account as others may see it."""

    username: str
    display_name: str
    role: Role
    agent: str | None
    active: bool


@dataclass(frozen=True)
class NewSession:
    """A session just made: the cookie's secret, and who it is."""

    token: str
    caller: Caller
    expires_at: datetime


def create_user(
    context: Context,
    *,
    username: str,
    display_name: str,
    role: Role | str,
    password: str | None = None,
    agent: str | None = None,
    actor: str,
) -> UserView:
    """Add a person who can sign in: a lead, or an agent by the code of the agent they are.

    Without a password they sign in by a one-time link only.
    """
    name = username.strip().lower()
    if not USERNAME.fullmatch(name):
        raise Invalid(f"user name {username!r}: expected up to 80 letters, digits or . _ @ + -")
    wanted = _person_role(role)
    if wanted is Role.AGENT and agent is None:
        raise Invalid(f"user {name!r} is to be an agent: expected the code of that agent")
    if wanted is Role.LEAD and agent is not None:
        raise Invalid(f"user {name!r} is to be a lead: expected no agent code, found {agent!r}")
    hashed = "" if password is None else hash_password(checked_password(password))
    with writing(context.engine) as session:
        if session.exec(select(User).where(User.username == name)).first() is not None:
            raise Conflict(f"user name {name!r} is taken")
        agent_id = None if agent is None else _agent_id(session, agent)
        user = User(
            username=name,
            display_name=display_name.strip() or name,
            password_hash=hashed,
            role=wanted,
            agent_id=agent_id,
        )
        session.add(user)
        append(session, at=context.now(), kind="user.created", subject=name, actor=actor, agent_id=agent_id)
        view = _view(user, agent)
    context.announcer.announce()
    return view


def list_users(context: Context) -> list[UserView]:
    """Every account, by user name."""
    with reading(context.engine) as session:
        rows = session.exec(
            select(User, Agent.code).join(Agent, col(Agent.id) == User.agent_id, isouter=True).order_by(User.username)
        ).all()
        return [_view(user, code) for user, code in rows]


def set_password(context: Context, username: str, password: str, *, actor: str) -> None:
    """Give `username` a new password and end all their sessions."""
    hashed = hash_password(checked_password(password))
    with writing(context.engine) as session:
        user = known_user(session, username)
        user.password_hash = hashed
        session.add(user)
        _end_sessions(session, user)
        append(
            session,
            at=context.now(),
            kind="user.password_changed",
            subject=user.username,
            actor=actor,
            agent_id=user.agent_id,
        )
    context.announcer.announce()


def set_active(context: Context, username: str, active: bool, *, actor: str) -> None:
    """Let an account sign in, or no longer; then its sessions end at once."""
    with writing(context.engine) as session:
        user = known_user(session, username)
        user.active = active
        session.add(user)
        if not active:
            _end_sessions(session, user)
        kind = "user.opened" if active else "user.closed"
        append(session, at=context.now(), kind=kind, subject=user.username, actor=actor, agent_id=user.agent_id)
    context.announcer.announce()


def sign_in(context: Context, username: str, password: str, *, address: str) -> NewSession:
    """A session for the right name and password; slows down guessing by name and by `address`."""
    name, now = username.strip().lower()[:80], context.now()
    limits = (
        (f"both {name} {address}", FAILURES_BY_NAME_AND_ADDRESS),
        (f"name {name}", FAILURES_BY_NAME),
        (f"address {address}", FAILURES_BY_ADDRESS),
    )
    wait = max(context.throttle.wait_seconds(key, limit, now) for key, limit in limits)
    if wait:
        minutes = -(-wait // 60)
        raise TooMany(
            f"too many failed sign-ins: try again in {minutes} minute{'s' if minutes > 1 else ''}",
            retry_after_seconds=wait,
        )
    with reading(context.engine) as session:
        user = session.exec(select(User).where(User.username == name)).first()
    stored = user.password_hash if user is not None else None
    right = len(password) <= LONGEST_PASSWORD and password_matches(stored, password)
    if user is None or not right or not user.active:
        for key, _ in limits:
            context.throttle.failed(key, now)
        raise Unauthenticated("user name or password is not right")
    context.throttle.succeeded(limits[0][0])
    with writing(context.engine) as session:
        current = session.get_one(User, user.id)
        if needs_rehash(current.password_hash):
            current.password_hash = hash_password(password)
            session.add(current)
        return open_session(context, session, current)


def make_session(context: Context, username: str) -> NewSession:
    """A session for `username` without a password: for tests and trusted callers on this machine."""
    with writing(context.engine) as session:
        return open_session(context, session, known_user(session, username))


def open_session(context: Context, session: Session, user: User) -> NewSession:
    """Write a session for `user` in the caller's transaction."""
    if not user.active:
        raise Unauthenticated("this account is closed")
    now = context.now()
    token, csrf = new_token(), new_token()
    expires = now + timedelta(hours=context.settings.session_hours)
    session.add(
        UserSession(
            token_hash=token_hash(token), user_id=id_of(user), csrf_token=csrf, created_at=now, expires_at=expires
        )
    )
    return NewSession(token, _caller(user, csrf), expires)


def caller_of_session(context: Context, token: str) -> Caller | None:
    """Who the cookie's `token` signs in, or nobody: unknown, expired, or the account closed."""
    with reading(context.engine) as session:
        row = session.exec(
            select(User, UserSession)
            .join(UserSession, col(UserSession.user_id) == User.id)
            .where(UserSession.token_hash == token_hash(token))
        ).first()
    if row is None:
        return None
    user, signed_in = row
    if not user.active or signed_in.expires_at <= context.now():
        return None
    return _caller(user, signed_in.csrf_token)


def end_session(context: Context, token: str) -> None:
    """Sign out: the cookie's `token` is worth nothing from now on."""
    with writing(context.engine) as session:
        session.execute(delete(UserSession).where(col(UserSession.token_hash) == token_hash(token)))


def known_user(session: Session, username: str) -> User:
    """The account called `username`; raises `NotFound` quoting it."""
    user = session.exec(select(User).where(User.username == username.strip().lower())).first()
    if user is None:
        raise NotFound(f"no user is called {username!r}")
    return user


def id_of(user: User) -> int:
    """The id of a stored `user`."""
    if user.id is None:
        raise LookupError(f"the account {user.username!r} is not stored yet")
    return user.id


def clear_expired(context: Context) -> None:
    """Forget sessions and links that are too old to be of use."""
    now = context.now()
    with writing(context.engine) as session:
        session.execute(delete(UserSession).where(col(UserSession.expires_at) <= now))
        session.execute(delete(SignInLink).where(col(SignInLink.expires_at) <= now))


def checked_password(password: str) -> str:
    """`password`, if it is long enough; its content is never quoted."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Invalid(f"a password of {len(password)} characters: expected {SHORTEST_PASSWORD} to {LONGEST_PASSWORD}")
    return password


def _person_role(role: Role | str) -> Role:
    if role not in (Role.LEAD, Role.AGENT):
        raise Invalid(f"role {str(role)!r}: expected lead or agent")
    return Role(role)


def _agent_id(session: Session, code: str) -> int:
    agent = session.exec(select(Agent).where(Agent.code == code)).first()
    if agent is None or agent.id is None:
        raise Invalid(f"agent {code!r} is unknown: expected the code of an agent")
    return agent.id


def _end_sessions(session: Session, user: User) -> None:
    session.execute(delete(UserSession).where(col(UserSession.user_id) == user.id))


def _caller(user: User, csrf_token: str) -> Caller:
    return Caller(user.username, user.role, user.id, user.agent_id, csrf_token, user.display_name)


def _view(user: User, agent: str | None) -> UserView:
    return UserView(
        username=user.username, display_name=user.display_name, role=user.role, agent=agent, active=user.active
    )

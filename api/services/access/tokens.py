"""Secrets handed out once: bearer tokens for software, one-time sign-in links for people. Only hashes are stored."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel
from sqlalchemy import update
from sqlmodel import col, select

from api.context import Context
from api.errors import Conflict, Invalid, NotFound
from api.events.log import append
from api.security.caller import Caller
from api.security.secrets import new_token, token_hash
from api.services.access.accounts import NewSession, id_of, known_user, open_session
from roster.accounts import ApiToken, Role, SignInLink, User
from roster.store.engine import reading, writing

LINK_HOURS = 24
TOKEN_PREFIX = "breather_"  # noqa: S105 - the public part of a token, so that secret scanners can find leaked ones


class TokenView(BaseModel):
    """A token as it may be listed: never its secret."""

    name: str
    role: Role
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True)
class NewToken:
    """A token just made; `secret` is shown this once."""

    name: str
    role: Role
    secret: str


def make_token(context: Context, name: str, *, role: Role | str = Role.ROUTER, actor: str) -> NewToken:
    """A bearer token called `name` for software: a router, or a lead for scripts that plan."""
    called = name.strip()
    if not 1 <= len(called) <= 80:
        raise Invalid(f"token name {name!r}: expected 1 to 80 characters")
    if role not in (Role.ROUTER, Role.LEAD):
        raise Invalid(f"token role {str(role)!r}: expected router or lead")
    secret = new_token(TOKEN_PREFIX)
    with writing(context.engine) as session:
        if session.exec(select(ApiToken).where(ApiToken.name == called)).first() is not None:
            raise Conflict(f"a token called {called!r} is there already")
        now = context.now()
        session.add(ApiToken(name=called, token_hash=token_hash(secret), role=Role(role), created_at=now))
        append(session, at=now, kind="token.created", subject=called, actor=actor)
    context.announcer.announce()
    return NewToken(called, Role(role), secret)


def list_tokens(context: Context) -> list[TokenView]:
    """Every token, by name."""
    with reading(context.engine) as session:
        rows = session.exec(select(ApiToken).order_by(ApiToken.name)).all()
        return [
            TokenView(name=row.name, role=row.role, created_at=row.created_at, revoked_at=row.revoked_at)
            for row in rows
        ]


def revoke_token(context: Context, name: str, *, actor: str) -> None:
    """The token called `name` is worth nothing from now on."""
    with writing(context.engine) as session:
        token = session.exec(select(ApiToken).where(ApiToken.name == name.strip())).first()
        if token is None:
            raise NotFound(f"no token is called {name!r}")
        if token.revoked_at is not None:
            raise Conflict(f"the token {name!r} was revoked at {token.revoked_at.isoformat()}")
        token.revoked_at = context.now()
        session.add(token)
        append(session, at=token.revoked_at, kind="token.revoked", subject=token.name, actor=actor)
    context.announcer.announce()


def caller_of_token(context: Context, secret: str) -> Caller | None:
    """Who the bearer token `secret` speaks for, or nobody: unknown or revoked."""
    with reading(context.engine) as session:
        row = session.exec(select(ApiToken).where(ApiToken.token_hash == token_hash(secret))).first()
    if row is None or row.revoked_at is not None:
        return None
    return Caller(row.name, row.role, display_name=row.name)


def make_link(context: Context, username: str, *, hours: int = LINK_HOURS) -> str:
    """A one-time link's secret for `username`, good for `hours`; the page is `/sign-in/link/{secret}`."""
    if not 1 <= hours <= 24 * 30:
        raise Invalid(f"a link for {hours} hours: expected 1 to 720")
    secret, now = new_token(), context.now()
    with writing(context.engine) as session:
        user_id = id_of(known_user(session, username))
        expires = now + timedelta(hours=hours)
        session.add(SignInLink(token_hash=token_hash(secret), user_id=user_id, expires_at=expires))
    return secret


def link_owner(context: Context, secret: str) -> str:
    """Whose link this is, without using it up; raises `NotFound` where it is no good (any more)."""
    with reading(context.engine) as session:
        link = session.get(SignInLink, token_hash(secret))
        if link is None or link.used_at is not None or link.expires_at <= context.now():
            raise NotFound(LINK_IS_NO_GOOD)
        return session.get_one(User, link.user_id).display_name


LINK_IS_NO_GOOD = "this sign-in link is not known, was used, or is too old: ask for a new one"


def use_link(context: Context, secret: str) -> NewSession:
    """A session for the link's owner; the link works this once, whoever else tries at the same instant."""
    now, hashed = context.now(), token_hash(secret)
    with writing(context.engine) as session:
        claimed = session.execute(
            update(SignInLink)
            .where(
                col(SignInLink.token_hash) == hashed,
                col(SignInLink.used_at).is_(None),
                col(SignInLink.expires_at) > now,
            )
            .values(used_at=now)
        )
        if getattr(claimed, "rowcount", 0) != 1:
            raise NotFound(LINK_IS_NO_GOOD)
        link = session.get_one(SignInLink, hashed)
        return open_session(context, session, session.get_one(User, link.user_id))

"""An agent's calendar addresses: made, renewed and revoked by that agent alone; the secret is shown once."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict
from sqlmodel import col, select

from api.context import Context
from api.errors import Forbidden, Invalid, NotFound
from api.events.log import append
from api.security.caller import Caller
from api.security.secrets import new_token, token_hash
from roster.accounts import User
from roster.calendars import CalendarFeed, FeedKind
from roster.people import Agent
from roster.store.engine import reading, writing

__all__ = ["UNKNOWN", "FeedKind", "FeedView", "NewFeed", "feed_named", "feeds_of", "make_feed", "revoke_feed"]

UNKNOWN = "there is no such calendar"
"""All that anybody is told of an address that is not known, was revoked, or whose agent has left."""


class FeedView(BaseModel):
    """A feed as its owner may list it: never its address."""

    model_config = ConfigDict(frozen=True)

    kind: FeedKind
    details: bool
    made_at: datetime


@dataclass(frozen=True)
class NewFeed:
    """A feed just made; `secret` is shown this once."""

    view: FeedView
    secret: str


def feeds_of(context: Context, caller: Caller) -> tuple[FeedView, ...]:
    """The caller's own feeds."""
    agent_id = _own(caller)
    with reading(context.engine) as session:
        rows = session.exec(
            select(CalendarFeed).where(CalendarFeed.agent_id == agent_id).order_by(col(CalendarFeed.kind))
        ).all()
    return tuple(_view(row) for row in rows)


def make_feed(context: Context, caller: Caller, kind: FeedKind, *, details: bool = False) -> NewFeed:
    """A new address for the caller's feed of this kind; the one before it, if any, is worth nothing from now on.

    Raises
    ------
    Invalid: details in a feed that others read.
    """
    agent_id = _own(caller)
    if details and kind is FeedKind.SHARED:
        raise Invalid("details true: a feed of kind 'shared' never names protected time; expected false")
    secret, now = new_token(), context.now()
    with writing(context.engine) as session:
        # The agent's row, for the feed's may not be there yet: two who make one at once come one after the other.
        session.get(Agent, agent_id, with_for_update=True)
        feed = session.get(CalendarFeed, (agent_id, kind))
        if feed is None:
            feed = CalendarFeed(agent_id=agent_id, kind=kind, token_hash="", created_at=now)
        feed.token_hash, feed.details, feed.created_at = token_hash(secret), details, now
        session.add(feed)
        append(session, at=now, kind="calendar.made", subject=kind.value, actor=caller.name, agent_id=agent_id)
        view = _view(feed)
    context.announcer.announce()
    return NewFeed(view, secret)


def revoke_feed(context: Context, caller: Caller, kind: FeedKind) -> None:
    """The address of the caller's feed of this kind is worth nothing from now on; raises `NotFound` without one."""
    agent_id = _own(caller)
    with writing(context.engine) as session:
        feed = session.get(CalendarFeed, (agent_id, kind), with_for_update=True)
        if feed is None:
            raise NotFound(f"you have no calendar of kind {kind.value!r}")
        session.delete(feed)
        append(
            session,
            at=context.now(),
            kind="calendar.revoked",
            subject=kind.value,
            actor=caller.name,
            agent_id=agent_id,
        )
    context.announcer.announce()


def feed_named(context: Context, secret: str) -> CalendarFeed:
    """The feed behind an address, while its owner works here and may sign in; otherwise `NotFound`, whatever it is."""
    with reading(context.engine) as session:
        feed = session.exec(
            select(CalendarFeed)
            .join(Agent, col(Agent.id) == CalendarFeed.agent_id)
            .join(User, col(User.agent_id) == Agent.id)
            .where(
                CalendarFeed.token_hash == token_hash(secret), col(Agent.active).is_(True), col(User.active).is_(True)
            )
        ).first()
    if feed is None:
        raise NotFound(UNKNOWN)
    return feed


def _view(feed: CalendarFeed) -> FeedView:
    return FeedView(kind=feed.kind, details=feed.details, made_at=feed.created_at)


def _own(caller: Caller) -> int:
    if caller.agent_id is None:
        raise Forbidden(f"you are signed in as {caller.role}: a calendar is the agent's own")
    return caller.agent_id

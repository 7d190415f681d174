"""A feed's text: everything for its owner as far as they chose; for others protected time is only that."""

import hashlib
from dataclasses import dataclass
from uuid import NAMESPACE_OID, uuid5

from api.context import Context
from api.errors import NotFound
from api.services.calendars.entries import SHIFT, Planned, entries_of
from api.services.calendars.feeds import UNKNOWN, feed_named
from api.services.days.views import LABELS, PROTECTED_LABEL
from api.services.debriefs.views import zone_of
from roster.calendars import CalendarEntry, CalendarFeed, FeedKind
from roster.exchange.calendar import CalendarEvent, calendar_text
from roster.people import Agent
from roster.shifts import PROTECTED_KINDS, SegmentKind
from roster.store.engine import reading

AT_WORK = "At work"
PROTECTED = {kind.value for kind in PROTECTED_KINDS}


@dataclass(frozen=True)
class FeedText:
    """A calendar as it is sent; `tag` differs whenever the text does."""

    text: bytes
    tag: str


def feed_text(context: Context, secret: str) -> FeedText:
    """The calendar behind an address; raises `NotFound` where there is none (any more), without a hint why."""
    feed = feed_named(context, secret)
    with reading(context.engine) as session:
        agent = session.get(Agent, feed.agent_id)
        if agent is None:
            raise NotFound(UNKNOWN)
        zone = zone_of(session, agent)
    compared = entries_of(context, feed.agent_id, zone)
    now = context.now()
    shown: list[tuple[CalendarEntry, Planned | None]] = [*compared.live]
    # What was taken away is said until its time has passed.
    shown += [(entry, None) for entry in compared.gone if entry.ends_at > now]
    events = [
        _event(feed, entry, planned)
        for entry, planned in sorted(shown, key=lambda pair: (pair[0].starts_at, pair[0].uid))
        if not (feed.kind is FeedKind.SHARED and entry.kind == SegmentKind.AWAY.value)
    ]
    name = "Breather" if feed.kind is FeedKind.OWN else f"{agent.name} at work"
    changed_at = max([feed.created_at, *(event.modified_at for event in events)])
    text = calendar_text(name, str(uuid5(NAMESPACE_OID, feed.token_hash)), events, modified_at=changed_at)
    return FeedText(text, hashlib.sha256(text).hexdigest()[:32])


def _event(feed: CalendarFeed, entry: CalendarEntry, planned: Planned | None) -> CalendarEvent:
    if entry.kind == SHIFT:
        title = AT_WORK
    elif entry.kind in PROTECTED and not feed.details:
        title = PROTECTED_LABEL
    else:
        title = LABELS[SegmentKind(entry.kind)]
    return CalendarEvent(
        uid=entry.uid,
        title=title,
        starts_at=entry.starts_at,
        ends_at=entry.ends_at,
        sequence=entry.sequence,
        modified_at=entry.modified_at,
        cancelled=entry.cancelled,
        description=planned.reason if planned is not None and feed.details else "",
        private=feed.kind is FeedKind.OWN,
    )

"""Whether something has happened that the day should be planned again for. Cheap while nothing has.

The log tells of most of it: a look from where the last one ended, by whichever process comes first. A break that can't
begin and a queue that fills write no line; they are looked for where they show, in the tables of the floor.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import CursorResult, Engine, func, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from api.context import Context
from api.events.log import newest_id
from api.services.days.late import in_hand
from api.services.days.pressure import more_needed
from api.services.days.replanning import replan_days
from api.services.floor.tables import EVENT, SEGMENT
from roster.day_problem import BREAK_KINDS
from roster.events import LogCursor
from roster.store.engine import reading, writing

NAME = "day"
MATTERS = (
    "break.moved",
    "break.split",
    "break.swapped",
    "debrief.accepted",
    "debrief.lapsed",
    "debrief.moved",
    "debrief.off",
    "requirements.replaced",
    "rest.carried",
    "rest.given",
    "rest.given_back",
    "rest.owed",
    "rest.postponed",
    "rest.taken",
    "roster.published",
    "roster.repaired",
)
"""Lines of the log after which the rest of the day may be better another way."""
LONGEST = timedelta(hours=2)
"""No break is longer, so what began before that is no break that goes on."""


@dataclass(frozen=True)
class Seen:
    """What a process saw at its last look: the newest line, whatever it said, what queues needed on top, and overdue
    breaks that waited for nothing any more.
    """

    event: int = 0
    needed: Mapping[str, int] = field(default_factory=dict)
    waiting: frozenset[int] = frozenset()


_seen: "WeakKeyDictionary[Engine, Seen]" = WeakKeyDictionary()


def look(context: Context) -> bool:
    """Plan the days again if something that matters has happened since the last look; whether it had."""
    before = _seen.get(context.engine, Seen())
    with reading(context.engine) as session:
        last = newest_id(session)
        cursor, matters = _news(session, before.event)
        wanted = _is_late(session, context)
        needed = more_needed(session, context.policy, context.now())
        waiting = _waiting(session, context)
    _seen[context.engine] = Seen(last, needed, waiting)
    wanted |= bool(waiting - before.waiting)
    wanted |= any(count > before.needed.get(queue, 0) for queue, count in needed.items())
    if matters is not None:
        wanted |= _claimed(context, cursor, matters)
    if wanted:
        replan_days(context)
    return wanted


def _news(session: Session, looked_at: int) -> tuple[int, int | None]:
    """How far the log was read by whoever did the work; past that and `looked_at`, the newest line that matters.

    Lines that matter to nothing are looked at once, however long none that does has come.
    """
    cursor = session.exec(select_rows(col(LogCursor.seen_event)).where(LogCursor.name == NAME)).one()
    since = max(cursor, looked_at)
    newest = session.execute(select(func.max(EVENT.c.id)).where(EVENT.c.id > since, EVENT.c.kind.in_(MATTERS))).scalar()
    return cursor, newest


def _claimed(context: Context, cursor: int, newest: int) -> bool:
    """Move the cursor on; false where another process has, which then does the work."""
    with writing(context.engine) as session:
        done: Any = session.execute(
            update(LogCursor)
            .where(col(LogCursor.name) == NAME, col(LogCursor.seen_event) == cursor)
            .values(seen_event=newest)
        )
        return isinstance(done, CursorResult) and done.rowcount == 1


def _is_late(session: Session, context: Context) -> bool:
    """Whether a break should be on whose owner is on a contact from before it."""
    now, segment = context.now(), SEGMENT.c
    held = in_hand().subquery()
    query = (
        select(segment.id)
        .join(held, held.c.agent_id == segment.agent_id)
        .where(segment.starts_at.between(now - LONGEST, now), segment.ends_at > now)
        .where(segment.kind.in_(BREAK_KINDS), held.c.since <= segment.starts_at)
    )
    return session.execute(query.limit(1)).first() is not None


def _waiting(session: Session, context: Context) -> frozenset[int]:
    """Overdue breaks that lie ahead although their owner has no contact in hand."""
    now, segment = context.now(), SEGMENT.c
    query = select(segment.id, segment.agent_id).where(segment.starts_at.between(now, now + LONGEST), segment.overdue)
    ahead = session.execute(query).all()
    busy = {row.agent_id for row in session.execute(in_hand())} if ahead else set()
    return frozenset(row.id for row in ahead if row.agent_id not in busy)

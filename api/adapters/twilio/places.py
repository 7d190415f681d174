"""Where TaskRouter has our people, as lines of the event log, so that every process and a restart knows of it.

A line says no more than: available, between contacts, or elsewhere. Which activity it was is not kept, for a site's
activities may tell why somebody is away.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select

from api.adapters.twilio.names import ACTOR
from api.context import Context
from api.events.log import append
from api.services.floor.tables import EVENT
from roster.store.engine import reading, writing

ACTIVITY = "adapter.activity"
REJECTED = "adapter.rejected"
SHUFFLED_WITHIN = timedelta(minutes=10)
"""How far apart two events of one worker may be and still come in the wrong order."""


class Place(StrEnum):
    """Where TaskRouter has a worker."""

    AVAILABLE = "available"
    BETWEEN = "between contacts"
    ELSEWHERE = "elsewhere"


AVAILABLE, BETWEEN, ELSEWHERE = Place


@dataclass(frozen=True)
class Line:
    """One line: where the agent is; `rejected` where a callback said no for them and so moved them."""

    id: int
    at: datetime
    agent: str
    place: Place
    rejected: bool


def note_activity(context: Context, agent_code: str, place: Place, milliseconds: int) -> bool:
    """Note that TaskRouter has the agent in `place` since `milliseconds` (since 1970, its clock).

    False, and nothing noted, where a later activity of theirs came before.
    """
    now, chosen = context.now(), EVENT.c
    with writing(context.engine) as session:
        earlier = session.execute(
            select(chosen.data).where(
                chosen.at > now - SHUFFLED_WITHIN, chosen.kind == ACTIVITY, chosen.subject == agent_code
            )
        ).scalars()
        if any(line["milliseconds"] > milliseconds for line in earlier):
            return False
        data = {"place": place.value, "milliseconds": milliseconds}
        append(session, at=now, kind=ACTIVITY, subject=agent_code, actor=ACTOR, data=data)
    context.announcer.announce()
    return True


def note_rejected(context: Context, agent_code: str) -> None:
    """Note that a callback was answered with a no for the agent, which puts them between contacts."""
    with writing(context.engine) as session:
        append(session, at=context.now(), kind=REJECTED, subject=agent_code, actor=ACTOR)
    context.announcer.announce()


def lines_since(context: Context, since: datetime) -> list[Line]:
    """Every line after `since`, in order."""
    chosen = EVENT.c
    query = (
        select(chosen.id, chosen.at, chosen.kind, chosen.subject, chosen.data)
        .where(chosen.at > since, chosen.kind.in_((ACTIVITY, REJECTED)))
        .order_by(chosen.id)
    )
    with reading(context.engine) as session:
        rows = session.execute(query).all()
    return [
        Line(
            row.id,
            row.at,
            row.subject,
            BETWEEN if row.kind == REJECTED else Place(row.data["place"]),
            row.kind == REJECTED,
        )
        for row in rows
    ]

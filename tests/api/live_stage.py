"""A day under way, laid for tests: contacts in hand, what is required, and lines of the log."""

from datetime import datetime

from sqlmodel import col, select

from api.context import Context
from roster.contacts import ArrivalState, ContactStatus, Resolvability, Tier
from roster.events import Event
from roster.shifts import Requirement
from roster.store.engine import reading, writing
from tests.api.break_stage import MEAL, REST, at, laid, rows
from tests.api.day_stage import lay_contact
from tests.conftest import SetClock
from tests.factories import Centre

CROWDED = ((REST, 510, 525), (MEAL, 600, 630), (REST, 780, 795))


def contact(
    context: Context,
    centre: Centre,
    ref: str,
    *,
    status: ContactStatus = ContactStatus.ACTIVE,
    agent: str | None = "a01",
    began: datetime | None = None,
    arrived: datetime | None = None,
    queue: str = "advice",
    ended: datetime | None = None,
) -> None:
    """A contact in hand since `began`, or one that waits."""
    lay_contact(
        context,
        centre,
        ref,
        queue,
        status=status,
        arrived_at=arrived or began or context.now(),
        agent_id=None if agent is None else centre.agents[agent],
        assigned_at=began,
        started_at=began,
        completed_at=ended,
        arrival_state=ArrivalState.CALM,
        resolvability=Resolvability.RESOLVABLE,
        score=10,
        tier=Tier.ROUTINE,
    )


def require(context: Context, centre: Centre, quarters: dict[int, int], queue: str = "advice") -> None:
    """So many agents needed in the quarter-hours that begin at these local minutes."""
    with writing(context.engine) as session:
        for begin, count in quarters.items():
            session.add(Requirement(queue_id=centre.queues[queue], starts_at=at(begin), required=count))


def events(context: Context, kind: str) -> list[Event]:
    """Lines of a kind, oldest first."""
    with reading(context.engine) as session:
        return list(session.exec(select(Event).where(Event.kind == kind).order_by(col(Event.id))).all())


def ids(context: Context, centre: Centre, code: str = "a01") -> set[int | None]:
    """The rows of an agent's breaks."""
    return {row.id for row in rows(context, centre, code) if row.kind in (MEAL, REST)}


def crowd(context: Context, clock: SetClock) -> Centre:
    """A day in which all six have their meal at once, at 10:00, although three of six are needed: it can be better."""
    codes = [f"a{n:02d}" for n in range(1, 7)]
    centre = laid(context, clock, dict.fromkeys(codes, CROWDED))
    require(context, centre, dict.fromkeys(range(420, 900, 15), 4))
    return centre

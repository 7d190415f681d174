"""A centre in which debriefs are asked for: six people on the early shift, a05 and a06 volunteers, days planned."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlmodel import col, select

from api.context import Context
from api.services.days.planning import plan_day
from api.services.debriefs.invitations import invitations_of
from api.services.debriefs.views import InvitationView
from roster.events import Event
from roster.people import Agent
from roster.rest import DebriefInvitation
from roster.shifts import Segment, SegmentKind
from roster.store.engine import reading, writing
from tests.api.day_stage import TODAY, publish
from tests.conftest import SetClock
from tests.factories import Centre, make_centre

TOMORROW = TODAY + timedelta(days=1)


def laid(context: Context, clock: SetClock, *, dates: Sequence[date] = (TODAY,), accounts: bool = False) -> Centre:
    """The centre; it is 07:05."""
    clock.now = datetime(2026, 11, 24, 6, 5, tzinfo=UTC)
    centre = make_centre(context, accounts=accounts)
    for on_date in dates:
        publish(context, centre, dict.fromkeys(centre.agent_codes, "early"), on_date)
        plan_day(context, on_date, deterministic_limit=0)
    return centre


def also_on(context: Context, centre: Centre, code: str, ref: str = "c1") -> None:
    """`code` spoke on that contact too."""
    with writing(context.engine) as session:
        session.add(
            Event(at=context.now(), kind="contact.started", subject=ref, actor="x", agent_id=centre.agents[code])
        )


def change(context: Context, centre: Centre, code: str, **values: Any) -> None:
    """Set fields of an agent."""
    with writing(context.engine) as session:
        agent = session.get(Agent, centre.agents[code])
        assert agent is not None
        for name, value in values.items():
            setattr(agent, name, value)
        session.add(agent)


def only_free(context: Context, centre: Centre, code: str, starts_at: datetime, ends_at: datetime) -> None:
    """All work of an agent's today but that time becomes training."""
    with writing(context.engine) as session:
        rows = session.exec(
            select(Segment).where(Segment.agent_id == centre.agents[code], Segment.on_date == TODAY)
        ).all()
        for row in rows:
            if row.kind is not SegmentKind.WORK:
                continue
            parts = [(row.starts_at, starts_at), (ends_at, row.ends_at)]
            if row.starts_at <= starts_at and ends_at <= row.ends_at:
                row.starts_at, row.ends_at = starts_at, ends_at
                for begin, end in parts:
                    if begin < end:
                        training = {"kind": SegmentKind.TRAINING, "starts_at": begin, "ends_at": end}
                        session.add(Segment(**row.model_dump(exclude={"id"}) | training))
            else:
                row.kind = SegmentKind.TRAINING
            session.add(row)


def seen(context: Context, centre: Centre, code: str) -> tuple[InvitationView, ...]:
    """What lies ahead of an agent."""
    return invitations_of(context, centre.agents[code])


def days(context: Context, centre: Centre) -> dict[str, list[tuple[str, datetime, datetime]]]:
    """Everybody's stored segments that are no work: kind, begin, end."""
    with reading(context.engine) as session:
        rows = session.exec(select(Segment).order_by(col(Segment.starts_at))).all()
    return {
        code: [
            (row.kind.value, row.starts_at, row.ends_at)
            for row in rows
            if row.agent_id == agent_id and row.kind != "work"
        ]
        for code, agent_id in centre.agents.items()
    }


def debriefs_of(context: Context, centre: Centre, code: str) -> list[tuple[datetime, datetime]]:
    """The debriefs in an agent's day."""
    return [(begin, end) for kind, begin, end in days(context, centre)[code] if kind == "debrief"]


def row(context: Context, invitation_id: int) -> DebriefInvitation:
    """An invitation as it is stored."""
    with reading(context.engine) as session:
        found = session.get(DebriefInvitation, invitation_id)
        assert found is not None
        return found


def peer_of(context: Context, centre: Centre, invitation_id: int) -> str:
    """The code of the peer in an invitation."""
    peer_id = row(context, invitation_id).peer_id
    return next(code for code, agent_id in centre.agents.items() if agent_id == peer_id)


def lines(context: Context) -> list[tuple[str, int | None]]:
    """The whole log: kind and whose."""
    with reading(context.engine) as session:
        return [(event.kind, event.agent_id) for event in session.exec(select(Event).order_by(col(Event.id))).all()]

"""Appointments in the tables: whose they are, a time taken from everybody's day or given back, a line for each."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from api.events.log import append
from api.services.days.facts import span_of
from api.services.debriefs.store import day_of, rewrite
from roster.appointments import LIVE, AppointmentPerson, AppointmentStatus, KeptAppointment
from roster.day import MINUTE, SegmentSpan, claim, release
from roster.people import Agent
from roster.shifts import Segment, SegmentKind

BREATHER = "breather"
REASONS = {
    SegmentKind.CALL_BACK: "A call-back that you promised. Nothing else comes to you meanwhile.",
    SegmentKind.MEETING: "A meeting that a lead asked for. It is working time.",
    SegmentKind.TRAINING: "Training that a lead asked for. It is working time.",
    SegmentKind.FOCUS: "Focus time for messages. No contact comes to you meanwhile.",
}


def people_of(session: Session, rows: Iterable[KeptAppointment]) -> dict[str, tuple[Agent, ...]]:
    """Whose time each of `rows` takes, by code; no entry for a team's meeting without a time."""
    found: dict[str, list[Agent]] = defaultdict(list)
    pairs = session.exec(
        select(AppointmentPerson.appointment_id, Agent)
        .join(Agent, col(Agent.id) == col(AppointmentPerson.agent_id))
        .where(col(AppointmentPerson.appointment_id).in_([row.id for row in rows]))
        .order_by(col(Agent.code))
    ).all()
    for appointment_id, agent in pairs:
        found[appointment_id].append(agent)
    return {appointment_id: tuple(agents) for appointment_id, agents in found.items()}


def set_people(session: Session, row: KeptAppointment, agent_ids: Iterable[int]) -> None:
    """Make it take the time of exactly these people."""
    wanted = set(agent_ids)
    for person in session.exec(select(AppointmentPerson).where(AppointmentPerson.appointment_id == row.id)).all():
        if person.agent_id in wanted:
            wanted.discard(person.agent_id)
        else:
            session.delete(person)
    session.flush()
    session.add_all(AppointmentPerson(appointment_id=row.id, agent_id=agent_id) for agent_id in sorted(wanted))
    session.flush()


def open_rows(session: Session) -> Sequence[KeptAppointment]:
    """Those without a time, the one that is due first before the others."""
    return session.exec(
        select(KeptAppointment)
        .where(KeptAppointment.status == AppointmentStatus.OPEN)
        .order_by(col(KeptAppointment.latest), col(KeptAppointment.id))
    ).all()


def live_rows(session: Session, agent_id: int, *kinds: SegmentKind) -> Sequence[KeptAppointment]:
    """Those of an agent that are not over, by time, then by when they are due."""
    return session.exec(
        select(KeptAppointment)
        .join(AppointmentPerson, col(AppointmentPerson.appointment_id) == col(KeptAppointment.id))
        .where(
            AppointmentPerson.agent_id == agent_id,
            col(KeptAppointment.status).in_(LIVE),
            col(KeptAppointment.kind).in_(kinds),
        )
        .order_by(col(KeptAppointment.starts_at), col(KeptAppointment.latest), col(KeptAppointment.id))
    ).all()


def take_times(
    session: Session, kind: SegmentKind, agent_ids: Iterable[int], starts_at: datetime, ends_at: datetime, reason: str
) -> None:
    """Put a segment into everybody's day; raises `roster.day.DayError`, with nothing changed, where it fits not."""
    wanted = SegmentSpan(kind, starts_at, ends_at, reason)
    days = [day_of(session, agent_id, starts_at, ends_at) for agent_id in agent_ids]
    plans = [(rows, claim([span_of(row) for row in rows], wanted)) for rows in days]
    for rows, spans in plans:
        rewrite(session, rows, spans)


def free_times(
    session: Session, kind: SegmentKind, agent_ids: Iterable[int], starts_at: datetime, ends_at: datetime
) -> None:
    """Make the time work again for whoever still has it so."""
    for agent_id in agent_ids:
        if has_time(session, kind, agent_id, starts_at, ends_at):
            rows = day_of(session, agent_id, starts_at, ends_at)
            rewrite(session, rows, release([span_of(row) for row in rows], starts_at, ends_at))


def has_time(session: Session, kind: SegmentKind, agent_id: int, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether the agent's day has a segment of this kind at exactly this time."""
    found = session.exec(
        select(Segment.id).where(
            Segment.agent_id == agent_id,
            Segment.kind == kind,
            Segment.starts_at == starts_at,
            Segment.ends_at == ends_at,
        )
    ).first()
    return found is not None


def times_ahead(
    session: Session, kinds: Iterable[SegmentKind], now: datetime
) -> set[tuple[int, SegmentKind, datetime, datetime]]:
    """Agent, kind, begin and end of every segment of these kinds that begins after `now`."""
    rows = session.exec(
        select(Segment.agent_id, Segment.kind, Segment.starts_at, Segment.ends_at).where(
            col(Segment.starts_at) > now, col(Segment.kind).in_(list(kinds))
        )
    )
    return {(agent_id, SegmentKind(kind), starts_at, ends_at) for agent_id, kind, starts_at, ends_at in rows}


def give_time(
    session: Session, row: KeptAppointment, agent_ids: Iterable[int], starts_at: datetime, now: datetime
) -> None:
    """Take the time from everybody's day and keep it; raises `roster.day.DayError` where it fits not."""
    people, ends_at = sorted(agent_ids), starts_at + row.minutes * MINUTE
    take_times(session, row.kind, people, starts_at, ends_at, REASONS[row.kind])
    set_people(session, row, people)
    note_time(session, row, people, starts_at, now)


def note_time(
    session: Session, row: KeptAppointment, agent_ids: Iterable[int], starts_at: datetime, now: datetime
) -> None:
    """Keep a time that is in everybody's day already, and tell them."""
    row.status, row.trouble, row.nearest = AppointmentStatus.PLACED, "", None
    row.starts_at, row.ends_at = starts_at, starts_at + row.minutes * MINUTE
    session.add(row)
    session.flush()
    for agent_id in agent_ids:
        tell(session, now, "appointment.placed", row, agent_id)


def lose_time(session: Session, row: KeptAppointment, now: datetime) -> None:
    """It has no time any more: whoever still has it free gets it back as work, unless it has begun."""
    people = session.exec(select(AppointmentPerson.agent_id).where(AppointmentPerson.appointment_id == row.id)).all()
    if row.starts_at is not None and row.ends_at is not None:
        if row.starts_at > now:
            free_times(session, row.kind, people, row.starts_at, row.ends_at)
        for agent_id in people:
            tell(session, now, "appointment.off", row, agent_id)
    if row.team_id is not None:
        set_people(session, row, ())
    row.status, row.starts_at, row.ends_at = AppointmentStatus.OPEN, None, None
    session.add(row)
    session.flush()


def close(session: Session, row: KeptAppointment, status: AppointmentStatus, now: datetime, actor: str) -> None:
    """It is over; time that has not begun is work again."""
    people = session.exec(select(AppointmentPerson.agent_id).where(AppointmentPerson.appointment_id == row.id)).all()
    if row.starts_at is not None and row.ends_at is not None and row.starts_at > now:
        free_times(session, row.kind, people, row.starts_at, row.ends_at)
    row.status, row.closed_at, row.trouble, row.nearest = status, now, "", None
    session.add(row)
    session.flush()
    for agent_id in people:
        tell(session, now, "appointment.closed", row, agent_id, actor=actor)


def tell(
    session: Session, now: datetime, kind: str, row: KeptAppointment, agent_id: int, *, actor: str = BREATHER
) -> None:
    """A line that only `agent_id` reads."""
    data = {"kind": row.kind.value, "status": row.status.value}
    if row.starts_at is not None:
        data["starts_at"] = row.starts_at.isoformat()
    append(session, at=now, kind=kind, subject=row.id, actor=actor, agent_id=agent_id, data=data)

"""Appointments as people see them: a call-back, a meeting, focus time. No reason why somebody is away is in any."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session, select

from api.services.appointments.store import people_of
from api.services.debriefs.views import zone_of
from roster.appointments import AppointmentStatus, KeptAppointment
from roster.clock import clock_text
from roster.people import Team


class _View(BaseModel):
    model_config = ConfigDict(frozen=True)


class CallBackView(_View):
    """A promised call-back. Times are UTC; `zone` is its owner's.

    `trouble` says why it has no time, `nearest` the nearest one possible. `late`: it is due and not done.
    """

    id: str
    owner: str
    owner_name: str
    contact: str | None = Field(description="the opaque reference of what it is about")
    due_at: datetime
    minutes: int
    status: AppointmentStatus
    starts_at: datetime | None
    ends_at: datetime | None
    late: bool
    trouble: str
    nearest: datetime | None
    zone: str


class MeetingView(_View):
    """A meeting or training. `people` are those whose time it takes: of a team, those on shift at its time."""

    id: str
    kind: str
    team: str | None
    people: tuple[str, ...]
    minutes: int
    earliest: datetime
    latest: datetime
    status: AppointmentStatus
    starts_at: datetime | None
    ends_at: datetime | None
    trouble: str
    nearest: datetime | None
    zone: str


class FocusView(_View):
    """Focus time of the agent who reads this: UTC, and as they read it."""

    id: str
    minutes: int
    starts_at: datetime
    ends_at: datetime
    starts: str
    ends: str


def call_back_views(session: Session, rows: Sequence[KeptAppointment], now: datetime) -> tuple[CallBackView, ...]:
    """Call-backs, in the order given."""
    people = people_of(session, rows)
    views = []
    for row in rows:
        owner = people[row.id][0]
        views.append(
            CallBackView(
                id=row.id,
                owner=owner.code,
                owner_name=owner.name,
                contact=row.contact,
                due_at=row.latest,
                minutes=row.minutes,
                status=row.status,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                late=row.closed_at is None and row.latest <= now,
                trouble=row.trouble,
                nearest=row.nearest,
                zone=zone_of(session, owner),
            )
        )
    return tuple(views)


def meeting_views(session: Session, rows: Sequence[KeptAppointment]) -> tuple[MeetingView, ...]:
    """Meetings, in the order given."""
    people = people_of(session, rows)
    teams = {team.id: team for team in session.exec(select(Team)).all()}
    views = []
    for row in rows:
        own = people.get(row.id, ())
        team = teams.get(row.team_id)
        zone = team.zone if team is not None else zone_of(session, own[0])
        views.append(
            MeetingView(
                id=row.id,
                kind=row.kind.value,
                team=team.name if team is not None else None,
                people=tuple(agent.code for agent in own),
                minutes=row.minutes,
                earliest=row.earliest,
                latest=row.latest,
                status=row.status,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                trouble=row.trouble,
                nearest=row.nearest,
                zone=zone,
            )
        )
    return tuple(views)


def focus_views(rows: Sequence[KeptAppointment], zone: str) -> tuple[FocusView, ...]:
    """Those of `rows` that have a time, in the order given."""
    return tuple(
        FocusView(
            id=row.id,
            minutes=row.minutes,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            starts=clock_text(row.starts_at, zone),
            ends=clock_text(row.ends_at, zone),
        )
        for row in rows
        if row.starts_at is not None and row.ends_at is not None
    )

"""Meetings and training that a lead asks for: one time for all of its people, where it costs the least cover."""

from datetime import timedelta
from typing import Annotated, Literal
from uuid import uuid4

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from sqlmodel import Session, col, select

from api.context import Context
from api.errors import Conflict, Invalid, NotFound
from api.services.appointments.placing import nearest_time, never_together, place, waits_for_roster
from api.services.appointments.store import close, set_people
from api.services.appointments.times import stretches, team_members
from api.services.appointments.views import MeetingView, meeting_views
from api.services.days.facts import key
from api.services.floor.views import NO_NUL
from api.services.floor.work import touch_pools
from roster.appointments import LIVE, MEETING_KINDS, AppointmentStatus, KeptAppointment
from roster.clock import clock_text, local_day, require_utc
from roster.day import MINUTE
from roster.people import Agent, Team
from roster.shifts import SegmentKind
from roster.store.engine import reading, writing

MOST_PEOPLE = 60
FURTHEST = timedelta(days=92)

Code = Annotated[str, Field(min_length=1, max_length=64, pattern=NO_NUL)]


class MeetingIn(BaseModel):
    """Who is to meet, for how long, and between when. Either `people` or a `team`: then whoever of it is on shift."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["meeting", "training"] = "meeting"
    people: Annotated[tuple[Code, ...], Field(max_length=MOST_PEOPLE)] = ()
    team: Annotated[str, Field(min_length=1, max_length=80, pattern=NO_NUL)] | None = None
    minutes: Annotated[int, Field(ge=5, le=240)]
    earliest: AwareDatetime
    latest: AwareDatetime = Field(description="the latest end")

    @model_validator(mode="after")
    def _either(self) -> "MeetingIn":
        if bool(self.people) == (self.team is not None):
            raise ValueError("expected either people or a team")
        if len(set(self.people)) != len(self.people):
            twice = sorted({code for code in self.people if self.people.count(code) > 1})
            raise ValueError(f"people names {', '.join(twice)} twice: expected each once")
        return self


def ask_meeting(context: Context, body: MeetingIn, *, actor: str) -> MeetingView:
    """Keep a meeting and give it a time, if its days are planned and everybody is free at once.

    Raises
    ------
    Invalid: nobody of that name, or a window that is past, reversed, too far away or too short. Conflict: the published
    shifts of its people never meet in the window; names who, and the nearest time at which they do.
    """
    now = context.now()
    earliest, latest = require_utc(body.earliest), require_utc(body.latest)
    if latest <= now:
        raise Invalid(f"latest {body.latest.isoformat()} is past: expected a time after {now.isoformat()}")
    if latest > now + FURTHEST:
        raise Invalid(f"latest {body.latest.isoformat()}: expected no more than {FURTHEST.days} days ahead")
    if latest - max(earliest, now) < body.minutes * MINUTE:
        raise Invalid(
            f"minutes {body.minutes} do not fit between earliest {body.earliest.isoformat()} (now is"
            f" {now.isoformat()}) and latest {body.latest.isoformat()}"
        )
    row = KeptAppointment(
        id=str(uuid4()),
        kind=SegmentKind(body.kind),
        minutes=body.minutes,
        earliest=earliest,
        latest=latest,
        created_at=now,
        created_by=actor,
    )
    with writing(context.engine) as session:
        people = _people_named(session, body.people)
        if body.team is not None:
            row.team_id = _team_named(session, body.team)
        _require_meeting_shifts(session, context, row, people)
        session.add(row)
        session.flush()
        set_people(session, row, [key(agent.id) for agent in people])
        meeting_id = row.id
    place(context, meeting_id)
    context.announcer.announce()
    return meeting(context, meeting_id)


def meeting(context: Context, meeting_id: str) -> MeetingView:
    """One meeting; raises `NotFound`."""
    with reading(context.engine) as session:
        return meeting_views(session, [_found(session, meeting_id)])[0]


def meetings(context: Context) -> tuple[MeetingView, ...]:
    """Those without a time, and those that are not over; by time, then by when they must be over."""
    now = context.now()
    with reading(context.engine) as session:
        rows = session.exec(
            select(KeptAppointment)
            .where(col(KeptAppointment.kind).in_(MEETING_KINDS), col(KeptAppointment.status).in_(LIVE))
            .order_by(col(KeptAppointment.latest), col(KeptAppointment.id))
        ).all()
        ahead = [row for row in rows if row.ends_at is None or row.ends_at > now]
        return meeting_views(session, sorted(ahead, key=lambda row: (row.starts_at or row.latest, row.id)))


def cancel_meeting(context: Context, meeting_id: str, *, actor: str) -> MeetingView:
    """It does not take place: its time is work again for everybody. Raises `Conflict` once it has begun."""
    now = context.now()
    with writing(context.engine) as session:
        touch_pools(session)
        row = _found(session, meeting_id)
        if row.status is not AppointmentStatus.CANCELLED:
            if row.starts_at is not None and row.starts_at <= now:
                raise Conflict(f"this {row.kind} began at {row.starts_at.isoformat()}: expected one that has not begun")
            close(session, row, AppointmentStatus.CANCELLED, now, actor)
    context.announcer.announce()
    return meeting(context, meeting_id)


def _people_named(session: Session, codes: tuple[str, ...]) -> list[Agent]:
    known = {agent.code: agent for agent in session.exec(select(Agent).where(col(Agent.code).in_(codes))).all()}
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise Invalid(f"people {', '.join(map(repr, unknown))}: not known, expected codes of agents")
    gone = [code for code in codes if not known[code].active]
    if gone:
        raise Invalid(f"people {', '.join(map(repr, gone))}: left, expected codes of agents who work here")
    return [known[code] for code in codes]


def _team_named(session: Session, name: str) -> int:
    teams = {team.name: team for team in session.exec(select(Team).order_by(col(Team.name))).all()}
    if name not in teams:
        raise Invalid(f"team {name!r} is not known: expected one of {', '.join(teams)}")
    return key(teams[name].id)


def _require_meeting_shifts(session: Session, context: Context, row: KeptAppointment, people: list[Agent]) -> None:
    """Refuse a meeting whose people never meet in the shifts that are published, if those of the window are."""
    now = context.now()
    begin, ids = max(row.earliest, now), [key(agent.id) for agent in people]
    if row.team_id is not None and len(team_members(session, row.team_id)) > MOST_PEOPLE:
        raise Conflict(f"the team has more than {MOST_PEOPLE} people: expected smaller meetings, by people")
    if stretches(session, row, ids, begin, row.latest) or waits_for_roster(session, row, people):
        return
    who = never_together(session, row, people, begin)
    nearest = nearest_time(session, row, ids, now)
    hint = "They meet in no published shift."
    if nearest is not None:
        zone = _zone(session, row, people)
        hint = f"The nearest time is {local_day(nearest, zone)} {clock_text(nearest, zone)}."
    raise Conflict(
        f"{row.minutes} minutes between {row.earliest.isoformat()} and {row.latest.isoformat()}: {who} then. {hint}",
        nearest=None if nearest is None else nearest.isoformat(),
    )


def _zone(session: Session, row: KeptAppointment, people: list[Agent]) -> str:
    team = session.get(Team, row.team_id if row.team_id is not None else people[0].team_id)
    return team.zone if team is not None else "UTC"


def _found(session: Session, meeting_id: str) -> KeptAppointment:
    row = session.get(KeptAppointment, meeting_id)
    if row is None or row.kind not in MEETING_KINDS:
        raise NotFound(f"there is no meeting {meeting_id!r}")
    return row

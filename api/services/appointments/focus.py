"""Focus time for messages: so many minutes per shift by policy, and what an agent asks for themself today."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated
from uuid import NAMESPACE_OID, uuid4, uuid5

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session, col, select

from api.context import Context
from api.errors import Conflict, Forbidden, NotFound
from api.security.caller import Caller
from api.services.appointments.placing import nearest_time, outlook_of, place
from api.services.appointments.store import BREATHER, close, give_time, live_rows, set_people
from api.services.appointments.views import FocusView, focus_views
from api.services.days.facts import ONE_DAY, Shift, published_shifts
from api.services.debriefs.views import zone_of
from api.services.floor.work import touch_pools
from roster.appointments import AppointmentPerson, AppointmentStatus, KeptAppointment
from roster.clock import clock_text, local_day
from roster.day import MINUTE, DayError
from roster.people import Agent, Team
from roster.shifts import SegmentKind
from roster.store.engine import reading, writing

ATTEMPTS = 3


class FocusIn(BaseModel):
    """How long to be left to one's messages, in the shift that is on or comes today."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    minutes: Annotated[int, Field(ge=5, le=120)]


def ask_focus(context: Context, body: FocusIn, caller: Caller) -> FocusView:
    """Focus time today, at the free time that costs least cover.

    Raises
    ------
    Conflict: no shift is left today, or nothing so long is free in it; says what is. Nothing is stored then.
    """
    agent_id = _own(caller)
    for _ in range(ATTEMPTS):
        now = context.now()
        with reading(context.engine) as session:
            shift = _shift_today(session, agent_id, now)
            row = _new(shift, body.minutes, now, caller.name)
            outlook = outlook_of(session, context.policy, row, now, people=[shift.agent])
            if outlook.time is None:
                raise _no_room(session, row, shift, now)
        try:
            with writing(context.engine) as session:
                touch_pools(session)
                session.add(row)
                session.flush()
                give_time(session, row, [shift.agent_id], outlook.time.starts_at, now)
                [view] = focus_views([row], shift.zone)
        except DayError:
            continue
        context.announcer.announce()
        return view
    raise Conflict("your day kept changing meanwhile: try again in a moment")


def _new(shift: Shift, minutes: int, now: datetime, actor: str, focus_id: str | None = None) -> KeptAppointment:
    return KeptAppointment(
        id=focus_id or str(uuid4()),
        kind=SegmentKind.FOCUS,
        minutes=minutes,
        earliest=max(now, shift.starts_at),
        latest=shift.ends_at,
        created_at=now,
        created_by=actor,
    )


def _shift_today(session: Session, agent_id: int, now: datetime) -> Shift:
    today = local_day(now, zone_of(session, session.get(Agent, agent_id)))
    for shift in published_shifts(session, today - ONE_DAY, today, [agent_id]):
        if shift.ends_at > now:
            return shift
    raise Conflict("you have no shift left today: focus time needs one")


def _no_room(session: Session, row: KeptAppointment, shift: Shift, now: datetime) -> Conflict:
    """What is possible instead: a shorter time in this shift."""
    for minutes in range(row.minutes - row.minutes % 5, 0, -5):
        wish = row.model_copy(update={"minutes": minutes})
        nearest = nearest_time(session, wish, [shift.agent_id], now)
        if nearest is not None and nearest + minutes * MINUTE <= shift.ends_at:
            hint = f"The nearest possible is {minutes} minutes at {clock_text(nearest, shift.zone)}."
            return Conflict(
                f"minutes {row.minutes}: nothing so long is free in your shift. {hint}",
                minutes=minutes,
                nearest=nearest.isoformat(),
            )
    return Conflict(f"minutes {row.minutes}: nothing is free in your shift any more.", minutes=0, nearest=None)


def own_focus(session: Session, agent_id: int, now: datetime) -> tuple[FocusView, ...]:
    """Focus time of an agent that has not passed, by time."""
    rows = live_rows(session, agent_id, SegmentKind.FOCUS)
    zone = zone_of(session, session.get(Agent, agent_id))
    return focus_views([row for row in rows if row.ends_at is not None and row.ends_at > now], zone)


def drop_focus(context: Context, focus_id: str, caller: Caller) -> None:
    """The agent does not need it: its time is work again. Dropping it twice is dropping it once."""
    agent_id, now = _own(caller), context.now()
    with writing(context.engine) as session:
        touch_pools(session)
        row = session.get(KeptAppointment, focus_id)
        person = session.get(AppointmentPerson, (focus_id, agent_id))
        if row is None or person is None or row.kind is not SegmentKind.FOCUS:
            raise NotFound(f"there is no focus time {focus_id!r} of yours")
        if row.status is AppointmentStatus.CANCELLED:
            return
        if row.starts_at is not None and row.starts_at <= now:
            raise Conflict("this focus time has begun already")
        close(session, row, AppointmentStatus.CANCELLED, now, caller.name)
    context.announcer.announce()


def give_focus(context: Context) -> int:
    """What the policy gives per shift, for today and tomorrow; how many were made. One shift gets it once."""
    minutes, now = context.policy.day.focus_minutes, context.now()
    if not minutes:
        return 0
    with reading(context.engine) as session:
        today = {local_day(now, zone) for zone in session.exec(select(Team.zone)).all()}
        if not today:
            return 0
        wanted = _without_focus(session, published_shifts(session, min(today), max(today) + ONE_DAY), now)
    if not wanted:
        return 0
    made = []
    with writing(context.engine) as session:
        touch_pools(session)
        for focus_id, shift in _without_focus(session, wanted.values(), now).items():
            row = _new(shift, minutes, now, BREATHER, focus_id)
            if row.latest - row.earliest < minutes * MINUTE:
                continue
            session.add(row)
            session.flush()
            set_people(session, row, [shift.agent_id])
            made.append(focus_id)
    for focus_id in made:
        place(context, focus_id)
    return len(made)


def _without_focus(session: Session, shifts: Iterable[Shift], now: datetime) -> dict[str, Shift]:
    """Shifts that are not over and have had no focus time by policy, by the id that it gets."""
    ids = {_focus_id(shift): shift for shift in shifts if shift.ends_at > now}
    known = set(session.exec(select(KeptAppointment.id).where(col(KeptAppointment.id).in_(ids))).all())
    return {focus_id: shift for focus_id, shift in ids.items() if focus_id not in known}


def _focus_id(shift: Shift) -> str:
    return str(uuid5(NAMESPACE_OID, f"focus {shift.agent_id} {shift.on_date}"))


def _own(caller: Caller) -> int:
    if caller.agent_id is None:
        raise Forbidden(f"you are signed in as {caller.role}: focus time is the agent's own")
    return caller.agent_id

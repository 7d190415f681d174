"""Promised call-backs: each has an owner and a time by which it is due, and gets a slot in its owner's day before that.

They come from completed contacts that say when a follow-up is due, from software, and from the owner.
"""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import uuid4

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlmodel import Session, col, or_, select

from api.context import Context
from api.errors import Conflict, Forbidden, Invalid, NotFound
from api.security.caller import Caller
from api.services.appointments.placing import nearest_time, place
from api.services.appointments.store import (
    BREATHER,
    close,
    give_time,
    live_rows,
    lose_time,
    people_of,
    set_people,
    tell,
)
from api.services.appointments.views import CallBackView, call_back_views
from api.services.days.facts import key
from api.services.floor.views import NO_NUL
from api.services.floor.work import touch_pools
from roster.accounts import Role
from roster.appointments import LIVE, AppointmentPerson, AppointmentStatus, KeptAppointment
from roster.clock import clock_text, require_utc
from roster.contacts import Contact, ContactStatus
from roster.day import MINUTE, DayError
from roster.people import Agent
from roster.shifts import SegmentKind
from roster.store.engine import reading, writing

LOOK_BACK = timedelta(days=14)
"""A contact's promise is found until so long after it was due; the job that looks runs once a minute."""

Code = Annotated[str, Field(min_length=1, max_length=64, pattern=NO_NUL)]
Reference = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\s\x00]+$")]
Minutes = Annotated[int, Field(ge=1, le=120)]


class _In(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CallBackIn(_In):
    """A call-back to plan. `contact`: id or reference of a contact, one word; never a patient's name or number."""

    owner: Code
    due_at: AwareDatetime
    minutes: Minutes | None = Field(default=None, description="without: `day.call_back_minutes` of the policy")
    contact: Reference | None = None


class RescheduleIn(_In):
    """Either when it is due now, and it finds a time anew; or the time itself."""

    due_at: AwareDatetime | None = None
    starts_at: AwareDatetime | None = None


class OwnerIn(_In):
    """Who makes the call now."""

    owner: Code


def promise(context: Context, body: CallBackIn, caller: Caller) -> tuple[CallBackView, bool]:
    """A new call-back with its time, or with what hinders it; and whether it is new.

    The same owner, due time and contact again is the same call-back.

    Raises
    ------
    Invalid: due in the past, an owner who is not known or left. Forbidden: an agent, for somebody else.
    """
    now, due = context.now(), require_utc(body.due_at)
    _require_ahead("due_at", due, now)
    with writing(context.engine) as session:
        owner = _owner_named(session, body.owner)
        if caller.role is Role.AGENT and owner.id != caller.agent_id:
            raise Forbidden(f"you may promise a call-back only for yourself, not for {body.owner!r}")
        row, new = _kept(session, owner, due, body, context, caller)
    if new:
        place(context, row)
        context.announcer.announce()
    return call_back(context, row, caller), new


def _kept(
    session: Session, owner: Agent, due: datetime, body: CallBackIn, context: Context, caller: Caller
) -> tuple[str, bool]:
    contact = _reference(session, body.contact)
    # The owner's row: the same promise twice at once is one after the other.
    session.get(Agent, key(owner.id), with_for_update=True, populate_existing=True)
    for row in live_rows(session, key(owner.id), SegmentKind.CALL_BACK):
        if (row.latest, row.contact) == (due, contact):
            return row.id, False
    row = KeptAppointment(
        id=str(uuid4()),
        kind=SegmentKind.CALL_BACK,
        minutes=body.minutes or context.policy.day.call_back_minutes,
        earliest=context.now(),
        latest=due,
        contact=contact,
        created_at=context.now(),
        created_by=caller.name,
    )
    session.add(row)
    session.flush()
    set_people(session, row, [key(owner.id)])
    return row.id, True


def _reference(session: Session, contact: str | None) -> str | None:
    """The reference of a contact, whose id may be given instead; one that is not known here stays as it is."""
    found = session.get(Contact, contact) if contact is not None else None
    return found.ref if found is not None else contact


def call_back(context: Context, call_back_id: str, caller: Caller) -> CallBackView:
    """One call-back; raises `NotFound` for an agent whose it is not."""
    with reading(context.engine) as session:
        return call_back_views(session, [found_call_back(session, call_back_id, caller)], context.now())[0]


def call_backs(context: Context, caller: Caller, *, attention: bool = False) -> tuple[CallBackView, ...]:
    """Those that are not over: the caller's own, or for leads and software everybody's; first due first.

    `attention` leaves those that need an owner or a time, or are due and not done.
    """
    now = context.now()
    query = select(KeptAppointment).where(
        KeptAppointment.kind == SegmentKind.CALL_BACK, col(KeptAppointment.status).in_(LIVE)
    )
    if attention:
        query = query.where(or_(col(KeptAppointment.trouble) != "", col(KeptAppointment.latest) <= now))
    if caller.role is Role.AGENT:
        query = query.join(AppointmentPerson, col(AppointmentPerson.appointment_id) == col(KeptAppointment.id)).where(
            AppointmentPerson.agent_id == caller.agent_id
        )
    with reading(context.engine) as session:
        rows = session.exec(query.order_by(col(KeptAppointment.latest), col(KeptAppointment.id)).limit(1000)).all()
        return call_back_views(session, rows, now)


def own_call_backs(session: Session, agent_id: int, now: datetime) -> tuple[CallBackView, ...]:
    """Call-backs of an agent that are not over, by time; those without one last."""
    rows = live_rows(session, agent_id, SegmentKind.CALL_BACK)
    in_order = sorted(rows, key=lambda row: (row.starts_at is None, row.starts_at or row.latest, row.id))
    return call_back_views(session, in_order, now)


def call_made(context: Context, call_back_id: str, caller: Caller) -> CallBackView:
    """The call was made. Saying so again is saying so once; raises `Conflict` where it was called off."""
    return _finish(context, call_back_id, caller, AppointmentStatus.DONE)


def call_off(context: Context, call_back_id: str, caller: Caller) -> CallBackView:
    """The call is not needed any more. Saying so again is saying so once; raises `Conflict` where it was made."""
    return _finish(context, call_back_id, caller, AppointmentStatus.CANCELLED)


def _finish(context: Context, call_back_id: str, caller: Caller, status: AppointmentStatus) -> CallBackView:
    now = context.now()
    with writing(context.engine) as session:
        touch_pools(session)
        row = found_call_back(session, call_back_id, caller)
        if row.status is not status:
            _require_live(row)
            close(session, row, status, now, caller.name)
    context.announcer.announce()
    return call_back(context, call_back_id, caller)


def reschedule(context: Context, call_back_id: str, body: RescheduleIn, caller: Caller) -> CallBackView:
    """A new due time, or a time of the caller's own choice.

    Raises
    ------
    Invalid: neither or both, or a time in the past. Conflict: it is over, or its owner is not free then.
    """
    if (body.due_at is None) == (body.starts_at is None):
        raise Invalid("expected either due_at or starts_at")
    if body.starts_at is not None:
        _move(context, call_back_id, require_utc(body.starts_at), caller)
    elif body.due_at is not None:
        now, due = context.now(), require_utc(body.due_at)
        _require_ahead("due_at", due, now)
        with writing(context.engine) as session:
            touch_pools(session)
            row = found_call_back(session, call_back_id, caller)
            _require_live(row)
            lose_time(session, row, now)
            row.latest, row.trouble, row.nearest = due, "", None
            session.add(row)
        place(context, call_back_id)
    context.announcer.announce()
    return call_back(context, call_back_id, caller)


def _move(context: Context, call_back_id: str, starts_at: datetime, caller: Caller) -> None:
    now = context.now()
    _require_ahead("starts_at", starts_at, now)
    if starts_at.second or starts_at.microsecond:
        raise Invalid(f"starts_at {starts_at.isoformat()}: expected a whole minute")
    try:
        with writing(context.engine) as session:
            touch_pools(session)
            row = found_call_back(session, call_back_id, caller)
            _require_live(row)
            people = [key(agent.id) for agent in people_of(session, [row])[row.id]]
            if (row.status, row.starts_at) == (AppointmentStatus.PLACED, starts_at):
                return
            lose_time(session, row, now)
            give_time(session, row, people, starts_at, now)
            # Whoever chooses a later time has moved the promise, too.
            row.latest = max(row.latest, starts_at + row.minutes * MINUTE)
            session.add(row)
    except DayError as error:
        raise _not_free(context, call_back_id, starts_at, caller) from error


def _not_free(context: Context, call_back_id: str, starts_at: datetime, caller: Caller) -> Conflict:
    with reading(context.engine) as session:
        row = found_call_back(session, call_back_id, caller)
        owner = people_of(session, [row])[row.id][0]
        [view] = call_back_views(session, [row], context.now())
        wish = row.model_copy(update={"earliest": starts_at, "latest": starts_at + row.minutes * MINUTE})
        nearest = nearest_time(session, wish, [key(owner.id)], context.now())
    hint = "No other time is possible." if nearest is None else f"The nearest is {clock_text(nearest, view.zone)}."
    return Conflict(
        f"starts_at {starts_at.isoformat()}: {owner.code} has no {row.minutes} minutes of work then. {hint}",
        nearest=None if nearest is None else nearest.isoformat(),
    )


def give_to(context: Context, call_back_id: str, body: OwnerIn, caller: Caller) -> CallBackView:
    """Somebody else makes the call; it finds a time in their day."""
    now = context.now()
    with writing(context.engine) as session:
        touch_pools(session)
        row = found_call_back(session, call_back_id, caller)
        _require_live(row)
        owner = _owner_named(session, body.owner)
        if [agent.id for agent in people_of(session, [row])[row.id]] != [owner.id]:
            lose_time(session, row, now)
            set_people(session, row, [key(owner.id)])
            row.trouble, row.nearest = "", None
            session.add(row)
            session.flush()
    place(context, call_back_id)
    context.announcer.announce()
    return call_back(context, call_back_id, caller)


def collect_promises(context: Context) -> int:
    """Make a call-back of each completed contact that promised one and has none; how many were made.

    A job calls this, so that the floor stores no more with a completed contact than it always has.
    """
    now = context.now()
    with reading(context.engine) as session:
        if not _promising(session, now):
            return 0
    with writing(context.engine) as session:
        # Two processes that look at once come one after the other.
        touch_pools(session)
        found = _promising(session, now)
        for contact in found:
            owner_id = contact.owner_id or contact.agent_id
            if owner_id is None or contact.follow_up_due is None:
                continue
            row = KeptAppointment(
                id=contact.id,
                kind=SegmentKind.CALL_BACK,
                minutes=context.policy.day.call_back_minutes,
                earliest=contact.completed_at or now,
                latest=contact.follow_up_due,
                contact=contact.ref,
                created_at=now,
                created_by=BREATHER,
            )
            session.add(row)
            session.flush()
            set_people(session, row, [owner_id])
            tell(session, now, "appointment.promised", row, owner_id)
        ids = [contact.id for contact in found]
    for call_back_id in ids:
        place(context, call_back_id)
    context.announcer.announce()
    return len(ids)


def _promising(session: Session, now: datetime) -> list[Contact]:
    made = select(KeptAppointment.id).where(KeptAppointment.id == Contact.id).exists()
    return list(
        session.exec(
            select(Contact)
            .where(
                col(Contact.follow_up_due) > now - LOOK_BACK,
                Contact.status == ContactStatus.COMPLETED,
                or_(col(Contact.owner_id).is_not(None), col(Contact.agent_id).is_not(None)),
                ~made,
            )
            .order_by(col(Contact.follow_up_due), col(Contact.id))
        ).all()
    )


def _require_ahead(name: str, instant: datetime, now: datetime) -> None:
    if instant <= now:
        raise Invalid(f"{name} {instant.isoformat()} is past: expected a time after {now.isoformat()}")


def _require_live(row: KeptAppointment) -> None:
    if row.status not in LIVE:
        raise Conflict(f"this call-back is {row.status} already: expected one that is open or placed", state=row.status)


def _owner_named(session: Session, code: str) -> Agent:
    owner = session.exec(select(Agent).where(Agent.code == code)).first()
    if owner is None:
        raise Invalid(f"owner {code!r} is not known: expected the code of an agent")
    if not owner.active:
        raise Invalid(f"owner {code!r} left: expected the code of an agent who works here")
    return owner


def found_call_back(session: Session, call_back_id: str, caller: Caller) -> KeptAppointment:
    """The call-back; to an agent those of others are as if they were not there."""
    row = session.get(KeptAppointment, call_back_id)
    if row is not None and row.kind is SegmentKind.CALL_BACK:
        own = session.get(AppointmentPerson, (row.id, caller.agent_id)) if caller.agent_id is not None else None
        if caller.role is not Role.AGENT or own is not None:
            return row
    raise NotFound(f"there is no call-back {call_back_id!r}")

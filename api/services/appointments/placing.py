"""Appointments find their time in days as they are planned, lose it where a day has changed, and say what hinders them.

Here breaks stay where they are. What finds no time so is handed to the day's planner, which may move breaks for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select

from api.context import Context
from api.services.appointments.store import give_time, lose_time, open_rows, people_of, tell, times_ahead
from api.services.appointments.times import Days, Time, cheapest, on_grid, soonest, starts_of, stretches, there
from api.services.days.facts import key
from api.services.floor.work import touch_pools
from roster.appointments import AppointmentStatus, KeptAppointment
from roster.clock import at_local
from roster.day import MINUTE, DayError
from roster.people import Agent
from roster.policy import Policy
from roster.shifts import Roster, RosterStatus, SegmentKind
from roster.store.engine import reading, writing

ATTEMPTS = 3
NO_MORE_WAITING = timedelta(days=2)
"""What is due sooner takes a shift that is published already."""
AHEAD = timedelta(days=60)
"""How far beyond its window the nearest possible time is looked for."""


@dataclass(frozen=True)
class Outlook:
    """What is known of an appointment without a time: the best time now, or what hinders it.

    `waits` says that a day in its window is yet to be planned or published; then nothing hinders it so far.
    """

    time: Time | None = None
    waits: bool = False
    trouble: str = ""
    nearest: datetime | None = None


def place(context: Context, appointment_id: str) -> None:
    """Give an appointment its time if one is free, else note what hinders it."""
    for _ in range(ATTEMPTS):
        now = context.now()
        with reading(context.engine) as session:
            row = session.get(KeptAppointment, appointment_id)
            if row is None or row.status is not AppointmentStatus.OPEN:
                return
            outlook = outlook_of(session, context.policy, row, now)
        if outlook.time is None and not _is_news(row, outlook, now):
            return
        try:
            with writing(context.engine) as session:
                if outlook.time is not None:
                    touch_pools(session)
                row = session.get(KeptAppointment, appointment_id)
                if row is None or row.status is not AppointmentStatus.OPEN:
                    return
                if outlook.time is not None:
                    shifts = outlook.time.shifts
                    give_time(session, row, [shift.agent_id for shift in shifts], outlook.time.starts_at, now)
                else:
                    note_trouble(session, row, outlook, now)
        except DayError:
            # Somebody's day has changed since it was looked at.
            continue
        context.announcer.announce()
        return


def _is_news(row: KeptAppointment, outlook: Outlook, now: datetime) -> bool:
    """Whether what hinders it has changed; the nearest time is kept until it is past."""
    stays = row.nearest == outlook.nearest or (row.nearest is not None and row.nearest > now)
    return row.trouble != outlook.trouble or not stays


def note_trouble(session: Session, row: KeptAppointment, outlook: Outlook, now: datetime) -> None:
    """Keep what hinders it for the lead to see, and tell its owner the first time."""
    new = bool(outlook.trouble) and not row.trouble
    row.trouble, row.nearest = outlook.trouble[:240], outlook.nearest
    session.add(row)
    session.flush()
    if new:
        for agent in people_of(session, [row]).get(row.id, ()):
            tell(session, now, "appointment.unplaced", row, key(agent.id))


def place_open(context: Context) -> None:
    """Every appointment without a time, the one due first before the others."""
    with reading(context.engine) as session:
        ids = [row.id for row in open_rows(session)]
    for appointment_id in ids:
        place(context, appointment_id)


def settle(context: Context) -> None:
    """Take the time from appointments that a day has lost, for a shift that is no more or a person who left."""
    now = context.now()
    with reading(context.engine) as session:
        if not _lost(session, now):
            return
    with writing(context.engine) as session:
        touch_pools(session)
        for row in _lost(session, now):
            lose_time(session, row, now)
    context.announcer.announce()


def _lost(session: Session, now: datetime) -> list[KeptAppointment]:
    """Those whose time is ahead, but not in the day of everybody whose time it takes."""
    rows = session.exec(
        select(KeptAppointment)
        .where(KeptAppointment.status == AppointmentStatus.PLACED, col(KeptAppointment.starts_at) > now)
        .order_by(col(KeptAppointment.id))
    ).all()
    people, kept = people_of(session, rows), times_ahead(session, {row.kind for row in rows}, now)
    return [
        row
        for row in rows
        if not all(
            agent.active and (agent.id, row.kind, row.starts_at, row.ends_at) in kept
            for agent in people.get(row.id, ())
        )
    ]


def outlook_of(
    session: Session, policy: Policy, row: KeptAppointment, now: datetime, *, people: Sequence[Agent] | None = None
) -> Outlook:
    """The best time for it in days that are planned, or why there is none; `people` of one that is not stored."""
    people = people_of(session, [row]).get(row.id, ()) if people is None else people
    gone = [agent.code for agent in people if not agent.active]
    if gone:
        return Outlook(trouble=f"{' and '.join(gone)} left: expected somebody who works here")
    if waits_for_later_shifts(session, row, people, now):
        return Outlook(waits=True)
    ids = [key(agent.id) for agent in people]
    begin = soonest(row, now)
    found = stretches(session, row, ids, begin, row.latest)
    days = Days(session, [shift for stretch in found for shift in stretch.shifts])
    for stretch in found:
        if not days.is_planned(stretch):
            return Outlook(waits=True)
        times = days.free_times(row, stretch)
        if times:
            return Outlook(time=cheapest(session, policy, row.kind, row.minutes, times, now))
    if row.latest - row.minutes * MINUTE < begin:
        trouble = "its time has passed without it" if row.latest <= now else "too little time is left for it"
    elif not found:
        if waits_for_roster(session, row, people):
            return Outlook(waits=True)
        trouble = f"{never_together(session, row, people, begin)} in time for it"
    else:
        trouble = f"no {row.minutes} minutes are free for it in the days as they are planned now"
    return Outlook(trouble=trouble, nearest=nearest_time(session, row, ids, now))


def never_together(session: Session, row: KeptAppointment, people: Sequence[Agent], begin: datetime) -> str:
    """Who is missing, of people whose shifts do not meet in the window of `row` from `begin` on."""
    if row.team_id is not None:
        return "no two people of the team are on shift together"
    codes = [agent.code for agent in people]
    absent = [agent.code for agent in people if not stretches(session, row, [key(agent.id)], begin, row.latest)]
    if absent:
        return f"{listed(absent)} {'is' if len(absent) == 1 else 'are'} on no published shift"
    return f"the shifts of {listed(codes)} never meet"


def listed(codes: Sequence[str], most: int = 6) -> str:
    """`a01, a02 and a03`; of many, the first ones and how many more."""
    if len(codes) > most:
        return f"{', '.join(codes[:most])} and {len(codes) - most} more"
    return " and ".join([", ".join(codes[:-1]), codes[-1]]) if len(codes) > 1 else "".join(codes)


def nearest_time(session: Session, row: KeptAppointment, agent_ids: Sequence[int], now: datetime) -> datetime | None:
    """The time nearest to its window at which its people are on shift and, where the day is planned, free."""
    first = on_grid(now + 5 * MINUTE)
    found = stretches(session, row, agent_ids, first, max(row.latest, first) + AHEAD)
    days = Days(session, [shift for stretch in found for shift in stretch.shifts])
    least = 1 if row.team_id is None else 2
    nearest: tuple[timedelta, datetime] | None = None
    for stretch in found:
        if days.is_planned(stretch):
            starts = [time.starts_at for time in days.free_times(row, stretch)]
        else:
            starts = [at for at in starts_of(row, stretch) if len(there(row, stretch, at)) >= least]
        for at in starts:
            away = max(row.earliest - at, at + row.minutes * MINUTE - row.latest, timedelta(0))
            if nearest is None or (away, at) < nearest:
                nearest = (away, at)
    return None if nearest is None else nearest[1]


def waits_for_later_shifts(session: Session, row: KeptAppointment, people: Sequence[Agent], now: datetime) -> bool:
    """Whether a call-back is due so late that the last shift before it is not published yet."""
    ahead = row.kind is SegmentKind.CALL_BACK and row.latest > now + NO_MORE_WAITING
    return ahead and waits_for_roster(session, row, people)


def waits_for_roster(session: Session, row: KeptAppointment, people: Sequence[Agent]) -> bool:
    """Whether its window goes beyond the published rosters of its people, so that a shift may still come."""
    teams = {agent.team_id for agent in people} | ({row.team_id} if row.team_id is not None else set())
    rosters = session.exec(
        select(col(Roster.starts_on), col(Roster.days), col(Roster.zone)).where(
            Roster.status == RosterStatus.PUBLISHED,
            or_(col(Roster.team_id).is_(None), col(Roster.team_id).in_(teams)),
        )
    ).all()
    return all(at_local(starts_on + timedelta(days=days), 0, name) < row.latest for starts_on, days, name in rosters)

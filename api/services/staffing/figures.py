"""Occupancy and adherence of a team, from its stored days, its contacts and what people said of themselves.

Never of one person: a figure is for five people or more. Rest and debriefs are work in both (`roster/time_used.py`).
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from api.context import Context
from api.errors import Invalid, NotFound
from api.services.days.facts import Shift, published_shifts, segments_by_agent, span_of
from roster.contacts import Contact
from roster.events import Event
from roster.people import Team
from roster.rest import AgentState
from roster.store.engine import reading
from roster.time_used import Stretch, TimeUsed, time_of_shift

FEWEST = 5
"""People behind a figure."""
MAX_DAYS = 92
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class TimeView:
    """Hours of the people who were on the floor. Figures are none where they would be of fewer than five people."""

    starts_on: date
    days: int
    people: int
    shift_hours: float | None
    protected_hours: float | None
    """Decompression, debriefs and reflective groups: out of the denominator of `occupancy`, kept in `adherence`."""
    occupancy: float | None
    adherence: float | None


def time_used(context: Context, *, starts_on: date, days: int, team: str | None = None) -> TimeView:
    """How the shifts that are over were used; who never said that they were there is left out.

    Raises
    ------
    Invalid : a stretch of no or too many days. NotFound : no such team.
    """
    if not 1 <= days <= MAX_DAYS:
        raise Invalid(f"days {days!r}: expected 1 to {MAX_DAYS}")
    last = starts_on + timedelta(days=days - 1)
    now = context.now()
    with reading(context.engine) as session:
        team_id = _team(session, team)
        shifts = [
            shift
            for shift in published_shifts(session, starts_on, last)
            if shift.ends_at <= now and team_id in (None, shift.agent.team_id)
        ]
        people, total = _total(session, shifts, starts_on, last)
    if people < FEWEST:
        return TimeView(starts_on, days, people, None, None, None, None)
    return TimeView(
        starts_on,
        days,
        people,
        shift_hours=round(total.shift / HOUR, 2),
        protected_hours=round(total.protected / HOUR, 2),
        occupancy=None if total.occupancy is None else round(total.occupancy, 4),
        adherence=None if total.adherence is None else round(total.adherence, 4),
    )


def _team(session: Session, name: str | None) -> int | None:
    if name is None:
        return None
    found = session.exec(select(Team.id).where(Team.name == name)).first()
    if found is None:
        raise NotFound(f"there is no team {name!r}")
    return found


def _total(session: Session, shifts: list[Shift], first: date, last: date) -> tuple[int, TimeUsed]:
    """How many people, and their time together."""
    if not shifts:
        return 0, TimeUsed()
    begin, end = min(shift.starts_at for shift in shifts), max(shift.ends_at for shift in shifts)
    agent_ids = sorted({shift.agent_id for shift in shifts})
    segments = segments_by_agent(session, first, last, agent_ids)
    contacts, gone = _contacts(session, begin, end), _gone(session, begin, end)
    total, people = TimeUsed(), set()
    for shift in shifts:
        spans = [span_of(row) for row in segments.get(shift.agent_id, ()) if row.on_date == shift.on_date]
        away = gone.get(shift.agent.code)
        if not spans or away is None:
            continue
        people.add(shift.agent_id)
        total += time_of_shift(spans, contacts.get(shift.agent_id, ()), away)
    return len(people), total


def _contacts(session: Session, begin: datetime, end: datetime) -> dict[int, list[Stretch]]:
    """When each was on a contact that is over."""
    found: dict[int, list[Stretch]] = defaultdict(list)
    rows = session.exec(
        select(Contact.agent_id, Contact.started_at, Contact.completed_at).where(
            col(Contact.agent_id).is_not(None),
            col(Contact.started_at) < end,
            col(Contact.completed_at) > begin,
        )
    ).all()
    for agent_id, started_at, completed_at in rows:
        if agent_id is not None and started_at is not None and completed_at is not None:
            found[agent_id].append((started_at, completed_at))
    return found


def _gone(session: Session, begin: datetime, end: datetime) -> dict[str, list[Stretch]]:
    """When each was away or offline, by code; only those who said anything from a day before `begin` on."""
    rows = session.exec(
        select(Event.subject, Event.at, Event.data)
        .where(Event.kind == "agent.state", col(Event.at) >= begin - timedelta(days=1), col(Event.at) < end)
        .order_by(col(Event.at), col(Event.id))
    ).all()
    found: dict[str, list[Stretch]] = {}
    since: dict[str, datetime | None] = {}
    for code, at, data in rows:
        away = data.get("state") != AgentState.AVAILABLE.value
        # Before the first word of theirs they were not there.
        left = since.setdefault(code, begin - timedelta(days=1))
        found.setdefault(code, [])
        if left is not None and not away:
            found[code].append((left, at))
        since[code] = (left or at) if away else None
    for code, left in since.items():
        if left is not None:
            found[code].append((left, end))
    return found

"""Who is away in a roster at short notice: lines of the draft until it is published, time off from then on."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from sqlmodel import Session, col, select

from api.services.rosters.frame import Frame
from roster.people import TimeOff
from roster.problem import Absence, Assigned, Pin, Problem
from roster.shifts import DayAway, Roster, RosterStatus

ONE_DAY = timedelta(days=1)


def absences_in(
    session: Session, frame: Frame, shift_codes: dict[int, str], roster_id: int | None
) -> defaultdict[int, list[Absence]]:
    """The days of the frame on which people are away in a roster, by agent; none where there is no roster yet."""
    found: defaultdict[int, list[Absence]] = defaultdict(list)
    if roster_id is None:
        return found
    lines = session.exec(
        select(DayAway)
        .where(DayAway.roster_id == roster_id, col(DayAway.on_date).between(frame.starts_on, frame.last_on))
        .order_by(col(DayAway.on_date))
    ).all()
    for line in lines:
        shift = None if line.shift_type_id is None else shift_codes[line.shift_type_id]
        found[line.agent_id].append(Absence(day=frame.day(line.on_date), shift=shift))
    return found


def away_next_day(session: Session, frame: Frame) -> frozenset[int]:
    """Whose absence on the day after the last one is published: the last night may end in it."""
    lines = session.exec(
        select(col(DayAway.agent_id))
        .join(Roster, col(Roster.id) == col(DayAway.roster_id))
        .where(DayAway.on_date == frame.date_of(frame.days), Roster.status == RosterStatus.PUBLISHED)
    ).all()
    return frozenset(lines)


def copy_absences(session: Session, roster_id: int, draft_id: int) -> None:
    """Who is away in a roster is away in its copy."""
    for line in session.exec(select(DayAway).where(DayAway.roster_id == roster_id)).all():
        session.add(DayAway(**line.model_dump(exclude={"roster_id"}), roster_id=draft_id))


def grant_absences(session: Session, roster: Roster) -> None:
    """Make the absences of a roster time off, as it is published; days that are time off already stay as they are."""
    dates: defaultdict[int, list[date]] = defaultdict(list)
    for line in session.exec(select(DayAway).where(DayAway.roster_id == roster.id)).all():
        dates[line.agent_id].append(line.on_date)
    for agent_id, away in dates.items():
        known = session.exec(select(TimeOff).where(TimeOff.agent_id == agent_id)).all()
        open_days = [day for day in away if not any(one.starts_on <= day <= one.ends_on for one in known)]
        for first, last in _stretches(open_days):
            before = next((one for one in known if one.ends_on == first - ONE_DAY), None)
            if before is None:
                session.add(TimeOff(agent_id=agent_id, starts_on=first, ends_on=last))
            else:
                before.ends_on = last
                session.add(before)


def _stretches(dates: Iterable[date]) -> Iterator[tuple[date, date]]:
    """Days in a row, as their first and last."""
    first: date | None = None
    last: date | None = None
    for day in sorted(dates):
        if first is None or last is None or day != last + ONE_DAY:
            if first is not None and last is not None:
                yield first, last
            first = day
        last = day
    if first is not None and last is not None:
        yield first, last


def held_where_away(problem: Problem, assignments: Sequence[Assigned]) -> Problem:
    """The problem in which whoever is away keeps the row they have: planning anew moves the others."""
    if not any(agent.absences for agent in problem.agents):
        return problem
    people = []
    for agent in problem.agents:
        if agent.absences:
            pins = tuple(Pin(day=line.day, shift=line.shift) for line in assignments if line.agent == agent.id)
            agent = agent.model_copy(update={"fixed": True, "pins": pins, "absences": ()})
        people.append(agent)
    return problem.model_copy(update={"agents": tuple(people)})

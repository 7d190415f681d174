"""What a newly published roster replaces, cut exactly: no person has two published shifts on a day, none is lost.

The part of an older published roster that lies in the new one's days and people becomes (or moves to) a superseded
roster, so that the record of what was published stays; what lies outside stays published.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select, update

from roster.people import Agent
from roster.shifts import Assignment, DayAway, Roster, RosterStatus

ONE_DAY = timedelta(days=1)


def last_day(roster: Roster) -> date:
    """The last local day of a roster."""
    return roster.starts_on + timedelta(days=roster.days - 1)


def supersede_for(session: Session, new: Roster) -> list[int]:
    """Make room for `new` among the published rosters; the numbers of those that were touched."""
    last = last_day(new)
    published = session.exec(
        select(Roster)
        .where(
            Roster.status == RosterStatus.PUBLISHED,
            Roster.id != new.id,
            col(Roster.starts_on) <= last,
        )
        .order_by(col(Roster.id))
    ).all()
    touched = []
    for old in published:
        if last_day(old) < new.starts_on:
            continue
        whole_scope = new.team_id is None or new.team_id == old.team_id
        if (_cut_days if whole_scope else _cut_people)(session, old, new):
            touched.append(old.id or 0)
    return touched


def _cut_days(session: Session, old: Roster, new: Roster) -> bool:
    """`new` replaces all of `old`'s people on the days they share."""
    first, last = max(old.starts_on, new.starts_on), min(last_day(old), last_day(new))
    head = (old.starts_on, first - ONE_DAY)
    tail = (last + ONE_DAY, last_day(old))
    rest = [piece for piece in (head, tail) if piece[0] <= piece[1]]
    old.version += 1
    session.add(old)
    if not rest:
        old.status = RosterStatus.SUPERSEDED
        return True
    pieces = [(_piece(session, old, first, last, RosterStatus.SUPERSEDED), first, last)]
    pieces += [(_piece(session, old, *days, RosterStatus.PUBLISHED), *days) for days in rest[1:]]
    for piece, begin, end in pieces:
        _move(session, old, piece, col(Assignment.on_date).between(begin, end))
        _move_away(session, old, piece, col(DayAway.on_date).between(begin, end))
    old.starts_on, old.days = rest[0][0], (rest[0][1] - rest[0][0]).days + 1
    return True


def _cut_people(session: Session, old: Roster, new: Roster) -> bool:
    """`new` replaces only its own team's people in `old`, on the days they share."""
    first, last = max(old.starts_on, new.starts_on), min(last_day(old), last_day(new))
    agents = _agents_of(session, new)
    theirs = col(Assignment.on_date).between(first, last) & col(Assignment.agent_id).in_(agents)
    if session.exec(select(Assignment.id).where(Assignment.roster_id == old.id, theirs).limit(1)).first() is None:
        return False
    piece = _piece(session, old, first, last, RosterStatus.SUPERSEDED)
    piece.team_id = new.team_id
    _move(session, old, piece, theirs)
    _move_away(session, old, piece, col(DayAway.on_date).between(first, last) & col(DayAway.agent_id).in_(agents))
    old.version += 1
    session.add(old)
    return True


def _agents_of(session: Session, roster: Roster) -> Sequence[int | None]:
    placed = select(Assignment.agent_id).where(Assignment.roster_id == roster.id)
    return session.exec(
        select(Agent.id).where((col(Agent.team_id) == roster.team_id) | col(Agent.id).in_(placed))
    ).all()


def _piece(session: Session, old: Roster, first: date, last: date, status: RosterStatus) -> Roster:
    piece = Roster(
        team_id=old.team_id,
        zone=old.zone,
        starts_on=first,
        days=(last - first).days + 1,
        status=status,
        created_at=old.created_at,
        created_by=old.created_by,
        published_at=old.published_at,
        published_by=old.published_by,
    )
    session.add(piece)
    session.flush()
    return piece


def _move(session: Session, old: Roster, piece: Roster, which: ColumnElement[bool]) -> None:
    session.exec(update(Assignment).where(col(Assignment.roster_id) == old.id, which).values(roster_id=piece.id))


def _move_away(session: Session, old: Roster, piece: Roster, which: ColumnElement[bool]) -> None:
    session.exec(update(DayAway).where(col(DayAway.roster_id) == old.id, which).values(roster_id=piece.id))

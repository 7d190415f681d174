"""Store what hangs on agents and queues: skills, availability, wishes, requirements."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, update
from sqlmodel import Session, col, select

from api.services.importing.report import Tally
from roster.agreed import DayOff
from roster.exchange.rows import AvailabilityRow, PreferenceRow, SkillRow, WishWord
from roster.people import Agent, Availability, AvailabilityKind, Preference, Skill, TimeOff
from roster.queues import Queue
from roster.shifts import Requirement, ShiftType


def agent_ids(session: Session) -> dict[str, int]:
    """Ids of agents by code."""
    return {code: key for code, key in session.exec(select(Agent.code, Agent.id)) if key is not None}


def queue_ids(session: Session) -> dict[str, int]:
    """Ids of queues by code."""
    return {code: key for code, key in session.exec(select(Queue.code, Queue.id)) if key is not None}


def store_skills(session: Session, rows: Iterable[SkillRow]) -> Tally:
    """Add skills, update the proficiency of those that are there; none is taken away."""
    tally, agents, queues = Tally(), agent_ids(session), queue_ids(session)
    found = {(skill.agent_id, skill.queue_id): skill for skill in session.exec(select(Skill))}
    for row in rows:
        key = agents[row.agent], queues[row.queue]
        skill = found.get(key)
        if skill is None:
            session.add(Skill(agent_id=key[0], queue_id=key[1], proficiency=row.proficiency or 2))
            tally.added += 1
        elif row.proficiency is not None and row.proficiency != skill.proficiency:
            skill.proficiency = row.proficiency
            tally.updated += 1
        else:
            tally.unchanged += 1
    return tally


def store_availability(session: Session, rows: Sequence[AvailabilityRow]) -> Tally:
    """Replace the weekly windows of every agent who has one in the files; add or update days away by first day."""
    tally, agents = Tally(), agent_ids(session)
    wanted: dict[int, set[tuple[int, int, int]]] = {}
    away: dict[type[TimeOff] | type[DayOff], dict[tuple[int, date], TimeOff | DayOff]] = {
        TimeOff: {(line.agent_id, line.starts_on): line for line in session.exec(select(TimeOff))},
        DayOff: {(line.agent_id, line.starts_on): line for line in session.exec(select(DayOff))},
    }
    for row in rows:
        agent_id = agents[row.agent]
        if row.kind is AvailabilityKind.AVAILABLE:
            if row.weekday is not None and row.start is not None and row.end is not None:
                wanted.setdefault(agent_id, set()).add((row.weekday, row.start, row.end))
        elif row.first is not None and row.last is not None:
            table = TimeOff if row.kind is AvailabilityKind.TIME_OFF else DayOff
            line = away[table].get((agent_id, row.first))
            if line is None:
                session.add(table(agent_id=agent_id, starts_on=row.first, ends_on=row.last))
                tally.added += 1
            elif line.ends_on != row.last:
                line.ends_on = row.last
                tally.updated += 1
            else:
                tally.unchanged += 1
    for window in session.exec(select(Availability).where(col(Availability.agent_id).in_(wanted))):
        span = (window.weekday, window.start_minute, window.end_minute)
        if span in wanted[window.agent_id]:
            wanted[window.agent_id].remove(span)
            tally.unchanged += 1
        else:
            session.delete(window)
            tally.removed += 1
    for agent_id, spans in wanted.items():
        for weekday, start, end in sorted(spans):
            session.add(Availability(agent_id=agent_id, weekday=weekday, start_minute=start, end_minute=end))
            tally.added += 1
    return tally


def store_preferences(session: Session, rows: Iterable[PreferenceRow]) -> Tally:
    """Add wishes, or update the one that the same agent has for the same shift and date."""
    tally, agents = Tally(), agent_ids(session)
    shifts = dict(session.exec(select(ShiftType.code, ShiftType.id)).all())
    found = {(wish.agent_id, wish.on_date, wish.shift_type_id): wish for wish in session.exec(select(Preference))}
    for row in rows:
        shift_id = None if row.shift is None else shifts[row.shift]
        key = agents[row.agent], row.date, shift_id
        wanted, wish = row.wish is WishWord.WORK, found.get(key)
        if wish is None:
            session.add(
                Preference(
                    agent_id=key[0], on_date=row.date, shift_type_id=shift_id, wanted=wanted, weight=row.weight or 20
                )
            )
            tally.added += 1
        elif wish.wanted != wanted or row.weight not in (None, wish.weight):
            wish.wanted, wish.weight = wanted, row.weight or wish.weight
            tally.updated += 1
        else:
            tally.unchanged += 1
    return tally


def store_requirements(session: Session, required: dict[tuple[str, datetime], int]) -> Tally:
    """Set the requirement of every quarter-hour that the files cover; all others stay."""
    tally, queues = Tally(), queue_ids(session)
    starts = [start for _, start in required]
    query = select(Requirement.id, Requirement.queue_id, Requirement.starts_at, Requirement.required).where(
        col(Requirement.starts_at) >= min(starts), col(Requirement.starts_at) <= max(starts)
    )
    found = {(queue_id, start): (key, before) for key, queue_id, start, before in session.exec(query)}
    fresh: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for (queue, start), count in required.items():
        key, before = found.get((queues[queue], start), (None, None))
        if key is None:
            fresh.append({"queue_id": queues[queue], "starts_at": start, "required": count})
        elif before != count:
            changed.append({"id": key, "required": count})
    if fresh:
        session.execute(insert(Requirement), fresh)
    if changed:
        session.execute(update(Requirement), changed)
    tally.added, tally.updated = len(fresh), len(changed)
    tally.unchanged = len(required) - len(fresh) - len(changed)
    return tally

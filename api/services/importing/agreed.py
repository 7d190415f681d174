"""Store what is agreed about people (roles, limits of shifts, pairs) and who is asked for by shift and by role."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from sqlmodel import Session, SQLModel, col, delete, select

from api.services.importing.lines import agent_ids
from api.services.importing.report import Tally
from roster.agreed import AgentPair, AgentRole, AgentShiftLimit, PairKind
from roster.exchange.rows import (
    PairRow,
    PairWord,
    PersonRow,
    RoleRequirementRow,
    ShiftLimitRow,
    ShiftRequirementRow,
    ShiftRow,
)
from roster.people import Agent, Team
from roster.shifts import ForbiddenSuccession, RoleRequirement, ShiftRequirement, ShiftType

Line = TypeVar("Line", bound=SQLModel)


def store_roles(session: Session, rows: Iterable[PersonRow]) -> set[str]:
    """Replace the roles of whoever's row names any (or none); the codes of those whose roles changed."""
    agents = agent_ids(session)
    wanted = {row.agent: set(row.roles) for row in rows if row.roles is not None}
    changed = _replace(session, AgentRole, "agent_id", "role", {agents[code]: roles for code, roles in wanted.items()})
    return {code for code in wanted if agents[code] in changed}


def store_managers(session: Session, rows: Iterable[PersonRow]) -> set[str]:
    """Set the line manager of whoever's row names one (or none); the codes of those whose manager changed."""
    agents = {agent.code: agent for agent in session.exec(select(Agent))}
    changed = set()
    for row in rows:
        if row.manager is None:
            continue
        manager_id = agents[row.manager[0]].id if row.manager else None
        if agents[row.agent].manager_id != manager_id:
            agents[row.agent].manager_id = manager_id
            changed.add(row.agent)
    session.flush()
    return changed


def store_successions(session: Session, rows: Iterable[ShiftRow]) -> set[str]:
    """Replace what may not follow the shifts whose rows say so; the codes of those for which that changed."""
    shifts = _shift_ids(session)
    wanted = {row.shift: row.not_followed_by for row in rows if row.not_followed_by is not None}
    after = {shifts[code]: {shifts[other] for other in others} for code, others in wanted.items()}
    changed = _replace(session, ForbiddenSuccession, "shift_type_id", "next_id", after)
    return {code for code in wanted if shifts[code] in changed}


def store_shift_limits(session: Session, rows: Iterable[ShiftLimitRow]) -> Tally:
    """Add or update limits by agent and shift."""
    tally, agents, shifts = Tally(), agent_ids(session), _shift_ids(session)
    found = {(limit.agent_id, limit.shift_type_id): limit for limit in session.exec(select(AgentShiftLimit))}
    for row in rows:
        key = agents[row.agent], shifts[row.shift]
        made = AgentShiftLimit(agent_id=key[0], shift_type_id=key[1], least=row.least, most=row.most)
        _put(session, tally, found.get(key), made, "least", "most")
    return tally


def store_pairs(session: Session, rows: Iterable[PairRow]) -> Tally:
    """Add or update pairs by their two people in order; `none` removes."""
    tally, agents = Tally(), agent_ids(session)
    found = {(pair.first_id, pair.second_id): pair for pair in session.exec(select(AgentPair))}
    for row in rows:
        key = agents[row.first], agents[row.second]
        pair = found.get(key)
        if row.pair is not PairWord.NONE:
            made = AgentPair(first_id=key[0], second_id=key[1], kind=PairKind(row.pair.value))
            _put(session, tally, pair, made, "kind")
        elif pair is None:
            tally.unchanged += 1
        else:
            session.delete(pair)
            tally.removed += 1
    return tally


def store_shift_requirements(session: Session, rows: Sequence[ShiftRequirementRow]) -> Tally:
    """Set how many people a shift needs in a team (or the centre) on a date; all others stay."""
    tally, teams, shifts = Tally(), _team_ids(session), _shift_ids(session)
    dates = [row.date for row in rows]
    near = col(ShiftRequirement.on_date).between(min(dates), max(dates))
    there = session.exec(select(ShiftRequirement).where(near)).all()
    found = {(line.team_id, line.shift_type_id, line.on_date): line for line in there}
    for row in rows:
        key = None if row.team is None else teams[row.team], shifts[row.shift], row.date
        made = ShiftRequirement(team_id=key[0], shift_type_id=key[1], on_date=key[2], required=row.required)
        _put(session, tally, found.get(key), made, "required")
    return tally


def store_role_requirements(session: Session, rows: Iterable[RoleRequirementRow]) -> Tally:
    """Set how many people with a role are needed by team, role, weekday and begin; all others stay."""
    tally, teams = Tally(), _team_ids(session)
    found = {
        (line.team_id, line.role, line.weekday, line.start_minute): line
        for line in session.exec(select(RoleRequirement))
    }
    for row in rows:
        made = RoleRequirement(
            team_id=None if row.team is None else teams[row.team],
            role=row.role,
            weekday=row.weekday,
            start_minute=row.start,
            end_minute=row.end,
            required=row.required,
        )
        line = found.get((made.team_id, row.role, row.weekday, row.start))
        _put(session, tally, line, made, "end_minute", "required")
    return tally


def _replace(session: Session, table: type[SQLModel], whose: str, what: str, wanted: dict[int, set[Any]]) -> set[int]:
    """Give each of `wanted` (by the column `whose`) exactly these lines (of `what`); for whom that changed anything."""
    before: defaultdict[int, set[Any]] = defaultdict(set)
    for line in session.exec(select(table)):
        before[getattr(line, whose)].add(getattr(line, what))
    changed = {key for key, after in wanted.items() if before[key] != after}
    for key in sorted(changed):
        gone = before[key] - wanted[key]
        session.execute(delete(table).where(getattr(table, whose) == key, getattr(table, what).in_(gone)))
        session.add_all(table(**{whose: key, what: one}) for one in sorted(wanted[key] - before[key]))
    return changed


def _put(session: Session, tally: Tally, there: Line | None, made: Line, *fields: str) -> None:
    """Store `made`, or its `fields` in the line that is `there`, and count which."""
    if there is None:
        session.add(made)
        tally.added += 1
        return
    changes = {field: getattr(made, field) for field in fields if getattr(there, field) != getattr(made, field)}
    for field, value in changes.items():
        setattr(there, field, value)
    tally.updated += bool(changes)
    tally.unchanged += not changes


def _team_ids(session: Session) -> dict[str, int]:
    return {name: key for name, key in session.exec(select(Team.name, Team.id)) if key is not None}


def _shift_ids(session: Session) -> dict[str, int]:
    return {code: key for code, key in session.exec(select(ShiftType.code, ShiftType.id)) if key is not None}

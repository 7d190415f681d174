"""Store what is agreed about people (roles, limits of shifts, pairs) and who is asked for by shift and by role."""

from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, delete, select

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
from roster.people import Team
from roster.shifts import ForbiddenSuccession, RoleRequirement, ShiftRequirement, ShiftType


def store_roles(session: Session, rows: Iterable[PersonRow]) -> set[str]:
    """Replace the roles of whoever's row names any (or none); the codes of those whose roles changed."""
    agents = agent_ids(session)
    before: dict[int, set[str]] = {}
    for line in session.exec(select(AgentRole)):
        before.setdefault(line.agent_id, set()).add(line.role)
    changed = set()
    for row in rows:
        if row.roles is None:
            continue
        agent_id, after = agents[row.agent], set(row.roles)
        there = before.get(agent_id, set())
        if there == after:
            continue
        changed.add(row.agent)
        gone = col(AgentRole.agent_id) == agent_id, col(AgentRole.role).in_(there - after)
        session.execute(delete(AgentRole).where(*gone))
        session.add_all(AgentRole(agent_id=agent_id, role=role) for role in sorted(after - there))
    return changed


def store_successions(session: Session, rows: Iterable[ShiftRow]) -> set[str]:
    """Replace what may not follow the shifts whose rows say so; the codes of those for which that changed."""
    shifts = _shift_ids(session)
    before: dict[int, set[int]] = {}
    for line in session.exec(select(ForbiddenSuccession)):
        before.setdefault(line.shift_type_id, set()).add(line.next_id)
    changed = set()
    for row in rows:
        if row.not_followed_by is None:
            continue
        shift_id, after = shifts[row.shift], {shifts[code] for code in row.not_followed_by}
        there = before.get(shift_id, set())
        if there == after:
            continue
        changed.add(row.shift)
        gone = col(ForbiddenSuccession.shift_type_id) == shift_id, col(ForbiddenSuccession.next_id).in_(there - after)
        session.execute(delete(ForbiddenSuccession).where(*gone))
        session.add_all(ForbiddenSuccession(shift_type_id=shift_id, next_id=other) for other in sorted(after - there))
    return changed


def store_shift_limits(session: Session, rows: Iterable[ShiftLimitRow]) -> Tally:
    """Add or update limits by agent and shift."""
    tally, agents, shifts = Tally(), agent_ids(session), _shift_ids(session)
    found = {(limit.agent_id, limit.shift_type_id): limit for limit in session.exec(select(AgentShiftLimit))}
    for row in rows:
        key = agents[row.agent], shifts[row.shift]
        limit = found.get(key)
        if limit is None:
            session.add(AgentShiftLimit(agent_id=key[0], shift_type_id=key[1], least=row.least, most=row.most))
            tally.added += 1
        elif (limit.least, limit.most) != (row.least, row.most):
            limit.least, limit.most = row.least, row.most
            tally.updated += 1
        else:
            tally.unchanged += 1
    return tally


def store_pairs(session: Session, rows: Iterable[PairRow]) -> Tally:
    """Add or update pairs by their two people in order; `none` removes."""
    tally, agents = Tally(), agent_ids(session)
    found = {(pair.first_id, pair.second_id): pair for pair in session.exec(select(AgentPair))}
    for row in rows:
        key = agents[row.first], agents[row.second]
        pair = found.get(key)
        if row.pair is PairWord.NONE:
            if pair is None:
                tally.unchanged += 1
            else:
                session.delete(pair)
                tally.removed += 1
            continue
        kind = PairKind(row.pair.value)
        if pair is None:
            session.add(AgentPair(first_id=key[0], second_id=key[1], kind=kind))
            tally.added += 1
        elif pair.kind is not kind:
            pair.kind = kind
            tally.updated += 1
        else:
            tally.unchanged += 1
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
        line = found.get(key)
        if line is None:
            made = ShiftRequirement(team_id=key[0], shift_type_id=key[1], on_date=key[2], required=row.required)
            session.add(made)
            tally.added += 1
        else:
            _set_required(tally, line, row.required)
    return tally


def store_role_requirements(session: Session, rows: Iterable[RoleRequirementRow]) -> Tally:
    """Set how many people with a role are needed by team, role, weekday and begin; all others stay."""
    tally, teams = Tally(), _team_ids(session)
    found = {
        (line.team_id, line.role, line.weekday, line.start_minute): line
        for line in session.exec(select(RoleRequirement))
    }
    for row in rows:
        team_id = None if row.team is None else teams[row.team]
        line = found.get((team_id, row.role, row.weekday, row.start))
        if line is None:
            made = RoleRequirement(
                team_id=team_id,
                role=row.role,
                weekday=row.weekday,
                start_minute=row.start,
                end_minute=row.end,
                required=row.required,
            )
            session.add(made)
            tally.added += 1
        elif line.end_minute != row.end:
            line.end_minute, line.required = row.end, row.required
            tally.updated += 1
        else:
            _set_required(tally, line, row.required)
    return tally


def _set_required(tally: Tally, line: ShiftRequirement | RoleRequirement, required: int) -> None:
    if line.required == required:
        tally.unchanged += 1
    else:
        line.required = required
        tally.updated += 1


def _team_ids(session: Session) -> dict[str, int]:
    return {name: key for name, key in session.exec(select(Team.name, Team.id)) if key is not None}


def _shift_ids(session: Session) -> dict[str, int]:
    return {code: key for code, key in session.exec(select(ShiftType.code, ShiftType.id)) if key is not None}

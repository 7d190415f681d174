"""Store checked rows: what is named first, what names it after; added, updated or left as it was."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import delete
from sqlmodel import Session, SQLModel, col, select

from api.services.importing.agreed import (
    store_managers,
    store_pairs,
    store_role_requirements,
    store_roles,
    store_shift_limits,
    store_shift_requirements,
    store_successions,
)
from api.services.importing.check import Checked
from api.services.importing.history import store_contacts
from api.services.importing.lines import store_availability, store_preferences, store_requirements, store_skills
from api.services.importing.report import KindCount, Tally
from roster.exchange.read import Reading
from roster.exchange.rows import (
    AvailabilityRow,
    ContactRow,
    ContractRow,
    PairRow,
    PersonRow,
    PreferenceRow,
    QueueRow,
    RequirementRow,
    RoleRequirementRow,
    ShiftLimitRow,
    ShiftRequirementRow,
    ShiftRow,
    SkillRow,
    TeamRow,
)
from roster.people import Agent, AgentChannel, Channel, Contract, Team
from roster.policy import Policy
from roster.queues import Pool, Queue
from roster.shifts import ShiftType

DEFAULT_POOL = "main"

T = TypeVar("T", bound=SQLModel)


def store(session: Session, reading: Reading, checked: Checked, policy: Policy) -> tuple[KindCount, ...]:
    """Write everything; the counts are in the order of writing."""
    steps: tuple[tuple[str, str, type[Any], Callable[[], Tally]], ...] = (
        ("teams", "teams", TeamRow, lambda: _store_teams(session, reading.of(TeamRow))),
        ("contracts", "contracts", ContractRow, lambda: _store_contracts(session, reading.of(ContractRow))),
        ("queues", "queues", QueueRow, lambda: _store_queues(session, reading.of(QueueRow))),
        ("shifts", "shifts", ShiftRow, lambda: _store_shifts(session, reading.of(ShiftRow), policy)),
        ("people", "agents", PersonRow, lambda: _store_people(session, reading.of(PersonRow))),
        ("skills", "skills", SkillRow, lambda: store_skills(session, reading.of(SkillRow))),
        (
            "availability",
            "windows and days off",
            AvailabilityRow,
            lambda: store_availability(session, reading.of(AvailabilityRow)),
        ),
        ("preferences", "wishes", PreferenceRow, lambda: store_preferences(session, reading.of(PreferenceRow))),
        (
            "requirements",
            "quarter-hours",
            RequirementRow,
            lambda: store_requirements(session, checked.requirements),
        ),
        ("shift_limits", "limits", ShiftLimitRow, lambda: store_shift_limits(session, reading.of(ShiftLimitRow))),
        ("pairs", "pairs", PairRow, lambda: store_pairs(session, reading.of(PairRow))),
        (
            "shift_requirements",
            "shifts",
            ShiftRequirementRow,
            lambda: store_shift_requirements(session, reading.of(ShiftRequirementRow)),
        ),
        (
            "role_requirements",
            "lines",
            RoleRequirementRow,
            lambda: store_role_requirements(session, reading.of(RoleRequirementRow)),
        ),
        (
            "contacts",
            "contacts",
            ContactRow,
            lambda: store_contacts(session, checked.contacts, policy.difficulty),
        ),
    )
    counts = []
    for kind, unit, row, step in steps:
        if reading.rows[row]:
            tally = step()
            session.flush()
            note = f"{tally.left_out} phantom contacts left out" if tally.left_out else ""
            counts.append(
                KindCount(kind, unit, tally.added, tally.updated, tally.unchanged, tally.removed, tally.left_out, note)
            )
    return tuple(counts)


def _keep(
    session: Session, tally: Tally, found: T | None, table: type[T], key: dict[str, Any], said: dict[str, Any]
) -> T:
    """Add a row where nothing was `found`, else set what the file `said` (None = it does not say)."""
    given = {name: value for name, value in said.items() if value is not None}
    if found is None:
        made = table(**key, **given)
        session.add(made)
        tally.added += 1
        return made
    changed = {name: value for name, value in given.items() if getattr(found, name) != value}
    for name, value in changed.items():
        setattr(found, name, value)
    if changed:
        tally.updated += 1
    else:
        tally.unchanged += 1
    return found


def _store_teams(session: Session, rows: Iterable[TeamRow]) -> Tally:
    tally, found = Tally(), {team.name: team for team in session.exec(select(Team))}
    for row in rows:
        _keep(session, tally, found.get(row.team), Team, {"name": row.team}, {"zone": row.zone})
    return tally


def _store_contracts(session: Session, rows: Iterable[ContractRow]) -> Tally:
    tally, found = Tally(), {contract.name: contract for contract in session.exec(select(Contract))}
    for row in rows:
        said = {
            "min_week_minutes": row.min_week_hours,
            "max_week_minutes": row.max_week_hours,
            "max_consecutive_days": row.max_consecutive_days,
            "min_consecutive_days": row.min_consecutive_days,
            "min_days_off": row.min_days_off,
            "max_weekends": row.max_weekends,
        }
        _keep(session, tally, found.get(row.contract), Contract, {"name": row.contract}, said)
    return tally


def _store_queues(session: Session, rows: Iterable[QueueRow]) -> Tally:
    pool = session.exec(select(Pool).where(Pool.name == DEFAULT_POOL)).first()
    if pool is None:
        pool = Pool(name=DEFAULT_POOL)
        session.add(pool)
        session.flush()
    tally, found = Tally(), {queue.code: queue for queue in session.exec(select(Queue))}
    for row in rows:
        said = {
            "name": row.name,
            "channel": row.channel,
            "priority": row.priority,
            "target_wait_seconds": row.target_wait_seconds,
            "service_level": row.service_level,
        }
        _keep(session, tally, found.get(row.queue), Queue, {"code": row.queue, "pool_id": pool.id}, said)
    return tally


def _store_shifts(session: Session, rows: Sequence[ShiftRow], policy: Policy) -> Tally:
    tally, found = Tally(), {shift.code: shift for shift in session.exec(select(ShiftType))}
    same: set[str] = set()
    for row in rows:
        key: dict[str, Any] = {"code": row.shift}
        if row.meal_minutes is None:
            limits = (policy.breaks.meal_over_minutes, policy.breaks.second_meal_over_minutes)
            by_policy = policy.breaks.meal_minutes * sum(row.minutes > limit for limit in limits)
            key["meal_minutes"] = min(by_policy, row.minutes - 1)
        said = {
            "name": row.name,
            "start_minute": row.start,
            "minutes": row.minutes,
            "meal_minutes": row.meal_minutes,
        }
        if row.meal_minutes is None:
            said.pop("meal_minutes")
        count = tally.unchanged
        _keep(session, tally, found.get(row.shift), ShiftType, key, said)
        same |= {row.shift} if tally.unchanged > count else set()
    session.flush()
    _recount(tally, same & store_successions(session, rows))
    return tally


def _recount(tally: Tally, changed: set[str]) -> None:
    """Rows whose own table stayed as it was, but not what hangs on it."""
    tally.updated += len(changed)
    tally.unchanged -= len(changed)


def _store_people(session: Session, rows: Sequence[PersonRow]) -> Tally:
    tally, found = Tally(), {agent.code: agent for agent in session.exec(select(Agent))}
    teams = dict(session.exec(select(Team.name, Team.id)).all())
    contracts = dict(session.exec(select(Contract.name, Contract.id)).all())
    stored: dict[str, Agent] = {}
    same: set[str] = set()
    for row in rows:
        count = tally.unchanged
        said = {
            "name": row.name,
            "team_id": teams[row.team],
            "contract_id": contracts[row.contract],
            "is_peer": row.peer,
            "languages": None if row.languages is None else list(row.languages),
        }
        stored[row.agent] = _keep(session, tally, found.get(row.agent), Agent, {"code": row.agent}, said)
        same |= {row.agent} if tally.unchanged > count else set()
    session.flush()
    _recount(tally, same & (store_roles(session, rows) | store_managers(session, rows)))
    channels: dict[int, set[Channel]] = {}
    for line in session.exec(select(AgentChannel)):
        channels.setdefault(line.agent_id, set()).add(line.channel)
    for row in rows:
        agent_id = stored[row.agent].id or 0
        before = channels.get(agent_id, set())
        after = set(row.channels) if row.channels else (before or {Channel.VOICE})
        session.add_all(AgentChannel(agent_id=agent_id, channel=channel) for channel in after - before)
        for channel in before - after:
            gone = delete(AgentChannel).where(
                col(AgentChannel.agent_id) == agent_id, col(AgentChannel.channel) == channel
            )
            session.execute(gone)
    return tally

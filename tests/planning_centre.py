"""A tiny centre to plan in tests: one team of three, one queue that needs one agent from 09:00 to 17:00."""

from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, select

from api.context import Context
from roster.clock import QUARTER, at_local
from roster.people import Agent, Contract, Skill, Team
from roster.queues import Pool, Queue
from roster.shifts import Assignment, Requirement, Roster, ShiftType
from roster.store.engine import reading, writing

MONDAY = date(2026, 11, 30)
ZONE = "Europe/Amsterdam"


def add(session: Session, row: Any) -> int:
    """Store `row` and return its number."""
    session.add(row)
    session.flush()
    return int(row.id)


def small_centre(context: Context, *, days: int = 7, agents: int = 3, zone: str = ZONE, start: date = MONDAY) -> None:
    """Team Days with agents a1, a2, …; queue care; shifts D (09:00 to 17:00) and E (13:00 to 21:00)."""
    with writing(context.engine) as session:
        team = add(session, Team(name="Days", zone=zone))
        contract = add(session, Contract(name="free", min_week_minutes=0, max_week_minutes=2400))
        pool = add(session, Pool(name="all"))
        queue = add(session, Queue(code="care", name="Care line", pool_id=pool, exposure_per_hour=12.0))
        add(session, ShiftType(code="D", name="Day", start_minute=540, minutes=480, meal_minutes=30))
        add(session, ShiftType(code="E", name="Evening", start_minute=780, minutes=480, meal_minutes=30))
        for number in range(1, agents + 1):
            person = Agent(code=f"a{number}", name=f"Agent {number}", team_id=team, contract_id=contract)
            session.add(Skill(agent_id=add(session, person), queue_id=queue))
        require(session, "care", start, days, 540, 1020, zone=zone)


def require(
    session: Session,
    queue: str,
    start: date,
    days: int,
    first_minute: int,
    last_minute: int,
    *,
    required: int = 1,
    zone: str = ZONE,
) -> None:
    """`required` agents in `queue` on each day, between two local minutes."""
    queue_id = session.exec(select(Queue.id).where(Queue.code == queue)).one() or 0
    for day in range(days):
        instant = at_local(start + timedelta(days=day), first_minute, zone)
        end = at_local(start + timedelta(days=day), last_minute, zone)
        while instant < end:
            session.add(Requirement(queue_id=queue_id, starts_at=instant, required=required))
            instant += QUARTER


def second_team(context: Context, *, skill: str = "care", agents: tuple[str, ...] = ("b1",), zone: str = ZONE) -> None:
    """Team Nights, on the contract of the first one."""
    with writing(context.engine) as session:
        team = add(session, Team(name="Nights", zone=zone))
        contract = session.exec(select(Contract.id)).first() or 0
        queue = session.exec(select(Queue.id).where(Queue.code == skill)).one() or 0
        for code in agents:
            person = Agent(code=code, name=f"Agent {code}", team_id=team, contract_id=contract)
            session.add(Skill(agent_id=add(session, person), queue_id=queue))


def second_queue(context: Context, code: str = "grief", *, start: date = MONDAY, days: int = 7) -> None:
    """Another queue, required from 09:00 to 17:00; nobody has its skill."""
    with writing(context.engine) as session:
        pool = session.exec(select(Pool.id)).first() or 0
        add(session, Queue(code=code, name="Bereavement", pool_id=pool, priority=1))
        require(session, code, start, days, 540, 1020)


def stored(context: Context, roster_id: int) -> list[tuple[str, date, str]]:
    """What a roster assigns, in order: agent, date, shift."""
    with reading(context.engine) as session:
        shifts = {shift.id: shift.code for shift in session.exec(select(ShiftType)).all()}
        agents = {agent.id: agent.code for agent in session.exec(select(Agent)).all()}
        lines = session.exec(select(Assignment).where(Assignment.roster_id == roster_id)).all()
        return sorted((agents[line.agent_id], line.on_date, shifts[line.shift_type_id]) for line in lines)


def place(context: Context, roster_id: int, agent: str, on_date: date, shift: str, *, pinned: bool = False) -> None:
    """Put an assignment straight into the table."""
    with writing(context.engine) as session:
        agent_id = session.exec(select(Agent.id).where(Agent.code == agent)).one() or 0
        shift_id = session.exec(select(ShiftType.id).where(ShiftType.code == shift)).one() or 0
        session.add(
            Assignment(roster_id=roster_id, agent_id=agent_id, on_date=on_date, shift_type_id=shift_id, pinned=pinned)
        )


def status_of(context: Context, roster_id: int) -> Roster:
    """The roster's row."""
    with reading(context.engine) as session:
        return session.exec(select(Roster).where(Roster.id == roster_id)).one()

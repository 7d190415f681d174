"""Rest that is owed: planned back into the same shift, carried to the next one, and counted for a team's lead.

The floor gives it (`api/services/floor/rests.py`): at the first quiet time, or when it is planned, whichever is first.
So nothing is given twice, and no segment stands for it before it begins.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pydantic import BaseModel, ConfigDict
from sqlalchemy import CursorResult, update
from sqlmodel import Session, col, select

from api.context import Context
from api.events.log import append
from api.services.days.facts import ONE_DAY, DayFacts, Shift, key, published_shifts
from roster.clock import clock_text, local_day
from roster.day import MINUTE
from roster.day_problem import Appointment
from roster.people import Agent, Team
from roster.policy import Policy
from roster.rest import RestDebt
from roster.shifts import SegmentKind
from roster.store.engine import reading, writing

BREATHER = "breather"
FEWEST_PEOPLE = 5
"""Of smaller teams nothing is counted: a figure would be about somebody."""
AHEAD = timedelta(days=28)


class TeamDebt(BaseModel):
    """Rest owed in a team: how many people it is owed to, and minutes in all. Never whose."""

    model_config = ConfigDict(frozen=True)

    people: int
    minutes: int


@dataclass(frozen=True)
class Owed:
    """What one agent is owed from a shift, less what they put off themselves. `planned_at` only if still ahead."""

    shift: Shift
    ids: tuple[int, ...]
    minutes: int
    planned_at: datetime | None
    appointment: Appointment

    def sentence(self, at: datetime) -> str:
        """What they are told of its new time."""
        when = clock_text(at, self.shift.zone)
        rest = "1 minute of rest is" if self.minutes == 1 else f"{self.minutes} minutes of rest are"
        return f"{rest} owed to you. There is room at {when}; if it is quiet before that, sooner."


def open_debts(session: Session, agent_ids: Iterable[int], on_date: date) -> list[RestDebt]:
    """What is still owed to these agents from the shift of `on_date`, oldest first."""
    query = (
        select(RestDebt)
        .where(
            RestDebt.on_date == on_date,
            col(RestDebt.agent_id).in_(sorted(agent_ids)),
            col(RestDebt.repaid_minutes) < col(RestDebt.minutes),
        )
        .order_by(col(RestDebt.incurred_at), col(RestDebt.id))
    )
    return list(session.exec(query).all())


def owed_in(facts: DayFacts, debts: Iterable[RestDebt], policy: Policy, now: datetime) -> tuple[Owed, ...]:
    """What can still be planned into the shifts of `facts`. What is due already is the floor's to give."""
    by_agent: dict[int, list[RestDebt]] = defaultdict(list)
    for debt in debts:
        if debt.postponed_to is None:
            by_agent[debt.agent_id].append(debt)
    found = []
    for shift in facts.shifts:
        mine = by_agent.get(shift.agent_id, [])
        planned = [debt.planned_at for debt in mine if debt.planned_at is not None]
        if not mine or any(at <= now for at in planned):
            continue
        minutes = sum(debt.minutes - debt.repaid_minutes for debt in mine)
        latest = shift.ends_at - policy.rest.repay_before_end_minutes * MINUTE
        soonest = max(now, shift.starts_at)
        told = max(soonest, max(debt.incurred_at for debt in mine) + policy.day.announced_minutes * MINUTE)
        earliest = next((at for at in (told, soonest) if at + minutes * MINUTE <= latest), None)
        if earliest is None:
            # Too late to plan: the floor gives it before the shift ends.
            continue
        planned_at = min(planned) if len(planned) == len(mine) else None
        appointment = Appointment(
            id=f"rest owed to {shift.agent.code}",
            kind=SegmentKind.DECOMPRESSION,
            people=(shift.agent.code,),
            minutes=min(minutes, 240),
            earliest=earliest if planned_at is None else min(earliest, planned_at),
            latest=latest if planned_at is None else max(latest, planned_at + minutes * MINUTE),
            planned_at=planned_at,
        )
        found.append(Owed(shift, tuple(key(debt.id) for debt in mine), minutes, planned_at, appointment))
    return tuple(found)


def carry_debts(context: Context) -> int:
    """Move what was not repaid in a shift that is over to its owner's next one, each once and told; how many moved."""
    now = context.now()
    with reading(context.engine) as session:
        moves = _to_carry(session, now)
    if not moves:
        return 0
    moved = 0
    with writing(context.engine) as session:
        for debt, to in moves:
            done = session.execute(
                update(RestDebt)
                .where(
                    col(RestDebt.id) == debt.id,
                    col(RestDebt.on_date) == debt.on_date,
                    col(RestDebt.repaid_minutes) == debt.repaid_minutes,
                )
                .values(on_date=to, planned_at=None, postponed_to=None)
            )
            # Another process, or the floor, may have been first.
            if not isinstance(done, CursorResult) or done.rowcount != 1:
                continue
            moved += 1
            append(
                session,
                at=now,
                kind="rest.carried",
                subject=str(debt.agent_id),
                actor=BREATHER,
                agent_id=debt.agent_id,
                data={"minutes": debt.minutes - debt.repaid_minutes, "to": to.isoformat()},
            )
    context.announcer.announce()
    return moved


def team_debt(session: Session, team_id: int) -> TeamDebt | None:
    """What is owed in a team; nothing for one of fewer than five people."""
    people = session.exec(select(Agent.id).where(Agent.team_id == team_id, col(Agent.active).is_(True))).all()
    if len(people) < FEWEST_PEOPLE:
        return None
    owed: dict[int, int] = defaultdict(int)
    query = select(RestDebt).where(
        col(RestDebt.agent_id).in_(list(people)), col(RestDebt.repaid_minutes) < col(RestDebt.minutes)
    )
    for debt in session.exec(query):
        owed[debt.agent_id] += debt.minutes - debt.repaid_minutes
    return TeamDebt(people=len(owed), minutes=sum(owed.values()))


def _to_carry(session: Session, now: datetime) -> list[tuple[RestDebt, date]]:
    """Debts whose shift is over, each with the date of the shift that comes next; those without one stay."""
    debts = session.exec(
        select(RestDebt, col(Team.zone))
        .join(Agent, col(Agent.id) == col(RestDebt.agent_id))
        .join(Team, col(Team.id) == col(Agent.team_id))
        .where(
            col(RestDebt.repaid_minutes) < col(RestDebt.minutes),
            col(RestDebt.on_date) <= (now + ONE_DAY).date(),
            col(Agent.active).is_(True),
        )
        .order_by(col(RestDebt.id))
    ).all()
    shifts: dict[int, list[Shift]] = defaultdict(list)
    if debts:
        first, last = (now - 2 * ONE_DAY).date(), (now + AHEAD).date()
        for shift in published_shifts(session, first, last, {debt.agent_id for debt, _ in debts}):
            shifts[shift.agent_id].append(shift)
    found = []
    for debt, zone in debts:
        own = next((shift for shift in shifts[debt.agent_id] if shift.on_date == debt.on_date), None)
        over = own.ends_at <= now if own is not None else debt.on_date < local_day(now, zone)
        ahead = (shift for shift in shifts[debt.agent_id] if shift.on_date != debt.on_date and shift.ends_at > now)
        after = next(ahead, None)
        if over and after is not None:
            found.append((debt, after.on_date))
    return found

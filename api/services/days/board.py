"""A team's day for its lead: who is where, quarter-hour by quarter-hour, and how cover stands. Never why."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session, col, select

from api.context import Context
from api.errors import NotFound
from api.services.days.building import build_day_problem
from api.services.days.debts import TeamDebt, team_debt
from api.services.days.facts import published_shifts, read_day
from api.services.days.views import AgentDayView, team_day
from roster.clock import QUARTER, QUARTER_MINUTES, clock_text, local_day
from roster.day import MINUTE
from roster.day_problem import DayAgent, DayProblem, DayResult, DayStatus
from roster.people import Team
from roster.queues import Queue
from roster.rules.day.cover import short_minutes
from roster.shifts import SegmentKind
from roster.store.engine import reading


class _View(BaseModel):
    model_config = ConfigDict(frozen=True)


class QuarterCover(_View):
    """A queue in a quarter-hour, in agents. `there` counts everybody at work who can take it, whatever else they can;
    `short` is what the queue would lack if they all took it alone.
    """

    starts_at: datetime
    starts: str
    required: float
    there: float
    short: float


class QueueDay(_View):
    """A queue's cover through the team's day."""

    queue: str
    name: str
    quarters: tuple[QuarterCover, ...]


class Shortage(_View):
    """Agents short in a quarter-hour, all queues of the centre at once: nobody can work two queues at a time."""

    starts_at: datetime
    starts: str
    short: float


class TeamBoardView(_View):
    """A team's day on `on_date`, from the first shift's begin to the last one's end; times local, instants UTC.

    `rest_owed` is null for a team of fewer than five people.
    """

    team: str
    zone: str
    on_date: date
    now: datetime
    starts_at: datetime | None
    ends_at: datetime | None
    people: tuple[AgentDayView, ...]
    queues: tuple[QueueDay, ...]
    short: tuple[Shortage, ...]
    rest_owed: TeamDebt | None


def team_board(context: Context, team: str, on_date: date | None = None) -> TeamBoardView:
    """The day of the team called `team` on `on_date` (today there, if it is not said); raises `NotFound`."""
    now = context.now()
    with reading(context.engine) as session:
        found = session.exec(select(Team).where(Team.name == team)).first()
        if found is None or found.id is None:
            raise NotFound(f"there is no team {team!r}")
        day = on_date or local_day(now, found.zone)
        shifts = [one for one in published_shifts(session, day, day) if one.agent.team_id == found.id]
        queues: tuple[QueueDay, ...] = ()
        short: tuple[Shortage, ...] = ()
        begin = min((shift.starts_at for shift in shifts), default=None)
        end = max((shift.ends_at for shift in shifts), default=None)
        if begin is not None and end is not None:
            facts = read_day(session, day, None)
            problem = build_day_problem(session, context.policy, facts, now, breaks_stay=True)
            skills = {queue for shift in shifts for queue in facts.skills.get(shift.agent_id, ())}
            inside = range(problem.quarter_at(begin), problem.quarter_at(end - MINUTE) + 1)
            queues = _queues(session, problem, skills, inside, found.zone)
            short = _short(problem, inside, found.zone)
        owed = team_debt(session, found.id)
    people = team_day(context, day, now, team_id=found.id).people
    return TeamBoardView(
        team=found.name,
        zone=found.zone,
        on_date=day,
        now=now,
        starts_at=begin,
        ends_at=end,
        people=people,
        queues=queues,
        short=short,
        rest_owed=owed,
    )


def _queues(
    session: Session, problem: DayProblem, skills: Iterable[str], inside: range, zone: str
) -> tuple[QueueDay, ...]:
    """The queues that the team can take and that need anybody."""
    names = dict(session.exec(select(Queue.code, Queue.name).where(col(Queue.code).in_(sorted(skills)))).all())
    people = [(frozenset(person.skills), at_work(problem, person)) for person in (*problem.agents, *problem.others)]
    found = []
    for demand in problem.demands:
        if demand.queue not in names:
            continue
        quarters = []
        for quarter in inside:
            needed = problem.needed_minutes(demand, quarter)
            there = sum(minutes[quarter] for queues, minutes in people if demand.queue in queues)
            at = problem.starts_at + quarter * QUARTER
            quarters.append(
                QuarterCover(
                    starts_at=at,
                    starts=clock_text(at, zone),
                    required=_agents(needed),
                    there=_agents(there),
                    short=_agents(max(0, needed - there)),
                )
            )
        found.append(QueueDay(queue=demand.queue, name=names[demand.queue], quarters=tuple(quarters)))
    return tuple(found)


def _short(problem: DayProblem, inside: range, zone: str) -> tuple[Shortage, ...]:
    """The quarter-hours that are short."""
    short = short_minutes(problem, DayResult(status=DayStatus.FEASIBLE, days=()), inside)
    times = ((problem.starts_at + quarter * QUARTER, short[quarter]) for quarter in inside if short[quarter])
    return tuple(Shortage(starts_at=at, starts=clock_text(at, zone), short=_agents(minutes)) for at, minutes in times)


def at_work(problem: DayProblem, person: DayAgent) -> list[int]:
    """Minutes at work in each quarter-hour of the problem."""
    away = [span for span in person.fixed if span.kind is not SegmentKind.WORK]
    found = []
    for quarter in range(problem.quarters):
        begin = problem.starts_at + quarter * QUARTER
        end = begin + QUARTER
        here = _shared(person.starts_at, person.ends_at, begin, end)
        found.append(here - sum(_shared(span.starts_at, span.ends_at, begin, end) for span in away) if here else 0)
    return found


def _shared(starts_at: datetime, ends_at: datetime, begin: datetime, end: datetime) -> int:
    return max(timedelta(0), min(ends_at, end) - max(starts_at, begin)) // MINUTE


def _agents(minutes: int) -> float:
    return round(minutes / QUARTER_MINUTES, 2)

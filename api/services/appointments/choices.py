"""What may be chosen for an appointment: free times of a call-back's owner, and the people and teams of the centre."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict
from sqlmodel import col, select

from api.context import Context
from api.security.caller import Caller
from api.services.appointments.call_backs import call_back, found_call_back
from api.services.appointments.store import people_of
from api.services.appointments.times import Days, on_grid, soonest, stretches
from api.services.appointments.views import CallBackView
from api.services.days.facts import ONE_DAY, key
from roster.clock import clock_text, local_day
from roster.day import MINUTE
from roster.people import Agent, Team
from roster.store.engine import reading


class TimeView(BaseModel):
    """A free time, UTC and as the owner reads it; `late` says that it ends after the call-back is due."""

    model_config = ConfigDict(frozen=True)

    starts_at: datetime
    starts: str
    today: bool
    late: bool


@dataclass(frozen=True)
class Choices:
    """Everybody who works here, by code, with their name and zone; and the teams with theirs."""

    people: dict[str, tuple[str, str]]
    teams: dict[str, str]


def free_times_of(
    context: Context, call_back_id: str, caller: Caller, *, step_minutes: int = 15
) -> tuple[CallBackView, tuple[TimeView, ...]]:
    """A call-back, and times in its owner's planned days until tomorrow at which it could be."""
    view, now = call_back(context, call_back_id, caller), context.now()
    with reading(context.engine) as session:
        row = found_call_back(session, call_back_id, caller)
        [owner] = people_of(session, [row])[row.id]
        wish = row.model_copy(update={"earliest": now})
        begin = soonest(wish, on_grid(now))
        found = stretches(session, wish, [key(owner.id)], begin, begin + 2 * ONE_DAY)
        days = Days(session, [shift for stretch in found for shift in stretch.shifts])
        times = sorted(
            time.starts_at
            for stretch in found
            if days.is_planned(stretch)
            for time in days.free_times(wish, stretch)
            if time.starts_at.minute % step_minutes == 0
        )
    today = local_day(now, view.zone)
    return view, tuple(
        TimeView(
            starts_at=at,
            starts=clock_text(at, view.zone),
            today=local_day(at, view.zone) == today,
            late=at + row.minutes * MINUTE > view.due_at,
        )
        for at in times
    )


def choices(context: Context) -> Choices:
    """Whom a lead may ask."""
    with reading(context.engine) as session:
        teams = {team.id: team for team in session.exec(select(Team).order_by(col(Team.name))).all()}
        agents = session.exec(select(Agent).where(col(Agent.active).is_(True)).order_by(col(Agent.code))).all()
        return Choices(
            people={agent.code: (agent.name, teams[agent.team_id].zone) for agent in agents},
            teams={team.name: team.zone for team in teams.values()},
        )

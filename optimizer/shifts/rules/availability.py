"""Posts availability: a shift outside every window of its person is out."""

from datetime import date, datetime, timedelta

from optimizer.shifts.variables import Requirement, RosterModel
from roster.clock import at_local
from roster.problem import PlannedAgent

KEY = "availability"


def post(roster: RosterModel) -> None:
    """Forbid each option that no window holds."""
    for agent in roster.people:
        if not agent.availability:
            continue
        for day, options in enumerate(roster.grid.days):
            today = roster.problem.date_of(day)
            yesterday = today - timedelta(days=1)
            open_spans = _open(agent, today, roster.problem.zone) + _open(agent, yesterday, roster.problem.zone)
            for option in options:
                if not any(opens <= option.begin and option.end <= closes for opens, closes in open_spans):
                    roster.forbid(Requirement(KEY, agent.id, day), option)


def _open(agent: PlannedAgent, date: date, zone: str) -> list[tuple[datetime, datetime]]:
    return [
        (at_local(date, window.start_minute, zone), at_local(date, window.end_minute, zone))
        for window in agent.availability
        if window.weekday == date.weekday()
    ]

"""Posts availability: a shift outside every window of its person is out."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from optimizer.shifts.grid import Grid, Option
from optimizer.shifts.model.roster_model import Requirement, RosterModel
from optimizer.shifts.rows.in_row import InRow
from roster.clock import at_local
from roster.problem import PlannedAgent

KEY = "availability"


def post(roster: RosterModel) -> None:
    """Forbid each option that no window holds."""
    for agent in roster.people:
        for option in _outside(roster.grid, agent):
            roster.forbid(Requirement(KEY, agent.id, option.day), option)


def in_row(grid: Grid, agent: PlannedAgent) -> InRow:
    """The same options are barred."""
    return InRow(barred=frozenset(grid.number[option.day, option.shift] for option in _outside(grid, agent)))


def _outside(grid: Grid, agent: PlannedAgent) -> Iterator[Option]:
    """The options that no window of `agent` holds."""
    if not agent.availability:
        return
    for day, options in enumerate(grid.days):
        today = grid.problem.date_of(day)
        yesterday = today - timedelta(days=1)
        open_spans = _open(agent, today, grid.problem.zone) + _open(agent, yesterday, grid.problem.zone)
        for option in options:
            if not any(opens <= option.begin and option.end <= closes for opens, closes in open_spans):
                yield option


def _open(agent: PlannedAgent, date: date, zone: str) -> list[tuple[datetime, datetime]]:
    return [
        (at_local(date, window.start_minute, zone), at_local(date, window.end_minute, zone))
        for window in agent.availability
        if window.weekday == date.weekday()
    ]

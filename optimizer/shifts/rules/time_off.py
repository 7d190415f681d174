"""Posts time off: whatever touches a granted day is out."""

from optimizer.shifts.variables import Requirement, RosterModel
from roster.clock import midnight

KEY = "time_off"


def post(roster: RosterModel) -> None:
    """Forbid each option that overlaps a day of time off, also one that began the evening before."""
    problem = roster.problem
    for agent in roster.people:
        for off in set(agent.time_off):
            opens = midnight(problem.date_of(off), problem.zone)
            closes = midnight(problem.date_of(off + 1), problem.zone)
            for options in roster.grid.days[max(0, off - 2) : max(0, off + 1)]:
                for option in options:
                    if option.begin < closes and opens < option.end:
                        roster.forbid(Requirement(KEY, agent.id, off), option)

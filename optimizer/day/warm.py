"""Compile what arranging a day needs, or fetch it from numba's cache."""

from datetime import UTC, date, datetime, timedelta

from optimizer.day.solve import solve_day
from roster.day_problem import DayAgent, DayProblem, DebriefRequest, QueueDemand
from roster.policy import default_policy

HOURS = 8
PEOPLE = 5


def warm() -> None:
    """Arrange a day with a debrief that is too large for one model: every compiled function is called."""
    begin = datetime(2026, 1, 5, 7, tzinfo=UTC)
    end = begin + timedelta(hours=HOURS)
    people = tuple(
        DayAgent(
            id=f"{number}", skills=("queue",), starts_at=begin, ends_at=end, volunteer=number > 0, sessions_left=number
        )
        for number in range(PEOPLE)
    )
    request = DebriefRequest(id="debrief", agent="0", peers=("1", "2"), earliest=begin, latest=end, minutes=25)
    day = DayProblem(
        on_date=date(2026, 1, 5),
        starts_at=begin,
        quarters=HOURS * 4,
        agents=people,
        demands=(QueueDemand(queue="queue", required=(PEOPLE,) * (HOURS * 4)),),
        debriefs=(request,),
        breaks=default_policy().breaks,
    )
    found = solve_day(day, deterministic_limit=0.01)
    if found.unplaced or len(found.debriefs) != 1 or found.short_bound is None:
        raise RuntimeError(f"the compiled day is wrong: every break and the debrief were to be placed, {found}")

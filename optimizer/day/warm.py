"""Compile what arranging a day needs, or fetch it from numba's cache."""

from datetime import UTC, date, datetime, timedelta

from optimizer.day.live import replan_day
from optimizer.day.solve import solve_day
from roster.day_problem import BREAK_KINDS, Appointment, DayAgent, DayProblem, DebriefRequest, QueueDemand
from roster.policy import default_policy
from roster.shifts import SegmentKind

HOURS = 8
PEOPLE = 5
GUARD_SECONDS = 600.0
"""Compiling is not to end the search."""


def warm() -> None:
    """Arrange a day with a debrief and a meeting that is too large for one model, and arrange it again: every compiled
    function is called.
    """
    begin = datetime(2026, 1, 5, 7, tzinfo=UTC)
    end = begin + timedelta(hours=HOURS)
    people = tuple(
        DayAgent(
            id=f"{number}", skills=("queue",), starts_at=begin, ends_at=end, volunteer=number > 0, sessions_left=number
        )
        for number in range(PEOPLE)
    )
    request = DebriefRequest(id="debrief", agent="0", peers=("1", "2"), earliest=begin, latest=end, minutes=25)
    meeting = Appointment(
        id="meeting", kind=SegmentKind.MEETING, people=("1", "2"), minutes=30, earliest=begin, latest=end
    )
    day = DayProblem(
        on_date=date(2026, 1, 5),
        starts_at=begin,
        quarters=HOURS * 4,
        agents=people,
        demands=(QueueDemand(queue="queue", required=(PEOPLE,) * (HOURS * 4)),),
        debriefs=(request,),
        appointments=(meeting,),
        breaks=default_policy().breaks,
    )
    found = solve_day(day, deterministic_limit=0.01, time_limit_seconds=GUARD_SECONDS)
    if found.unplaced or len(found.debriefs) != 1 or found.short_bound is None:
        raise RuntimeError(f"the compiled day is wrong: every break and the debrief were to be placed, {found}")
    planned = tuple(
        one.model_copy(update={"planned": tuple(span for span in spans if span.kind in BREAK_KINDS)})
        for one, spans in zip(people, found.segments_of.values(), strict=True)
    )
    replan_day(day.but(agents=planned), moves=PEOPLE)

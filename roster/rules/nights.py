"""What a night shift is: enough of it lies between two minutes of the local day, in real minutes.

Where clocks change inside the night, a shift has as much of it as really passes: an hour less or more.
"""

from datetime import date, timedelta
from functools import lru_cache

from roster.clock import at_local
from roster.problem import PlannedAgent, Problem
from roster.rules.rows import Rows


def is_night(problem: Problem, day: int, shift: str) -> bool:
    """Whether `shift` beginning on `day` is a night shift by the problem's terms."""
    return night_minutes(problem, day, shift) >= problem.night.minimum_minutes


def night_minutes(problem: Problem, day: int, shift: str) -> int:
    """Real minutes of `shift` beginning on `day` that lie in the night, meal included."""
    option, terms = problem.shift_of[shift], problem.night
    on = problem.date_of(day)
    return _minutes(on, option.start_minute, option.minutes, terms.from_minute, terms.to_minute, problem.zone)


def night_days(rows: Rows, agent: PlannedAgent) -> set[int]:
    """Days on which a night shift of `agent` begins; those before the horizon are negative."""
    return {one.day for one in rows.with_past(agent) if is_night(rows.problem, one.day, one.shift)}


# Rosters ask again and again about the same shifts of the same days.
@lru_cache(maxsize=65536)
def _minutes(on: date, start_minute: int, minutes: int, from_minute: int, to_minute: int, zone: str) -> int:
    begin = at_local(on, start_minute, zone)
    end = begin + timedelta(minutes=minutes)
    last_minute = to_minute + 1440 if to_minute < from_minute else to_minute
    total = timedelta()
    for reach in (-1, 0, 1):
        dusk = at_local(on + timedelta(days=reach), from_minute, zone)
        dawn = at_local(on + timedelta(days=reach), last_minute, zone)
        total += max(timedelta(), min(end, dawn) - max(begin, dusk))
    return int(total.total_seconds() // 60)

"""Time off: no work on a granted day, not even the tail of a shift that began the evening before."""

from collections.abc import Iterator

from roster.clock import midnight
from roster.rules.finding import Finding
from roster.rules.rows import Rows
from roster.rules.wording import day_text, person, shift_name

KEY = "time_off"


def check(rows: Rows) -> Iterator[Finding]:
    """Each shift that touches a day of time off."""
    problem = rows.problem
    for agent in rows.rostered():
        for off in sorted(set(agent.time_off)):
            begin = midnight(problem.date_of(off), problem.zone)
            end = midnight(problem.date_of(off + 1), problem.zone)
            for one in rows.of(agent):
                if one.begin < end and one.end > begin:
                    sentence = (
                        f"{person(agent)} has time off on {day_text(problem, off)}, but"
                        f" {shift_name(problem, one.shift)} of {day_text(problem, one.day)} falls in it."
                    )
                    yield Finding(KEY, sentence, hard=True, agent=agent.id, day=one.day)

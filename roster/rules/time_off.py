"""Time off: no work on a granted day, not even the tail of a shift that began the evening before.

On a day of absence no shift begins; one that began the evening before may end in it.
"""

from collections.abc import Iterator

from roster.clock import midnight
from roster.problem import PlannedAgent
from roster.rules.finding import Finding
from roster.rules.rows import Rows
from roster.rules.wording import day_text, person, shift_name

KEY = "time_off"


def check(rows: Rows) -> Iterator[Finding]:
    """Each shift that touches a day of time off or begins on a day of absence.

    Absences are judged with the rule off too: who is away can't be given work.
    """
    for agent in rows.rostered():
        if rows.problem.rules.time_off.mode != "off":
            yield from _granted(rows, agent)
        for absence in agent.absences:
            for one in rows.of(agent):
                if one.day == absence.day and (agent.id, one.day) not in rows.missed:
                    sentence = (
                        f"{person(agent)} is away on {day_text(rows.problem, one.day)}, but has"
                        f" {shift_name(rows.problem, one.shift)}."
                    )
                    yield Finding(KEY, sentence, hard=True, agent=agent.id, day=one.day)


def _granted(rows: Rows, agent: PlannedAgent) -> Iterator[Finding]:
    problem = rows.problem
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

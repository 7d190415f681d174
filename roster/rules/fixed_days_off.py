"""Fixed days off: no shift begins on a day that was agreed to be free.

It is no leave: it takes nothing off the minutes asked, and a night of the day before may end in it.
"""

from collections.abc import Iterator

from roster.rules.finding import Finding
from roster.rules.rows import Rows
from roster.rules.wording import day_text, person, shift_name

KEY = "fixed_days_off"


def check(rows: Rows) -> Iterator[Finding]:
    """Each shift that begins on such a day."""
    problem = rows.problem
    for agent in rows.rostered():
        free = set(agent.fixed_days_off)
        for one in rows.of(agent):
            if one.day in free:
                sentence = (
                    f"{person(agent)} has {day_text(problem, one.day)} off by agreement, but works"
                    f" {shift_name(problem, one.shift)}."
                )
                yield Finding(KEY, sentence, hard=True, agent=agent.id, day=one.day)

"""Weekly rest: in every seven days from the roster's first day, one uninterrupted rest that lies wholly inside them.

A part week at the end is not judged: its rest may still come after the horizon.
"""

from collections.abc import Iterator
from datetime import datetime

from roster.clock import midnight
from roster.rules.finding import Finding
from roster.rules.rows import Rows, Worked
from roster.rules.wording import duration, elapsed_minutes, person, week_text

KEY = "weekly_rest"


def check(rows: Rows) -> Iterator[Finding]:
    """Each person and whole week without a long enough rest."""
    problem = rows.problem
    asked = problem.rules.weekly_rest.minutes
    for first in range(0, problem.days - 6, 7):
        begin = midnight(problem.date_of(first), problem.zone)
        end = midnight(problem.date_of(first + 7), problem.zone)
        for agent in rows.rostered():
            longest = _longest_rest(rows.with_past(agent), begin, end)
            if longest < asked:
                sentence = (
                    f"{person(agent)} rests at most {duration(longest)} at a stretch in"
                    f" {week_text(problem, first, 7)}: {duration(asked)} is asked."
                )
                yield Finding(KEY, sentence, hard=True, agent=agent.id, day=first)


def _longest_rest(row: tuple[Worked, ...], begin: datetime, end: datetime) -> int:
    """The longest stretch without work between `begin` and `end`, in minutes."""
    inside = [(max(one.begin, begin), min(one.end, end)) for one in row if one.begin < end and one.end > begin]
    free_from = [begin]
    for _, over in inside:
        free_from.append(max(free_from[-1], over))
    busy_from = [*(start for start, _ in inside), end]
    return max(max(0, elapsed_minutes(free, busy)) for free, busy in zip(free_from, busy_from, strict=True))

"""One shift a day: a person begins at most one shift on a local day, and no two overlap, also across midnight."""

from collections.abc import Iterator
from itertools import groupby

from roster.rules.finding import Finding
from roster.rules.rows import Rows, successions
from roster.rules.wording import day_text, person, shift_name

KEY = "one_shift_a_day"


def check(rows: Rows) -> Iterator[Finding]:
    """Each day with more than one shift, and each shift that begins before the one before it has ended."""
    problem = rows.problem
    for agent in rows.rostered():
        for day, group in groupby(rows.of(agent), key=lambda one: one.day):
            names = [shift_name(problem, one.shift) for one in group]
            if len(names) > 1:
                sentence = f"{person(agent)} has {len(names)} shifts on {day_text(problem, day)}: {', '.join(names)}."
                yield Finding(KEY, sentence, hard=True, agent=agent.id, day=day)
        for before, after in successions(rows.with_past(agent)):
            if before.day != after.day and after.begin < before.end and after.day >= 0:
                sentence = (
                    f"{person(agent)}: {shift_name(problem, after.shift)} on {day_text(problem, after.day)} begins"
                    f" before {shift_name(problem, before.shift)} of {day_text(problem, before.day)} has ended."
                )
                yield Finding(KEY, sentence, hard=True, agent=agent.id, day=after.day)

"""Most days off: at most so many days off in a row; a day of time off or a fixed day off begins the count anew."""

from collections.abc import Iterator
from itertools import pairwise

from roster.rules.finding import Finding
from roster.rules.rows import Rows
from roster.rules.wording import count, day_text, person

KEY = "max_days_off"


def check(rows: Rows) -> Iterator[Finding]:
    """Each stretch of days off that is too long, once, at its first day too many; days before the horizon count.

    Without history the count begins with the first day. Only days of the horizon are charged.
    """
    problem = rows.problem
    terms = problem.rules.max_days_off
    for agent in rows.rostered():
        stops = {one.day for one in rows.with_past(agent)} | set(agent.time_off) | set(agent.fixed_days_off)
        stops = {day for day in stops if day < problem.days}
        if not rows.past(agent):
            stops = {day for day in stops if day >= 0} | {-1}
        ends = [*sorted(stops), problem.days]
        for before, after in pairwise(ends):
            first_too_many = max(0, before + 1 + terms.maximum)
            if after > first_too_many:
                sentence = (
                    f"{person(agent)} has {count(after - before - 1, 'day')} off in a row until"
                    f" {day_text(problem, after - 1)}: at most {terms.maximum} are allowed."
                )
                cost = 0 if terms.mode == "hard" else terms.weight * (after - first_too_many)
                yield Finding(KEY, sentence, terms.mode == "hard", cost, agent=agent.id, day=first_too_many)

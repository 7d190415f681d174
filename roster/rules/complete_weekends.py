"""Complete weekends: Saturday and Sunday are both worked or both free.

The Saturday before a first day that is a Sunday is known from the history, where there is any; a last day that is a
Saturday waits for its Sunday.
"""

from collections.abc import Iterator

from roster.rules.finding import Finding
from roster.rules.rows import Rows
from roster.rules.wording import day_text, person

KEY = "complete_weekends"
SUNDAY = 6


def check(rows: Rows) -> Iterator[Finding]:
    """Each weekend of which one day is worked and the other is not."""
    problem = rows.problem
    terms = problem.rules.complete_weekends
    sundays = [day for day in range(problem.days) if problem.date_of(day).weekday() == SUNDAY]
    for agent in rows.rostered():
        days = {one.day for one in rows.with_past(agent)}
        for sunday in sundays:
            if sunday == 0 and not rows.past(agent):
                continue
            both = (sunday - 1, sunday)
            worked = [day for day in both if day in days]
            if len(worked) == 1:
                other = next(day for day in both if day not in days)
                sentence = (
                    f"{person(agent)} works on {day_text(problem, worked[0])}, but not on {day_text(problem, other)}:"
                    f" a weekend is to be worked whole or not at all."
                )
                cost = 0 if terms.mode == "hard" else terms.weight
                yield Finding(KEY, sentence, terms.mode == "hard", cost, agent=agent.id, day=max(0, worked[0]))

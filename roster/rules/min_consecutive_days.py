"""Fewest consecutive days: working days come in runs of at least so many, by the rule or the contract."""

from collections.abc import Iterator

from roster.rules.finding import Finding
from roster.rules.rows import Rows
from roster.rules.runs import runs_of
from roster.rules.wording import count, day_text, person

KEY = "min_consecutive_days"


def check(rows: Rows) -> Iterator[Finding]:
    """Each run of working days that ends inside the roster and is too short, where it is known where it began."""
    problem = rows.problem
    terms = problem.rules.min_consecutive_days
    for agent in rows.rostered():
        asked = max(terms.minimum, agent.contract.min_consecutive_days)
        days = {one.day for one in rows.with_past(agent)}
        for first, last in runs_of(days):
            short = asked - (last - first + 1)
            began = first > 0 or any(day < first for day in days)
            if short > 0 and began and -1 <= last < problem.days - 1:
                sentence = (
                    f"{person(agent)} works {count(last - first + 1, 'day')} in a row until {day_text(problem, last)}:"
                    f" at least {asked} are asked."
                )
                cost = 0 if terms.mode == "hard" else terms.weight * short
                yield Finding(KEY, sentence, terms.mode == "hard", cost, agent=agent.id, day=max(0, last))

"""Consecutive days: at most so many working days in a row, by the rule or the contract, whichever is lower."""

from collections.abc import Iterator

from roster.rules.finding import Finding
from roster.rules.rows import Rows
from roster.rules.wording import day_text, person

KEY = "consecutive_days"


def check(rows: Rows) -> Iterator[Finding]:
    """Each run of working days that is too long, once, at its first day too many; days before the horizon count.

    A working day is one on which a shift begins.
    """
    problem = rows.problem
    for agent in rows.rostered():
        asked = min(problem.rules.consecutive_days.maximum, agent.contract.max_consecutive_days)
        days = {one.day for one in rows.with_past(agent)}
        for last in sorted(days):
            if last + 1 in days:
                continue
            length = 1
            while last - length in days:
                length += 1
            first_too_many = max(0, last - length + 1 + asked)
            if length > asked and last >= 0:
                sentence = (
                    f"{person(agent)} works {length} days in a row until {day_text(problem, last)}:"
                    f" at most {asked} are allowed."
                )
                yield Finding(KEY, sentence, hard=True, agent=agent.id, day=first_too_many)

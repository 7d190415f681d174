"""Weekends: at most so many of the horizon's weekends worked, by the rule or the contract, whichever is lower.

A weekend is worked if a shift begins on its Saturday or Sunday. One that the horizon cuts counts too, the Saturday
before the first day by the history.
"""

from collections.abc import Iterator

from roster.rules.finding import Finding
from roster.rules.rows import Rows
from roster.rules.wording import count, person

KEY = "weekends"
SATURDAY, SUNDAY = 5, 6


def check(rows: Rows) -> Iterator[Finding]:
    """Each person with too many; a weekend that was begun before the first day is no breach by itself."""
    problem = rows.problem
    terms = problem.rules.weekends
    first = problem.start.weekday()
    for agent in rows.rostered():
        own = agent.contract.max_weekends
        asked = terms.maximum if own is None else min(terms.maximum, own)
        begun = int(first == SUNDAY and any(one.day == -1 for one in rows.past(agent)))
        saturdays = {-1} if begun else set()
        for one in rows.of(agent):
            weekday = (first + one.day) % 7
            if weekday in (SATURDAY, SUNDAY):
                saturdays.add(one.day - (weekday - SATURDAY))
        worked = sorted(saturdays)
        beyond = len(worked) - max(asked, begun)
        if beyond > 0:
            sentence = f"{person(agent)} works {count(len(worked), 'weekend')}: at most {asked} are allowed."
            cost = 0 if terms.mode == "hard" else terms.weight * beyond
            yield Finding(KEY, sentence, terms.mode == "hard", cost, agent=agent.id, day=max(0, worked[-beyond]))

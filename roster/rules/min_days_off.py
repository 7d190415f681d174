"""Fewest days off: days off between working days come in stretches of at least so many, by the rule or the contract."""

from collections.abc import Iterator

from roster.rules.finding import Finding
from roster.rules.rows import Rows
from roster.rules.runs import gaps_of
from roster.rules.wording import count, day_text, person

KEY = "min_days_off"


def check(rows: Rows) -> Iterator[Finding]:
    """Each stretch of days off between two shifts that is too short, the later shift inside the roster."""
    problem = rows.problem
    terms = problem.rules.min_days_off
    for agent in rows.rostered():
        asked = max(terms.minimum, agent.contract.min_days_off)
        for first, last in gaps_of([one.day for one in rows.with_past(agent)]):
            short = asked - (last - first + 1)
            if short > 0 and last >= -1:
                sentence = (
                    f"{person(agent)} has {count(last - first + 1, 'day')} off before"
                    f" {day_text(problem, last + 1)}: at least {asked} in a row are asked."
                )
                cost = 0 if terms.mode == "hard" else terms.weight * short
                yield Finding(KEY, sentence, terms.mode == "hard", cost, agent=agent.id, day=max(0, first))

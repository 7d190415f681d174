"""Keep together: whoever is kept with somebody works a shift only where the other works the same on the same day."""

from collections.abc import Iterator

from roster.rules.finding import Finding
from roster.rules.rows import Rows
from roster.rules.wording import day_text, person, shift_name

KEY = "keep_together"


def check(rows: Rows) -> Iterator[Finding]:
    """Each shift of a pair's first that its second does not work."""
    problem = rows.problem
    terms = problem.rules.keep_together
    hard = terms.mode == "hard"
    for pair in problem.together:
        first, second = problem.agent_of[pair.first], problem.agent_of[pair.second]
        if first.fixed:
            continue
        there = {(one.day, one.shift) for one in rows.of(second)}
        for one in rows.of(first):
            if (one.day, one.shift) not in there:
                yield Finding(
                    KEY,
                    f"{person(first)} works {shift_name(problem, one.shift)} on {day_text(problem, one.day)}"
                    f" without {person(second)}, with whom they are kept together.",
                    hard=hard,
                    cost=0 if hard else terms.weight,
                    agent=first.id,
                    day=one.day,
                )

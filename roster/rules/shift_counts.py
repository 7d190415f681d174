"""Shift counts: how often a person works a shift in the horizon, at least and at most."""

from collections import Counter
from collections.abc import Iterator

from roster.rules.finding import Finding
from roster.rules.rows import Rows
from roster.rules.wording import count, person, shift_name

KEY = "shift_counts"


def check(rows: Rows) -> Iterator[Finding]:
    """Each person and shift worked too seldom or too often."""
    problem = rows.problem
    terms = problem.rules.shift_counts
    for agent in rows.rostered():
        worked = Counter(one.shift for one in rows.of(agent))
        for limit in agent.shift_limits:
            number = worked[limit.shift]
            if number < limit.least:
                away, asked = limit.least - number, f"at least {_times(limit.least)}"
            elif limit.most is not None and number > limit.most:
                away, asked = number - limit.most, f"at most {_times(limit.most)}"
            else:
                continue
            name = shift_name(problem, limit.shift)
            sentence = f"{person(agent)} works {name} {count(number, 'time')}: {asked} asked."
            cost = 0 if terms.mode == "hard" else terms.weight * away
            yield Finding(KEY, sentence, terms.mode == "hard", cost, agent=agent.id)


def _times(number: int) -> str:
    return f"{number} is" if number == 1 else f"{number} are"

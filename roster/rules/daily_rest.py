"""Daily rest: a minimum of rest between the end of a shift and the begin of the next, in real minutes."""

from collections.abc import Iterator

from roster.rules.finding import Finding
from roster.rules.rows import Rows, successions
from roster.rules.wording import day_text, duration, elapsed_minutes, person, shift_name

KEY = "daily_rest"


def check(rows: Rows) -> Iterator[Finding]:
    """Each shift that begins too soon after the one before it; the shifts before the horizon count."""
    problem = rows.problem
    asked = problem.rules.daily_rest.minutes
    for agent in rows.rostered():
        for before, after in successions(rows.with_past(agent)):
            rest = elapsed_minutes(before.end, after.begin)
            if after.day >= 0 and rest < asked:
                where = f"{shift_name(problem, after.shift)} on {day_text(problem, after.day)}"
                short = duration(max(0, rest))
                sentence = f"{person(agent)} has {short} of rest before {where}: {duration(asked)} is asked."
                yield Finding(KEY, sentence, hard=True, agent=agent.id, day=after.day)

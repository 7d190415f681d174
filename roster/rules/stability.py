"""Stability: every published shift taken away and every shift added to a published roster costs."""

from collections.abc import Iterator

from roster.rules.finding import Finding
from roster.rules.rows import Rows
from roster.rules.wording import day_text, person, shift_name

KEY = "stability"


def check(rows: Rows) -> Iterator[Finding]:
    """Each shift in which somebody's row differs from the published one; nothing where none was published."""
    problem = rows.problem
    if not problem.published:
        return
    for agent in rows.rostered():
        told = {(line.day, line.shift) for line in rows.published(agent)}
        works = {(one.day, one.shift) for one in rows.of(agent)}
        for day, shift in sorted(told ^ works):
            if day in agent.untold_days:
                continue
            what = f"{shift_name(problem, shift)} on {day_text(problem, day)}"
            gone = (day, shift) in told
            yield Finding(
                KEY,
                f"{person(agent)} no longer works {what}, as was published."
                if gone
                else f"{person(agent)} works {what}, which was not published.",
                hard=False,
                cost=problem.rules.stability.weight,
                agent=agent.id,
                day=day,
            )

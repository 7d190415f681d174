"""Availability: the whole span of a shift lies inside one of the person's weekly windows; no window means any time."""

from collections.abc import Iterator
from datetime import timedelta

from roster.clock import at_local
from roster.problem import PlannedAgent, Problem
from roster.rules.finding import Finding
from roster.rules.rows import Rows, Worked
from roster.rules.wording import day_text, person, shift_name

KEY = "availability"


def check(rows: Rows) -> Iterator[Finding]:
    """Each shift that leaves its person's windows."""
    problem = rows.problem
    for agent in rows.rostered():
        for one in rows.of(agent):
            if agent.availability and not _inside_a_window(problem, agent, one):
                sentence = (
                    f"{person(agent)} is not available for all of {shift_name(problem, one.shift)}"
                    f" on {day_text(problem, one.day)}."
                )
                yield Finding(KEY, sentence, hard=True, agent=agent.id, day=one.day)


def _inside_a_window(problem: Problem, agent: PlannedAgent, one: Worked) -> bool:
    """A window that opened the day before may still be open: it can be up to two days long."""
    for back in (0, 1):
        date = problem.date_of(one.day) - timedelta(days=back)
        for window in agent.availability:
            if window.weekday == date.weekday():
                opens = at_local(date, window.start_minute, problem.zone)
                closes = at_local(date, window.end_minute, problem.zone)
                if opens <= one.begin and one.end <= closes:
                    return True
    return False

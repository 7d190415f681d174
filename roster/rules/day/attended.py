"""Attended: each queue that needs somebody has one agent, as far as anybody skilled is on duty and free.

By maximum flow like cover, with no more than one agent asked for each queue: of two who are skilled both are never
away where one must stay, unless the rules leave no other time.
"""

from collections.abc import Iterator

from roster.clock import QUARTER, clock_text
from roster.day_problem import DayProblem, DayResult
from roster.rules.day.cover import flow_short, free_minutes
from roster.rules.finding import Finding

RULE = "attended"


def check(problem: DayProblem, result: DayResult) -> Iterator[Finding]:
    """A soft finding per quarter in which a queue lacks its only agent: for how many minutes."""
    zone = problem.agents[0].zone if problem.agents else "UTC"
    for quarter, free in enumerate(free_minutes(problem, result)):
        short = flow_short(free, {one.queue: problem.attended_minutes(one, quarter) for one in problem.demands})
        if short:
            at = clock_text(problem.starts_at + quarter * QUARTER, zone)
            sentence = f"a queue that needs somebody has nobody for {short} minutes in the quarter-hour from {at}"
            yield Finding(RULE, sentence, hard=False, cost=short)

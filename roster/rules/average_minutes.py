"""Average minutes: paid minutes of any so many whole weeks, history counted, at most so much a week on average.

A day of time off takes a fifth of a week's minutes out of the allowance (at most a whole week's), so that leave is
neutral in the average, as Directive 2003/88/EC art. 16 asks.
"""

from collections import Counter
from collections.abc import Iterator

from roster.problem import PlannedAgent, Problem
from roster.rules.finding import Finding
from roster.rules.rows import Rows
from roster.rules.wording import count, duration, person, week_text

KEY = "average_minutes"
WORKING_DAYS = 5


def allowance(problem: Problem, agent: PlannedAgent, first_week: int, weeks: int) -> int:
    """Paid minutes allowed in the `weeks` weeks from week `first_week` (0 begins with the roster's first day)."""
    off = Counter(day // 7 for day in set(agent.time_off))
    fifths = sum(WORKING_DAYS - min(WORKING_DAYS, off[week]) for week in range(first_week, first_week + weeks))
    return problem.rules.average_minutes.week_minutes * fifths // WORKING_DAYS


def check(rows: Rows) -> Iterator[Finding]:
    """Each whole week that ends too long a reference period, where the roster itself adds to it."""
    problem = rows.problem
    weeks = problem.rules.average_minutes.reference_weeks
    for agent in rows.rostered():
        paid: Counter[int] = Counter()
        for one in rows.with_past(agent):
            paid[one.day // 7] += problem.shift_of[one.shift].paid_minutes
        for last in range(problem.days // 7):
            period = range(last - weeks + 1, last + 1)
            total = sum(paid[week] for week in period)
            asked = allowance(problem, agent, period.start, weeks)
            if total > asked and any(paid[week] for week in period if week >= 0):
                sentence = (
                    f"{person(agent)} works {duration(total)} in the {count(weeks, 'week')} until the end of"
                    f" {week_text(problem, last * 7, 7)}: at most {duration(asked)} are allowed."
                )
                yield Finding(KEY, sentence, hard=True, agent=agent.id, day=last * 7)

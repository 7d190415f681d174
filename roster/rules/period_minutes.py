"""Period minutes: paid minutes over the whole horizon, at least and at most, by the contract.

Time off credits as it does for the week: a day a fifth of a seven-day share of the minimum, in n days at most n/7.
Where no shifts add up to anything between the two limits that leave has lowered, the least falls to the nearest sum
below.
"""

import math
from collections.abc import Iterator
from fractions import Fraction

from roster.problem import PlannedAgent, Problem
from roster.rules.finding import Finding
from roster.rules.rows import Rows
from roster.rules.sums import nearest_sum
from roster.rules.wording import count, duration, person

KEY = "period_minutes"


def period_limits(problem: Problem, agent: PlannedAgent) -> tuple[int, int | None]:
    """The least and the most paid minutes of the horizon; no most where the contract has none."""
    contract = agent.contract
    share = Fraction(0)
    for first in range(0, problem.days, 7):
        week = range(first, min(first + 7, problem.days))
        share += min(Fraction(len(set(agent.time_off) & set(week)), 5), Fraction(len(week), 7))
    credit = contract.min_period_minutes * share * 7 / problem.days
    least = math.floor(max(Fraction(0), contract.min_period_minutes - credit))
    if contract.max_period_minutes is None:
        return least, None
    most = math.ceil(max(Fraction(0), contract.max_period_minutes - credit))
    if credit:
        left = problem.days - len(set(agent.time_off) & set(range(problem.days)))
        least = min(least, nearest_sum(problem, left, most))
    return least, most


def check(rows: Rows) -> Iterator[Finding]:
    """Each person whose paid minutes leave the contract's limits."""
    problem = rows.problem
    for agent in rows.rostered():
        least, most = period_limits(problem, agent)
        paid = sum(problem.shift_of[one.shift].paid_minutes for one in rows.of(agent))
        if paid < least or (most is not None and paid > most):
            asked = f"at least {duration(least)}" if most is None or paid < least else f"at most {duration(most)}"
            sentence = (
                f"{person(agent)} works {duration(paid)} in {count(problem.days, 'day')}: the contract asks {asked}."
            )
            yield Finding(KEY, sentence, hard=True, agent=agent.id, day=0)

"""Contract minutes: paid minutes per seven days from the roster's first day, at least and at most.

A part week of n days counts n/7 of both, rounded outward. A day of time off credits a fifth of the weekly minimum
to both, in a part week at most n/7 of the weekly minimum (so at most five days in a whole week). Where no shifts add
up to anything between the two limits of such a week, the least falls to the nearest sum below.
"""

import math
from collections.abc import Iterator
from fractions import Fraction

from roster.problem import PlannedAgent, Problem
from roster.rules.finding import Finding
from roster.rules.rows import Rows
from roster.rules.sums import nearest_sum
from roster.rules.wording import duration, person, week_text

KEY = "contract_minutes"


def week_limits(problem: Problem, agent: PlannedAgent, first: int, days: int) -> tuple[int, int]:
    """The least and the most paid minutes in the `days` days from day `first`."""
    contract = agent.contract
    part = Fraction(days, 7)
    off = len({day for day in agent.time_off if first <= day < first + days})
    credit = contract.min_week_minutes * min(Fraction(off, 5), part)
    least = max(Fraction(0), contract.min_week_minutes * part - credit)
    most = max(Fraction(0), contract.max_week_minutes * part - credit)
    lowest, highest = math.floor(least), math.ceil(most)
    if off or days < 7:
        lowest = min(lowest, nearest_sum(problem, days - off, highest))
    return lowest, highest


def check(rows: Rows) -> Iterator[Finding]:
    """Each person and week whose paid minutes leave the contract's limits."""
    problem = rows.problem
    for agent in rows.rostered():
        for first in range(0, problem.days, 7):
            days = min(7, problem.days - first)
            least, most = week_limits(problem, agent, first, days)
            paid = sum(
                problem.shift_of[one.shift].paid_minutes for one in rows.of(agent) if first <= one.day < first + days
            )
            if least <= paid <= most:
                continue
            asked = f"at least {duration(least)}" if paid < least else f"at most {duration(most)}"
            sentence = (
                f"{person(agent)} works {duration(paid)} in {week_text(problem, first, days)}:"
                f" the contract asks {asked}."
            )
            yield Finding(KEY, sentence, hard=True, agent=agent.id, day=first)

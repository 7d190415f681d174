"""Stretches of quarter-hours in which as many people are missing, and how a sentence names them."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from roster.clock import QUARTER, clock_text
from roster.problem import Problem
from roster.rules.wording import day_text


def stretches(problem: Problem, line: Sequence[int], begin: int = 0) -> Iterator[tuple[int, int, int]]:
    """First quarter, length and count of each stretch of one count (not 0) inside one day.

    `line` begins at the quarter `begin` of the horizon.
    """
    midnights = set(accumulate(problem.quarters))
    first = 0
    for quarter in range(1, len(line) + 1):
        if quarter == len(line) or line[quarter] != line[first] or begin + quarter in midnights:
            if line[first]:
                yield begin + first, quarter - first, line[first]
            first = quarter


def where(problem: Problem, first: int, length: int) -> tuple[str, int]:
    """`Monday 23 November from 08:00 to 12:00`, and the day, of `length` quarters from the `first`."""
    begin = problem.horizon[0] + first * QUARTER
    end = begin + length * QUARTER
    day = bisect_right(list(accumulate(problem.quarters)), first)
    clock = f"{clock_text(begin, problem.zone)} to {clock_text(end, problem.zone)}"
    return f"{day_text(problem, day)} from {clock}", day

"""Which totals shifts can add up to, at most one a day: what a contract of exactly so many minutes is held to."""

from collections.abc import Iterable
from functools import lru_cache
from math import gcd

from roster.problem import Problem


def nearest_sum(problem: Problem, days: int, most: int) -> int:
    """The largest sum of paid minutes up to `most` that at most one shift on each of `days` days makes."""
    return _nearest(frozenset(shift.paid_minutes for shift in problem.shifts), days, most)


@lru_cache(maxsize=1024)
def _nearest(lengths: frozenset[int], days: int, most: int) -> int:
    """By how few shifts each total can be made of: those that take no more than a shift a day can be made."""
    paid = [length for length in lengths if length]
    if not paid or not days:
        return 0
    step = gcd(*paid)
    fewest = [0]
    for total in range(1, min(most, days * max(paid)) // step + 1):
        fewest.append(1 + min(_before(fewest, total, (length // step for length in paid)), default=days))
    return step * max(total for total, count in enumerate(fewest) if count <= days)


def _before(fewest: list[int], total: int, lengths: Iterable[int]) -> Iterable[int]:
    return (fewest[total - length] for length in lengths if length <= total)

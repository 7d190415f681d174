"""Days of a row in runs: the working days of a person, and the days off between them."""

from collections.abc import Collection, Iterator
from itertools import pairwise


def runs_of(days: Collection[int]) -> Iterator[tuple[int, int]]:
    """First and last day of each stretch of days in a row, in order."""
    first: int | None = None
    last = 0
    for day in sorted(set(days)):
        if first is not None and day == last + 1:
            last = day
            continue
        if first is not None:
            yield first, last
        first = last = day
    if first is not None:
        yield first, last


def gaps_of(days: Collection[int]) -> Iterator[tuple[int, int]]:
    """First and last day of each stretch without one of `days`, between two of them."""
    runs = list(runs_of(days))
    for (_, before), (after, _) in pairwise(runs):
        yield before + 1, after - 1

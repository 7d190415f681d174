"""Which totals shifts can add up to, at most one a day, as the bits of a number: bit n stands for n minutes."""

from collections.abc import Iterable
from functools import lru_cache


def nearest_below(paid: Iterable[int], days: int, most: int) -> int:
    """The largest sum of paid minutes up to `most` that at most one shift on each of `days` days makes."""
    return (_sums(frozenset(paid), days) & ((2 << most) - 1)).bit_length() - 1


def nearest_above(paid: Iterable[int], days: int, least: int) -> int | None:
    """The smallest such sum from `least` on; None where all are smaller."""
    above = _sums(frozenset(paid), days) >> least
    return least + (above & -above).bit_length() - 1 if above else None


@lru_cache(maxsize=256)
def _sums(paid: frozenset[int], days: int) -> int:
    sums = 1
    for _ in range(days):
        shorter = sums
        for minutes in paid:
            sums |= shorter << minutes
    return sums

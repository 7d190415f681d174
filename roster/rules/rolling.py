"""Too many days of a kind within a stretch of days that rolls on day by day."""

from collections.abc import Collection, Iterator


def crowded(days: Collection[int], within: int, maximum: int) -> Iterator[tuple[int, int]]:
    """Each day of the horizon among `days` that, with those of the `within` days up to it, is more than `maximum`.

    With it how many they are. What is too many before the horizon is told of no day.
    """
    for day in sorted(days):
        count = sum(1 for other in days if day - within < other <= day)
        if day >= 0 and count > maximum:
            yield day, count

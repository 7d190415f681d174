"""The picture of a planning run: objective falling, bound rising, as points for an SVG."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from api.services.rosters.runs import RunView

WIDTH, HEIGHT = 240, 60


@dataclass(frozen=True)
class TracePicture:
    """Two step lines in a box of `WIDTH` by `HEIGHT`; y grows downward."""

    objective: str
    bound: str
    width: int = WIDTH
    height: int = HEIGHT


def picture(run: RunView) -> TracePicture | None:
    """The run's trace drawn, or nothing while there is no roster yet."""
    known = [point for point in run.trace if point.objective is not None]
    if not known:
        return None
    last = max(run.seconds, run.trace[-1].seconds, 0.001)
    costs = [point.objective for point in known if point.objective is not None]
    bounds = [point.bound for point in run.trace if point.bound is not None]
    # Early bounds lie far below and would flatten the rest: they start at the bottom edge.
    low, ceiling = min(costs[-1:] + bounds[-1:]), max(costs)
    # The first rosters are far dearer than the last: a logarithm keeps the end of the race visible.
    span = math.log1p(ceiling - low) or 1.0

    def across(seconds: float) -> float:
        return round(WIDTH * min(seconds / last, 1.0), 1)

    def down(value: int) -> float:
        return round(HEIGHT - 2 - (HEIGHT - 4) * math.log1p(max(value - low, 0)) / span, 1)

    return TracePicture(
        objective=_steps([(across(one.seconds), down(one.objective)) for one in known if one.objective is not None]),
        bound=_steps([(across(one.seconds), down(one.bound)) for one in run.trace if one.bound is not None]),
    )


def _steps(points: Sequence[tuple[float, float]]) -> str:
    """The value holds until the next point, and after the last one to the end."""
    words = []
    height = None
    for x, y in points:
        if height is not None:
            words.append(f"{x},{height}")
        words.append(f"{x},{y}")
        height = y
    if height is not None:
        words.append(f"{WIDTH},{height}")
    return " ".join(words)

"""The last of the gap: exact programs over whole rows, from the bound upwards, once the bound has converged.

Where a roster of the bound's cost exists it is the best one. Where none does the bound is one higher, and so on.
"""

from collections.abc import Callable

from optimizer.shifts.columns.bounding import Bounding
from optimizer.shifts.columns.exact import ExactRows
from optimizer.shifts.columns.quick_bound import QuickBounding
from optimizer.shifts.progress import Progress
from optimizer.shifts.search.crew import Crew
from optimizer.shifts.search.everybody import NEAR
from optimizer.shifts.search.swift import is_swift

SHARE = 0.1
"""Of the time that is left."""

CONVERGED = 1e-9


def close_gap(
    bounding: Bounding | QuickBounding,
    crew: Crew,
    progress: Progress,
    seed: int,
    *,
    on_bound: Callable[[], None] | None = None,
    seconds: float | None = None,
) -> bool:
    """Raise the bound to what the best roster costs, or find that one; says whether the roster got better.

    For a share of the time that is left, or `seconds`; only where cover by shift is all that ties people.
    """
    if isinstance(bounding, QuickBounding) or bounding.distance > NEAR or not is_swift(crew):
        return False
    until = progress.seconds + (SHARE * progress.seconds_left if seconds is None else seconds)
    bounding.run(progress, seconds=until - progress.seconds, on_round=on_bound, near=CONVERGED)
    worth = bounding.worth_by_shift
    while worth is not None and progress.bound is not None and progress.bound < crew.cost():
        left = until - progress.seconds
        if left <= 0 or progress.over():
            return False
        target = progress.bound
        exact = ExactRows(crew.people, crew.finder, crew.cover.shifts, worth, target)
        if not exact.small:
            return False
        answer = exact.solve(progress, seconds=left, seed=seed)
        if answer.rows:
            crew.restore({one.agent.id: list(row) for one, row in zip(crew.people, answer.rows, strict=True)})
            return True
        if not answer.none:
            return False
        progress.raise_bound(target + 1)
        if on_bound is not None:
            on_bound()
    return False

"""The rest of a day planned again: from the plan that is announced, with few changes, each with its reason."""

import time
from dataclasses import dataclass

from optimizer.day.announced import hold
from optimizer.day.changes import DayChange, changes_of
from optimizer.day.outcome import result_of
from optimizer.day.prepared import Prepared
from optimizer.day.search import DaySearch
from optimizer.day.solve import judged
from roster.day_problem import DayProblem, DayResult, DayStatus

__all__ = ["DayChange", "Replanned", "replan_day"]

MOVES = 4_000
"""Best responses of one replanning."""
GUARD_SECONDS = 5.0
"""For overloaded machines: after so long the best plan met is taken."""


@dataclass(frozen=True)
class Replanned:
    """The day, and what is different from what was planned before."""

    result: DayResult
    changes: tuple[DayChange, ...]


def replan_day(problem: DayProblem, *, moves: int = MOVES, seed: int = 0) -> Replanned:
    """The plan in `problem` (`DayAgent.planned`, `Appointment.planned_at`), or a cheaper one.

    Where nothing cheaper is found, nothing changes. The same input gives the same day. No bounds are proved.

    Parameters
    ----------
    moves
        Best responses at most; a sweep over everybody is one for each person with breaks ahead and each booking.
    """
    began = time.monotonic()
    held = hold(problem)
    day = Prepared.of(held.problem)
    search = DaySearch.of(day)
    search.first()
    search.improve(moves, seed, began + GUARD_SECONDS)
    plan = search.plan()
    found = {"status": DayStatus.FEASIBLE, "seconds": round(time.monotonic() - began, 3)}
    result = judged(problem, result_of(held, day, plan).model_copy(update=found))
    return Replanned(result, changes_of(problem, day, plan, result))

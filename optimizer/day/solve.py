"""Arrange a day: best responses, CP-SAT where it is small, judged by the independent checkers before it is returned."""

import time

from optimizer.day.announced import hold
from optimizer.day.outcome import result_of
from optimizer.day.plan import plan_cost
from optimizer.day.prepared import Prepared
from optimizer.day.proofs import objective_bound, short_bound
from optimizer.day.search import DaySearch
from optimizer.day.whole import Limits, is_small, solved
from roster.day_problem import DayProblem, DayResult, DayStatus
from roster.rules.day.registry import judge_day

MOVES = 60_000
"""Best responses per unit of the deterministic limit: about half a second's worth on one core."""
STEPS = 300
"""Steps of each bound per unit of it."""
MOST_STEPS = 3000
IMPROVING = 0.75
"""Of the time limit, when the plan must be left for the bounds."""


class DayModelError(RuntimeError):
    """The optimizer returned a day that the checkers refuse: a defect of ours, never shown as a plan."""


def solve_day(
    problem: DayProblem, *, deterministic_limit: float = 1.0, time_limit_seconds: float = 10.0, seed: int = 0
) -> DayResult:
    """The best day found within the limits; the same input gives the same day.

    What is planned already is where it begins, and what comes back unless something cheaper is found.

    Parameters
    ----------
    deterministic_limit
        Work, roughly seconds on one core; 0 returns the first plan, without bounds.
    time_limit_seconds
        A guard for overloaded machines; when it strikes first, the result may differ from run to run.
    """
    began = time.monotonic()
    held = hold(problem)
    day = Prepared.of(held.problem)
    search = DaySearch.of(day)
    search.first()
    plan, status, bound, short_by = search.plan(), DayStatus.GREEDY, None, None
    if deterministic_limit > 0:
        until = began + time_limit_seconds
        if is_small(day):
            plan, status, bound = solved(day, plan, Limits(deterministic_limit / 2, until, seed))
        else:
            search.improve(round(MOVES * deterministic_limit), seed, began + IMPROVING * time_limit_seconds)
            plan, status = search.plan(), DayStatus.FEASIBLE
        steps = min(MOST_STEPS, round(STEPS * deterministic_limit))
        short_by = short_bound(day, plan, steps=steps, until=until)
        if bound is None:
            bound = objective_bound(day, plan, steps=steps, until=until)
            if bound >= plan_cost(day, plan):
                status = DayStatus.OPTIMAL
    found = {"status": status, "bound": bound, "short_bound": short_by, "seconds": round(time.monotonic() - began, 3)}
    return judged(problem, result_of(held, day, plan).model_copy(update=found))


def judged(problem: DayProblem, result: DayResult) -> DayResult:
    """`result`, if no rule of the day is broken; raises `DayModelError` otherwise."""
    verdict = judge_day(problem, result)
    if verdict.violations:
        raise DayModelError("; ".join(finding.sentence for finding in verdict.violations[:5]))
    return result

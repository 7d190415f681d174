"""Annealing on from a good roster, at a low heat: where hours are counted by the week, and weeks are many.

A week anew by the linear program takes seconds there and seldom gains anything. Annealing takes two milliseconds a
person, and goes on well from rows that a dive has planned anew.
"""

from optimizer.shifts.columns.bounding import counted_by_week
from optimizer.shifts.progress import Progress
from optimizer.shifts.search.anneal import anneal, start_heat
from optimizer.shifts.search.crew import Crew

MANY_WEEKS = 400
"""People x weeks beyond which weeks are many."""

HEAT = 0.1
"""Of the first heat."""

SECONDS = 6.0
SHARE = 0.55
"""So long at least, and so much of the time that is left: one long annealing finds more than several short ones."""


def many_weeks(crew: Crew) -> bool:
    """Whether hours are counted by the week, and there are too many weeks to plan each anew."""
    problem = crew.grid.problem
    return counted_by_week(problem) and len(crew.people) * problem.days > 7 * MANY_WEEKS


def calmly(crew: Crew, progress: Progress, seed: int, *, moves: int | None = None) -> bool:
    """Anneal for a few seconds, or for so many moves; says whether the roster got better. It never gets worse."""
    before = crew.cost()
    seconds = min(max(SECONDS, SHARE * progress.seconds_left), progress.seconds_left)
    anneal(crew, progress, seconds=seconds, moves=moves, seed=seed, heat=HEAT * start_heat(crew))
    return crew.cost() < before

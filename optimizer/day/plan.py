"""A plan in the making: a start (or none) for every break, and a place (or none) for every booking."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from optimizer.day.bookings import Place
from optimizer.day.cover import Ints, overlaps
from optimizer.day.prepared import Prepared
from roster.day_problem import DayProblem


@dataclass
class Plan:
    """Breaks by place in each person's list, places by that of the bookings; `None` where unplaced."""

    starts: dict[str, list[int | None]]
    places: list[Place | None]


def add_away(day: Prepared, people: Iterable[str], start: int, minutes: int, into: Ints, sign: int = 1) -> None:
    """Add (or with sign -1 take back) a stretch that `people` are away to minutes per group and quarter."""
    for code in people:
        row = day.cover.group_of(day.problem.agent_of[code].skills)
        for quarter, shared in overlaps(start, minutes):
            into[row, quarter] += sign * shared


def plan_away(day: Prepared, plan: Plan) -> Ints:
    """Minutes away per group and quarter under `plan`."""
    away = np.zeros_like(day.cover.supply)
    for options in day.people:
        for one, start in zip(options.breaks, plan.starts[options.person.id], strict=True):
            if start is not None:
                add_away(day, (options.person.id,), start, one.need.minutes, away)
    for booking, place in zip(day.bookings, plan.places, strict=True):
        if place is not None:
            add_away(day, booking.those_at(place), place.start, booking.minutes, away)
    return away


def short_cost(problem: DayProblem, short: Ints) -> Ints:
    """What shortfalls of `short` agent-minutes in a quarter cost: dearer beyond the first agent."""
    weights = problem.weights
    result: Ints = weights.short * short + weights.short_again * np.maximum(0, short - 15)
    return result


def plan_cost(day: Prepared, plan: Plan) -> int:
    """The objective of `plan`, the same sum that the model minimises."""
    away = plan_away(day, plan)
    cost = int(short_cost(day.problem, day.cover.short(away)).sum())
    cost += day.problem.weights.unattended * int(day.cover.unattended(away).sum())
    for options in day.people:
        for one, start in zip(options.breaks, plan.starts[options.person.id], strict=True):
            none = day.problem.unplaced_cost(one.need.kind)
            cost += none if start is None else one.costs[one.starts.index(start)]
    for booking, place in zip(day.bookings, plan.places, strict=True):
        cost += booking.unplaced if place is None else place.cost
    return cost

"""What no plan of a day can undercut: its objective, and the agent-minutes that it leaves short."""

from collections.abc import Sequence
from dataclasses import replace

from optimizer.day.arrays import booking_table, chains_of, codes_of, covering_of
from optimizer.day.bound import Dual, lower_bound
from optimizer.day.options import PersonOptions, in_every_order
from optimizer.day.plan import Plan, plan_away, plan_cost
from optimizer.day.prepared import Prepared
from roster.day_problem import DayWeights

UNPLACED = 100_000
"""Agent-minutes that a break without a place counts for: more than moving it could ever save."""

ONLY_SHORT = DayWeights(short=1, short_again=0, unattended=0, unplaced_break=UNPLACED, unplaced_meal=UNPLACED)
"""The prices of cover and of a missing break; those of starts and bookings are in the tables, and taken out there."""


def objective_bound(day: Prepared, plan: Plan, *, steps: int, until: float) -> int:
    """What every plan of the model costs at least; `plan` is the best one known."""
    return lower_bound(_dual(day, day.people), plan_cost(day, plan), steps, until)


def short_bound(day: Prepared, plan: Plan, *, steps: int, until: float) -> int:
    """Agent-minutes that every plan is short by at least which has as many breaks and bookings in place as `plan`.

    Every start on the grid and every order of breaks that the rules allow counts, near the even spread or not.
    """
    free = [
        replace(options, breaks=tuple(replace(one, costs=(0,) * len(one.starts)) for one in options.breaks))
        for options in day.people
    ]
    chains = [order for options in free for order in in_every_order(options)]
    plain = replace(
        day,
        problem=day.problem.model_copy(update={"weights": ONLY_SHORT}),
        bookings=tuple(booking.at_prices(UNPLACED) for booking in day.bookings),
    )
    dual = replace(_dual(plain, chains), placed=sum(place is not None for place in plan.places))
    missing = UNPLACED * sum(start is None for starts in plan.starts.values() for start in starts)
    short = int(day.cover.short(plan_away(day, plan)).sum())
    return max(0, lower_bound(dual, short + missing, steps, until) - missing)


def _dual(day: Prepared, chains: Sequence[PersonOptions]) -> Dual:
    problem, codes = day.problem, codes_of(day.problem)
    people = len(problem.agents) + len(problem.others)
    return Dual(
        chains_of(problem, chains, codes, people),
        covering_of(problem, day.cover),
        booking_table(day.bookings, codes),
    )

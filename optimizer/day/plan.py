"""A plan in the making: a start (or none) for every break, and a peer and time (or none) for every request."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from optimizer.day.cover import Cover, Ints, overlaps, quiet_slack
from optimizer.day.options import DebriefOption, PersonOptions
from roster.day_problem import DayProblem


@dataclass
class Plan:
    """Breaks by place in each person's list, `None` where unplaced; debriefs by request id."""

    starts: dict[str, list[int | None]]
    debriefs: dict[str, DebriefOption] = field(default_factory=dict)


def away_of(options: PersonOptions, starts: list[int | None], cover: Cover, into: Ints, sign: int = 1) -> None:
    """Add (or with sign -1 take back) the minutes that a person's breaks take from their group."""
    row = cover.group_of(options.skills)
    for one, start in zip(options.breaks, starts, strict=True):
        if start is not None:
            for quarter, minutes in overlaps(start, one.need.minutes):
                into[row, quarter] += sign * minutes


def debrief_away(problem: DayProblem, cover: Cover, option: DebriefOption, into: Ints) -> None:
    """Add the minutes that a debrief takes from both people's groups."""
    for code in (option.request.agent, option.peer):
        row = cover.group_of(problem.agent_of[code].skills)
        for quarter, minutes in overlaps(option.start, option.request.minutes):
            into[row, quarter] += minutes


def plan_away(problem: DayProblem, people: Sequence[PersonOptions], cover: Cover, plan: Plan) -> Ints:
    """Minutes away per group and quarter under `plan`."""
    away = np.zeros_like(cover.supply)
    for options in people:
        away_of(options, plan.starts[options.person.id], cover, away)
    for option in plan.debriefs.values():
        debrief_away(problem, cover, option, away)
    return away


def short_cost(problem: DayProblem, short: Ints) -> Ints:
    """What shortfalls of `short` agent-minutes in a quarter cost: dearer beyond the first agent."""
    weights = problem.weights
    result: Ints = weights.short * short + weights.short_again * np.maximum(0, short - 15)
    return result


def tight_cost(problem: DayProblem, slack: Ints, start: int, minutes: int) -> int:
    """What a debrief costs for the quarters in which fewer than `quiet_slack` agents are to spare."""
    weights = problem.weights
    return sum(
        weights.tight * int(max(0, weights.quiet_slack - slack[quarter])) for quarter, _ in overlaps(start, minutes)
    )


def plan_cost(problem: DayProblem, people: Sequence[PersonOptions], cover: Cover, plan: Plan) -> int:
    """The objective of `plan`, the same sum that the model minimises."""
    weights = problem.weights
    slack = quiet_slack(cover, np.zeros_like(cover.supply))
    cost = int(short_cost(problem, cover.short(plan_away(problem, people, cover, plan))).sum())
    for options in people:
        for one, start in zip(options.breaks, plan.starts[options.person.id], strict=True):
            cost += weights.unplaced_break if start is None else one.costs[one.starts.index(start)]
    for request in problem.debriefs:
        option = plan.debriefs.get(request.id)
        cost += (
            weights.unplaced_debrief
            if option is None
            else tight_cost(problem, slack, option.start, option.request.minutes)
        )
    return cost

"""Improve a plan by noisy best responses: a person's breaks out, and in again where they cost least, over and over.

The noise on the prices fades; without it the plan sticks where no single person can do better alone.
"""

from dataclasses import replace

import numpy as np

from optimizer.day.cover import Cover
from optimizer.day.greedy import best_chain, prices_for
from optimizer.day.options import PersonOptions
from optimizer.day.plan import Plan, away_of, plan_away, plan_cost
from roster.day_problem import DayProblem

NOISE = 50.0
"""Mean of the noise at first, in cost per quarter: about eight agent-minutes short at the default weight."""


def settled(
    problem: DayProblem, people: list[PersonOptions], cover: Cover, plan: Plan, *, moves: int, seed: int
) -> Plan:
    """The best plan met in about `moves` best responses from `plan`; debriefs stay, breaks keep clear of them."""
    best = _copied(plan)
    movers = [_clear_of(options, plan) for options in people if options.breaks]
    sweeps = moves // max(1, len(movers))
    if not movers or sweeps < 1:
        return best
    noise = np.random.default_rng(seed)
    at = _copied(plan)
    away = plan_away(problem, people, cover, at)
    best_cost = plan_cost(problem, people, cover, best)
    for sweep in range(sweeps):
        heat = NOISE * (1 - sweep / sweeps) ** 2 if sweep < sweeps - 2 else 0.0
        for options in movers:
            away_of(options, at.starts[options.person.id], cover, away, -1)
            prices = prices_for(problem, cover, away, options)
            if heat:
                prices = prices + noise.exponential(heat, prices.shape).astype(np.int64)
            starts = best_chain(problem, options, prices)
            away_of(options, starts, cover, away)
            at.starts[options.person.id] = starts
        cost = plan_cost(problem, people, cover, at)
        if cost < best_cost:
            best_cost = cost
            best = _copied(at)
    return best


def _copied(plan: Plan) -> Plan:
    return Plan({code: list(starts) for code, starts in plan.starts.items()}, dict(plan.debriefs))


def _clear_of(options: PersonOptions, plan: Plan) -> PersonOptions:
    """The same person without the starts that would run into one of their debriefs."""
    taken = [
        (option.start, option.start + option.request.minutes)
        for option in plan.debriefs.values()
        if options.person.id in (option.request.agent, option.peer)
    ]
    if not taken:
        return options
    breaks = []
    for one in options.breaks:
        kept = [
            (start, cost)
            for start, cost in zip(one.starts, one.costs, strict=True)
            if not any(start < end and begin < start + one.need.minutes for begin, end in taken)
        ]
        breaks.append(replace(one, starts=tuple(start for start, _ in kept), costs=tuple(cost for _, cost in kept)))
    return replace(options, breaks=tuple(breaks))

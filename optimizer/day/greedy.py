"""A good day fast: each person's breaks placed at best against everybody else's, again and again until nothing moves.

One person's best answer is exact: their breaks lie in different quarters, so a small dynamic program over the order
of the day finds the cheapest chain. The same step prices a person's day against cover prices.
"""

import numpy as np

from optimizer.day.cover import Cover, Ints, overlaps, quiet_slack
from optimizer.day.options import DebriefOption, PersonOptions
from optimizer.day.plan import Plan, away_of, debrief_away, plan_away, short_cost, tight_cost
from roster.clock import QUARTER_MINUTES
from roster.day_problem import DayProblem

SWEEPS = 6
FAR = 10**9


def greedy_plan(problem: DayProblem, people: list[PersonOptions], cover: Cover) -> Plan:
    """Valid breaks by repeated best response."""
    plan = Plan({options.person.id: [None] * len(options.breaks) for options in people})
    away = np.zeros_like(cover.supply)
    movers = [options for options in people if options.breaks]
    for _ in range(SWEEPS):
        moved = False
        for options in movers:
            own = plan.starts[options.person.id]
            away_of(options, own, cover, away, -1)
            best = best_chain(problem, options, prices_for(problem, cover, away, options))
            away_of(options, best, cover, away)
            moved = moved or best != own
            plan.starts[options.person.id] = best
        if not moved:
            break
    return plan


def prices_for(problem: DayProblem, cover: Cover, away: Ints, options: PersonOptions) -> Ints:
    """[minutes, quarter]: what taking so many minutes of this person out of a quarter costs, `away` being out already.

    Only the minutes that their breaks can take are filled in.
    """
    lack = cover.lack(away)
    column = cover.member[:, cover.group_of(options.skills)].astype(np.int64)[:, None]
    base = short_cost(problem, np.maximum(0, lack.max(axis=0, initial=0)))
    prices = np.zeros((QUARTER_MINUTES + 1, problem.quarters), dtype=np.int64)
    for minutes in options.levels:
        worse = lack + minutes * column
        prices[minutes] = short_cost(problem, np.maximum(0, worse.max(axis=0, initial=0))) - base
    return prices


def best_chain(problem: DayProblem, options: PersonOptions, prices: Ints) -> list[int | None]:
    """The cheapest starts for one person's breaks in order, gaps kept; ties go to the earliest."""
    costs = [
        [
            own + sum(int(prices[minutes, quarter]) for quarter, minutes in overlaps(start, one.need.minutes))
            for start, own in zip(one.starts, one.costs, strict=True)
        ]
        for one in options.breaks
    ]
    memo: dict[tuple[int, int], tuple[int, list[int | None]]] = {}

    def cheapest(place: int, free_from: int) -> tuple[int, list[int | None]]:
        if place == len(options.breaks):
            return 0, []
        key = (place, free_from)
        if key not in memo:
            one = options.breaks[place]
            rest, tail = cheapest(place + 1, free_from)
            best: tuple[int, list[int | None]] = (problem.weights.unplaced_break + rest, [None, *tail])
            for start, cost in zip(one.starts, costs[place], strict=True):
                if start >= free_from:
                    rest, tail = cheapest(place + 1, start + one.need.minutes + options.gap)
                    if cost + rest < best[0]:
                        best = (cost + rest, [start, *tail])
            memo[key] = best
        return memo[key]

    return cheapest(0, -FAR)[1]


def place_debriefs(
    problem: DayProblem,
    people: list[PersonOptions],
    debriefs: dict[str, list[DebriefOption]],
    cover: Cover,
    plan: Plan,
) -> None:
    """Give each debrief its cheapest time that `plan`'s breaks leave free for both."""
    slack = quiet_slack(cover, np.zeros_like(cover.supply))
    busy: dict[str, list[tuple[int, int]]] = {}
    for options in people:
        taken = zip(options.breaks, plan.starts[options.person.id], strict=True)
        busy[options.person.id] = [(start, start + one.need.minutes) for one, start in taken if start is not None]
    sessions = {code: person.sessions_left for code, person in problem.agent_of.items()}
    away = plan_away(problem, people, cover, plan)
    for request in problem.debriefs:
        best: tuple[int, DebriefOption] | None = None
        base = int(short_cost(problem, cover.short(away)).sum())
        for option in debriefs[request.id]:
            span = (option.start, option.start + request.minutes)
            clash = any(
                begin < span[1] and span[0] < end
                for code in (request.agent, option.peer)
                for begin, end in busy.get(code, ())
            )
            if clash or sessions[option.peer] < 1:
                continue
            then = away.copy()
            debrief_away(problem, cover, option, then)
            cost = int(short_cost(problem, cover.short(then)).sum()) - base
            cost += tight_cost(problem, slack, option.start, request.minutes)
            if cost < problem.weights.unplaced_debrief and (best is None or cost < best[0]):
                best = (cost, option)
        if best is not None:
            option = best[1]
            plan.debriefs[request.id] = option
            debrief_away(problem, cover, option, away)
            sessions[option.peer] -= 1
            for code in (request.agent, option.peer):
                busy.setdefault(code, []).append((option.start, option.start + request.minutes))

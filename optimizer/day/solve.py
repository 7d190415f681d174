"""Arrange a day: best responses, CP-SAT where it is small, judged by the independent checkers before it is returned."""

import time

from optimizer.day.cover import Cover, build_cover, overlaps
from optimizer.day.explain import break_reason, unplaced_reason
from optimizer.day.options import PersonOptions, Room, debrief_options, person_options
from optimizer.day.plan import Plan, plan_away, plan_cost
from optimizer.day.proofs import objective_bound, short_bound
from optimizer.day.search import DaySearch
from optimizer.day.whole import Limits, is_small, solved
from roster.clock import QUARTER_MINUTES
from roster.day import MINUTE, SegmentSpan, partition
from roster.day_problem import DayProblem, DayResult, DayStatus, PersonDay, PlacedDebrief, Unplaced
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

    Parameters
    ----------
    deterministic_limit
        Work, roughly seconds on one core; 0 returns the first plan, without bounds.
    time_limit_seconds
        A guard for overloaded machines; when it strikes first, the result may differ from run to run.
    """
    began = time.monotonic()
    people = [person_options(problem, person) for person in problem.agents]
    room = Room(people)
    debriefs = {request.id: debrief_options(problem, request, room) for request in problem.debriefs}
    cover = build_cover(problem)
    search = DaySearch.of(problem, people, debriefs, cover)
    search.first()
    plan, status, bound, short_by = search.plan(), DayStatus.GREEDY, None, None
    if deterministic_limit > 0:
        until = began + time_limit_seconds
        if is_small(people, debriefs):
            limits = Limits(deterministic_limit / 2, until, seed)
            plan, status, bound = solved(problem, people, debriefs, cover, plan, limits)
        else:
            search.improve(round(MOVES * deterministic_limit), seed, began + IMPROVING * time_limit_seconds)
            plan, status = search.plan(), DayStatus.FEASIBLE
        steps = min(MOST_STEPS, round(STEPS * deterministic_limit))
        short_by = short_bound(problem, people, debriefs, cover, plan, steps=steps, until=until)
        if bound is None:
            bound = objective_bound(problem, people, debriefs, cover, plan, steps=steps, until=until)
            if bound >= plan_cost(problem, people, cover, plan):
                status = DayStatus.OPTIMAL
    result = _result(problem, people, cover, plan)
    result = result.model_copy(
        update={
            "status": status,
            "bound": bound,
            "short_bound": short_by,
            "seconds": round(time.monotonic() - began, 3),
        }
    )
    verdict = judge_day(problem, result)
    if verdict.violations:
        raise DayModelError("; ".join(finding.sentence for finding in verdict.violations[:5]))
    return result


def _result(problem: DayProblem, people: list[PersonOptions], cover: Cover, plan: Plan) -> DayResult:
    """`plan` as segments and sentences."""
    away = plan_away(problem, people, cover, plan)
    lack = cover.lack(away)
    days, unplaced = [], []
    for options in people:
        person, inside = options.person, list(options.person.fixed)
        mine = cover.member[:, cover.group_of(options.skills)]
        for one, start in zip(options.breaks, plan.starts[person.id], strict=True):
            if start is None:
                sentence = unplaced_reason(person, one.need)
                unplaced.append(Unplaced(agent=person.id, kind=one.need.kind, sentence=sentence))
                continue
            at = problem.starts_at + start * MINUTE
            touched = [quarter for quarter, _ in overlaps(start, one.need.minutes)]
            worst = int(lack[mine][:, touched].max(initial=-(10**6)))
            reason = break_reason(problem, person, one.need, at, -worst // QUARTER_MINUTES)
            inside.append(SegmentSpan(one.need.kind, at, at + one.need.minutes * MINUTE, reason))
        days.append(PersonDay(agent=person.id, segments=partition(person.starts_at, person.ends_at, inside)))
    placed = [
        PlacedDebrief(
            request=key,
            agent=option.request.agent,
            peer=option.peer,
            starts_at=problem.starts_at + option.start * MINUTE,
            ends_at=problem.starts_at + (option.start + option.request.minutes) * MINUTE,
        )
        for key, option in sorted(plan.debriefs.items())
    ]
    return DayResult(
        status=DayStatus.GREEDY,
        days=tuple(days),
        debriefs=tuple(placed),
        unplaced=tuple(unplaced),
        objective=plan_cost(problem, people, cover, plan),
        short_minutes=int(cover.short(away).sum()),
    )

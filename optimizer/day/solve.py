"""Arrange a day: a greedy plan at once, CP-SAT from there, judged by the independent checkers before it is returned."""

import time

from optimizer.day.cover import Cover, build_cover, overlaps
from optimizer.day.explain import break_reason, unplaced_reason
from optimizer.day.greedy import greedy_plan, place_debriefs
from optimizer.day.neighbourhoods import Limits, improved, is_small
from optimizer.day.options import PersonOptions, debrief_options, person_options
from optimizer.day.plan import Plan, plan_away, plan_cost
from optimizer.day.settle import settled
from roster.clock import QUARTER_MINUTES
from roster.day import MINUTE, SegmentSpan, partition
from roster.day_problem import DayProblem, DayResult, DayStatus, PersonDay, PlacedDebrief, Unplaced
from roster.rules.day.registry import judge_day

MOVES = 700
"""Best responses per unit of the deterministic limit: about half a second's worth for 36 people on one core."""


class DayModelError(RuntimeError):
    """The optimizer returned a day that the checkers refuse: a defect of ours, never shown as a plan."""


def solve_day(
    problem: DayProblem, *, deterministic_limit: float = 1.0, time_limit_seconds: float = 10.0, seed: int = 0
) -> DayResult:
    """The best day found within the limits; the same input gives the same day.

    Parameters
    ----------
    deterministic_limit
        CP-SAT's own measure of work, roughly seconds on one core; 0 returns the greedy plan.
    time_limit_seconds
        A guard for overloaded machines; when it strikes first, the result may differ from run to run.
    """
    began = time.monotonic()
    people = [person_options(problem, person) for person in problem.agents]
    debriefs = {request.id: debrief_options(problem, request) for request in problem.debriefs}
    cover = build_cover(problem)
    plan = greedy_plan(problem, people, cover)
    place_debriefs(problem, people, debriefs, cover, plan)
    if not is_small(people, debriefs):
        plan = settled(problem, people, cover, plan, moves=round(MOVES * deterministic_limit), seed=seed)
    status, bound = DayStatus.GREEDY, None
    if deterministic_limit > 0:
        limits = Limits(deterministic_limit / 2, began + time_limit_seconds, seed)
        plan, status, bound = improved(problem, people, debriefs, cover, plan, limits)
    result = _result(problem, people, cover, plan, status, bound, time.monotonic() - began)
    verdict = judge_day(problem, result)
    if verdict.violations:
        raise DayModelError("; ".join(finding.sentence for finding in verdict.violations[:5]))
    return result


def _result(
    problem: DayProblem,
    people: list[PersonOptions],
    cover: Cover,
    plan: Plan,
    status: DayStatus,
    bound: int | None,
    seconds: float,
) -> DayResult:
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
        status=status,
        days=tuple(days),
        debriefs=tuple(placed),
        unplaced=tuple(unplaced),
        objective=plan_cost(problem, people, cover, plan),
        bound=bound,
        short_minutes=int(cover.short(away).sum()),
        seconds=round(seconds, 3),
    )

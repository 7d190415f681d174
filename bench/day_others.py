"""Two ways that breaks are placed elsewhere, to compare with: fixed slots, and counts per slot without people.

Both take each shift's breaks from the same rules and are judged by the same checkers; a break that something fixed in
somebody's day leaves no room for is missed, and said to be.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from ortools.sat.python import cp_model

from optimizer.cp_sat import new_solver
from optimizer.day.cover import overlaps
from roster.day import MINUTE, SegmentSpan, partition
from roster.day_problem import (
    BreakNeed,
    DayAgent,
    DayProblem,
    DayResult,
    DayStatus,
    PersonDay,
    Unplaced,
    break_needs,
)
from roster.rules.day.cover import short_minutes
from roster.rules.day.registry import judge_day
from roster.shifts import SegmentKind

STAGGER = (0, 15, 30)
"""Minutes by which every third person's fixed slots lie later, so that not all of a shift leave at once."""

Class = tuple[int, int]
"""A shift: begin and end, minutes from the day's start."""


def fixed_slots(problem: DayProblem) -> DayResult:
    """Each shift has its slots, spread evenly over it, staggered three ways."""
    starts: dict[str, list[int]] = {}
    for number, person in enumerate(problem.agents):
        later = STAGGER[number % len(STAGGER)]
        starts[person.id] = []
        for need in _needs(problem, person):
            slot = _minute(problem, need.ideal) // 15 * 15 + later
            inside = min(_minute(problem, need.latest), max(_minute(problem, need.earliest), slot))
            starts[person.id].append(inside)
    return _judged(problem, starts)


def slots_without_people(problem: DayProblem, seconds: float) -> tuple[DayResult, int, int]:
    """How many of each shift begin each of its breaks in each slot, by an integer program; then handed out.

    As in implicit break models (Bechtold and Jacobs 1990, Aykin 1996): cover is a sum over all queues, and the gap
    between two breaks is kept by counts. The chains of breaks go to whoever of the shift can have most of one. Also
    returned: what the program thinks is short, and its bound of that.
    """
    classes: dict[Class, list[DayAgent]] = defaultdict(list)
    for person in problem.agents:
        classes[_class(problem, person)].append(person)
    model = cp_model.CpModel()
    away: dict[int, list[tuple[int, cp_model.IntVar]]] = defaultdict(list)
    counts: dict[Class, list[dict[int, cp_model.IntVar]]] = {}
    for key, people in classes.items():
        counts[key] = _post_class(model, problem, people, away)
    short = []
    for quarter, lack in enumerate(_lack(problem)):
        most = max(0, lack + sum(minutes * len(problem.agents) for minutes, _ in away[quarter]))
        variable = model.new_int_var(0, most, "")
        model.add(variable >= lack + sum(minutes * count for minutes, count in away[quarter]))
        short.append(variable)
    model.minimize(sum(short))
    solver = new_solver()
    solver.parameters.num_workers = 2
    solver.parameters.max_time_in_seconds = seconds
    outcome = solver.solve(model)
    if outcome not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        raise RuntimeError(
            f"the program of slots without people found nothing in {seconds:g} s: {solver.status_name(outcome)}"
        )
    starts: dict[str, list[int]] = {}
    for key, people in classes.items():
        queues = [[start for start, count in each.items() for _ in range(solver.value(count))] for each in counts[key]]
        chains = [list(chain) for chain in zip(*queues, strict=True)]
        starts |= _handed_out(problem, people, chains)
    thought, proved = round(solver.objective_value), round(solver.best_objective_bound)
    return _judged(problem, starts), thought, proved


def figures(problem: DayProblem, result: DayResult) -> tuple[int, int]:
    """Agent-minutes short as the checker counts them, and breaks missed; a breach of any rule is an error."""
    breaches = judge_day(problem, result).violations
    if breaches:
        raise RuntimeError(f"{len(breaches)} breaches, first: {breaches[0].sentence}")
    return sum(short_minutes(problem, result)), sum(item.count for item in result.unplaced)


def _post_class(
    model: cp_model.CpModel,
    problem: DayProblem,
    people: Sequence[DayAgent],
    away: Mapping[int, list[tuple[int, cp_model.IntVar]]],
) -> list[dict[int, cp_model.IntVar]]:
    found = []
    for need in _needs(problem, people[0]):
        first, last = _minute(problem, need.earliest), _minute(problem, need.latest)
        each = {start: model.new_int_var(0, len(people), "") for start in range(-(-first // 5) * 5, last + 1, 5)}
        model.add(sum(each.values()) == len(people))
        for start, count in each.items():
            for quarter, minutes in overlaps(start, need.minutes):
                away[quarter].append((minutes, count))
        if found:
            before, reach = found[-1], _needs(problem, people[0])[len(found) - 1].minutes
            reach += problem.breaks.min_gap_minutes
            for start in each:
                late = [count for at, count in each.items() if at <= start]
                model.add(sum(late) <= sum(count for at, count in before.items() if at <= start - reach))
        found.append(each)
    return found


def _handed_out(problem: DayProblem, people: Sequence[DayAgent], chains: Sequence[list[int]]) -> dict[str, list[int]]:
    left, starts = list(chains), {}
    for person in sorted(people, key=lambda one: -len(one.fixed) - len(one.kept_free)):
        best = max(left, key=lambda chain: sum(not taken for taken in _taken(problem, person, chain)))
        left.remove(best)
        starts[person.id] = best
    return starts


def _taken(problem: DayProblem, person: DayAgent, chain: Sequence[int]) -> list[bool]:
    return [
        person.is_taken(problem.starts_at + start * MINUTE, problem.starts_at + (start + need.minutes) * MINUTE)
        for start, need in zip(chain, _needs(problem, person), strict=True)
    ]


def _judged(problem: DayProblem, starts: Mapping[str, Sequence[int]]) -> DayResult:
    """The plan with these starts; what collides with something fixed is missed."""
    days, missed = [], []
    for person in problem.agents:
        inside = list(person.fixed)
        taken = _taken(problem, person, starts[person.id])
        for start, need, is_taken in zip(starts[person.id], _needs(problem, person), taken, strict=True):
            if is_taken:
                sentence = f"{person.id}: no {need.kind}, its slot is taken"
                missed.append(Unplaced(agent=person.id, kind=need.kind, sentence=sentence))
                continue
            at = problem.starts_at + start * MINUTE
            inside.append(SegmentSpan(need.kind, at, at + need.minutes * MINUTE))
        days.append(PersonDay(agent=person.id, segments=partition(person.starts_at, person.ends_at, inside)))
    return DayResult(status=DayStatus.GREEDY, days=tuple(days), unplaced=tuple(missed))


def _lack(problem: DayProblem) -> list[int]:
    """Agent-minutes that all queues together lack per quarter before any break; negative where there is slack."""
    supply = [0] * (problem.quarters + 1)
    for person in (*problem.agents, *problem.others):
        times = [(person.starts_at, person.ends_at, 1)]
        times += [(one.starts_at, one.ends_at, -1) for one in person.fixed if one.kind is not SegmentKind.WORK]
        for begin, end, sign in times:
            for quarter, minutes in overlaps((begin - problem.starts_at) // MINUTE, (end - begin) // MINUTE):
                supply[quarter] += sign * minutes
    needs = [
        sum(problem.needed_minutes(demand, quarter) for demand in problem.demands)
        for quarter in range(problem.quarters)
    ]
    return [need - there for need, there in zip(needs, supply[: problem.quarters], strict=True)]


def _needs(problem: DayProblem, person: DayAgent) -> tuple[BreakNeed, ...]:
    return break_needs(person.starts_at, person.ends_at, problem.breaks)


def _class(problem: DayProblem, person: DayAgent) -> Class:
    return (person.starts_at - problem.starts_at) // MINUTE, (person.ends_at - problem.starts_at) // MINUTE


def _minute(problem: DayProblem, instant: datetime) -> int:
    return (instant - problem.starts_at) // MINUTE

"""Cover: per quarter, the work that nobody on duty and skilled is free to take, by maximum flow.

A person works one queue at a time, so cover is a matching of people to queues; what it leaves over is short. The
optimizer counts the same by subsets of queues (Hall); this file counts it by flow, so each can catch the other.
"""

from collections import Counter, deque
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from itertools import pairwise

from roster.clock import QUARTER, clock_text
from roster.day import MINUTE
from roster.day_problem import DayProblem, DayResult
from roster.rules.finding import Finding
from roster.shifts import SegmentKind

RULE = "cover"

Node = str | frozenset[str]
SOURCE: Node = " source"
SINK: Node = " sink"


def check(problem: DayProblem, result: DayResult) -> Iterator[Finding]:
    """A soft finding per quarter that is short: agent-minutes below requirement plus reserve."""
    zone = problem.agents[0].zone if problem.agents else "UTC"
    for quarter, short in enumerate(short_minutes(problem, result)):
        if short:
            at = clock_text(problem.starts_at + quarter * QUARTER, zone)
            yield Finding(RULE, f"{short} agent-minutes short in the quarter-hour from {at}", hard=False, cost=short)


def short_minutes(problem: DayProblem, result: DayResult, quarters: Collection[int] | None = None) -> list[int]:
    """Agent-minutes short per quarter. Debriefs on offer count as away, as if accepted; appointments do.

    With `quarters` only those are looked at; the others count as 0.
    """
    wanted = range(problem.quarters) if quarters is None else quarters
    free = free_minutes(problem, result, wanted)
    return [
        flow_short(free[quarter], {demand.queue: problem.needed_minutes(demand, quarter) for demand in problem.demands})
        if quarter in wanted
        else 0
        for quarter in range(problem.quarters)
    ]


def free_minutes(
    problem: DayProblem, result: DayResult, quarters: Collection[int] | None = None
) -> list[Counter[frozenset[str]]]:
    """Per quarter the minutes that people are on duty and free, by what they are skilled for; see `short_minutes`."""
    wanted = range(problem.quarters) if quarters is None else quarters
    supply: list[Counter[frozenset[str]]] = [Counter() for _ in range(problem.quarters)]
    away = [
        (code, debrief.starts_at, debrief.ends_at)
        for debrief in result.debriefs
        for code in (debrief.agent, debrief.peer)
    ]
    people = {one.id: one.people for one in problem.appointments}
    meeting = [
        (code, one.starts_at, one.ends_at)
        for one in result.appointments
        for code in people.get(one.id, ())
        if code not in result.segments_of
    ]
    arranged = [(person, result.segments_of.get(person.id, person.fixed)) for person in problem.agents]
    for person, spans in arranged + [(person, person.fixed) for person in problem.others]:
        busy = [(span.starts_at, span.ends_at) for span in spans if span.kind is not SegmentKind.WORK]
        busy += [(begin, end) for code, begin, end in (*away, *meeting) if code == person.id]
        here = _minutes(problem, person.starts_at, person.ends_at)
        for begin, end in busy:
            for quarter, minutes in _minutes(problem, begin, end).items():
                if quarter in here:
                    here[quarter] -= minutes
        for quarter, minutes in here.items():
            if quarter in wanted:
                supply[quarter][frozenset(person.skills)] += max(0, minutes)
    return supply


def _minutes(problem: DayProblem, starts_at: datetime, ends_at: datetime) -> dict[int, int]:
    """Whole minutes of [starts_at, ends_at) in each quarter of the day that it touches."""
    first, last = problem.quarter_at(starts_at), problem.quarter_at(ends_at)
    found = {}
    for quarter in range(max(first, 0), min(last, problem.quarters - 1) + 1):
        begin = problem.starts_at + quarter * QUARTER
        found[quarter] = (min(ends_at, begin + QUARTER) - max(starts_at, begin)) // MINUTE
    return found


def flow_short(supply: Mapping[frozenset[str], int], needs: Mapping[str, int]) -> int:
    """Total need less the largest flow from groups of people to the queues they can take (Edmonds and Karp)."""
    room: dict[Node, dict[Node, int]] = {SOURCE: {}, SINK: {}}
    for group, minutes in supply.items():
        room[SOURCE][group] = minutes
        room[group] = {}
        for queue in group & needs.keys():
            room[group][queue] = minutes
    for queue, minutes in needs.items():
        room[queue] = {SINK: minutes}
    short = sum(needs.values())
    while path := _path(room):
        amount = min(room[a][b] for a, b in pairwise(path))
        for a, b in pairwise(path):
            room[a][b] -= amount
            room[b][a] = room[b].get(a, 0) + amount
        short -= amount
    return short


def _path(room: Mapping[Node, Mapping[Node, int]]) -> list[Node]:
    """A shortest way with room left from source to sink; empty where there is none."""
    came: dict[Node, Node] = {}
    ahead = deque([SOURCE])
    while ahead and SINK not in came:
        here = ahead.popleft()
        for there, left in room[here].items():
            if left > 0 and there not in came and there != SOURCE:
                came[there] = here
                ahead.append(there)
    if SINK not in came:
        return []
    path = [SINK]
    while path[-1] != SOURCE:
        path.append(came[path[-1]])
    return path[::-1]

"""Cover: agents missing or too many per quarter-hour, each agent serving one of their queues at a time.

In every quarter agents are matched to what the queues require, dearest queue first; taking queues in that order
never costs more, because what can be served together is a matroid. What stays unserved is under-cover of its queue,
who stays unmatched is over-cover.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from roster.load.planned import required_by_quarter
from roster.problem import PlannedAgent, Problem
from roster.rules.finding import Finding
from roster.rules.rows import Rows
from roster.rules.stretches import stretches, where

KEY = "cover"

SPARE = ""
"""Stands for over-cover where queues stand; no queue has an empty id."""

Skills = tuple[str, ...]
"""The queues that somebody serves, each once, in order."""

Present = tuple[tuple[Skills, int], ...]
"""How many agents with each skill set are on shift."""

Required = tuple[tuple[str, int], ...]
"""What each queue asks for, dearest first."""


@dataclass(frozen=True, slots=True)
class Matched:
    """One quarter: agents missing in each queue, and agents with nothing to serve."""

    missing: tuple[tuple[str, int], ...]
    spare: int


def check(rows: Rows) -> Iterator[Finding]:
    """Each stretch of quarters in which a queue misses agents or agents are too many, with what it costs."""
    matched = cover_by_quarter(rows)
    first = 0
    for length in rows.problem.quarters:
        yield from findings_of_day(rows.problem, first, matched[first : first + length])
        first += length


def findings_of_day(problem: Problem, first: int, matched: Sequence[Matched]) -> Iterator[Finding]:
    """The findings of the day that begins at the quarter `first`: people too many, then those missing by queue."""
    terms = problem.rules.cover
    series: dict[str, list[int]] = {SPARE: []}
    for quarter, one in enumerate(matched):
        series[SPARE].append(one.spare)
        for queue, count in one.missing:
            line = series.setdefault(queue, [])
            line.extend([0] * (quarter - len(line)))
            line.append(count)
    for queue in sorted(series):
        weight = terms.over_weight if queue == SPARE else terms.under_weight * problem.queue_of[queue].weight
        for begin, length, count in stretches(problem, series[queue], first):
            stretch, day = where(problem, begin, length)
            people = f"{count} agent{'s' if count > 1 else ''}"
            if queue == SPARE:
                sentence = f"{people} more than can be used on {stretch}."
            else:
                sentence = f"{problem.queue_of[queue].name or queue} misses {people} on {stretch}."
            yield Finding(KEY, sentence, hard=False, cost=weight * count * length, day=day)


def cover_by_quarter(rows: Rows) -> list[Matched]:
    """Who is missing and spare in each quarter-hour of the horizon."""
    present: list[Counter[Skills]] = [Counter() for _ in range(sum(rows.problem.quarters))]
    for agent in rows.problem.agents:
        skills = skill_set(agent)
        for quarter in quarters_worked(rows, agent):
            present[quarter][skills] += 1
    known: dict[tuple[Present, Required], Matched] = {}
    result = []
    for here, required in zip(present, required_in_order(rows.problem), strict=True):
        key = (tuple(sorted(here.items())), required)
        if key not in known:
            known[key] = match(*key)
        result.append(known[key])
    return result


def skill_set(agent: PlannedAgent) -> Skills:
    """The queues that `agent` serves, each once, in order."""
    return tuple(sorted(set(agent.skills)))


def quarters_worked(rows: Rows, agent: PlannedAgent) -> Iterator[int]:
    """Quarters of the horizon that `agent`'s shifts cover wholly or in part, once for each shift."""
    length = sum(rows.problem.quarters)
    for one in rows.with_past(agent):
        covered = rows.covered(one)
        yield from range(max(0, covered.start), min(length, covered.stop))


def required_in_order(problem: Problem) -> list[Required]:
    """What the queues require in each quarter-hour of the horizon, dearest queue first."""
    demand = required_by_quarter(problem)
    dearest = sorted(demand, key=lambda queue: (-problem.queue_of[queue].weight, queue))
    return [
        tuple((queue, demand[queue][quarter]) for queue in dearest if demand[queue][quarter])
        for quarter in range(sum(problem.quarters))
    ]


# Pure, and the same few hundred quarters come again with every edit of a roster.
@lru_cache(maxsize=8192)
def match(present: Present, required: Required) -> Matched:
    """The cheapest matching of one quarter, by augmenting paths between queues and skill sets."""
    free = dict(present)
    serving: dict[str, Counter[tuple[str, ...]]] = {queue: Counter() for queue, _ in required}
    missing = []
    for queue, asked in required:
        served = 0
        while served < asked and _augment(queue, free, serving):
            served += 1
        if served < asked:
            missing.append((queue, asked - served))
    return Matched(tuple(missing), sum(free.values()))


def _augment(queue: str, free: dict[tuple[str, ...], int], serving: dict[str, Counter[tuple[str, ...]]]) -> bool:
    """Serve one more in `queue`, moving others between their queues where that frees somebody."""
    came_from: dict[tuple[str, ...], tuple[str, tuple[str, ...] | None]] = {}
    frontier: list[tuple[str, tuple[str, ...] | None]] = [(queue, None)]
    reached = {queue}
    while frontier:
        here, via = frontier.pop(0)
        for skills in free:
            if here not in skills or skills in came_from:
                continue
            came_from[skills] = (here, via)
            if free[skills] > 0:
                free[skills] -= 1
                _shift_along(skills, came_from, serving)
                return True
            for other, crew in serving.items():
                if other not in reached and crew[skills] > 0:
                    reached.add(other)
                    frontier.append((other, skills))
    return False


def _shift_along(
    skills: tuple[str, ...],
    came_from: dict[tuple[str, ...], tuple[str, tuple[str, ...] | None]],
    serving: dict[str, Counter[tuple[str, ...]]],
) -> None:
    """Walk the path back: each queue on it gains one of the later skill set and gives up one of the earlier."""
    step: tuple[str, ...] | None = skills
    while step is not None:
        queue, earlier = came_from[step]
        serving[queue][step] += 1
        if earlier is not None:
            serving[queue][earlier] -= 1
        step = earlier

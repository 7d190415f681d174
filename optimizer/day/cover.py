"""Cover of multi-skilled people by Hall's condition: a quarter is as short as its worst set of queues.

For a set S of queues, whoever has a skill in S may work there and nobody else; so the quarter lacks at least
need(S) - available(S), and (Hall 1935; for flows: Gale 1957) exactly the largest of these over all S. Sets with the
same people need only their largest member, so there are at most as many as there are groups of like-skilled people
can form.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from roster.clock import QUARTER_MINUTES
from roster.day import MINUTE
from roster.day_problem import DayProblem, QueueDemand
from roster.shifts import SegmentKind

Ints = npt.NDArray[np.int64]

MOST_GROUPS = 12
"""Up to this many distinct neighbourhoods every set is looked at; beyond, all unions of up to three, and the whole."""


@dataclass(frozen=True)
class Cover:
    """Tables of a day: `groups` of people with the same skills, and the queue sets that may be short.

    `member[s, g]`: group g has a skill in set s. `need[s, q]`, `supply[g, q]`: agent-minutes in quarter q; the
    supply is everybody on shift less what is fixed. `more[s, q]`: what of the need is beyond one agent for each queue.
    """

    groups: tuple[frozenset[str], ...]
    member: npt.NDArray[np.bool_]
    need: Ints
    supply: Ints
    more: Ints

    def group_of(self, skills: Iterable[str]) -> int:
        """The row of the people with these skills."""
        return self.groups.index(frozenset(skills))

    def short(self, away: Ints) -> Ints:
        """Agent-minutes short per quarter when `away[g, q]` minutes are taken out."""
        result: Ints = np.maximum(0, self.lack(away).max(axis=0, initial=0))
        return result

    def unattended(self, away: Ints) -> Ints:
        """Agent-minutes per quarter by which one agent for each queue that needs somebody is short."""
        result: Ints = np.maximum(0, (self.lack(away) - self.more).max(axis=0, initial=0))
        return result

    def lack(self, away: Ints) -> Ints:
        """need - available per set and quarter; negative where there is slack."""
        result: Ints = self.need - self.member.astype(np.int64) @ (self.supply - away)
        return result


def overlaps(start: int, minutes: int) -> list[tuple[int, int]]:
    """(quarter, minutes in it) of a stretch from minute `start`, in order."""
    result = []
    at, end = start, start + minutes
    while at < end:
        quarter = at // QUARTER_MINUTES
        until = min(end, (quarter + 1) * QUARTER_MINUTES)
        result.append((quarter, until - at))
        at = until
    return result


def build_cover(problem: DayProblem) -> Cover:
    """The tables of `problem`."""
    people = (*problem.agents, *problem.others)
    groups = tuple(sorted({frozenset(person.skills) for person in people}, key=sorted))
    place = {group: row for row, group in enumerate(groups)}
    supply = np.zeros((len(groups), problem.quarters), dtype=np.int64)
    for person in people:
        row = place[frozenset(person.skills)]
        on_shift = [(person.starts_at, person.ends_at, 1)]
        gone = [(span.starts_at, span.ends_at, -1) for span in person.fixed if span.kind is not SegmentKind.WORK]
        for begin, end, sign in on_shift + gone:
            first = (begin - problem.starts_at) // MINUTE
            for quarter, minutes in overlaps(first, (end - begin) // MINUTE):
                if 0 <= quarter < problem.quarters:
                    supply[row, quarter] += sign * minutes
    sets = _queue_sets(groups, [demand.queue for demand in problem.demands])
    need, floor = _summed(problem, sets, problem.needed_minutes), _summed(problem, sets, problem.attended_minutes)
    return Cover(
        groups,
        np.array([[bool(one & group) for group in groups] for one in sets], dtype=np.bool_).reshape(
            len(sets), len(groups)
        ),
        need,
        supply,
        need - floor,
    )


def _summed(problem: DayProblem, sets: Sequence[frozenset[str]], minutes: Callable[[QueueDemand, int], int]) -> Ints:
    """Per set and quarter the sum of what `minutes` gives for each of its queues."""
    quarters = range(problem.quarters)
    per_queue = {demand.queue: [minutes(demand, quarter) for quarter in quarters] for demand in problem.demands}
    return np.array([np.sum([per_queue[queue] for queue in one], axis=0) for one in sets], dtype=np.int64).reshape(
        len(sets), problem.quarters
    )


def _queue_sets(groups: tuple[frozenset[str], ...], queues: list[str]) -> list[frozenset[str]]:
    """For each set of people that some queues reach, the largest set of queues that reaches no one else."""
    reach = {queue: frozenset(row for row, group in enumerate(groups) if queue in group) for queue in queues}
    distinct = sorted(set(reach.values()), key=sorted)
    most = len(distinct) if len(distinct) <= MOST_GROUPS else 3
    unions = {frozenset().union(*some) for size in range(1, most + 1) for some in combinations(distinct, size)}
    if distinct:
        unions.add(frozenset().union(*distinct))
    return sorted(
        {frozenset(queue for queue in queues if reach[queue] <= union) for union in unions},
        key=lambda one: (len(one), sorted(one)),
    )


def quiet_slack(cover: Cover, away: Ints) -> Ints:
    """Whole agents to spare per quarter, for the set of queues that has fewest; nothing asked for counts as plenty."""
    asked = np.where(cover.need > 0, -cover.lack(away), np.iinfo(np.int32).max)
    slack: Ints = asked.min(axis=0, initial=np.iinfo(np.int32).max) // QUARTER_MINUTES
    return slack

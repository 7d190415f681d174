"""What a change leaves behind: quarters with worse cover than before, and people whose rows break what they kept."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from roster.problem import Problem
from roster.rules.cover import Matched
from roster.rules.finding import Finding
from roster.whatif.live import LiveRoster

Short = Mapping[int, int]
"""By queue weight: how many are missing in the queues of that weight and above."""


@dataclass(frozen=True)
class Trouble:
    """Why a roster needs repair; `allowed` says for each quarter what may be missing there."""

    allowed: Sequence[Short]
    quarters: frozenset[int]
    people: frozenset[str]
    """Whose own rules the change broke."""
    team: bool
    """Whether it broke a hard rule about several people."""
    known: frozenset[Finding]
    """Hard rules that the repair need not mend: broken before already, or by an absence in the row of who is away."""
    held: frozenset[str]
    """Whose rows stay as they are: who is away, and whose rows break rules that the repair need not mend."""

    @property
    def none(self) -> bool:
        """Whether there is nothing to repair."""
        return not self.quarters and not self.people and not self.team


def trouble(before: LiveRoster, now: LiveRoster, away: Collection[str] = ()) -> Trouble:
    """What is wrong with `now` that was right in `before`; the rest of an absent person's row is left alone."""
    excused = {one for agent in away for one in now.personal[agent] if one.hard}
    known = frozenset({*before.verdict.violations, *excused})
    broken = [one for one in now.verdict.violations if one not in known]
    unmended = {agent for agent, found in now.personal.items() if any(one.hard and one in known for one in found)}
    return Trouble(
        allowed=(allowed := [short(before.problem, matched) for matched in before.cover.matched]),
        quarters=frozenset(worse(now.problem, allowed, now.cover.matched)),
        people=frozenset(
            agent for agent, found in now.personal.items() if any(one.hard and one not in known for one in found)
        ),
        team=any(one not in now.personal.get(one.agent or "", ()) for one in broken),
        known=known,
        held=frozenset({*away, *unmended}),
    )


def mended(after: LiveRoster, trouble: Trouble) -> bool:
    """Whether cover is nowhere worse than before the change, and no hard rule is broken that was kept."""
    if any(one not in trouble.known for one in after.verdict.violations):
        return False
    return next(worse(after.problem, trouble.allowed, after.cover.matched), None) is None


def worse(problem: Problem, allowed: Sequence[Short], matched: Sequence[Matched]) -> Iterator[int]:
    """The quarters in which more is missing than allowed."""
    for quarter, (limit, there) in enumerate(zip(allowed, matched, strict=True)):
        if there.missing and is_worse(problem, limit, there):
            yield quarter


def is_worse(problem: Problem, limit: Short, matched: Matched) -> bool:
    """Whether more is missing in the queues of some weight and above than `limit` allows."""
    return any(count > limit_at(limit, level) for level, count in short(problem, matched).items())


def short(problem: Problem, matched: Matched) -> Short:
    """How many are missing in the queues of each weight and above, for each weight at which some are."""
    missing: dict[int, int] = {}
    for queue, count in matched.missing:
        weight = problem.queue_of[queue].weight
        missing[weight] = missing.get(weight, 0) + count
    total, found = 0, {}
    for weight in sorted(missing, reverse=True):
        total += missing[weight]
        found[weight] = total
    return found


def missing_beyond(problem: Problem, found: Trouble, matched: Sequence[Matched]) -> int:
    """Agent-quarters, times queue weight, by which more is missing than allowed where the trouble is."""
    total = 0
    for quarter in found.quarters:
        now, below = short(problem, matched[quarter]), 0
        for level in sorted({*now, *found.allowed[quarter]}):
            total += (level - below) * max(0, limit_at(now, level) - limit_at(found.allowed[quarter], level))
            below = level
    return total


def limit_at(limit: Short, level: int) -> int:
    """How many may be missing in the queues of weight `level` and above."""
    return max((count for weight, count in limit.items() if weight >= level), default=0)

"""What a change leaves behind: quarters with worse cover than before, and people whose rows break what they kept."""

from collections.abc import Iterator, Mapping, Sequence
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
    """Hard rules that were broken before already; the repair need not mend them."""

    @property
    def none(self) -> bool:
        """Whether there is nothing to repair."""
        return not self.quarters and not self.people and not self.team


def trouble(before: LiveRoster, now: LiveRoster) -> Trouble:
    """What is wrong with `now` that was right in `before`."""
    allowed = [short(before.problem, matched) for matched in before.cover.matched]
    known = frozenset(before.verdict.violations)
    broken = [one for one in now.verdict.violations if one not in known]
    personal = {
        agent for agent, findings in now.personal.items() if any(one.hard and one not in known for one in findings)
    }
    return Trouble(
        allowed,
        frozenset(worse(now.problem, allowed, now.cover.matched)),
        frozenset(personal),
        any(one not in now.personal.get(one.agent or "", ()) for one in broken),
        known,
    )


def mended(after: LiveRoster, trouble: Trouble) -> bool:
    """Whether cover is nowhere worse than before the change, and no hard rule is broken that was kept."""
    if any(one not in trouble.known for one in after.verdict.violations):
        return False
    return next(worse(after.problem, trouble.allowed, after.cover.matched), None) is None


def worse(problem: Problem, allowed: Sequence[Short], matched: Sequence[Matched]) -> Iterator[int]:
    """The quarters in which more is missing than allowed, in the queues of some weight and above."""
    known: dict[tuple[Matched, tuple[tuple[int, int], ...]], bool] = {}
    for quarter, (limit, there) in enumerate(zip(allowed, matched, strict=True)):
        if not there.missing:
            continue
        key = (there, tuple(limit.items()))
        if key not in known:
            now = short(problem, there)
            known[key] = any(count > limit_at(limit, level) for level, count in now.items())
        if known[key]:
            yield quarter


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


def limit_at(limit: Short, level: int) -> int:
    """How many may be missing in the queues of weight `level` and above."""
    return max((count for weight, count in limit.items() if weight >= level), default=0)

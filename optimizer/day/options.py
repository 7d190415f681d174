"""What can go where: the breaks still to be placed for each person, and the starts each of them may have.

Minutes here count from the problem's `starts_at`.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from optimizer.day.cover import overlaps
from roster.day import MINUTE
from roster.day_problem import BREAK_KINDS, BreakNeed, DayAgent, DayProblem, DebriefRequest

NEAREST = 36
"""Starts kept per break: those nearest to the even spread (with the default grid an hour and a half each way)."""

DEBRIEF_GRID_MINUTES = 15
PEERS_TRIED = 8


@dataclass(frozen=True)
class BreakOptions:
    """One break of one person: ascending `starts`, and what each costs for leaving the even spread."""

    need: BreakNeed
    starts: tuple[int, ...]
    costs: tuple[int, ...]


@dataclass(frozen=True)
class PersonOptions:
    """One person's breaks in the order of the day."""

    person: DayAgent
    breaks: tuple[BreakOptions, ...]
    gap: int

    @cached_property
    def skills(self) -> frozenset[str]:
        """Queues they can take."""
        return frozenset(self.person.skills)

    @cached_property
    def levels(self) -> tuple[int, ...]:
        """The minutes that one of these breaks can take out of a single quarter."""
        return tuple(
            sorted(
                {
                    minutes
                    for one in self.breaks
                    for start in one.starts
                    for _, minutes in overlaps(start, one.need.minutes)
                }
            )
        )


@dataclass(frozen=True)
class DebriefOption:
    """One peer and one time for a request."""

    request: DebriefRequest
    peer: str
    start: int


def minute_of(problem: DayProblem, instant: datetime) -> int:
    """Minutes from the problem's start to `instant`, rounded down."""
    return (instant - problem.starts_at) // MINUTE


def person_options(problem: DayProblem, person: DayAgent) -> PersonOptions:
    """The breaks `person` is still due: those fixed already count as given."""
    left = person.still_due(problem.breaks)
    gap = problem.breaks.min_gap_minutes
    full = [_options(problem, person, need) for need in left]
    near = PersonOptions(person, tuple(_nearest(option) for option in full), gap)
    whole = PersonOptions(person, tuple(full), gap)
    # Where fixed time breaks the day up, the nearest starts may not chain though farther ones do.
    return near if most_placed(near) == most_placed(whole) else whole


def _options(problem: DayProblem, person: DayAgent, need: BreakNeed) -> BreakOptions:
    step, weights = problem.step_minutes, problem.weights
    gap = problem.breaks.min_gap_minutes * MINUTE
    earliest = need.earliest if person.not_before is None else max(need.earliest, person.not_before)
    first = -(-(earliest - problem.starts_at) // (step * MINUTE)) * step
    last = minute_of(problem, need.latest)
    ideal = minute_of(problem, need.ideal)
    starts, costs = [], []
    for start in range(first, last + 1, step):
        begin = problem.starts_at + start * MINUTE
        end = begin + need.minutes * MINUTE
        near = any(span.overlaps(begin - gap, end + gap) for span in person.fixed if span.kind in BREAK_KINDS)
        if near or person.is_taken(begin, end):
            continue
        steps = abs(start - ideal) // step
        starts.append(start)
        costs.append(weights.drift * steps + weights.drift_again * max(0, steps - 30 // step))
    return BreakOptions(need, tuple(starts), tuple(costs))


def _nearest(option: BreakOptions) -> BreakOptions:
    order = sorted(range(len(option.starts)), key=lambda place: (option.costs[place], place))
    kept = sorted(order[:NEAREST])
    return BreakOptions(
        option.need, tuple(option.starts[place] for place in kept), tuple(option.costs[place] for place in kept)
    )


def most_placed(options: PersonOptions) -> int:
    """How many of a person's breaks can have a place at once: earliest first, in order, each skipped in turn."""
    best = {0: -(10**9)}
    for option in options.breaks:
        longer = dict(best)
        for count, free_from in best.items():
            start = next((start for start in option.starts if start >= free_from), None)
            if start is not None:
                end = start + option.need.minutes + options.gap
                longer[count + 1] = min(longer.get(count + 1, end), end)
        best = longer
    return max(best)


def debrief_options(problem: DayProblem, request: DebriefRequest) -> list[DebriefOption]:
    """Every peer and time that the rules allow for `request`, before breaks are looked at."""
    agent = problem.agent_of.get(request.agent)
    if agent is None:
        return []
    result = []
    allowed = [code for code in request.peers if _may_be_peer(problem, agent, request, code)]
    for code in allowed[:PEERS_TRIED]:
        peer = problem.agent_of[code]
        plan_from = [person.not_before for person in (agent, peer) if person.not_before is not None]
        begin = max(request.earliest, agent.starts_at, peer.starts_at, *plan_from)
        end = min(request.latest, agent.ends_at, peer.ends_at)
        first = -(-(begin - problem.starts_at) // (DEBRIEF_GRID_MINUTES * MINUTE)) * DEBRIEF_GRID_MINUTES
        for start in range(first, minute_of(problem, end) - request.minutes + 1, DEBRIEF_GRID_MINUTES):
            at = problem.starts_at + start * MINUTE
            until = at + request.minutes * MINUTE
            if not agent.is_taken(at, until) and not peer.is_taken(at, until):
                result.append(DebriefOption(request, code, start))
    return result


def _may_be_peer(problem: DayProblem, agent: DayAgent, request: DebriefRequest, code: str) -> bool:
    peer = problem.agent_of.get(code)
    if peer is None or code == agent.id or code in request.barred or code in agent.managers:
        return False
    return peer.volunteer and peer.sessions_left > 0

"""What can go where: the breaks still to be placed for each person, and the starts each of them may have.

Minutes here count from the problem's `starts_at`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import combinations

from optimizer.day.cover import overlaps
from roster.day import MINUTE
from roster.day_problem import BREAK_KINDS, BreakNeed, DayAgent, DayProblem, DebriefRequest
from roster.shifts import SegmentKind

DEBRIEF_GRID_MINUTES = 15


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
    return PersonOptions(
        person, tuple(_options(problem, person, need) for need in left), problem.breaks.min_gap_minutes
    )


def in_every_order(options: PersonOptions) -> list[PersonOptions]:
    """The same breaks in every order that the rules allow: which of them are meals is free, their windows are not."""
    meals = [one for one in options.breaks if one.need.kind is SegmentKind.MEAL]
    rests = [one for one in options.breaks if one.need.kind is not SegmentKind.MEAL]
    found = []
    for places in combinations(range(len(options.breaks)), len(meals)):
        left = {True: iter(meals), False: iter(rests)}
        order = tuple(next(left[place in places]) for place in range(len(options.breaks)))
        found.append(replace(options, breaks=order))
    return found


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


def clear_of(options: PersonOptions, begin: int, end: int) -> PersonOptions:
    """The same person without the starts that would run into minutes [begin, end)."""
    breaks = []
    for one in options.breaks:
        kept = [
            (start, cost)
            for start, cost in zip(one.starts, one.costs, strict=True)
            if start >= end or start + one.need.minutes <= begin
        ]
        breaks.append(replace(one, starts=tuple(start for start, _ in kept), costs=tuple(cost for _, cost in kept)))
    return replace(options, breaks=tuple(breaks))


class Room:
    """Whether somebody's breaks all have their place beside one debrief: a debrief takes no rest from anybody."""

    def __init__(self, people: Iterable[PersonOptions]) -> None:
        self._people = {options.person.id: options for options in people}
        self._counts: dict[str, int] = {}
        self._known: dict[tuple[str, int, int], bool] = {}

    def beside(self, code: str, begin: int, end: int) -> bool:
        """Whether [begin, end) leaves room for as many breaks as there is room for without it."""
        options = self._people.get(code)
        if options is None:
            return True
        key = (code, begin, end)
        if key not in self._known:
            self._known[key] = most_placed(clear_of(options, begin, end)) == self._most(code)
        return self._known[key]

    def _most(self, code: str) -> int:
        if code not in self._counts:
            self._counts[code] = most_placed(self._people[code])
        return self._counts[code]


def debrief_options(problem: DayProblem, request: DebriefRequest, room: Room) -> list[DebriefOption]:
    """Every peer and time that the rules allow for `request` and that leaves both people `room` for their breaks."""
    agent = problem.agent_of.get(request.agent)
    if agent is None:
        return []
    result = []
    for code in request.peers:
        if not _may_be_peer(problem, agent, request, code):
            continue
        peer = problem.agent_of[code]
        plan_from = [person.not_before for person in (agent, peer) if person.not_before is not None]
        begin = max(request.earliest, agent.starts_at, peer.starts_at, *plan_from)
        end = min(request.latest, agent.ends_at, peer.ends_at)
        first = -(-(begin - problem.starts_at) // (DEBRIEF_GRID_MINUTES * MINUTE)) * DEBRIEF_GRID_MINUTES
        for start in range(first, minute_of(problem, end) - request.minutes + 1, DEBRIEF_GRID_MINUTES):
            until = start + request.minutes
            at, to = problem.starts_at + start * MINUTE, problem.starts_at + until * MINUTE
            if agent.is_taken(at, to) or peer.is_taken(at, to):
                continue
            if room.beside(agent.id, start, until) and room.beside(code, start, until):
                result.append(DebriefOption(request, code, start))
    return result


def _may_be_peer(problem: DayProblem, agent: DayAgent, request: DebriefRequest, code: str) -> bool:
    peer = problem.agent_of.get(code)
    if peer is None or code == agent.id or code in request.barred or code in agent.managers:
        return False
    return peer.volunteer and peer.sessions_left > 0

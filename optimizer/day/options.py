"""What can go where: the breaks still to be placed for each person, and the starts each of them may have.

Minutes here count from the problem's `starts_at`.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import combinations

from optimizer.day.cover import overlaps
from roster.day import MINUTE, SegmentSpan
from roster.day_problem import BREAK_KINDS, BreakNeed, DayAgent, DayProblem
from roster.shifts import SegmentKind

HURRIED_MINUTES = 20
"""Before the last start that is open to a break: a contact that runs over may lose what begins in them. **Assumption**:
hardly any runs over by more, and no second one comes before the break (the floor sees to that).
"""


@dataclass(frozen=True)
class BreakOptions:
    """One break of one person: ascending `starts`, and what each costs: for leaving the even spread, and where it was
    `planned`, if an earlier plan had it.
    """

    need: BreakNeed
    starts: tuple[int, ...]
    costs: tuple[int, ...]
    planned: SegmentSpan | None = None


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


def minute_of(problem: DayProblem, instant: datetime) -> int:
    """Minutes from the problem's start to `instant`, rounded down."""
    return (instant - problem.starts_at) // MINUTE


def minute_after(problem: DayProblem, instant: datetime) -> int:
    """Minutes from the problem's start to `instant`, rounded up."""
    return -((problem.starts_at - instant) // MINUTE)


def person_options(problem: DayProblem, person: DayAgent) -> PersonOptions:
    """The breaks `person` is still due, in the order in which they are planned: those fixed already count as given."""
    pairs = with_planned(person.still_due(problem.breaks), person.planned)
    if person.planned:
        pairs.sort(key=lambda pair: pair[0].ideal if pair[1] is None else pair[1].starts_at)
    gap = problem.breaks.min_gap_minutes
    taken = taken_minutes(problem, person, gap)
    options = PersonOptions(person, tuple(_options(problem, person, need, span, taken) for need, span in pairs), gap)
    if most_placed(options) < len(options.breaks):
        options = max((options, *in_every_order(options)), key=most_placed)
        options = _without_spare(options) if person.planned else options
    return replace(options, breaks=_unhurried(options.breaks, gap, problem.weights.hurried))


def _without_spare(options: PersonOptions) -> PersonOptions:
    """The same with no start for rests that were not planned, where not all have room: none comes for one planned."""
    most = most_placed(options)
    for place, one in enumerate(options.breaks):
        if one.planned is None and one.need.kind is SegmentKind.REST:
            none = replace(one, starts=(), costs=())
            trial = replace(options, breaks=(*options.breaks[:place], none, *options.breaks[place + 1 :]))
            options = trial if most_placed(trial) == most else options
    return options


def with_planned(
    needs: Sequence[BreakNeed], planned: Sequence[SegmentSpan]
) -> list[tuple[BreakNeed, SegmentSpan | None]]:
    """Each need with the break that is planned for it: in order of time, kind by kind, and together nearest."""
    found: dict[BreakNeed, SegmentSpan] = {}
    for kind in BREAK_KINDS:
        due = [need for need in needs if need.kind is kind]
        spans = sorted((span for span in planned if span.kind is kind), key=lambda span: span.starts_at)
        some = min(len(due), len(spans))
        pairings = (
            tuple(zip(chosen, kept, strict=True))
            for chosen in combinations(due, some)
            for kept in combinations(spans, some)
        )
        found |= dict(min(pairings, key=_apart))
    return [(need, found.get(need)) for need in needs]


def _apart(pairs: Iterable[tuple[BreakNeed, SegmentSpan]]) -> timedelta:
    return sum((abs(need.ideal - span.starts_at) for need, span in pairs), timedelta(0))


def taken_minutes(problem: DayProblem, person: DayAgent, gap: int = 0) -> list[tuple[int, int]]:
    """Minutes (from, until) that what is fixed or kept free touches; with `gap` on either side of a fixed break."""
    found = []
    for span in person.fixed:
        wide = gap if span.kind in BREAK_KINDS else 0
        found.append((minute_of(problem, span.starts_at) - wide, minute_after(problem, span.ends_at) + wide))
    found += [(minute_of(problem, kept.starts_at), minute_after(problem, kept.ends_at)) for kept in person.kept_free]
    return found


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


def _options(
    problem: DayProblem, person: DayAgent, need: BreakNeed, planned: SegmentSpan | None, taken: list[tuple[int, int]]
) -> BreakOptions:
    step, weights, minutes = problem.step_minutes, problem.weights, need.minutes
    earliest = need.earliest if person.not_before is None else max(need.earliest, person.not_before)
    first = -(-(earliest - problem.starts_at) // (step * MINUTE)) * step
    last = minute_of(problem, need.latest)
    ideal = minute_of(problem, need.ideal)
    stays = None if planned is None else (planned.starts_at - problem.starts_at) / MINUTE
    starts = [
        start
        for start in range(first, last + 1, step)
        if not any(begin - minutes < start < end for begin, end in taken)
    ]
    costs = []
    for start in starts:
        steps = abs(start - ideal) // step
        moved = moving_cost(problem, start, stays)
        costs.append(weights.drift * steps + weights.drift_again * max(0, steps - 30 // step) + moved)
    return BreakOptions(need, tuple(starts), tuple(costs), planned)


def moving_cost(problem: DayProblem, start: int, planned: float | None) -> int:
    """What it costs that something starts at minute `start` instead of where it was `planned`, if it was."""
    if planned is None or start == planned:
        return 0
    until, weights = problem.announced_until, problem.weights
    if until is not None and start < (until - problem.starts_at) / MINUTE <= planned:
        return weights.moved + weights.short_notice
    return weights.moved


def _unhurried(breaks: Sequence[BreakOptions], gap: int, price: int) -> tuple[BreakOptions, ...]:
    """`breaks` in order, with a `price` per five minutes on starts near the last that leaves room for those after."""
    found: list[BreakOptions] = []
    until = None
    for one in reversed(breaks):
        inside = [start for start in one.starts if until is None or start + one.need.minutes + gap <= until]
        if inside:
            until = inside[-1]
            haste = [max(0, (start - until + HURRIED_MINUTES) // 5) for start in one.starts]
            # Where every start is late none is hurried for that alone: the break is not dearer than another to have.
            costs = (cost + price * (late - haste[0]) for cost, late in zip(one.costs, haste, strict=True))
            found.append(replace(one, costs=tuple(costs)))
        else:
            found.append(one)
    return tuple(reversed(found))


def most_placed(options: PersonOptions, begin: int = 0, end: int = 0) -> int:
    """How many of a person's breaks can have a place at once, none of it in minutes [begin, end).

    Earliest first, in order, each skipped in turn.
    """
    best = {0: -(10**9)}
    for option in options.breaks:
        longer = dict(best)
        for count, free_from in best.items():
            start = _next(option, free_from, begin, end)
            if start is not None:
                then = start + option.need.minutes + options.gap
                longer[count + 1] = min(longer.get(count + 1, then), then)
        best = longer
    return max(best)


def has_room(problem: DayProblem, person: DayAgent) -> bool:
    """Whether as many breaks as are planned for `person` have a place beside what is fixed."""
    return most_placed(person_options(problem, person)) >= len(person.planned)


def _next(option: BreakOptions, free_from: int, begin: int, end: int) -> int | None:
    """The first start from `free_from` on that keeps clear of [begin, end)."""
    starts = option.starts
    place = bisect_left(starts, free_from)
    if place < len(starts) and begin - option.need.minutes < starts[place] < end:
        place = bisect_left(starts, end)
    return starts[place] if place < len(starts) else None


class Room:
    """Whether somebody's breaks all have their place beside one booking: it takes no rest from anybody."""

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
            self._known[key] = most_placed(options, begin, end) == self._most(code)
        return self._known[key]

    def _most(self, code: str) -> int:
        if code not in self._counts:
            self._counts[code] = most_placed(self._people[code])
        return self._counts[code]

"""A day of drawn events, planned again after each, and judged: what it costs others, what is missed, what is short.

What is short in the day that came of it is held against a plan with perfect foresight: the same people with all that
happened in their days from the start, and the breaks that they chose by hand.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, quantiles

from bench.day_counts import conflicts, hidden, lacking, missed, moved, room
from bench.day_events import Event, EventKind, Events, times
from bench.day_live import ANNOUNCED, LiveDay, LivePerson
from bench.own_day import QUEUES, own_day
from bench.reaches import Line
from optimizer.day.live import MOVES, Replanned, replan_day
from optimizer.day.solve import solve_day
from roster.day import SegmentSpan, partition
from roster.day_problem import BREAK_KINDS, DayProblem, DayResult, DayStatus, PersonDay
from roster.rules.day.cover import short_minutes
from roster.rules.day.registry import DAY_RULES
from roster.shifts import SegmentKind

SECONDS = 1.0
MOVED = 3
BEYOND = 0.05

HEAVY_SHARE = 0.3
"""Of the events, see `bench.day_events.MIX`: the forecast of a replayed day knows how many to expect."""


@dataclass
class Replayed:
    """What came of it. Per event: seconds of the clock and of the processor, announced segments of others moved."""

    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    moved: list[int] = field(default_factory=list)
    kinds: Counter[EventKind] = field(default_factory=Counter)
    moved_by: Counter[EventKind] = field(default_factory=Counter)
    missed: dict[str, int] = field(default_factory=dict)
    """Breaks that had room when a plan left them out, the most of each person."""
    lost: int = 0
    """Breaks not had, though the day as it was had room for them, but for `upset`."""
    upset: int = 0
    """Those that a contact ran into after their owner had placed them late."""
    gone_without: int = 0
    """Breaks not had at all, by people who stayed."""
    conflicts: int = 0
    debriefs: int = 0
    hidden: set[str] = field(default_factory=set)
    owed: int = 0
    repaid: int = 0
    reported: int = 0
    promised: int = 0
    called: int = 0
    breaks: int = 0
    short: int = 0
    without_breaks: int = 0
    """What would have been short had nobody had a break: what no plan of breaks undercuts."""
    foresight: int = 0
    foresight_bound: int = 0
    foresight_breaks: int = 0

    @property
    def beyond(self) -> float:
        """What is short beyond the plan with foresight, as a share of that."""
        return (self.short - self.foresight) / max(1, self.foresight)


def reach(found: Sequence[Replayed]) -> list[Line]:
    """What was asked, and the worst day."""
    slow = max(_p95(one.seconds) for one in found)
    most = max(fmean(one.moved) for one in found)
    worst = max(found, key=lambda one: one.beyond)
    unsaid = max(one.owed - one.repaid - one.reported for one in found) + max(len(one.hidden) for one in found)
    return [
        Line("a day planned again, p95", f"under {SECONDS:g} s", f"{slow:.2f} s", slow < SECONDS),
        Line("announced segments of others moved, mean", f"at most {MOVED}", f"{most:.2f}", most <= MOVED),
        Line("breaks missed though they had room", "0", *_none(sum(one.missed.values()) for one in found)),
        Line("breaks not had in a day that had room", "0", *_none(one.lost for one in found)),
        Line("debriefs in conflict", "0", *_none(one.conflicts for one in found)),
        Line("debts neither repaid nor reported", "0", str(unsaid), unsaid == 0),
        Line(
            "short beyond perfect foresight",
            f"{BEYOND:.0%} of that",
            f"{worst.beyond:.1%} ({worst.short:,} short, {worst.foresight:,} with foresight)",
            worst.beyond <= BEYOND,
        ),
    ]


def told(one: Replayed) -> str:
    """One replayed day in a few lines."""
    kinds = ", ".join(f"{count} {kind}" for kind, count in one.kinds.most_common())
    middle, processor = quantiles(one.seconds, n=20)[9], quantiles(one.processor, n=20)
    return (
        f"       {len(one.moved):,} events: {kinds}\n"
        f"       planned again in {middle:.2f} s at the middle, {_p95(one.seconds):.2f} s p95,"
        f" {max(one.seconds):.2f} s at most (of the processor {processor[9]:.2f} and {processor[-1]:.2f} s);"
        f" announced segments of others moved {fmean(one.moved):.2f} on average, {max(one.moved)} at most\n"
        f"       breaks {one.breaks}, {one.gone_without} not had by people who stayed, {one.lost} of them had room and"
        f" {one.upset} were run into where their owner had put them;"
        f" {sum(one.missed.values())} were left out though they had room; {one.debriefs} debriefs accepted,"
        f" {one.conflicts} in conflict\n"
        f"       {one.owed} debts, {one.repaid} repaid, {one.reported} reported; {one.promised} call-backs promised,"
        f" {one.called} made; {len(one.hidden)} of both left out unsaid\n"
        f"       {one.short:,} agent-minutes short; with perfect foresight {one.foresight:,} and"
        f" {one.foresight_breaks} breaks (at least {one.foresight_bound:,} proved): {one.beyond:+.1%};"
        f" {one.without_breaks:,} if nobody had had a break"
    )


def _p95(seconds: Sequence[float]) -> float:
    return quantiles(seconds, n=20, method="inclusive")[-1]


def _none(left: Iterable[int]) -> tuple[str, bool]:
    most = max(left)
    return str(most), most == 0


def replayed_day(agents: int, events: int, seed: int) -> DayProblem:
    """A day whose forecast expects as many heavy and severe contacts as `events` bring, in any queue."""
    quarters = sum(person.minutes for person in own_day(agents, seed).agents) / 15
    return own_day(agents, seed, heavy={queue: HEAVY_SHARE * events / quarters for queue, _, _, _ in QUEUES})


def replay(
    base: DayProblem,
    events: int,
    seed: int,
    *,
    moves: int = MOVES,
    limit: float = 8.0,
    replan: Callable[..., Replanned] = replan_day,
    each: Callable[[Event, LiveDay, DayResult], None] | None = None,
) -> Replayed:
    """`base` with so many events, and what came of it; `limit` is of the first plan and of the one with foresight.

    `each` sees the day after every event. Raises RuntimeError where the checkers refuse a plan.
    """
    draw = random.Random(seed)
    day, happens, found = LiveDay.of(base), Events(draw), Replayed()
    day.adopt(solve_day(base, deterministic_limit=limit, time_limit_seconds=100 * limit, seed=seed), None)
    for now in times(base, events, draw):
        day.begin(now)
        before = {code: person.segments for code, person in day.people.items()}
        event = happens.next(day, now)
        problem = day.problem_at(now)
        clock, processor = time.perf_counter(), time.process_time()
        result = replan(problem, moves=moves, seed=seed).result
        found.seconds.append(time.perf_counter() - clock)
        found.processor.append(time.process_time() - processor)
        _count(found, event, problem, result, before)
        day.adopt(result, now)
        found.conflicts = max(found.conflicts, _conflicts(day))
        if each is not None:
            each(event, day, result)
    _close(found, day, happens, seed, limit)
    return found


def _count(
    found: Replayed, event: Event, problem: DayProblem, result: DayResult, before: Mapping[str, Sequence[SegmentSpan]]
) -> None:
    breaches = [
        one for rule, check in DAY_RULES.items() if rule != "cover" for one in check(problem, result) if one.hard
    ]
    if breaches:
        raise RuntimeError(f"{event.kind} at {event.at}: {len(breaches)} breaches, first: {breaches[0].sentence}")
    count = moved(before, result, event.at, event.at + ANNOUNCED, event.people)
    found.moved.append(count)
    found.kinds[event.kind] += 1
    found.moved_by[event.kind] += count
    for code, some in missed(problem.agents, result, problem.breaks).items():
        found.missed[code] = max(found.missed.get(code, 0), some)
    found.hidden |= set(hidden(problem.appointments, result))


def _conflicts(day: LiveDay) -> int:
    days = {code: person.segments for code, person in day.people.items()}
    return conflicts(day.agreed.values(), days) + len(day.refused)


def _close(found: Replayed, day: LiveDay, happens: Events, seed: int, limit: float) -> None:
    """The day is over: what was had, what was owed, what was short, and what foresight would have made of it."""
    day.begin(day.base.ends_at)
    terms = day.base.breaks
    for person in day.people.values():
        if person.gone_at is not None:
            continue
        lacked = sum(lacking(person.agent, person.fixed, terms))
        found.gone_without += lacked
        if lacked:
            kept = person.agent.model_copy(update={"fixed": _all_but_breaks(person), "not_before": None})
            lost = max(0, lacked - sum(lacking(kept, kept.fixed, terms)) + room(kept, terms))
            found.lost += max(0, lost - person.upset)
            found.upset += min(lost, person.upset)
    debts = [one for one in day.given if one.kind is SegmentKind.DECOMPRESSION]
    found.owed, found.repaid = happens.owed, len(debts)
    found.reported = sum(one.kind is SegmentKind.DECOMPRESSION for one in (*day.told, *day.appointments.values()))
    found.promised = happens.promised
    found.called = sum(one.kind is SegmentKind.CALL_BACK for one in day.given)
    found.debriefs = len(day.agreed)
    as_it_was = realised(day)
    found.short = sum(short_minutes(*as_it_was))
    found.breaks = sum(span.kind in BREAK_KINDS for each in as_it_was[1].days for span in each.segments)
    bare = [
        PersonDay(agent=code, segments=partition(one.agent.starts_at, one.agent.ends_at, _no_breaks(one)))
        for code, one in day.people.items()
    ]
    found.without_breaks = sum(short_minutes(as_it_was[0], DayResult(status=DayStatus.GREEDY, days=tuple(bare))))
    ahead = foresight(day)
    plan = solve_day(ahead, deterministic_limit=limit, time_limit_seconds=100 * limit, seed=seed)
    found.foresight = sum(short_minutes(ahead, plan))
    found.foresight_bound = plan.short_bound or 0
    found.foresight_breaks = sum(span.kind in BREAK_KINDS for each in plan.days for span in each.segments) + sum(
        span.kind in BREAK_KINDS for person in ahead.others for span in person.fixed
    )


def _no_breaks(person: LivePerson) -> list[SegmentSpan]:
    return [span for span in person.fixed if span.kind not in BREAK_KINDS]


def _all_but_breaks(person: LivePerson) -> tuple[SegmentSpan, ...]:
    """What was fixed in somebody's day whatever the plan: all but breaks that no person placed."""
    return tuple(sorted([*_no_breaks(person), *person.by_hand, *person.late], key=lambda span: span.starts_at))


def realised(day: LiveDay) -> tuple[DayProblem, DayResult]:
    """The day as it was: what was needed, with no reserve for what might have happened, and who did what."""
    days = [
        PersonDay(agent=code, segments=partition(one.agent.starts_at, one.agent.ends_at, one.fixed))
        for code, one in day.people.items()
    ]
    problem = _hindsight(day).model_copy(update={"debriefs": ()})
    return problem, DayResult(status=DayStatus.GREEDY, days=tuple(days))


def foresight(day: LiveDay) -> DayProblem:
    """The day with all that happened in it from the start, and breaks to be planned. Who went home keeps theirs."""
    stayed = [
        one.agent.model_copy(update={"fixed": _all_but_breaks(one), "kept_free": (), "sessions_left": 0})
        for one in day.people.values()
        if one.gone_at is None
    ]
    left = [
        one.agent.model_copy(update={"fixed": tuple(one.fixed), "kept_free": ()})
        for one in day.people.values()
        if one.gone_at is not None
    ]
    whole = _hindsight(day)
    return DayProblem.model_validate(
        whole.model_copy(update={"agents": tuple(stayed), "others": (*whole.others, *left)}).model_dump()
    )


def _hindsight(day: LiveDay) -> DayProblem:
    demands = [
        demand.model_copy(
            update={"required": tuple(day.required[demand.queue]), "expected_heavy": (), "expected_severe": ()}
        )
        for demand in day.base.demands
    ]
    known = day.base.model_copy(update={"demands": tuple(demands), "debriefs": (), "appointments": ()})
    return DayProblem.model_validate(known.model_dump())

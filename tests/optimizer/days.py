"""Days for tests of the optimizer: tiny ones with every plan of theirs, drawn ones, and a day that has begun."""

import random
from datetime import UTC, date, datetime
from itertools import pairwise, product

from optimizer.day.options import PersonOptions
from optimizer.day.plan import Plan
from optimizer.day.prepared import Prepared
from roster.clock import at_local
from roster.day import MINUTE, SegmentSpan
from roster.day_problem import BREAK_KINDS, DayAgent, DayProblem, DayResult, DebriefRequest, QueueDemand, Span
from roster.policy import BreaksPolicy, default_policy
from roster.shifts import SegmentKind

START = datetime(2026, 11, 24, 7, tzinfo=UTC)
SHORT = BreaksPolicy(
    meal_over_minutes=100,
    meal_minutes=30,
    meal_earliest_minutes=15,
    meal_latest_minutes=75,
    rest_minutes=15,
    rest_per_minutes=60,
    edge_minutes=15,
    min_gap_minutes=15,
)
MIXES = (("q",), ("r",), ("q", "r"))


def tiny(seed: int, people: int = 2) -> DayProblem:
    """Two hours in a grid of a quarter; a meal and two rests each, and one debrief between the first two."""
    draw = random.Random(seed)
    agents = tuple(
        DayAgent(
            id=f"a{number}",
            skills=draw.choice(MIXES),
            starts_at=START,
            ends_at=START + 120 * MINUTE,
            volunteer=number == 1,
            sessions_left=1,
        )
        for number in range(people)
    )
    demands = tuple(
        QueueDemand(queue=queue, required=tuple(draw.randrange(people + 1) for _ in range(8))) for queue in "qr"
    )
    request = DebriefRequest(id="d", agent="a0", peers=("a1",), earliest=START, latest=START + 120 * MINUTE, minutes=10)
    return DayProblem(
        on_date=date(2026, 11, 24),
        starts_at=START,
        quarters=8,
        step_minutes=15,
        agents=agents,
        demands=demands,
        debriefs=(request,),
        breaks=SHORT,
    )


def chains(options: PersonOptions, orders: bool = False) -> list[dict[int, int | None]]:
    """Every way to place or leave out a person's breaks, by its place in the list; in any order, or in the list's."""
    found = []
    for starts in product(*([*one.starts, None] for one in options.breaks)):
        spans = [
            (start, start + one.need.minutes)
            for start, one in zip(starts, options.breaks, strict=True)
            if start is not None
        ]
        spans = sorted(spans) if orders else spans
        if all(late[0] - early[1] >= options.gap for early, late in pairwise(spans)):
            found.append(dict(enumerate(starts)))
    return found


def every_plan(day: Prepared, *, orders: bool) -> list[Plan]:
    """Every plan of a tiny day."""
    plans = []
    for some in product(*(chains(one, orders) for one in day.people)):
        starts = {one.person.id: list(chosen.values()) for one, chosen in zip(day.people, some, strict=True)}
        for places in product(*([None, *booking.places] for booking in day.bookings)):
            plan = Plan(starts, list(places))
            if not clashes(day, plan):
                plans.append(plan)
    return plans


def clashes(day: Prepared, plan: Plan) -> bool:
    """Whether somebody has two things at once."""
    busy: dict[str, list[tuple[int, int]]] = {one.person.id: [] for one in day.people}
    for options in day.people:
        for one, start in zip(options.breaks, plan.starts[options.person.id], strict=True):
            if start is not None:
                busy[options.person.id].append((start, start + one.need.minutes))
    for booking, place in zip(day.bookings, plan.places, strict=True):
        if place is not None:
            for code in booking.those_at(place):
                busy[code].append((place.start, place.start + booking.minutes))
    return any(later[0] < earlier[1] for spans in busy.values() for earlier, later in pairwise(sorted(spans)))


def drawn(on_date: date, seed: int) -> DayProblem:
    """Fourteen people from the evening into the next morning, in Amsterdam."""
    draw = random.Random(seed)
    begin = at_local(on_date, 18 * 60, "Europe/Amsterdam")
    people = []
    for number in range(14):
        starts = begin + draw.randrange(0, 300, 15) * MINUTE
        minutes = draw.choice((240, 360, 480, 600))
        at = starts + draw.randrange(0, minutes - 60, 7) * MINUTE
        kinds = (SegmentKind.TRAINING, SegmentKind.CALL_BACK, SegmentKind.DECOMPRESSION, SegmentKind.REST)
        people.append(
            DayAgent(
                id=f"a{number:02}",
                zone="Europe/Amsterdam",
                skills=draw.choice(MIXES),
                starts_at=starts,
                ends_at=starts + minutes * MINUTE,
                fixed=(SegmentSpan(draw.choice(kinds), at, at + 15 * MINUTE),) if draw.random() < 0.5 else (),
                kept_free=(Span(starts_at=at + 15 * MINUTE, ends_at=at + 40 * MINUTE),) if draw.random() < 0.2 else (),
                not_before=starts + 90 * MINUTE if draw.random() < 0.3 else None,
                volunteer=number % 3 == 0,
                sessions_left=1,
            )
        )
    requests = tuple(
        DebriefRequest(
            id=f"d{number}",
            agent=f"a{number:02}",
            peers=("a03", "a06", "a09"),
            earliest=people[number].starts_at,
            latest=people[number].ends_at,
            minutes=25,
        )
        for number in (1, 2, 3, 4)
    )
    demands = tuple(QueueDemand(queue=queue, required=tuple(draw.randrange(1, 5) for _ in range(64))) for queue in "qr")
    return DayProblem(
        on_date=on_date,
        starts_at=begin,
        quarters=64,
        agents=tuple(people),
        demands=demands,
        debriefs=requests,
        breaks=default_policy().breaks,
    )


def tight(problem: DayProblem) -> DayProblem:
    """The same day, of which seven in eight on shift are needed."""
    there = [
        sum(one.starts_at <= problem.starts_at + 15 * quarter * MINUTE < one.ends_at for one in problem.agents)
        for quarter in range(problem.quarters)
    ]
    demands = tuple(QueueDemand(queue=queue, required=tuple(each * 7 // 16 for each in there)) for queue in "qr")
    return problem.model_copy(update={"demands": demands})


def begun(problem: DayProblem, found: DayResult, now: datetime, *, announced_minutes: int = 30) -> DayProblem:
    """The day of `problem` as `found` planned it, at `now`: what has begun is fixed, what lies ahead is planned, and
    the time of debriefs on offer is kept free.
    """

    def person(agent: DayAgent) -> DayAgent:
        new = [
            one for one in found.segments_of[agent.id] if one.kind is not SegmentKind.WORK and one not in agent.fixed
        ]
        past = [span for span in new if span.starts_at <= now]
        offered = [
            Span(starts_at=one.starts_at, ends_at=one.ends_at)
            for one in found.debriefs
            if agent.id in (one.agent, one.peer)
        ]
        return agent.model_copy(
            update={
                "fixed": tuple(sorted((*agent.fixed, *past), key=lambda span: span.starts_at)),
                "planned": tuple(span for span in new if span.kind in BREAK_KINDS and span not in past),
                "kept_free": (*agent.kept_free, *offered),
                "not_before": now if agent.not_before is None else max(now, agent.not_before),
            }
        )

    times = {one.id: one.starts_at for one in found.appointments}
    return problem.but(
        agents=tuple(person(agent) for agent in problem.agents),
        debriefs=(),
        appointments=tuple(
            one.model_copy(update={"planned_at": times.get(one.id)})
            for one in problem.appointments
            if one.id not in times or times[one.id] > now
        ),
        announced_until=now + announced_minutes * MINUTE,
    )

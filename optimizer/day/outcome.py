"""A plan as a result: everybody's segments with their sentences, what has no place, and what it costs."""

from optimizer.day.announced import Held
from optimizer.day.bookings import Booking, Place
from optimizer.day.cover import Ints, overlaps
from optimizer.day.explain import appointment_reason, break_reason, unplaced_reason
from optimizer.day.homeless import homeless
from optimizer.day.options import BreakOptions, PersonOptions
from optimizer.day.plan import Plan, plan_away, plan_cost
from optimizer.day.prepared import Prepared
from roster.clock import QUARTER_MINUTES
from roster.day import MINUTE, SegmentSpan, partition
from roster.day_problem import (
    Appointment,
    DayProblem,
    DayResult,
    DayStatus,
    DebriefRequest,
    PersonDay,
    PlacedAppointment,
    PlacedDebrief,
    Unplaced,
)


def result_of(held: Held, day: Prepared, plan: Plan) -> DayResult:
    """`plan` of the `day` that `held.problem` is, with what was held."""
    problem, away = day.problem, plan_away(day, plan)
    worst = _worst(day, away)
    inside = _appointments_inside(day, plan)
    days, unplaced = [], []
    for options in day.people:
        person, spans = options.person, [*options.person.fixed, *inside.get(options.person.id, ())]
        mine = worst[day.cover.group_of(options.skills)]
        for one, start in zip(options.breaks, plan.starts[person.id], strict=True):
            if start is None:
                sentence = unplaced_reason(person, one.need)
                unplaced.append(Unplaced(agent=person.id, kind=one.need.kind, sentence=sentence))
            else:
                spans.append(_break(problem, options, one, start, mine))
        days.append(PersonDay(agent=person.id, segments=partition(person.starts_at, person.ends_at, spans)))
    result = DayResult(
        status=DayStatus.GREEDY,
        days=tuple(days),
        debriefs=tuple(sorted(_debriefs(day, plan), key=lambda one: one.request)),
        appointments=tuple(sorted((*held.appointments, *_appointments(day, plan)), key=lambda one: one.id)),
        unplaced=tuple(unplaced),
        objective=plan_cost(day, plan),
        short_minutes=int(day.cover.short(away).sum()),
    )
    without = tuple(
        homeless(problem, booking, booking.asked, result.segments_of)
        for booking, place in zip(day.bookings, plan.places, strict=True)
        if place is None and isinstance(booking.asked, Appointment)
    )
    return result.model_copy(update={"unplaced": (*result.unplaced, *without)}) if without else result


def _worst(day: Prepared, away: Ints) -> list[list[int]]:
    """Per group and quarter, the lack of the worst set of queues that the group is in."""
    lack = day.cover.lack(away)
    groups = range(len(day.cover.groups))
    rows: list[list[int]] = [lack[day.cover.member[:, row]].max(axis=0, initial=-(10**6)).tolist() for row in groups]
    return rows


def _break(problem: DayProblem, options: PersonOptions, one: BreakOptions, start: int, worst: list[int]) -> SegmentSpan:
    """A break; where it was planned already, with the sentence that it had."""
    at = problem.starts_at + start * MINUTE
    span = SegmentSpan(one.need.kind, at, at + one.need.minutes * MINUTE)
    was = one.planned
    if was is not None and (was.starts_at, was.ends_at) == (span.starts_at, span.ends_at) and was.reason:
        return was
    spare = -max(worst[quarter] for quarter, _ in overlaps(start, one.need.minutes)) // QUARTER_MINUTES
    reason = break_reason(problem, options.person, one.need, at, spare)
    return SegmentSpan(span.kind, span.starts_at, span.ends_at, reason)


def _appointments(day: Prepared, plan: Plan) -> list[PlacedAppointment]:
    return [
        _placed(day, booking, place, booking.asked)
        for booking, place in zip(day.bookings, plan.places, strict=True)
        if place is not None and isinstance(booking.asked, Appointment)
    ]


def _placed(day: Prepared, booking: Booking, place: Place, asked: Appointment) -> PlacedAppointment:
    at = day.problem.starts_at + place.start * MINUTE
    return PlacedAppointment(id=asked.id, starts_at=at, ends_at=at + booking.minutes * MINUTE)


def _appointments_inside(day: Prepared, plan: Plan) -> dict[str, list[SegmentSpan]]:
    """The segments that appointments are, by person."""
    asked = {one.id: one for one in day.problem.appointments}
    found: dict[str, list[SegmentSpan]] = {}
    for placed in _appointments(day, plan):
        one = asked[placed.id]
        span = SegmentSpan(one.kind, placed.starts_at, placed.ends_at, appointment_reason(one.kind))
        for code in dict.fromkeys(one.people):
            found.setdefault(code, []).append(span)
    return found


def _debriefs(day: Prepared, plan: Plan) -> list[PlacedDebrief]:
    found = []
    for booking, place in zip(day.bookings, plan.places, strict=True):
        if place is None or place.peer is None or not isinstance(booking.asked, DebriefRequest):
            continue
        at = day.problem.starts_at + place.start * MINUTE
        found.append(
            PlacedDebrief(
                request=booking.asked.id,
                agent=booking.asked.agent,
                peer=place.peer,
                starts_at=at,
                ends_at=at + booking.minutes * MINUTE,
            )
        )
    return found

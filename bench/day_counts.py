"""What a replayed day is counted by, from the rules and not from any model.

Breaks with room that are not there, announced segments that moved, debriefs in conflict, what is lost unsaid.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from bench.day_live import Key, key_of
from roster.day import MINUTE, SegmentSpan
from roster.day_problem import BREAK_KINDS, Appointment, DayAgent, DayResult, PlacedDebrief
from roster.policy import BreaksPolicy
from roster.shifts import SegmentKind

PLACED_KINDS = frozenset(SegmentKind) - {SegmentKind.WORK, SegmentKind.AWAY}


def due(person: DayAgent, terms: BreaksPolicy) -> tuple[int, int]:
    """Rests and meals that a shift is due."""
    meals = 0
    if terms.meal_minutes:
        meals = sum(person.minutes > over for over in (terms.meal_over_minutes, terms.second_meal_over_minutes))
    worked = person.minutes - meals * terms.meal_minutes
    return (-(-worked // terms.rest_per_minutes) if terms.rest_minutes else 0), meals


def lacking(person: DayAgent, spans: Iterable[SegmentSpan], terms: BreaksPolicy) -> tuple[int, int]:
    """Rests and meals due that are not among `spans`."""
    kinds = Counter(span.kind for span in spans)
    rests, meals = due(person, terms)
    return max(0, rests - kinds[SegmentKind.REST]), max(0, meals - kinds[SegmentKind.MEAL])


def room(person: DayAgent, terms: BreaksPolicy) -> int:
    """How many of the breaks that `person` lacks can still be had beside what is fixed: to the minute, in any order."""
    rests, meals = lacking(person, person.fixed, terms)
    closed = [(span.starts_at, span.ends_at) for span in (*person.fixed, *person.kept_free)]
    gap = terms.min_gap_minutes * MINUTE
    closed += [(span.starts_at - gap, span.ends_at + gap) for span in person.fixed if span.kind in BREAK_KINDS]
    begin, end = (person.starts_at + terms.edge_minutes * MINUTE, person.ends_at - terms.edge_minutes * MINUTE)
    if person.not_before is not None:
        begin = max(begin, person.not_before)
    meals_before = sum(span.kind is SegmentKind.MEAL for span in person.fixed)
    # Earlier is never worse: per number of rests and meals had, the earliest end.
    ends: dict[tuple[int, int], datetime] = {(0, 0): begin - gap}
    for number in range(1, rests + meals + 1):
        for had in range(max(0, number - meals), min(rests, number) + 1):
            eaten = number - had
            found = []
            if (had - 1, eaten) in ends:
                after = ends[had - 1, eaten] + gap
                found.append(_first_end(after, end, terms.rest_minutes * MINUTE, closed))
            if (had, eaten - 1) in ends:
                after = max(ends[had, eaten - 1] + gap, person.starts_at + terms.meal_earliest_minutes * MINUTE)
                second = meals_before + eaten > 1
                latest = terms.second_meal_latest_minutes if second else terms.meal_latest_minutes
                until = min(end, person.starts_at + (latest + terms.meal_minutes) * MINUTE)
                found.append(_first_end(after, until, terms.meal_minutes * MINUTE, closed))
            times = [time for time in found if time is not None]
            if times:
                ends[had, eaten] = min(times)
    return max(had + eaten for had, eaten in ends)


def _first_end(
    after: datetime, until: datetime, length: timedelta, closed: Sequence[tuple[datetime, datetime]]
) -> datetime | None:
    """The earliest end of a stretch that begins at `after` or later, ends by `until` and touches nothing closed."""
    at = after
    while at + length <= until:
        clash = [end for begin, end in closed if begin < at + length and at < end]
        if not clash:
            return at + length
        at = max(clash)
    return None


def missed(agents: Iterable[DayAgent], result: DayResult, terms: BreaksPolicy) -> dict[str, int]:
    """Per person the breaks that have room and that `result` does not give."""
    found = {}
    for person in agents:
        lacked = sum(lacking(person, result.segments_of.get(person.id, ()), terms))
        if lacked:
            without = max(0, lacked - (sum(lacking(person, person.fixed, terms)) - room(person, terms)))
            if without:
                found[person.id] = without
    return found


def moved(
    before: Mapping[str, Sequence[SegmentSpan]],
    result: DayResult,
    now: datetime,
    until: datetime,
    but: Iterable[str],
) -> int:
    """Segments announced to anybody `but` these for [now, until) that lie elsewhere, or nowhere, in `result`."""
    left_out = set(but)
    return sum(
        key_of(span) not in {key_of(one) for one in result.segments_of[code]}
        for code, spans in before.items()
        if code not in left_out
        for span in spans
        if span.kind in PLACED_KINDS and now <= span.starts_at < until
    )


def conflicts(agreed: Iterable[PlacedDebrief], days: Mapping[str, Sequence[SegmentSpan]]) -> int:
    """Debriefs accepted of which either person's day does not have exactly that time, or has something over it."""
    found = 0
    for one in agreed:
        wanted: Key = (SegmentKind.DEBRIEF, one.starts_at, one.ends_at)
        for code in (one.agent, one.peer):
            over = [key_of(span) for span in days[code] if span.overlaps(one.starts_at, one.ends_at)]
            if over != [wanted]:
                found += 1
                break
    return found


def hidden(asked: Iterable[Appointment], result: DayResult) -> list[str]:
    """Ids of appointments that are in nobody's day, or not in everybody's, and of which `result` does not say so."""
    placed = {one.id: one for one in result.appointments}
    said: Counter[tuple[str, SegmentKind]] = Counter()
    for item in result.unplaced:
        said[item.agent, item.kind] += item.count
    found = []
    for one in asked:
        time = placed.get(one.id)
        if time is not None:
            length = one.minutes * MINUTE
            wanted = (one.kind, time.starts_at, time.ends_at)
            there = all(wanted in {key_of(span) for span in result.segments_of[code]} for code in one.people)
            inside = one.earliest <= time.starts_at and time.ends_at <= one.latest
            if there and inside and time.ends_at - time.starts_at == length:
                continue
            found.append(one.id)
            continue
        says = next((code for code in one.people if said[code, one.kind] > 0), None)
        if says is None:
            found.append(one.id)
        else:
            said[says, one.kind] -= 1
    return found

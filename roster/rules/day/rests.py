"""One rest break per started period of working time, whole or split by a person, none at the edges of the shift."""

from collections.abc import Iterator

from roster.clock import clock_text
from roster.day import MINUTE
from roster.day_problem import DayProblem, DayResult
from roster.rules.day.missing import missing
from roster.rules.finding import Finding
from roster.shifts import SegmentKind

RULE = "rests"


def check(problem: DayProblem, result: DayResult) -> Iterator[Finding]:
    """Too few rests, one of another length, or a break (the meal too) within `edge_minutes` of an end."""
    terms = problem.breaks
    for person in problem.agents:
        spans = result.segments_of.get(person.id, ())
        rests = [span for span in spans if span.kind is SegmentKind.REST]
        limits = (terms.meal_over_minutes, terms.second_meal_over_minutes)
        meals = terms.meal_minutes * sum(person.minutes > limit for limit in limits)
        due = 0
        while terms.rest_minutes and due * terms.rest_per_minutes < person.minutes - meals:
            due += 1
        parts = [span for span in rests if person.is_part(span)]
        made_up = sum(span.minutes for span in parts) // terms.rest_minutes if terms.rest_minutes else 0
        yield from missing(RULE, person.id, SegmentKind.REST, due - (len(rests) - len(parts) + made_up), result)
        for span in spans:
            if span in person.fixed or span.kind not in (SegmentKind.REST, SegmentKind.MEAL):
                continue
            at = clock_text(span.starts_at, person.zone)
            if span in parts and span.minutes < terms.rest_part_minutes:
                sentence = (
                    f"{person.id}: the part of a rest at {at} lasts {span.minutes} minutes, "
                    f"less than {terms.rest_part_minutes}"
                )
                yield Finding(RULE, sentence, hard=True, agent=person.id)
            elif span.kind is SegmentKind.REST and span not in parts and span.minutes != terms.rest_minutes:
                sentence = f"{person.id}: the rest at {at} lasts {span.minutes} minutes, not {terms.rest_minutes}"
                yield Finding(RULE, sentence, hard=True, agent=person.id)
            room = min(span.starts_at - person.starts_at, person.ends_at - span.ends_at) // MINUTE
            if room < terms.edge_minutes:
                sentence = (
                    f"{person.id}: the {span.kind} at {at} is {room} minutes from an end of the shift, "
                    f"less than {terms.edge_minutes}"
                )
                yield Finding(RULE, sentence, hard=True, agent=person.id)

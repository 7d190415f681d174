"""Who works longer than the policy's limit has one meal, whole, inside its window."""

from collections.abc import Iterator

from roster.clock import clock_text
from roster.day import MINUTE
from roster.day_problem import DayProblem, DayResult
from roster.rules.day.missing import missing
from roster.rules.finding import Finding
from roster.shifts import SegmentKind

RULE = "meals"


def check(problem: DayProblem, result: DayResult) -> Iterator[Finding]:
    """A meal that is missing, of another length, too early or too late."""
    terms = problem.breaks
    for person in problem.agents:
        meals = [span for span in result.segments_of.get(person.id, ()) if span.kind is SegmentKind.MEAL]
        due = 1 if person.minutes > terms.meal_over_minutes and terms.meal_minutes else 0
        yield from missing(RULE, person.id, SegmentKind.MEAL, due - len(meals), result)
        for meal in meals:
            if meal in person.fixed:
                continue
            at = clock_text(meal.starts_at, person.zone)
            after = (meal.starts_at - person.starts_at) // MINUTE
            if meal.minutes != terms.meal_minutes:
                sentence = f"{person.id}: the meal at {at} lasts {meal.minutes} minutes, not {terms.meal_minutes}"
                yield Finding(RULE, sentence, hard=True, agent=person.id)
            if not terms.meal_earliest_minutes <= after <= terms.meal_latest_minutes:
                sentence = (
                    f"{person.id}: the meal at {at} starts {after} minutes into the shift, outside "
                    f"{terms.meal_earliest_minutes} to {terms.meal_latest_minutes}"
                )
                yield Finding(RULE, sentence, hard=True, agent=person.id)

"""Who works longer than a limit has a meal, longer than the second limit two: whole, and inside their windows."""

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
        meals.sort(key=lambda span: span.starts_at)
        due = 0
        if terms.meal_minutes:
            due = (person.minutes > terms.meal_over_minutes) + (person.minutes > terms.second_meal_over_minutes)
        yield from missing(RULE, person.id, SegmentKind.MEAL, due - len(meals), result)
        for number, meal in enumerate(meals):
            if meal in person.fixed:
                continue
            at = clock_text(meal.starts_at, person.zone)
            after = (meal.starts_at - person.starts_at) // MINUTE
            if meal.minutes != terms.meal_minutes:
                sentence = f"{person.id}: the meal at {at} lasts {meal.minutes} minutes, not {terms.meal_minutes}"
                yield Finding(RULE, sentence, hard=True, agent=person.id)
            # Where only one of two had a place, it may be either.
            second = due == 2 and (number > 0 or len(meals) == 1)
            latest = terms.second_meal_latest_minutes if second else terms.meal_latest_minutes
            if not terms.meal_earliest_minutes <= after <= latest:
                sentence = (
                    f"{person.id}: the meal at {at} starts {after} minutes into the shift, outside "
                    f"{terms.meal_earliest_minutes} to {latest}"
                )
                yield Finding(RULE, sentence, hard=True, agent=person.id)

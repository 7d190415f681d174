"""What was announced stays: a break or appointment about to begin moves only where it can't be where it was."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from roster.clock import clock_text
from roster.day import MINUTE, SegmentSpan
from roster.day_problem import BREAK_KINDS, Appointment, DayAgent, DayProblem, DayResult
from roster.rules.finding import Finding
from roster.shifts import SegmentKind

RULE = "announced"


def check(problem: DayProblem, result: DayResult) -> Iterator[Finding]:
    """A break planned to begin before `announced_until` that is elsewhere, though the person's day has room for as
    many breaks with it; an appointment that is elsewhere, though everybody of it is at work where it was.

    What was planned off the day's grid may move.
    """
    until = problem.announced_until
    if until is None:
        return
    for person in problem.agents:
        spans = result.segments_of.get(person.id, ())
        there = {(span.kind, span.starts_at) for span in spans}
        announced = [span for span in person.planned if span.starts_at < until]
        stayed = [span for span in announced if (span.kind, span.starts_at) in there]
        for span in announced:
            if span not in stayed and _could_stay(problem, person, span, stayed, result):
                at = clock_text(span.starts_at, person.zone)
                sentence = f"{person.id}: the {span.kind} announced for {at} could have stayed, and moved"
                yield Finding(RULE, sentence, hard=True, agent=person.id)
    times = {one.id: one.starts_at for one in result.appointments}
    for asked in problem.appointments:
        was = asked.planned_at
        if was is not None and was < until and times.get(asked.id) != was and _all_free(problem, asked, was, result):
            sentence = f"the {asked.kind} announced for {clock_text(was, 'UTC')} UTC could have stayed, and moved"
            yield Finding(RULE, sentence, hard=True)


def _could_stay(
    problem: DayProblem, person: DayAgent, span: SegmentSpan, stayed: Sequence[SegmentSpan], result: DayResult
) -> bool:
    """Whether a day exists with `span`, all that `stayed`, and as many breaks of each kind as there are."""
    new = [one for one in result.segments_of.get(person.id, ()) if one.kind in BREAK_KINDS and one not in person.fixed]
    left = {kind: sum(one.kind is kind for one in new) for kind in BREAK_KINDS}
    lacking = any(one.agent == person.id and one.kind is span.kind for one in result.unplaced)
    trial = _Trial(problem, person, left[SegmentKind.MEAL] + (lacking and span.kind is SegmentKind.MEAL))
    for one in (*stayed, span):
        left[one.kind] -= 1
    if left[span.kind] < 0 and lacking:
        left[span.kind] = 0
    planned = sum(one.kind is span.kind for one in person.planned)
    if span.kind is SegmentKind.MEAL and not lacking and planned > trial.meals:
        # One meal less is due than was planned, and which of them goes is not judged.
        return False
    if min(left.values()) < 0 or (span.starts_at - problem.starts_at) % (problem.step_minutes * MINUTE):
        return False
    # Whatever number it is among the meals, it must be early enough for the first.
    if span.minutes != trial.minutes(span.kind) or not trial.allows(span.kind, span.starts_at, [], stayed):
        return False
    return trial.fits(person.starts_at, left, (*stayed, span), ())


@dataclass(frozen=True)
class _Trial:
    """One person's shift in which breaks are tried; `meals` are to be in it beside those that are fixed."""

    problem: DayProblem
    person: DayAgent
    meals: int

    def minutes(self, kind: SegmentKind) -> int:
        """Length of a break."""
        terms = self.problem.breaks
        return terms.meal_minutes if kind is SegmentKind.MEAL else terms.rest_minutes

    def allows(
        self, kind: SegmentKind, at: datetime, meals: Sequence[SegmentSpan], breaks: Sequence[SegmentSpan]
    ) -> bool:
        """Whether a break may start `at`, with `meals` and other new `breaks` in the day."""
        terms, person = self.problem.breaks, self.person
        end, edge, gap = at + self.minutes(kind) * MINUTE, terms.edge_minutes * MINUTE, terms.min_gap_minutes * MINUTE
        if at < person.starts_at + edge or end > person.ends_at - edge:
            return False
        if (person.not_before is not None and at < person.not_before) or person.is_taken(at, end):
            return False
        if kind is SegmentKind.MEAL:
            second = self.meals == 2 and any(one.starts_at < at for one in meals)
            latest = terms.second_meal_latest_minutes if second else terms.meal_latest_minutes
            if not terms.meal_earliest_minutes * MINUTE <= at - person.starts_at <= latest * MINUTE:
                return False
        fixed = [one for one in person.fixed if one.kind in BREAK_KINDS]
        return not any(one.overlaps(at - gap, end + gap) for one in (*fixed, *breaks))

    def fits(
        self, at: datetime, left: dict[SegmentKind, int], put: Sequence[SegmentSpan], done: Sequence[SegmentSpan]
    ) -> bool:
        """Whether the breaks that are `left` have room from `at` on beside those `put`: each as early as it can be."""
        if not any(left.values()):
            return True
        step = self.problem.step_minutes * MINUTE
        for kind in sorted(kind for kind, count in left.items() if count):
            start = self.problem.starts_at + -(-(at - self.problem.starts_at) // step) * step
            # A meal beside one that is put must be early enough for the first: which of them is which is not judged.
            meals = [one for one in done if one.kind is SegmentKind.MEAL]
            while start < self.person.ends_at and not self.allows(kind, start, meals, (*put, *done)):
                start += step
            if start < self.person.ends_at:
                span = SegmentSpan(kind, start, start + self.minutes(kind) * MINUTE)
                if self.fits(span.ends_at, left | {kind: left[kind] - 1}, put, (*done, span)):
                    return True
        return False


def _all_free(problem: DayProblem, asked: Appointment, at: datetime, result: DayResult) -> bool:
    """Whether everybody of an appointment is there and at work when it was planned."""
    end = at + asked.minutes * MINUTE
    if at < asked.earliest or end > asked.latest:
        return False
    others = [(one.starts_at, one.ends_at, one.id) for one in result.appointments]
    people = {one.id: one.people for one in problem.appointments}
    for code in asked.people:
        person = problem.agent_of.get(code)
        if person is None or at < max(person.starts_at, person.not_before or person.starts_at) or end > person.ends_at:
            return False
        if person.is_taken(at, end):
            return False
        spans = result.segments_of.get(code, person.fixed)
        busy = [(one.starts_at, one.ends_at) for one in spans if one.kind is not SegmentKind.WORK]
        busy += [(begin, until) for begin, until, key in others if key != asked.id and code in people.get(key, ())]
        if any(begin < end and at < until for begin, until in busy):
            return False
    return True

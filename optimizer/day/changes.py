"""What is elsewhere in a day that was planned again, and why: a sentence for its owner."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from optimizer.day.cover import Ints
from optimizer.day.explain import word_of
from optimizer.day.options import minute_of
from optimizer.day.plan import Plan, add_away, plan_away
from optimizer.day.prepared import Prepared
from roster.clock import clock_text
from roster.day import MINUTE, SegmentSpan
from roster.day_problem import BREAK_KINDS, Appointment, DayAgent, DayProblem, DayResult, Span
from roster.shifts import SegmentKind


@dataclass(frozen=True)
class DayChange:
    """What is elsewhere now. `was` is None where it is new, `now` is None where it has no place any more.

    `announced`: it was planned to begin before `DayProblem.announced_until`. `sentence` says why, for its owner.
    """

    agent: str
    kind: SegmentKind
    was: Span | None
    now: Span | None
    announced: bool
    sentence: str


def changes_of(problem: DayProblem, day: Prepared, plan: Plan, result: DayResult) -> tuple[DayChange, ...]:
    """Everything of the plan in `problem` that `result` has elsewhere, by person and time. `plan` is what `result`
    says, of the same `day`.
    """
    teller = _Teller(problem, day, result, plan_away(day, plan))
    found = [*teller.breaks(), *teller.appointments()]
    return tuple(sorted(found, key=lambda one: (one.agent, (one.was or one.now or teller.whole).starts_at)))


@dataclass(frozen=True)
class _Teller:
    """Both plans, and the minutes that everybody is away in the new one."""

    problem: DayProblem
    day: Prepared
    result: DayResult
    away: Ints

    @property
    def whole(self) -> Span:
        """The day."""
        return Span(starts_at=self.problem.starts_at, ends_at=self.problem.ends_at)

    def breaks(self) -> Iterator[DayChange]:
        """Of each person and kind: what is gone beside what is new, in order."""
        for person in self.problem.agents:
            spans = [span for span in self.result.segments_of[person.id] if span.kind in BREAK_KINDS]
            there = {(span.kind, span.starts_at, span.ends_at) for span in spans}
            known = {(span.kind, span.starts_at, span.ends_at) for span in (*person.fixed, *person.planned)}
            for kind in sorted(BREAK_KINDS):
                gone = [one for one in person.planned if one.kind is kind and _key(one) not in there]
                new = [one for one in spans if one.kind is kind and _key(one) not in known]
                gone.sort(key=lambda one: one.starts_at)
                for place in range(max(len(gone), len(new))):
                    was, now = (some[place] if place < len(some) else None for some in (gone, new))
                    yield self._change(person, kind, _span(was), _span(now), self._why_break(person, was, now))

    def appointments(self) -> Iterator[DayChange]:
        """Each appointment that is elsewhere, for each of its people."""
        times = {one.id: Span(starts_at=one.starts_at, ends_at=one.ends_at) for one in self.result.appointments}
        for asked in self.problem.appointments:
            was, now = _planned(asked), times.get(asked.id)
            if was == now:
                continue
            for code in dict.fromkeys(asked.people):
                person = self.problem.agent_of.get(code)
                if person is not None:
                    yield self._change(person, asked.kind, was, now, self._why_appointment(person, asked, was, now))

    def _change(self, person: DayAgent, kind: SegmentKind, was: Span | None, now: Span | None, why: str) -> DayChange:
        until = self.problem.announced_until
        announced = was is not None and until is not None and was.starts_at < until
        begin, end = (None if one is None else clock_text(one.starts_at, person.zone) for one in (was, now))
        if begin is None:
            told = f"new at {end}"
        else:
            told = f"no longer at {begin}" if end is None else f"moved from {begin} to {end}"
        return DayChange(person.id, kind, was, now, announced, f"{told}: {why}")

    def _why_break(self, person: DayAgent, was: SegmentSpan | None, now: SegmentSpan | None) -> str:
        if was is None:
            return "your shift is due it"
        if now is None and not any(one.agent == person.id and one.kind is was.kind for one in self.result.unplaced):
            return "it is no longer due"
        forced = self._in_the_way(person, was.starts_at, was.ends_at) or self._too_near(person, was)
        if forced is not None:
            return forced
        if now is None:
            return "there is no room for it beside what is fixed"
        until = self.problem.announced_until
        if until is not None and was.starts_at < until:
            return self._room_made(person, was, now) or "beside it your other breaks would have no room"
        gained = self._gained((person.id,), was, now) or self._room_made(person, was, now)
        return gained or "it fits better with the breaks of others"

    def _why_appointment(self, person: DayAgent, asked: Appointment, was: Span | None, now: Span | None) -> str:
        if was is None:
            return f"{word_of(asked.kind)} that was asked for"
        people = [self.problem.agent_of[code] for code in asked.people if code in self.problem.agent_of]
        own = self._in_the_way(person, was.starts_at, was.ends_at)
        if own is not None:
            return own
        if any(self._in_the_way(one, was.starts_at, was.ends_at) for one in people):
            return "not everybody is free then"
        if was.starts_at < asked.earliest or was.ends_at > asked.latest:
            return "it was asked for at another time"
        if now is None:
            return "it has no time any more"
        if asked.kind is SegmentKind.DECOMPRESSION and now.starts_at < was.starts_at:
            return "owed rest is given sooner"
        return self._gained(asked.people, was, now) or "it makes room for breaks or for other appointments"

    def _in_the_way(self, person: DayAgent, begin: datetime, end: datetime) -> str | None:
        """What keeps a person from being free then, if anything fixed does."""
        if person.not_before is not None and begin < person.not_before:
            return "you were on a contact then"
        if begin < person.starts_at or end > person.ends_at:
            return "your shift is at another time"
        for span in person.fixed:
            if span.overlaps(begin, end):
                return f"you have {_words(span.kind)} then"
        if person.is_taken(begin, end):
            return "that time is no longer free"
        return None

    def _too_near(self, person: DayAgent, was: SegmentSpan) -> str | None:
        """The rule that a break breaks where it was, beside what is fixed."""
        terms = self.problem.breaks
        gap, edge = terms.min_gap_minutes * MINUTE, terms.edge_minutes * MINUTE
        for span in person.fixed:
            if span.kind in BREAK_KINDS and span.overlaps(was.starts_at - gap, was.ends_at + gap):
                at = clock_text(span.starts_at, person.zone)
                return f"it would be less than {terms.min_gap_minutes} minutes from your {span.kind} at {at}"
        if was.starts_at - person.starts_at < edge or person.ends_at - was.ends_at < edge:
            return "it would be too near an end of your shift"
        return None

    def _gained(self, people: Sequence[str], was: Span | SegmentSpan, now: Span | SegmentSpan) -> str | None:
        """What cover gains by this one change, all else as it is now."""
        away = self.away.copy()
        for span, sign in ((now, -1), (was, 1)):
            minutes = (span.ends_at - span.starts_at) // MINUTE
            add_away(self.day, people, minute_of(self.problem, span.starts_at), minutes, away, sign)
        cover = self.day.cover
        gained = int(cover.short(away).sum()) - int(cover.short(self.away).sum())
        return f"brings back {gained} agent-minutes of cover" if gained > 0 else None

    def _room_made(self, person: DayAgent, was: SegmentSpan, now: SegmentSpan) -> str | None:
        """What else of a person's own lies where a break was, or too near to it."""
        gap = self.problem.breaks.min_gap_minutes * MINUTE
        for span in self.result.segments_of[person.id]:
            wide = gap if span.kind in BREAK_KINDS else 0 * MINUTE
            if span.kind is SegmentKind.WORK or _key(span) == _key(now):
                continue
            if span.overlaps(was.starts_at - wide, was.ends_at + wide):
                return f"it makes room for your {word_of(span.kind)} at {clock_text(span.starts_at, person.zone)}"
        return None


def _key(span: SegmentSpan) -> tuple[SegmentKind, datetime, datetime]:
    return span.kind, span.starts_at, span.ends_at


def _span(span: SegmentSpan | None) -> Span | None:
    return None if span is None else Span(starts_at=span.starts_at, ends_at=span.ends_at)


def _planned(asked: Appointment) -> Span | None:
    if asked.planned_at is None:
        return None
    return Span(starts_at=asked.planned_at, ends_at=asked.planned_at + asked.minutes * MINUTE)


def _words(kind: SegmentKind) -> str:
    words = {
        SegmentKind.DECOMPRESSION: "time to recover",
        SegmentKind.AWAY: "time away",
        SegmentKind.TRAINING: "training",
        SegmentKind.FOCUS: "time for messages",
        SegmentKind.WORK: "work that is fixed",
    }
    return words.get(kind, f"a {word_of(kind)}")

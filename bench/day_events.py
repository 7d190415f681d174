"""What happens in a day, drawn: contacts that weigh or run into a break, people who leave, queues that rise.

The same seed and the same plans give the same day.
"""

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bench.day_live import LiveDay, LivePerson, carved_around, key_of
from optimizer.day.options import HURRIED_MINUTES, has_room
from roster.clock import QUARTER
from roster.day import MINUTE, SegmentSpan, carve, partition
from roster.day_problem import BREAK_KINDS, Appointment, DayProblem, DayResult, DayStatus, PersonDay
from roster.policy import default_policy
from roster.rules.day.registry import judge_day
from roster.shifts import SegmentKind


class EventKind(StrEnum):
    """What may happen."""

    HEAVY = "heavy contact"
    SEVERE = "severe contact"
    LATE = "contact that runs into a break"
    MOMENT = "a moment needed"
    CALL_BACK = "call-back promised"
    CUT_SHORT = "decompression cut short by an urgent contact"
    BY_HAND = "break moved by hand"
    EARLY = "break taken early"
    RISE = "queue rises"
    SINK = "queue sinks again"
    ACCEPTED = "debrief accepted"
    SICK = "goes home"


MIX: Mapping[EventKind, float] = {
    EventKind.HEAVY: 0.30,
    EventKind.SEVERE: 0.10,
    EventKind.LATE: 0.22,
    EventKind.MOMENT: 0.11,
    EventKind.CALL_BACK: 0.12,
    EventKind.CUT_SHORT: 0.03,
    EventKind.BY_HAND: 0.05,
    EventKind.EARLY: 0.04,
    EventKind.RISE: 0.006,
    EventKind.SINK: 0.006,
    EventKind.ACCEPTED: 0.014,
    EventKind.SICK: 0.004,
}
"""Shares of what is drawn. Assumption: at 2,000 events and 200 people, four contacts a person that weigh (as many as
the policy lets anybody have), a moment needed and a call-back promised by every person, a break moved or taken early by
nine in ten, four in a hundred who go home, twelve queues that rise. What can't happen at its time (nobody is about to
begin a break) is drawn again: so of the breaks a third are run into, not all, and the rest are oftener. A replay prints
what happened.
"""

LATE_MINUTES = (3, 20)
CONTACT_MINUTES = 10
"""How long the urgent contact lasts that cuts decompression short."""
CALL_BACK_MINUTES = (10, 15)
CALL_BACK_DUE = (60, 120, 180, 240)
RISE_BY = (0.15, 0.3)
RISE_QUARTERS = 8
"""How long a rise is thought to last; it sinks again after four to seven, as soon as that is drawn."""
AHEAD = timedelta(minutes=5)
"""A break that begins sooner is about to begin."""
TRIES = 30


@dataclass(frozen=True)
class Event:
    """What happened, to whom."""

    kind: EventKind
    at: datetime
    people: tuple[str, ...] = ()


@dataclass
class Events:
    """Draws what happens next and does it to a day. `rises`: queue, how much, from which quarter, before which."""

    draw: random.Random
    rises: list[tuple[str, int, int, int]] = field(default_factory=list)
    owed: int = 0
    promised: int = 0

    def next(self, day: LiveDay, now: datetime) -> Event:
        """Something that happens at `now`, done."""
        for _ in range(TRIES):
            kind = self.draw.choices(list(MIX), list(MIX.values()))[0]
            people = _DO[kind](self, day, now)
            if people is not None:
                return Event(kind, now, people)
        self.rise(day, now)
        return Event(EventKind.RISE, now)

    def heavy(self, day: LiveDay, now: datetime) -> tuple[str, ...] | None:
        """A heavy contact ends."""
        return self._rest(day, now, round(day.base.heavy_rest_minutes))

    def severe(self, day: LiveDay, now: datetime) -> tuple[str, ...] | None:
        """A severe contact ends."""
        return self._rest(day, now, round(day.base.severe_rest_minutes))

    def moment(self, day: LiveDay, now: datetime) -> tuple[str, ...] | None:
        """Somebody needs a moment."""
        return self._rest(day, now, default_policy().rest.moment_minutes)

    def _rest(self, day: LiveDay, now: datetime, minutes: int) -> tuple[str, ...] | None:
        """Decompression at once, around whatever is no work; what does not fit is owed."""
        person = self._one_of(day, lambda one: one.at_work(now))
        if person is None:
            return None
        carved = carve(carved_around(person), SegmentKind.DECOMPRESSION, now, minutes, reason="rest after a contact")
        known, planned = {key_of(span) for span in person.fixed}, person.planned()
        person.fixed += [
            span
            for span in carved.segments
            if span.kind is SegmentKind.DECOMPRESSION and key_of(span) not in known and span.starts_at >= now
        ]
        day.redo(person.agent.id, planned)
        if carved.placed_minutes < minutes:
            self._owe(day, person, minutes - carved.placed_minutes, now)
        return (person.agent.id,)

    def late(self, day: LiveDay, now: datetime) -> tuple[str, ...] | None:
        """A contact runs past the begin of a break that is about to begin, by hand or by plan.

        As in production the break comes as soon after it as the rules allow, and no other contact before it.
        """

        def is_near(one: LivePerson) -> bool:
            break_at = _next_break(one, now)
            return (
                one.at_work(now)
                and break_at is not None
                and break_at.starts_at - now < AHEAD
                and not any(now < span.starts_at < break_at.starts_at for span in (*one.fixed, *one.kept))
                and not self._is_last_chance(day, one, break_at, now)
            )

        person = self._one_of(day, is_near)
        if person is None:
            return None
        near = _next_break(person, now)
        if near is None:
            raise RuntimeError(f"{person.agent.id}: the break that is about to begin is not there")
        planned = person.planned()
        if near not in planned:
            person.fixed = [span for span in person.fixed if key_of(span) != key_of(near)]
            person.by_hand = [span for span in person.by_hand if key_of(span) != key_of(near)]
            person.upset += 1
            planned = sorted([*planned, near], key=lambda span: span.starts_at)
        until = near.starts_at + self.draw.randint(*LATE_MINUTES) * MINUTE
        until = min(until, person.next_taken(now))
        person.late.append(SegmentSpan(SegmentKind.WORK, now, until))
        planned.remove(near)
        person.overdue = self._soonest(day, person, near, planned, until, now, whole=False)
        if person.overdue is None:
            planned.append(near)
        else:
            next_one = person.overdue
            person.fixed.append(next_one)
            planned = [span for span in planned if not span.overlaps(next_one.starts_at, next_one.ends_at)]
        day.redo(person.agent.id, planned)
        return (person.agent.id,)

    def _is_last_chance(self, day: LiveDay, person: LivePerson, near: SegmentSpan, now: datetime) -> bool:
        """Whether no later time is open to the break: as on the floor, nothing new is offered before it then."""
        planned = [span for span in person.planned() if key_of(span) != key_of(near)]
        free = replace(person, fixed=[span for span in person.fixed if key_of(span) != key_of(near)])
        until = near.starts_at + HURRIED_MINUTES * MINUTE
        return self._soonest(day, free, near, planned, until, now, whole=True) is None

    def _soonest(
        self,
        day: LiveDay,
        person: LivePerson,
        near: SegmentSpan,
        planned: Sequence[SegmentSpan],
        until: datetime,
        now: datetime,
        *,
        whole: bool,
    ) -> SegmentSpan | None:
        """The break `near` as early from `until` on as the rules allow, beside what is planned; else where all of that
        can give way; else, unless it is to be a `whole` day, where it can't.
        """
        step = day.base.step_minutes * MINUTE
        first = day.base.starts_at - (day.base.starts_at - until) // step * step
        count = max(0, (person.agent.ends_at - near.duration - first) // step + 1)
        starts = [first + place * step for place in range(count)]
        spans = [SegmentSpan(near.kind, at, at + near.duration, "overdue") for at in starts]
        for span in spans:
            free = not any(one.overlaps(span.starts_at, span.ends_at) for one in planned)
            if free and is_allowed(day.base, person, [*planned, span], now):
                return span
        alone = [span for span in spans if is_allowed(day.base, person, [span], now)]
        known = person.known_at(until).model_copy(update={"planned": tuple(planned)})
        for span in alone:
            if has_room(day.base, known.model_copy(update={"fixed": (*known.fixed, span)})):
                return span
        return None if whole else next(iter(alone), None)

    def cut_short(self, day: LiveDay, now: datetime) -> tuple[str, ...] | None:
        """Somebody leaves their decompression for an urgent contact: what is left of it is owed."""

        def rests(one: LivePerson) -> bool:
            here = one.at(now)
            return here is not None and here.kind is SegmentKind.DECOMPRESSION and here.starts_at < now

        person = self._one_of(day, rests)
        here = person.at(now) if person else None
        if person is None or here is None:
            return None
        planned = person.planned()
        place = next(place for place, span in enumerate(person.fixed) if key_of(span) == key_of(here))
        person.fixed[place] = SegmentSpan(here.kind, here.starts_at, now, here.reason)
        until = min(now + CONTACT_MINUTES * MINUTE, person.next_taken(now))
        if until > now:
            person.late.append(SegmentSpan(SegmentKind.WORK, now, until))
        day.redo(person.agent.id, planned)
        self._owe(day, person, (here.ends_at - now) // MINUTE, now)
        return (person.agent.id,)

    def call_back(self, day: LiveDay, now: datetime) -> tuple[str, ...] | None:
        """Somebody promises a patient to call again by a certain time."""
        minutes = self.draw.choice(CALL_BACK_MINUTES)
        due = now + self.draw.choice(CALL_BACK_DUE) * MINUTE
        earliest = now + 15 * MINUTE
        person = self._one_of(day, lambda one: one.at_work(now) and one.agent.ends_at - now >= 60 * MINUTE)
        if person is None:
            return None
        self.promised += 1
        key = f"call-back {self.promised}"
        day.appointments[key] = Appointment(
            id=key,
            kind=SegmentKind.CALL_BACK,
            people=(person.agent.id,),
            minutes=minutes,
            earliest=earliest,
            latest=min(due, person.agent.ends_at),
        )
        return (person.agent.id,)

    def by_hand(self, day: LiveDay, now: datetime) -> tuple[str, ...] | None:
        """Somebody moves a break of theirs to another time that the rules allow."""
        person = self._one_of(day, lambda one: any(span.starts_at >= now + AHEAD for span in one.planned()))
        if person is None:
            return None
        old = self.draw.choice([span for span in person.planned() if span.starts_at >= now + AHEAD])
        at = old.starts_at + self.draw.randint(-12, 12) * 5 * MINUTE
        return self._place(day, person, old, at, now) if at >= now + AHEAD and at != old.starts_at else None

    def early(self, day: LiveDay, now: datetime) -> tuple[str, ...] | None:
        """Somebody takes a break at once."""

        def may(one: LivePerson) -> bool:
            near = _next_break(one, now)
            return one.at_work(now) and near is not None and near in one.planned()

        person = self._one_of(day, may)
        near = _next_break(person, now) if person else None
        if person is None or near is None or near.starts_at == now:
            return None
        return self._place(day, person, near, now, now)

    def rise(self, day: LiveDay, now: datetime) -> tuple[str, ...]:
        """A queue needs more from the next quarter-hour on, for as long as is thought."""
        queue = self.draw.choice(sorted(day.required))
        first = day.base.quarter_at(now) + 1
        until = min(first + RISE_QUARTERS, day.base.quarters)
        most = max(day.required[queue][first:until], default=0)
        more = max(1, math.ceil(most * self.draw.uniform(*RISE_BY)))
        for quarter in range(first, until):
            day.required[queue][quarter] += more
        self.rises.append((queue, more, first, until))
        return ()

    def sink(self, day: LiveDay, now: datetime) -> tuple[str, ...] | None:
        """A queue that rose an hour ago or more needs less again from the next quarter-hour on."""
        here = day.base.quarter_at(now) + 1
        some = [rise for rise in self.rises if here - rise[2] >= RISE_QUARTERS // 2 and here < rise[3]]
        if not some:
            return None
        rise = self.draw.choice(some)
        self.rises.remove(rise)
        queue, more, _, until = rise
        for quarter in range(here, until):
            day.required[queue][quarter] -= more
        return ()

    def accepted(self, day: LiveDay, now: datetime) -> tuple[str, ...] | None:
        """Somebody takes the time that was offered."""
        some = sorted(key for key, offer in day.offers.items() if offer.starts_at >= now + AHEAD)
        if not some:
            return None
        key = self.draw.choice(some)
        both = (day.offers[key].agent, day.offers[key].peer)
        day.accept(key)
        return both

    def sick(self, day: LiveDay, now: datetime) -> tuple[str, ...] | None:
        """Somebody goes home."""
        person = self._one_of(day, lambda one: one.at_work(now) and one.gone_at is None)
        if person is None:
            return None
        return (person.agent.id, *day.leave(person.agent.id, now))

    def _owe(self, day: LiveDay, person: LivePerson, minutes: int, now: datetime) -> None:
        self.owed += 1
        day.owe(person.agent.id, minutes, now, self.owed)

    def _one_of(self, day: LiveDay, may: Callable[[LivePerson], bool]) -> LivePerson | None:
        some = [person for person in day.people.values() if may(person)]
        return self.draw.choice(some) if some else None

    def _place(
        self, day: LiveDay, person: LivePerson, old: SegmentSpan, at: datetime, now: datetime
    ) -> tuple[str, ...] | None:
        """A break to where its owner wants it, if the rules allow that beside the rest of their day."""
        new = SegmentSpan(old.kind, at, at + old.duration, "by hand")
        other = [span for span in person.planned() if key_of(span) != key_of(old)]
        if not is_allowed(day.base, person, [*other, new], now):
            return None
        person.fixed.append(new)
        person.by_hand.append(new)
        day.redo(person.agent.id, other)
        return (person.agent.id,)


def is_allowed(base: DayProblem, person: LivePerson, breaks: Sequence[SegmentSpan], now: datetime) -> bool:
    """Whether the rules allow a person these breaks beside what is fixed, by the checkers."""
    agent = person.known_at(now)
    inside = [span for span in agent.fixed if span.kind is not SegmentKind.WORK]
    if any(span.overlaps(one.starts_at, one.ends_at) for span in breaks for one in agent.fixed):
        return False
    ends = agent.ends_at
    if any(span.starts_at < agent.starts_at or span.ends_at > ends for span in breaks):
        return False
    alone = DayProblem(
        on_date=base.on_date,
        starts_at=base.starts_at,
        quarters=base.quarters,
        agents=(agent.model_copy(update={"fixed": tuple(inside)}),),
        breaks=base.breaks,
    )
    day = PersonDay(agent=agent.id, segments=partition(agent.starts_at, ends, [*inside, *breaks]))
    found = judge_day(alone, DayResult(status=DayStatus.GREEDY, days=(day,)))
    return not [one for one in found.violations if "lacks" not in one.sentence]


def times(day: DayProblem, count: int, draw: random.Random) -> list[datetime]:
    """When something happens: minutes of the day, the likelier the more people are on shift."""
    minutes = day.quarters * (QUARTER // MINUTE)
    on_shift = [0] * (minutes + 1)
    for person in day.agents:
        on_shift[(person.starts_at - day.starts_at) // MINUTE] += 1
        on_shift[(person.ends_at - day.starts_at) // MINUTE] -= 1
    for minute in range(1, minutes):
        on_shift[minute] += on_shift[minute - 1]
    chosen = sorted(draw.choices(range(minutes), on_shift[:minutes], k=count))
    return [day.starts_at + minute * MINUTE for minute in chosen]


def _next_break(person: LivePerson, now: datetime) -> SegmentSpan | None:
    return next((span for span in person.segments if span.kind in BREAK_KINDS and span.starts_at >= now), None)


_DO: Mapping[EventKind, Callable[[Events, LiveDay, datetime], tuple[str, ...] | None]] = {
    EventKind.HEAVY: Events.heavy,
    EventKind.SEVERE: Events.severe,
    EventKind.LATE: Events.late,
    EventKind.MOMENT: Events.moment,
    EventKind.CALL_BACK: Events.call_back,
    EventKind.CUT_SHORT: Events.cut_short,
    EventKind.BY_HAND: Events.by_hand,
    EventKind.EARLY: Events.early,
    EventKind.RISE: Events.rise,
    EventKind.SINK: Events.sink,
    EventKind.ACCEPTED: Events.accepted,
    EventKind.SICK: Events.sick,
}

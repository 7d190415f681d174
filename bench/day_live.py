"""A day while it happens: what is fixed in whose day, what is planned, offered, promised and owed, and what is known.

Between events it makes the `DayProblem` to plan again from, and takes up what came of it.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from roster.day import MINUTE, SegmentSpan, claim, fits, partition
from roster.day_problem import (
    BREAK_KINDS,
    Appointment,
    DayAgent,
    DayProblem,
    DayResult,
    DebriefRequest,
    PlacedDebrief,
    Span,
)
from roster.shifts import SegmentKind

ANNOUNCED = timedelta(minutes=30)
CLOSED_BEFORE = timedelta(minutes=30)
"""As on the floor: before an overdue break nothing new is offered."""

Key = tuple[SegmentKind, datetime, datetime]


def key_of(span: SegmentSpan) -> Key:
    """A segment without its reason."""
    return span.kind, span.starts_at, span.ends_at


@dataclass
class LivePerson:
    """One person's day: `fixed` is all that no plan moves, `segments` the whole of it as planned now.

    `late` are contacts that ran into a break, `by_hand` breaks that they placed, `kept` time for an open invitation.
    `overdue` is the break that a contact ran into and that is next: they are offered nothing before it.
    """

    agent: DayAgent
    fixed: list[SegmentSpan]
    segments: tuple[SegmentSpan, ...] = ()
    late: list[SegmentSpan] = field(default_factory=list)
    by_hand: list[SegmentSpan] = field(default_factory=list)
    upset: int = 0
    """Breaks that they placed, and that a contact ran into."""
    kept: list[Span] = field(default_factory=list)
    overdue: SegmentSpan | None = None
    gone_at: datetime | None = None

    def at(self, now: datetime) -> SegmentSpan | None:
        """What they are at."""
        return next((span for span in self.segments if span.starts_at <= now < span.ends_at), None)

    def at_work(self, now: datetime) -> bool:
        """Whether they are at work and may be on a contact, none of which is known to go on."""
        here = self.at(now)
        if self.overdue is not None and self.overdue.starts_at - CLOSED_BEFORE <= now < self.overdue.starts_at:
            return False
        return here is not None and here.kind is SegmentKind.WORK and not any(one.ends_at > now for one in self.late)

    def planned(self) -> list[SegmentSpan]:
        """Breaks that a plan put there and may move."""
        fixed = {key_of(span) for span in self.fixed}
        return [span for span in self.segments if span.kind in BREAK_KINDS and key_of(span) not in fixed]

    def next_taken(self, now: datetime) -> datetime:
        """When the next thing that no plan moves begins, or the shift ends."""
        ahead = [span.starts_at for span in (*self.fixed, *self.kept) if span.starts_at >= now]
        return min([*ahead, self.agent.ends_at])

    def known_at(self, now: datetime) -> DayAgent:
        """The person as the planner is told of them."""
        running = [span for span in self.late if span.ends_at > now]
        return self.agent.model_copy(
            update={
                "fixed": tuple(sorted([*self.fixed, *running], key=lambda span: span.starts_at)),
                "planned": tuple(self.planned()),
                "kept_free": tuple(self.kept),
                "not_before": now,
            }
        )


@dataclass
class LiveDay:
    """Everybody's day. `required` per queue and quarter, as it is known now; `open` requests have no time yet;
    `offers` have one, `agreed` are accepted, `refused` could not be although it was kept free. `given` and `told`:
    appointments that began, and those that can't any more, of which the plan said so.
    """

    base: DayProblem
    people: dict[str, LivePerson]
    required: dict[str, list[int]]
    open: list[DebriefRequest]
    sessions: Counter[str]
    appointments: dict[str, Appointment] = field(default_factory=dict)
    offers: dict[str, PlacedDebrief] = field(default_factory=dict)
    agreed: dict[str, PlacedDebrief] = field(default_factory=dict)
    refused: list[PlacedDebrief] = field(default_factory=list)
    given: list[Appointment] = field(default_factory=list)
    told: list[Appointment] = field(default_factory=list)

    @classmethod
    def of(cls, base: DayProblem) -> "LiveDay":
        """The morning: nothing planned yet."""
        return cls(
            base=base,
            people={one.id: LivePerson(one, list(one.fixed), kept=list(one.kept_free)) for one in base.agents},
            required={demand.queue: list(demand.required) for demand in base.demands},
            open=list(base.debriefs),
            sessions=Counter({one.id: one.sessions_left for one in (*base.agents, *base.others)}),
            appointments={one.id: one for one in base.appointments},
        )

    def problem_at(self, now: datetime | None) -> DayProblem:
        """What is to be planned at `now`; None: the day before, when nothing has begun."""
        agents = [
            person.known_at(now) if now else person.agent.model_copy(update={"planned": tuple(person.planned())})
            for person in self.people.values()
        ]
        return DayProblem(
            on_date=self.base.on_date,
            starts_at=self.base.starts_at,
            quarters=self.base.quarters,
            step_minutes=self.base.step_minutes,
            agents=tuple(one.model_copy(update={"sessions_left": self.sessions[one.id]}) for one in agents),
            others=tuple(
                one.model_copy(update={"sessions_left": self.sessions[one.id], "not_before": now})
                for one in self.base.others
            ),
            demands=tuple(
                demand.model_copy(update={"required": tuple(self.required[demand.queue])})
                for demand in self.base.demands
            ),
            debriefs=tuple(self.open),
            appointments=tuple(self.appointments.values()),
            announced_until=None if now is None else now + ANNOUNCED,
            breaks=self.base.breaks,
            heavy_rest_minutes=self.base.heavy_rest_minutes,
            severe_rest_minutes=self.base.severe_rest_minutes,
            weights=self.base.weights,
        )

    def adopt(self, result: DayResult, now: datetime | None) -> None:
        """Take up a plan: segments, times of appointments, and debriefs, each offered to both at once."""
        for code, person in self.people.items():
            person.segments = result.segments_of[code]
        placed = {one.id: one.starts_at for one in result.appointments}
        for key, one in list(self.appointments.items()):
            self.appointments[key] = one.model_copy(update={"planned_at": placed.get(key)})
            last = one.latest - one.minutes * MINUTE
            if key not in placed and now is not None and last < now:
                self.told.append(self.appointments.pop(key))
        for debrief in result.debriefs:
            self.offers[debrief.request] = debrief
            self.sessions[debrief.peer] -= 1
            for code in (debrief.agent, debrief.peer):
                self.people[code].kept.append(Span(starts_at=debrief.starts_at, ends_at=debrief.ends_at))
        times = {debrief.request for debrief in result.debriefs}
        self.open = [one for one in self.open if one.id not in times and (now is None or one.latest > now)]

    def begin(self, now: datetime) -> None:
        """What has begun is fixed from now on; offers that nobody took lapse when their time comes."""
        for person in self.people.values():
            person.fixed += [span for span in person.planned() if span.starts_at < now]
        for key, one in list(self.appointments.items()):
            if one.planned_at is not None and one.planned_at < now:
                span = SegmentSpan(one.kind, one.planned_at, one.planned_at + one.minutes * MINUTE)
                for code in one.people:
                    self.people[code].fixed.append(span)
                self.given.append(self.appointments.pop(key))
        for key, offer in list(self.offers.items()):
            if offer.starts_at <= now:
                self.withdraw(key)

    def redo(self, code: str, planned: list[SegmentSpan]) -> None:
        """The day of `code` from what is fixed, these breaks, and appointments where they are planned."""
        person = self.people[code]
        inside = [*person.fixed, *planned]
        for one in self.appointments.values():
            if code in one.people and one.planned_at is not None:
                span = SegmentSpan(one.kind, one.planned_at, one.planned_at + one.minutes * MINUTE)
                if not any(span.overlaps(each.starts_at, each.ends_at) for each in inside):
                    inside.append(span)
        person.segments = partition(person.agent.starts_at, person.agent.ends_at, inside)

    def withdraw(self, key: str) -> PlacedDebrief:
        """An offer that is off: its time is nobody's promise any more."""
        offer = self.offers.pop(key)
        self.sessions[offer.peer] += 1
        gone = Span(starts_at=offer.starts_at, ends_at=offer.ends_at)
        for code in (offer.agent, offer.peer):
            if gone in self.people[code].kept:
                self.people[code].kept.remove(gone)
        return offer

    def accept(self, key: str) -> bool:
        """Put an offer into both days; False, and nothing changed but that it is off, where either is not free."""
        offer = self.withdraw(key)
        span = SegmentSpan(SegmentKind.DEBRIEF, offer.starts_at, offer.ends_at)
        both = [self.people[code] for code in (offer.agent, offer.peer)]
        late = any(one.overlaps(span.starts_at, span.ends_at) for person in both for one in person.late)
        if late or not all(fits(person.segments, span.starts_at, span.ends_at) for person in both):
            self.refused.append(offer)
            return False
        for person in both:
            person.segments = claim(person.segments, span)
            person.fixed.append(span)
        self.sessions[offer.peer] -= 1
        self.agreed[key] = offer
        return True

    def leave(self, code: str, now: datetime) -> list[str]:
        """Somebody goes home: nothing of theirs is ahead any more. Who else was to be with them."""
        person, others = self.people[code], []
        for key in [key for key, one in self.offers.items() if code in (one.agent, one.peer)]:
            others += self._asked_again(self.withdraw(key), code)
        for key in [key for key, one in self.agreed.items() if code in (one.agent, one.peer) and one.starts_at >= now]:
            off = self.agreed.pop(key)
            self.sessions[off.peer] += 1
            others += self._asked_again(off, code)
            span = (SegmentKind.DEBRIEF, off.starts_at, off.ends_at)
            for each in (off.agent, off.peer):
                one = self.people[each]
                one.fixed = [fixed for fixed in one.fixed if key_of(fixed) != span]
                if each != code:
                    self.redo(each, one.planned())
        person.gone_at = now
        person.fixed = [span for span in person.fixed if span.starts_at < now]
        person.by_hand = [span for span in person.by_hand if span.starts_at < now]
        person.kept = []
        person.fixed.append(SegmentSpan(SegmentKind.AWAY, now, person.agent.ends_at))
        person.segments = partition(person.agent.starts_at, person.agent.ends_at, person.fixed)
        self.sessions[code] = 0
        return others

    def owe(self, code: str, minutes: int, now: datetime, number: int) -> None:
        """Rest that was not given: to be given before the shift ends, or told to whoever plans the next one."""
        ends_at = self.people[code].agent.ends_at
        # One that not even the clock leaves time for is no appointment: it is told at once.
        hopeless = ends_at - now < minutes * MINUTE
        debt = Appointment(
            id=f"debt {number}",
            kind=SegmentKind.DECOMPRESSION,
            people=(code,),
            minutes=minutes,
            earliest=now,
            latest=now + minutes * MINUTE if hopeless else ends_at,
        )
        if hopeless:
            self.told.append(debt)
        else:
            self.appointments[debt.id] = debt

    def _asked_again(self, off: PlacedDebrief, leaver: str) -> list[str]:
        asked = next(one for one in self.base.debriefs if one.id == off.request)
        if off.agent != leaver:
            self.open.append(asked)
        return [code for code in (off.agent, off.peer) if code != leaver]


def carved_around(person: LivePerson) -> tuple[SegmentSpan, ...]:
    """A person's segments with time that is kept for an invitation closed, so that rest flows around it."""
    segments = person.segments
    for kept in person.kept:
        if fits(segments, kept.starts_at, kept.ends_at):
            segments = claim(segments, SegmentSpan(SegmentKind.DEBRIEF, kept.starts_at, kept.ends_at))
    return segments

"""What needs a time for some people at once, debriefs and appointments alike, and every time that it may have.

Minutes count from the problem's `starts_at`. Nothing here takes a break from anybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from optimizer.day.cover import Cover, overlaps, quiet_slack
from optimizer.day.options import Room, minute_after, minute_of, moving_cost, taken_minutes
from roster.clock import QUARTER_MINUTES
from roster.day import MINUTE
from roster.day_problem import Appointment, DayAgent, DayProblem, DebriefRequest
from roster.languages import can_talk
from roster.shifts import SegmentKind

DEBRIEF_GRID_MINUTES = 15


@dataclass(frozen=True)
class Place:
    """One time that a booking may have, who joins then beside those who always do, and what that costs by itself."""

    start: int
    peer: str | None = None
    cost: int = 0


@dataclass(frozen=True)
class Booking:
    """A debrief or an appointment: who is there at any time, its `places`, and what it costs to have none."""

    asked: DebriefRequest | Appointment
    people: tuple[str, ...]
    places: tuple[Place, ...]
    unplaced: int

    @property
    def minutes(self) -> int:
        """Its length."""
        return self.asked.minutes

    def those_at(self, place: Place) -> tuple[str, ...]:
        """Everybody who is there."""
        return self.people if place.peer is None else (*self.people, place.peer)

    def at_prices(self, unplaced: int) -> "Booking":
        """The same with no cost of its own, but that of having no place."""
        return replace(self, places=tuple(replace(place, cost=0) for place in self.places), unplaced=unplaced)


def bookings_of(problem: DayProblem, room: Room, cover: Cover) -> tuple[Booking, ...]:
    """Appointments, then debriefs, each in the problem's order."""
    weights = problem.weights
    slack = quiet_slack(cover, np.zeros_like(cover.supply))
    appointments = (
        Booking(
            one, tuple(dict.fromkeys(one.people)), appointment_places(problem, one, room), weights.unplaced_appointment
        )
        for one in problem.appointments
    )
    debriefs = (
        Booking(
            request,
            (request.agent,),
            tuple(
                replace(place, cost=_tight(problem, slack.tolist(), place.start, request.minutes))
                for place in debrief_places(problem, request, room)
            ),
            weights.unplaced_debrief,
        )
        for request in problem.debriefs
    )
    return (*appointments, *debriefs)


def debrief_places(problem: DayProblem, request: DebriefRequest, room: Room) -> list[Place]:
    """Every peer and time that the rules allow for `request` and that leaves both people `room` for their breaks."""
    agent = problem.agent_of.get(request.agent)
    if agent is None:
        return []
    result = []
    for code in request.peers:
        if _may_be_peer(problem, agent, request, code):
            both = (agent, problem.agent_of[code])
            starts = _starts(problem, request, both, DEBRIEF_GRID_MINUTES, room)
            result += [Place(start, code) for start in starts]
    return result


def appointment_places(problem: DayProblem, asked: Appointment, room: Room) -> tuple[Place, ...]:
    """Every time at which all of its people are on duty and that leaves each of them `room` for their breaks."""
    people = [problem.agent_of[code] for code in asked.people if code in problem.agent_of]
    if len(people) < len(asked.people):
        return ()
    planned = None if asked.planned_at is None else (asked.planned_at - problem.starts_at) / MINUTE
    starts = _starts(problem, asked, people, problem.step_minutes, room)
    if planned is not None and planned % 1 == 0 and int(planned) not in starts:
        starts = sorted([*starts, *_free(problem, asked, people, range(int(planned), int(planned) + 1), room)])
    return tuple(Place(start, cost=_own_cost(problem, asked, start, planned)) for start in starts)


def _own_cost(problem: DayProblem, asked: Appointment, start: int, planned: float | None) -> int:
    """What it costs to leave the time that was planned, and to let owed rest wait."""
    cost = moving_cost(problem, start, planned)
    if asked.kind is SegmentKind.DECOMPRESSION:
        cost += problem.weights.waiting * max(0, (start - minute_of(problem, asked.earliest)) // QUARTER_MINUTES)
    return cost


def _starts(
    problem: DayProblem, asked: DebriefRequest | Appointment, people: Sequence[DayAgent], grid: int, room: Room
) -> list[int]:
    """Starts on `grid` inside the window at which all of `people` are on shift, and free but for their breaks."""
    begin, end = _window(problem, asked, people)
    first = -(-(begin - problem.starts_at) // (grid * MINUTE)) * grid
    return _free(problem, asked, people, range(first, minute_of(problem, end) - asked.minutes + 1, grid), room)


def _window(
    problem: DayProblem, asked: DebriefRequest | Appointment, people: Sequence[DayAgent]
) -> tuple[datetime, datetime]:
    """When it may begin at the earliest, and must end, with all of `people` on shift."""
    begins = [max(person.starts_at, person.not_before or person.starts_at) for person in people]
    ends = [person.ends_at for person in people]
    return max(asked.earliest, problem.starts_at, *begins), min(asked.latest, problem.ends_at, *ends)


def _free(
    problem: DayProblem, asked: DebriefRequest | Appointment, people: Sequence[DayAgent], starts: range, room: Room
) -> list[int]:
    """Those of `starts` at which everybody may and can."""
    minutes = asked.minutes
    begin, end = _window(problem, asked, people)
    first, last = minute_after(problem, begin), minute_of(problem, end) - minutes
    taken = [stretch for person in people for stretch in taken_minutes(problem, person)]
    return [
        start
        for start in starts
        if first <= start <= last
        and not any(low - minutes < start < high for low, high in taken)
        and all(room.beside(person.id, start, start + minutes) for person in people)
    ]


def _tight(problem: DayProblem, slack: Sequence[int], start: int, minutes: int) -> int:
    """What a debrief costs for the quarters in which fewer than `quiet_slack` agents are to spare."""
    weights = problem.weights
    return sum(weights.tight * max(0, weights.quiet_slack - slack[quarter]) for quarter, _ in overlaps(start, minutes))


def _may_be_peer(problem: DayProblem, agent: DayAgent, request: DebriefRequest, code: str) -> bool:
    peer = problem.agent_of.get(code)
    if peer is None or code == agent.id or code in request.barred or code in agent.managers:
        return False
    return peer.volunteer and peer.sessions_left > 0 and can_talk(agent.languages, peer.languages)

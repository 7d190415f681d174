"""A stored roster before the checkers: its problem from today's tables, its assignments, and the verdict."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from api.errors import NotFound
from api.services.rosters.problems import build_problem
from roster.clock import local_day
from roster.load.planned import Exposure, exposure_of
from roster.people import Agent
from roster.policy import Policy
from roster.problem import Assigned, Problem
from roster.rules.cover import Matched
from roster.rules.registry import Verdict
from roster.shifts import Assignment, Roster, ShiftType
from roster.whatif.live import LiveRoster

KEPT = 8
"""So many judged rosters are kept in memory; each is a few megabytes at 150 agents."""


@dataclass(frozen=True)
class Judged:
    """A roster as a value with what the checkers say of it."""

    live: LiveRoster
    own: tuple[Assigned, ...]
    """What this roster assigns."""
    exposure: Exposure

    @property
    def problem(self) -> Problem:
        """What it is judged by."""
        return self.live.problem

    @property
    def verdict(self) -> Verdict:
        """What the checkers say."""
        return self.live.verdict

    @property
    def matched(self) -> Sequence[Matched]:
        """Who is missing and spare in each quarter-hour of the horizon, other teams' people counted."""
        return self.live.cover.matched


class _Recent:
    """The rosters looked at last. A page, its parts and the edit before it ask about nearly the same within seconds."""

    def __init__(self) -> None:
        self._live: OrderedDict[int | None, LiveRoster] = OrderedDict()
        self._lock = threading.Lock()

    def judged(self, roster_id: int | None, problem: Problem, assignments: tuple[Assigned, ...]) -> LiveRoster:
        """The roster judged, by way of how it was when it was last asked about."""
        with self._lock:
            before = self._live.get(roster_id)
        live = LiveRoster.of(problem, assignments) if before is None else before.moved_to(problem, assignments)
        with self._lock:
            self._live[roster_id] = live
            self._live.move_to_end(roster_id)
            while len(self._live) > KEPT:
                self._live.popitem(last=False)
        return live


_recent = _Recent()


def find_roster(session: Session, roster_id: int, *, lock: bool = False) -> Roster:
    """The roster, or `NotFound`; `lock` keeps others from changing it until the transaction ends."""
    roster = session.get(Roster, roster_id, with_for_update=lock)
    if roster is None:
        raise NotFound(f"there is no roster {roster_id}")
    return roster


def assigned_in(session: Session, roster: Roster) -> tuple[Assigned, ...]:
    """What `roster` assigns, with codes for people and shifts."""
    rows = session.exec(
        select(col(Agent.code), col(Assignment.on_date), col(ShiftType.code))
        .join(Agent, col(Agent.id) == col(Assignment.agent_id))
        .join(ShiftType, col(ShiftType.id) == col(Assignment.shift_type_id))
        .where(Assignment.roster_id == roster.id)
        .order_by(col(Assignment.on_date), col(Agent.code))
    ).all()
    return tuple(
        Assigned(agent=agent, day=(on_date - roster.starts_on).days, shift=shift) for agent, on_date, shift in rows
    )


def judged(session: Session, policy: Policy, roster: Roster, *, now: datetime | None = None) -> Judged:
    """`roster` judged by the rules as they are; `now` is for notice, without it there is time enough for any change."""
    problem = build_problem(
        session,
        policy,
        team_id=roster.team_id,
        starts_on=roster.starts_on,
        days=roster.days,
        roster_id=roster.id,
        today=None if now is None else local_day(now, roster.zone),
    )
    # People who are rostered elsewhere by now are there as fixed agents, with all that is published of them.
    others = {agent.id: agent for agent in problem.agents if agent.fixed}
    own = tuple(line for line in assigned_in(session, roster) if line.agent not in others)
    theirs = tuple(
        Assigned(agent=agent.id, day=pin.day, shift=pin.shift)
        for agent in others.values()
        for pin in agent.pins
        if pin.shift is not None
    )
    return Judged(_recent.judged(roster.id, problem, own + theirs), own, exposure_of(problem))

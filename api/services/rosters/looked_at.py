"""A roster that somebody asks about: judged, with days for dates and words for what changes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from api.context import Context
from api.errors import Invalid
from api.services.rosters.change_views import MoveView, RuleCost
from api.services.rosters.judging import Judged, find_roster, judged
from roster.problem import Problem
from roster.rules.predictability import changes_of
from roster.rules.wording import person
from roster.shifts import Roster
from roster.whatif.changes import Moved
from roster.whatif.live import LiveRoster
from roster.whatif.wording import HEADINGS, move_text


@dataclass(frozen=True)
class LookedAt:
    """A roster with its verdict."""

    roster: Roster
    found: Judged

    @property
    def live(self) -> LiveRoster:
        """The judged roster."""
        return self.found.live

    @property
    def problem(self) -> Problem:
        """What it is judged by."""
        return self.found.problem

    def day(self, on_date: date) -> int:
        """The day of the roster on that date; `Invalid` where it is outside."""
        day = (on_date - self.problem.start).days
        if not 0 <= day < self.problem.days:
            last = self.problem.date_of(self.problem.days - 1)
            raise Invalid(
                f"{on_date.isoformat()} is not in roster {self.roster.id}:"
                f" expected {self.problem.start.isoformat()} to {last.isoformat()}"
            )
        return day

    def known(self, agent: str) -> str:
        """The code of somebody in the roster; `Invalid` quotes one that is not."""
        there = self.problem.agent_of.get(agent)
        if there is None or there.fixed:
            raise Invalid(f"agent {agent!r} is not in roster {self.roster.id}: expected the code of somebody in it")
        return agent


def look_at(context: Context, session: Session, roster_id: int, *, lock: bool = False) -> LookedAt:
    """The roster as it is now."""
    roster = find_roster(session, roster_id, lock=lock)
    return LookedAt(roster, judged(session, context.policy, roster, now=context.now()))


def move_views(problem: Problem, moves: Iterable[Moved]) -> tuple[MoveView, ...]:
    """Moves as others see them."""
    return tuple(
        MoveView(
            agent=one.agent,
            name=person(problem.agent_of[one.agent]),
            on_date=problem.date_of(one.day),
            before=one.before,
            after=one.after,
            sentence=f"{move_text(problem, one)}.",
        )
        for one in moves
    )


def rule_costs(costs: Mapping[str, int]) -> tuple[RuleCost, ...]:
    """Costs with the rules' headings, the largest change first; rules that cost nothing are left out."""
    lines = [RuleCost(rule, HEADINGS[rule], cost) for rule, cost in costs.items() if cost]
    return tuple(sorted(lines, key=lambda one: -abs(one.cost)))


def pay_minutes(live: LiveRoster, agents: Iterable[str]) -> int:
    """Predictability pay of these people's changes against what was published, in minutes of pay."""
    people = live.problem.agent_of
    return sum(change.pay_minutes for agent in agents for change in changes_of(live.rows, people[agent]))

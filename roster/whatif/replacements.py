"""Who could take a shift that somebody can't work: everybody asked of the checkers, ranked, and why the others can't.

The row of the person who is away counts as it will be: an absence, their pin there gone. Each other person
is tried with the shift: on a free day, instead of another shift of theirs that day where cover gains by it, or in a
swap of two (a third person takes the other shift). Nothing is known here but rules, hours, skills and wishes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from roster.problem import Absence, Assigned, PlannedAgent
from roster.rules import cover
from roster.rules.finding import Finding
from roster.rules.wording import day_text, person, shift_name
from roster.whatif.changes import ChangeError, Moved, moved
from roster.whatif.difference import Difference, difference
from roster.whatif.live import Findings, LiveRoster
from roster.whatif.notice import last_day_inside

MAX_SWAPS = 40
"""So many swaps of two are judged whole, the cheapest by the people's own rules first."""

SKILL = "skills"
"""Stands where a rule's key stands for people who serve none of the queues; it is a fact and no rule."""


@dataclass(frozen=True)
class Replacement:
    """One way to have the shift worked without a new breach: whose days change, and what that does."""

    moves: tuple[Moved, ...]
    difference: Difference
    inside_notice: int
    """How many of the changed days are inside the notice period."""


@dataclass(frozen=True)
class Unable:
    """Somebody who can't take it, with the first reason and the rule that it is."""

    agent: str
    rule: str
    sentence: str


@dataclass(frozen=True)
class Replacements:
    """What the absence does by itself, who can step in (best first), and who can't."""

    shift: str
    absence: Difference
    able: tuple[Replacement, ...]
    unable: tuple[Unable, ...]
    without: LiveRoster
    """The roster with the hole."""


def without(live: LiveRoster, agent: str, days: Iterable[int]) -> LiveRoster:
    """The roster when `agent` is away on `days`: nobody is there, and no pin.

    In their own rules their shifts count as worked. Days of granted time off stay what they are.
    """
    there = live.problem.agent_of[agent]
    away = set(days) - set(there.time_off) - {one.day for one in there.absences}
    absences = [Absence(day=day, shift=next(iter(live.shifts_on(agent, day)), None)) for day in away]
    absent = there.model_copy(
        update={
            "absences": tuple(sorted((*there.absences, *absences), key=lambda one: one.day)),
            "pins": tuple(pin for pin in there.pins if pin.day not in away),
        }
    )
    return live.changed({agent: [line for line in live.lines(agent) if line.day not in away]}, [absent])


def replacements(live: LiveRoster, agent: str, day: int) -> Replacements:
    """Everybody who could take `agent`'s shift of `day`; `ChangeError` where there is none."""
    problem = live.problem
    there = problem.agent_of.get(agent)
    if there is None or there.fixed:
        raise ChangeError(f"agent {agent!r} is not in the roster: expected one of its people")
    worked = live.shifts_on(agent, day)
    if len(worked) != 1:
        what = "no shift" if not worked else f"{len(worked)} shifts"
        raise ChangeError(f"{person(there)} has {what} on {day_text(problem, day)}: expected one to be replaced")
    (shift,) = worked
    hole = without(live, agent, [day])
    search = _Search(hole, there, day, shift)
    able, unable = search.direct()
    found = [*able, *search.instead(), *search.swaps(able)]
    found.sort(key=lambda one: (one.inside_notice, one.difference.cost, len(one.moves), _who(one)))
    return Replacements(shift, difference(live, hole), tuple(found), tuple(unable), hole)


class _Search:
    """Tries people one by one on the roster with the hole."""

    def __init__(self, hole: LiveRoster, absent: PlannedAgent, day: int, shift: str) -> None:
        self.hole = hole
        self.absent = absent
        self.day = day
        self.shift = shift
        self.notice = last_day_inside(hole.problem)

    def direct(self) -> tuple[list[Replacement], list[Unable]]:
        """Who is free that day, and who can't take it and why; those at work that day are left to the swaps."""
        able, unable = [], []
        for agent in self.hole.problem.agents:
            if agent.fixed or agent.id == self.absent.id:
                continue
            if not self._serves(agent, self.absent):
                name = shift_name(self.hole.problem, self.shift)
                words = f"{person(agent)} serves none of the queues that {person(self.absent)} serves on {name}."
                unable.append(Unable(agent.id, SKILL, words))
                continue
            own = self.hole.shifts_on(agent.id, self.day)
            if own:
                names = ", ".join(shift_name(self.hole.problem, one) for one in own)
                words = f"{person(agent)} works {names} on {day_text(self.hole.problem, self.day)}."
                unable.append(Unable(agent.id, "one_shift_a_day", words))
                continue
            against = self._against(agent, [*self.hole.lines(agent.id), self._line(agent.id, self.shift)])
            if against:
                unable.append(Unable(agent.id, against[0].rule, against[0].sentence))
                continue
            found = self._judged({agent.id: self.shift})
            if found.difference.new_violations:
                first = found.difference.new_violations[0]
                unable.append(Unable(agent.id, first.rule, first.sentence))
            else:
                able.append(found)
        return able, unable

    def instead(self) -> Iterator[Replacement]:
        """Somebody at work takes the shift instead of theirs, which stays open, where cover is better for it."""
        for agent, _ in self._at_work():
            if self._price(agent, [self._line(agent.id, self.shift), *self._rest(agent)]) is None:
                continue
            found = self._judged({agent.id: self.shift})
            if found.difference.costs.get(cover.KEY, 0) < 0 and not found.difference.new_violations:
                yield found

    def swaps(self, able: list[Replacement]) -> Iterator[Replacement]:
        """Somebody at work takes the shift, a third person theirs; nobody who could step in alone is asked to swap."""
        alone = {one.agent for found in able for one in found.moves}
        free = [one for one in self._others() if not self.hole.shifts_on(one.id, self.day) and one.id not in alone]
        pairs = []
        prices: dict[tuple[str, str], int | None] = {}
        for first, own in self._at_work():
            price = self._price(first, [self._line(first.id, self.shift), *self._rest(first)])
            if price is None:
                continue
            for second in free:
                if not self._serves(second, first):
                    continue
                if (second.id, own) not in prices:
                    lines = [*self.hole.lines(second.id), self._line(second.id, own)]
                    prices[second.id, own] = self._price(second, lines)
                other = prices[second.id, own]
                if other is not None:
                    pairs.append((price + other, first.id, second.id, own))
        for _, first_id, second_id, shift in sorted(pairs)[:MAX_SWAPS]:
            found = self._judged({first_id: self.shift, second_id: shift})
            if not found.difference.new_violations:
                yield found

    def _at_work(self) -> Iterator[tuple[PlannedAgent, str]]:
        """Who works one other shift that day and serves a queue of the person away, with that shift."""
        for agent in self._others():
            own = self.hole.shifts_on(agent.id, self.day)
            if len(own) == 1 and own[0] != self.shift and self._serves(agent, self.absent):
                yield agent, own[0]

    def _others(self) -> list[PlannedAgent]:
        return [one for one in self.hole.problem.agents if not one.fixed and one.id != self.absent.id]

    def _rest(self, agent: PlannedAgent) -> list[Assigned]:
        """The person's lines of all other days."""
        return [line for line in self.hole.lines(agent.id) if line.day != self.day]

    def _line(self, agent: str, shift: str) -> Assigned:
        return Assigned(agent=agent, day=self.day, shift=shift)

    def _serves(self, agent: PlannedAgent, other: PlannedAgent) -> bool:
        """Whether the one can do any of the other's work; people without queues can all do each other's."""
        return not other.skills or bool({*agent.skills} & {*other.skills})

    def _against(self, agent: PlannedAgent, lines: list[Assigned]) -> list[Finding]:
        """What the personal rules would newly forbid."""
        known = list(self.hole.personal[agent.id])
        return [one for one in self.hole.alone(agent.id, lines) if one.hard and one not in known]

    def _price(self, agent: PlannedAgent, lines: list[Assigned]) -> int | None:
        """By how much the person's own row costs more; None where it must not be."""
        known: Findings = self.hole.personal[agent.id]
        found = self.hole.alone(agent.id, lines)
        if any(one.hard and one not in known for one in found):
            return None
        return sum(one.cost for one in found) - sum(one.cost for one in known)

    def _judged(self, given: dict[str, str]) -> Replacement:
        """The roster in which each of these people works that shift on the day, and nothing else that day."""
        people = self.hole.problem.agent_of
        rows = {code: [*self._rest(people[code]), self._line(code, shift)] for code, shift in given.items()}
        after = self.hole.changed(rows)
        moves = moved(self.hole, after)
        inside = sum(one.day <= self.notice for one in moves)
        return Replacement(moves, difference(self.hole, after), inside)


def _who(found: Replacement) -> tuple[str, ...]:
    return tuple(one.agent for one in found.moves)

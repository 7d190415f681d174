"""A roster as rows, one a person, each shift with its instants: what every checker reads."""

from collections.abc import Collection, Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from roster.problem import Assigned, PlannedAgent, Problem


class RosterError(ValueError):
    """A roster that can't be judged: an unknown agent, shift or day, or a line twice. One line per fault."""


@dataclass(frozen=True, slots=True)
class Worked:
    """One shift on one day, with its UTC span."""

    day: int
    shift: str
    begin: datetime
    end: datetime


class Rows:
    """The shifts of every person, in order of their begin."""

    def __init__(self, problem: Problem, assignments: Iterable[Assigned], *, like: "Rows | None" = None) -> None:
        """`like`: rows of the same days and shifts, whose instants need not be computed again."""
        self.problem = problem
        self._spans: dict[tuple[int, str], Worked] = {} if like is None else like._spans
        self._covered: dict[tuple[int, str], range] = {} if like is None else like._covered
        if like is not None and like.problem.published is problem.published:
            self._published = like._published
        self._rows: dict[str, list[Worked]] = {agent.id: [] for agent in problem.agents}
        faults: list[str] = []
        seen: set[tuple[str, int, str]] = set()
        for line in assignments:
            key = (line.agent, line.day, line.shift)
            fault = _fault(problem, line) or (f"{key} is there twice" if key in seen else None)
            seen.add(key)
            if fault is None:
                self._rows[line.agent].append(self.worked(line.day, line.shift))
            else:
                faults.append(fault)
        if faults:
            raise RosterError("\n".join(faults))
        for row in self._rows.values():
            row.sort(key=_in_time)
        self.missed: frozenset[tuple[str, int]] = frozenset()
        """Whose shift of which day is here though they are away (`counted`)."""
        self._past: dict[str, tuple[Worked, ...]] = {}

    def worked(self, day: int, shift: str) -> Worked:
        """`shift` on `day` with its span."""
        key = (day, shift)
        if key not in self._spans:
            self._spans[key] = Worked(day, shift, *self.problem.span(day, shift))
        return self._spans[key]

    def covered(self, one: Worked) -> range:
        """Quarter-hours from the horizon's begin that `one` covers wholly or in part."""
        key = (one.day, one.shift)
        if key not in self._covered:
            self._covered[key] = self.problem.covered(*key)
        return self._covered[key]

    def of(self, agent: PlannedAgent) -> list[Worked]:
        """The agent's shifts inside the horizon."""
        return self._rows[agent.id]

    def past(self, agent: PlannedAgent) -> tuple[Worked, ...]:
        """The agent's shifts before the horizon."""
        if agent.id not in self._past:
            rows = (self.worked(past.day, past.shift) for past in agent.history)
            self._past[agent.id] = tuple(sorted(rows, key=_in_time))
        return self._past[agent.id]

    def with_past(self, agent: PlannedAgent) -> tuple[Worked, ...]:
        """The agent's shifts before and inside the horizon."""
        return (*self.past(agent), *self.of(agent))

    def changed(self, problem: Problem, lines: Iterable[Assigned], people: Collection[str]) -> "Rows":
        """These rows with the lines of `people` replaced; `problem` differs from theirs in these people alone."""
        new = Rows(problem, lines, like=self)
        new._rows = {
            agent.id: new._rows[agent.id] if agent.id in people else self._rows[agent.id] for agent in problem.agents
        }
        new._past = {agent: past for agent, past in self._past.items() if agent not in people}
        return new

    def counted(self) -> "Rows":
        """The rows as people's own rules count them: what somebody misses by an absence is there as if worked.

        A day on which somebody who is away works all the same is left as it is.
        """
        missed = {
            (agent.id, absence.day): self.worked(absence.day, absence.shift)
            for agent in self.rostered()
            for absence in agent.absences
            if absence.shift is not None and not any(one.day == absence.day for one in self.of(agent))
        }
        if not missed:
            return self
        counted = copy(self)
        counted.missed = frozenset(missed)
        counted._rows = dict(self._rows)
        for code in {code for code, _ in missed}:
            own = [one for (agent, _), one in missed.items() if agent == code]
            counted._rows[code] = sorted([*self._rows[code], *own], key=_in_time)
        return counted

    def published(self, agent: PlannedAgent) -> tuple[Assigned, ...]:
        """The shifts that the agent has been told."""
        return self._published.get(agent.id, ())

    @cached_property
    def _published(self) -> dict[str, tuple[Assigned, ...]]:
        told: dict[str, tuple[Assigned, ...]] = {}
        for line in self.problem.published:
            told[line.agent] = (*told.get(line.agent, ()), line)
        return told

    def rostered(self) -> Iterator[PlannedAgent]:
        """People whose own rules are judged: all but another team's."""
        return (agent for agent in self.problem.agents if not agent.fixed)


def _in_time(one: Worked) -> tuple[datetime, datetime, str]:
    return one.begin, one.end, one.shift


def successions(row: Iterable[Worked]) -> Iterator[tuple[Worked, Worked]]:
    """Each shift after the first, with the one among those begun before it that ends last."""
    latest: Worked | None = None
    for one in row:
        if latest is not None:
            yield latest, one
        if latest is None or one.end > latest.end:
            latest = one


def _fault(problem: Problem, line: Assigned) -> str | None:
    if line.agent not in problem.agent_of:
        return f"agent {line.agent!r} is unknown: expected one of the problem's {len(problem.agents)} agents"
    if line.shift not in problem.shift_of:
        return f"shift {line.shift!r} is unknown: expected one of {sorted(problem.shift_of)}"
    if not 0 <= line.day < problem.days:
        return f"day {line.day} of agent {line.agent!r} is outside the horizon: expected 0 to {problem.days - 1}"
    return None

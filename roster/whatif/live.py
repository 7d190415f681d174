"""A judged roster that can be changed: after a change only what can differ is judged anew.

A personal rule is asked about the changed people alone, on rows that hold nobody else; a team rule about everybody,
save cover, whose quarters are kept (`CoverLedger`). The verdict is that of `roster.rules.registry.judge`. A roster
is a value: what changes is shared with what was, so that hundreds of changes can be tried from one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from roster.problem import Assigned, PlannedAgent, Problem
from roster.rules import cover
from roster.rules.finding import Finding
from roster.rules.registry import RULES, Rule, Scope, Verdict
from roster.rules.rows import Rows
from roster.whatif.cover import CoverLedger

Findings = tuple[Finding, ...]

GROUND = frozenset({"quarters", "shift_of", "queue_of", "horizon"})
"""What a problem computes once and that depends on none of its people."""


@dataclass(frozen=True)
class LiveRoster:
    """A problem, a roster of it, and what the checkers say, kept apart by person and by team rule."""

    problem: Problem
    rows: Rows
    cover: CoverLedger
    personal: Mapping[str, Findings]
    """By agent: what the personal rules say of their row."""
    team: Mapping[str, Findings]
    """By rule key, cover apart: what it says of everybody together."""

    @classmethod
    def of(cls, problem: Problem, assignments: Iterable[Assigned]) -> "LiveRoster":
        """Judge a roster whole; raises `RosterError` where it names what the problem lacks."""
        rows = Rows(problem, assignments)
        people = [agent.id for agent in problem.agents]
        return cls(problem, rows, CoverLedger.of(rows), _personal(rows, people), _team(rows))

    def changed(self, lines: Mapping[str, Iterable[Assigned]], people: Iterable[PlannedAgent] = ()) -> "LiveRoster":
        """With the whole rows of some people replaced, and with `people` as they are now, in place of the same ids."""
        now = {agent.id: agent for agent in people}
        touched = {*lines, *now}
        problem = self.problem
        if now:
            agents = tuple(now.get(agent.id, agent) for agent in problem.agents)
            problem = _with_people(problem, agents)
        given = [line for code in touched for line in lines.get(code, self.lines(code) if code in now else ())]
        return self._after(problem, given, touched)

    def moved_to(self, problem: Problem, assignments: Iterable[Assigned]) -> "LiveRoster":
        """The roster of another problem, by way of this one where they differ in few people, else judged whole."""
        if not _same_ground(self.problem, problem):
            return LiveRoster.of(problem, assignments)
        lines: defaultdict[str, list[Assigned]] = defaultdict(list)
        for line in assignments:
            lines[line.agent].append(line)
        touched = {
            new.id
            for old, new in zip(self.problem.agents, problem.agents, strict=True)
            if old != new or _as_set(lines[new.id]) != _as_set(self.lines(new.id))
        }
        unknown = [line for code in lines.keys() - self.problem.agent_of.keys() for line in lines[code]]
        if not touched and not unknown:
            return self
        return self._after(problem, [*(line for code in touched for line in lines[code]), *unknown], touched)

    def _after(self, problem: Problem, lines: Iterable[Assigned], touched: Collection[str]) -> "LiveRoster":
        rows = self.rows.changed(problem, lines, touched)
        return LiveRoster(
            problem,
            rows,
            self.cover.after(self.rows, rows, touched),
            {**self.personal, **_personal_of(rows, touched)},
            _team(rows),
        )

    def lines(self, agent: str) -> tuple[Assigned, ...]:
        """What `agent` works in the horizon, in order."""
        row = self.rows.of(self.problem.agent_of[agent])
        return tuple(Assigned(agent=agent, day=one.day, shift=one.shift) for one in row)

    def shifts_on(self, agent: str, day: int) -> tuple[str, ...]:
        """The shifts that `agent` begins on `day`."""
        return tuple(one.shift for one in self.rows.of(self.problem.agent_of[agent]) if one.day == day)

    @property
    def assignments(self) -> tuple[Assigned, ...]:
        """The whole roster, by agent and day."""
        return tuple(line for agent in self.problem.agents for line in self.lines(agent.id))

    def alone(self, agent: str, lines: Iterable[Assigned]) -> Findings:
        """What the personal rules would say of `agent` with these lines: the cheapest question there is."""
        person = self.problem.agent_of[agent]
        return _judged_alone(Rows(problem_of(self.problem, person), lines, like=self.rows), person)

    @cached_property
    def verdict(self) -> Verdict:
        """What the checkers say of all of it, in the registry's order."""
        found: defaultdict[str, list[Finding]] = defaultdict(list)
        for agent in self.problem.agents:
            for finding in self.personal[agent.id]:
                found[finding.rule].append(finding)
        for key, findings in self.team.items():
            found[key].extend(findings)
        found[cover.KEY].extend(self.cover.all_findings())
        rules = [rule for rule in RULES if rule.applies(self.problem)]
        return Verdict(
            tuple(finding for rule in rules for finding in found[rule.key]),
            {
                rule.key: sum(finding.cost for finding in found[rule.key])
                for rule in rules
                if not rule.is_hard(self.problem)
            },
        )


def _personal(rows: Rows, people: Sequence[str]) -> dict[str, Findings]:
    """Every personal rule asked once about everybody, its findings by person."""
    found: dict[str, list[Finding]] = {code: [] for code in people}
    counted = rows.counted()
    for rule in _on(rows.problem, Scope.PERSONAL):
        for finding in rule.check(counted):
            found[_named(finding)].append(finding)
    return {code: tuple(findings) for code, findings in found.items()}


def _personal_of(rows: Rows, people: Iterable[str]) -> dict[str, Findings]:
    """Every personal rule asked about some people, one by one."""
    judged = {}
    for code in people:
        agent = rows.problem.agent_of[code]
        lines = [Assigned(agent=code, day=one.day, shift=one.shift) for one in rows.of(agent)]
        judged[code] = _judged_alone(Rows(problem_of(rows.problem, agent), lines, like=rows), agent)
    return judged


def _judged_alone(rows: Rows, agent: PlannedAgent) -> Findings:
    counted = rows.counted()
    return tuple(
        finding
        for rule in _on(rows.problem, Scope.PERSONAL)
        for finding in rule.check(counted)
        if _named(finding) == agent.id
    )


def _named(finding: Finding) -> str:
    if finding.agent is None:
        raise ValueError(f"the personal rule {finding.rule} says {finding.sentence!r} of nobody: expected an agent")
    return finding.agent


def _team(rows: Rows) -> dict[str, Findings]:
    return {rule.key: tuple(rule.check(rows)) for rule in _on(rows.problem, Scope.TEAM) if rule.key != cover.KEY}


def _on(problem: Problem, scope: Scope) -> list[Rule]:
    return [rule for rule in RULES if rule.scope is scope and rule.applies(problem)]


def problem_of(problem: Problem, agent: PlannedAgent) -> Problem:
    """The problem as far as it is about one person."""
    return _with_people(
        problem,
        (agent,),
        together=(),
        apart=(),
    )


def _with_people(problem: Problem, agents: tuple[PlannedAgent, ...], **more: object) -> Problem:
    """A coherent problem with other people is one again; what it has computed of days and shifts stays."""
    copy = problem.model_copy(update={"agents": agents, **more})
    copy.__dict__.update({name: value for name, value in problem.__dict__.items() if name in GROUND})
    return copy


def _same_ground(one: Problem, other: Problem) -> bool:
    """Whether two problems differ in nothing but what they say of the same people."""
    if one is other:
        return True
    fields = [name for name in Problem.model_fields if name not in ("agents", "name")]
    return all(getattr(one, name) == getattr(other, name) for name in fields) and [
        agent.id for agent in one.agents
    ] == [agent.id for agent in other.agents]


def _as_set(lines: Iterable[Assigned]) -> set[tuple[int, str]]:
    return {(line.day, line.shift) for line in lines}

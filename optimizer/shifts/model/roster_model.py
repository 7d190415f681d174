"""The variables of a roster model and what rules may ask of them, in the rules' own words.

A rule never touches a dictionary of literals: it asks who may work what, requires a constraint under a name, or
adds a cost. In an elastic model every named requirement can be given up at a price, so that an impossible problem
says what clashes.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from optimizer.shifts.grid import Grid, Option
from roster.load.planned import Skills, skills_of
from roster.problem import Assigned, PlannedAgent

Literal = cp_model.IntVar
Linear = cp_model.LinearExpr | int


@dataclass(frozen=True, slots=True)
class Requirement:
    """One instance of a hard rule: what an elastic model may give up."""

    rule: str
    agent: str
    day: int
    detail: str = ""
    """Which side of a rule, where it has several (`least` or `most` paid minutes)."""


class RosterModel:
    """A CP-SAT model of (some of) the people of a problem, one literal per person, day and shift."""

    def __init__(
        self,
        grid: Grid,
        people: Sequence[PlannedAgent] | None = None,
        *,
        elastic: bool = False,
        held: Callable[[PlannedAgent, Option], bool | None] = lambda agent, option: None,
    ) -> None:
        """`held` says what is not to be decided: that somebody works an option, or does not; None leaves it open."""
        self.grid = grid
        self.problem = grid.problem
        self.model = cp_model.CpModel()
        everyone = grid.problem.agents if people is None else people
        self.people: tuple[PlannedAgent, ...] = tuple(agent for agent in everyone if not agent.fixed)
        """Those whose shifts are decided here."""
        self.elastic = elastic
        self.slacks: dict[Requirement, Literal] = {}
        self.out: set[tuple[str, int, str]] = set()
        """What is forbidden by itself, whatever else is worked: agent, day, shift."""
        self.placed: set[tuple[str, int, str]] = set()
        """What must be worked."""
        self.costs: dict[str, list[Linear]] = defaultdict(list)
        self._away = {(agent.id, absence.day): absence.shift for agent in self.people for absence in agent.absences}
        self._works = {
            (agent.id, option.day, option.shift): self._literal(
                agent, option, self.misses(agent, option) if self.is_away(agent, option.day) else held(agent, option)
            )
            for agent in self.people
            for option in grid.options
        }
        self._counts: dict[tuple[Skills, int, str], Literal] = {}
        self._busy: dict[tuple[str, int], Linear] = {}
        self._groups: dict[Skills, list[PlannedAgent]] = defaultdict(list)
        for agent in self.people:
            self._groups[skills_of(agent)].append(agent)

    def _literal(self, agent: PlannedAgent, option: Option, held: bool | None) -> Literal:
        if held is None:
            return self.model.new_bool_var(f"{agent.id}/{option.day}/{option.shift}")
        return self.model.new_constant(int(held))

    # ---- what rules ask

    def works(self, agent: PlannedAgent, option: Option) -> Literal:
        """Whether `agent` works `option`; what they miss by an absence counts as worked in their own rules."""
        return self._works[agent.id, option.day, option.shift]

    def there(self, agent: PlannedAgent, option: Option) -> Linear:
        """Whether `agent` is there for the team in `option`: nobody is who is away."""
        return 0 if self.misses(agent, option) else self.works(agent, option)

    def is_away(self, agent: PlannedAgent, day: int) -> bool:
        """Whether `day` is one of the agent's absences: then nothing is to be decided about it."""
        return (agent.id, day) in self._away

    def misses(self, agent: PlannedAgent, option: Option) -> bool:
        """Whether `option` is what `agent` misses by an absence."""
        return self._away.get((agent.id, option.day)) == option.shift

    def shifts_on(self, agent: PlannedAgent, day: int) -> list[Literal]:
        """All that `agent` may begin on `day`."""
        return [self.works(agent, option) for option in self.grid.days[day]]

    def busy(self, agent: PlannedAgent, day: int) -> Linear:
        """1 where `agent` begins a shift on `day`, else 0; two shifts of one day are one busy day."""
        key = (agent.id, day)
        if key not in self._busy:
            begins = self.shifts_on(agent, day)
            if self.problem.rules.one_shift_a_day.mode == "hard" and not self.elastic:
                self._busy[key] = sum(begins)
            else:
                busy = self.model.new_bool_var(f"busy {agent.id}/{day}")
                self.model.add_max_equality(busy, begins)
                self._busy[key] = busy
        return self._busy[key]

    def groups(self) -> Iterable[Skills]:
        """The skill sets among the people decided here."""
        return self._groups

    def headcount(self, skills: Skills, option: Option) -> Literal:
        """How many people with exactly `skills` are there in `option`."""
        key = (skills, option.day, option.shift)
        if key not in self._counts:
            crew = [agent for agent in self._groups[skills] if not self.misses(agent, option)]
            if len(crew) == 1:
                self._counts[key] = self.works(crew[0], option)
            else:
                count = self.model.new_int_var(0, len(crew), f"count {sorted(skills)}/{option.day}/{option.shift}")
                self.model.add(count == sum(self.works(agent, option) for agent in crew))
                self._counts[key] = count
        return self._counts[key]

    # ---- what rules do

    def require(self, requirement: Requirement, constraint: cp_model.Constraint) -> None:
        """Make `constraint` part of `requirement`; in an elastic model it holds unless that is given up."""
        if self.elastic:
            constraint.only_enforce_if(~self.given_up(requirement))

    def given_up(self, requirement: Requirement) -> Literal:
        """The literal that says `requirement` is not kept (elastic models only)."""
        if requirement not in self.slacks:
            self.slacks[requirement] = self.model.new_bool_var(f"give up {requirement}")
        return self.slacks[requirement]

    def at_most_one(self, requirement: Requirement, literals: Sequence[Literal]) -> None:
        """At most one of `literals`."""
        if len(literals) > 1:
            if self.elastic:
                self.require(requirement, self.model.add(sum(literals) <= 1))
            else:
                self.model.add_at_most_one(literals)

    def forbid(self, requirement: Requirement, option: Option) -> None:
        """The requirement's agent must not work `option`."""
        key = (requirement.agent, option.day, option.shift)
        self.out.add(key)
        self.require(requirement, self.model.add(self._works[key] == 0))

    def place(self, requirement: Requirement, option: Option) -> None:
        """The requirement's agent must work `option`."""
        key = (requirement.agent, option.day, option.shift)
        self.placed.add(key)
        self.require(requirement, self.model.add(self._works[key] == 1))

    def add_cost(self, rule: str, term: Linear) -> None:
        """Add `term` to what is minimised, under the rule's name."""
        self.costs[rule].append(term)

    # ---- what the solve does

    def minimise_costs(self) -> None:
        """Set the objective: the sum of every rule's cost."""
        self.model.minimize(sum(sum(terms) for terms in self.costs.values()))

    def hint(self, assignments: Iterable[Assigned]) -> None:
        """Start the search from `assignments`; a shorter or longer list than the model's is fine."""
        wanted = {(line.agent, line.day, line.shift) for line in assignments}
        self.model.clear_hints()  # type: ignore[no-untyped-call]  # OR-Tools leaves it untyped
        for (agent, day, shift), literal in self._works.items():
            if (agent, day) not in self._away:
                self.model.add_hint(literal, (agent, day, shift) in wanted)

    def fix(self, assignments: Iterable[Assigned]) -> None:
        """Force exactly `assignments` on the people decided here."""
        wanted = {(line.agent, line.day, line.shift) for line in assignments}
        wanted |= {(agent, day, shift) for (agent, day), shift in self._away.items() if shift is not None}
        for key, literal in self._works.items():
            self.model.add(literal == (1 if key in wanted else 0))

    def extract(self, value: Callable[[Literal], bool]) -> tuple[Assigned, ...]:
        """The roster in a solution, with the pins of another team's people, by agent and day."""
        return tuple(self._extracted(value))

    def _extracted(self, value: Callable[[Literal], bool]) -> Iterator[Assigned]:
        decided = {agent.id for agent in self.people}
        for agent in self.problem.agents:
            if agent.id in decided:
                for option in self.grid.options:
                    if not self.misses(agent, option) and value(self.works(agent, option)):
                        yield Assigned(agent=agent.id, day=option.day, shift=option.shift)
            elif agent.fixed:
                for pin in agent.pins:
                    if pin.shift is not None:
                        yield Assigned(agent=agent.id, day=pin.day, shift=pin.shift)

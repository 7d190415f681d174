"""The variables of a roster model and what rules may ask of them, in the rules' own words.

A rule never touches a dictionary of literals: it asks who may work what, requires a constraint under a name, or
adds a cost. In an elastic model every named requirement can be given up at a price, so that an impossible problem
says what clashes.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from ortools.sat.python import cp_model

from roster.clock import midnight
from roster.load.planned import Exposure, Skills, skills_of
from roster.problem import Assigned, PlannedAgent, Problem

Literal = cp_model.IntVar
Linear = cp_model.LinearExpr | int


@dataclass(frozen=True, slots=True)
class Option:
    """A shift on a day, with its UTC span and the quarter-hours of the horizon that it covers."""

    day: int
    shift: str
    begin: datetime
    end: datetime
    paid_minutes: int
    quarters: range


@dataclass(frozen=True, slots=True)
class Requirement:
    """One instance of a hard rule: what an elastic model may give up."""

    rule: str
    agent: str
    day: int
    detail: str = ""
    """Which side of a rule, where it has several (`least` or `most` paid minutes)."""


class Grid:
    """What every model of one problem shares: options with their spans, exposure, past shifts."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.exposure = Exposure(problem)
        self.quarters = sum(problem.quarters)
        self._known: dict[tuple[int, str], Option] = {}
        self.days: tuple[tuple[Option, ...], ...] = tuple(
            tuple(self.option(day, shift.id) for shift in problem.shifts) for day in range(problem.days)
        )
        self.options: tuple[Option, ...] = tuple(option for day in self.days for option in day)
        self.number: dict[tuple[int, str], int] = {
            (option.day, option.shift): number for number, option in enumerate(self.options)
        }
        """Where a day's shift is among the options."""

    def option(self, day: int, shift: str) -> Option:
        """`shift` on `day`; negative days are before the horizon."""
        key = (day, shift)
        if key not in self._known:
            begin, end = self.problem.span(day, shift)
            covered = self.problem.covered(day, shift)
            inside = range(max(0, covered.start), max(0, min(self.quarters, covered.stop)))
            self._known[key] = Option(day, shift, begin, end, self.problem.shift_of[shift].paid_minutes, inside)
        return self._known[key]

    def minute(self, instant: datetime) -> int:
        """`instant` as real minutes from the horizon's begin."""
        return int((instant - self.problem.horizon[0]).total_seconds() // 60)

    @cached_property
    def midnights(self) -> tuple[int, ...]:
        """When each day begins, in real minutes from the horizon's begin; the last is the horizon's end."""
        problem = self.problem
        return tuple(self.minute(midnight(problem.date_of(day), problem.zone)) for day in range(problem.days + 1))

    @cached_property
    def spans(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """By day the begin and end of each of its options, in real minutes from that day's midnight."""
        return tuple(
            tuple((self.minute(option.begin) - begins, self.minute(option.end) - begins) for option in options)
            for options, begins in zip(self.days, self.midnights, strict=False)
        )

    def length(self, day: int) -> int:
        """How many real minutes `day` has."""
        return self.midnights[day + 1] - self.midnights[day]

    def published(self, agent: PlannedAgent) -> frozenset[Option]:
        """The shifts that `agent` has been told."""
        return self._published.get(agent.id, frozenset())

    @cached_property
    def _published(self) -> dict[str, frozenset[Option]]:
        told: dict[str, set[Option]] = defaultdict(set)
        for line in self.problem.published:
            told[line.agent].add(self.option(line.day, line.shift))
        return {agent: frozenset(options) for agent, options in told.items()}

    def past(self, agent: PlannedAgent) -> list[Option]:
        """The shifts `agent` worked before the horizon."""
        return [self.option(one.day, one.shift) for one in agent.history]

    def given(self, agent: PlannedAgent) -> list[Option]:
        """What is on `agent`'s row whatever is decided: the past, and for another team's people their pins."""
        pinned = [self.option(pin.day, pin.shift) for pin in agent.pins if pin.shift is not None] if agent.fixed else []
        return [*self.past(agent), *pinned]


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
        self._works = {
            (agent.id, option.day, option.shift): self._literal(agent, option, held(agent, option))
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
        """Whether `agent` works `option`."""
        return self._works[agent.id, option.day, option.shift]

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
        """How many people with exactly `skills` work `option`."""
        key = (skills, option.day, option.shift)
        if key not in self._counts:
            crew = self._groups[skills]
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
        for key, literal in self._works.items():
            self.model.add_hint(literal, key in wanted)

    def fix(self, assignments: Iterable[Assigned]) -> None:
        """Force exactly `assignments` on the people decided here."""
        wanted = {(line.agent, line.day, line.shift) for line in assignments}
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
                    if value(self.works(agent, option)):
                        yield Assigned(agent=agent.id, day=option.day, shift=option.shift)
            elif agent.fixed:
                for pin in agent.pins:
                    if pin.shift is not None:
                        yield Assigned(agent=agent.id, day=pin.day, shift=pin.shift)

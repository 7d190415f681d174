"""The repair of a few days as one small model: whose day becomes what, of the changes that people's own rules allow.

The checkers say beforehand which changes of one day a person's rules allow. Where one day is open, people of the same
skills, shift and choices are one crew, of whom so many change; where more are, each person is a crew of one, changes
of several days of a person are tried by the checkers as they are found, and what is not allowed is ruled out. So the
optimum is that of the model of everybody with all rules posted (`model.py`), found in a fraction of the time.
With many days open that is too much again: then `by_itself` leaves only changes that are allowed without another one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ortools.sat.python import cp_model

from optimizer.shifts.grid import Grid, Option
from optimizer.shifts.model.roster_model import Linear, Literal
from optimizer.shifts.repair.aims import Aims, Mended, Window, quick_solver, solve
from optimizer.shifts.repair.cells import Cells
from optimizer.shifts.repair.shortage import Shortage
from optimizer.shifts.repair.trouble import Trouble
from roster.load.planned import Skills, skills_of
from roster.problem import PlannedAgent, Problem
from roster.whatif.live import LiveRoster

Cell = tuple[int, str | None]
"""A day and what it becomes."""


@dataclass(frozen=True)
class Crew:
    """People who are alike for this repair; `shifts` is what they have by open day."""

    members: tuple[str, ...]
    skills: Skills
    shifts: dict[int, str | None]
    cells: tuple[Cell, ...]


class CrewModel:
    """Builds the model and searches it."""

    def __init__(
        self, now: LiveRoster, trouble: Trouble, window: Window, cells: Cells, *, by_itself: bool = False
    ) -> None:
        self.problem: Problem = now.problem
        self.model = cp_model.CpModel()
        self.grid = Grid(now.problem)
        self._now = now
        self._cells = cells
        self._most = window.most_changes
        self._crews = _crews(now, trouble, window, cells, by_itself=by_itself or len(window.days) == 1)
        self._moves: list[dict[Cell, Literal]] = []
        self._heads: defaultdict[tuple[Skills, int, str], list[Linear]] = defaultdict(list)
        for crew in self._crews:
            self._add(crew, most=window.most_changes, several=len(window.days) > 1)
        self._net = {key: self._sum_of(key, heads) for key, heads in self._heads.items()}
        self._one_by_one: list[dict[Cell, list[tuple[str, Literal]]]] = []
        """By crew: who of it makes a change; nothing until the cheapest are asked for."""
        moves = [(cell, variable) for of_crew in self._moves for cell, variable in of_crew.items()]
        shortage = Shortage(now, trouble, self, self._given)
        self._aims = Aims(
            now,
            trouble,
            window,
            self.model,
            shortage,
            [variable for _, variable in moves],
            [variable for (day, _), variable in moves if day <= window.last_inside_notice],
        )

    def solve(self, *, deterministic_limit: float, seed: int) -> Mended:
        """The first three aims."""
        if any(len(crew.shifts) > 1 for crew in self._crews):
            self._hint()
        return self._aims.search(self._found, deterministic_limit=deterministic_limit, seed=seed)

    def cheapest(self, mended: Mended, *, deterministic_limit: float, seed: int) -> Mended:
        """Of all repairs of one open day as good as `mended`, one that costs least by people's own rules.

        `mended` itself where none was found in time.
        """
        self._aims.hold(mended)
        self._tell_apart()
        self.model.minimize(
            sum(
                self._cells.cost(agent, *cell) * variable
                for of_crew in self._one_by_one
                for cell, members in of_crew.items()
                for agent, variable in members
            )
        )
        spent = 0.0
        while spent < deterministic_limit:
            solver = quick_solver(deterministic_limit - spent, seed)
            status = solve(solver, self.model)
            spent += solver.response_proto.deterministic_time
            if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
                break
            after = self._found(solver)
            if after is None or self._aims.shortage.tighten(after):
                continue
            self._aims.check(after)
            proved = status == cp_model.OPTIMAL
            return replace(mended, after=after, work=mended.work + spent, cheapest=proved)
        return replace(mended, work=mended.work + spent)

    # ---- what cover asks

    def groups(self) -> Iterable[Skills]:
        """The skill sets of people who may change."""
        return {crew.skills for crew in self._crews}

    def headcount(self, skills: Skills, option: Option) -> Linear:
        """How many more with `skills` work `option` than now."""
        return self._net.get((skills, option.day, option.shift), 0)

    def _given(self, quarter: int) -> dict[Skills, int]:
        """Who is there now."""
        return {frozenset(skills): count for skills, count in self._now.cover.present[quarter].items()}

    # ---- building and reading

    def _add(self, crew: Crew, *, most: int, several: bool) -> None:
        size = min(len(crew.members), most)
        own = {cell: self.model.new_int_var(0, size, f"{crew.members[0]} {cell}") for cell in crew.cells}
        self._moves.append(own)
        for day, shift in crew.shifts.items():
            of_day = [variable for (on, _), variable in own.items() if on == day]
            if len(of_day) > 1 or size > 1:
                self.model.add(sum(of_day) <= size)
            if shift is not None:
                self._heads[crew.skills, day, shift].extend(-variable for variable in of_day)
        for (day, shift), variable in own.items():
            if shift is not None:
                self._heads[crew.skills, day, shift].append(variable)
            if several and not self._cells.allows(crew.members[0], day, shift):
                # Not by itself; with a change of another day it may be.
                self.model.add(variable <= sum(other for (on, _), other in own.items() if on != day))

    def _sum_of(self, key: tuple[Skills, int, str], heads: list[Linear]) -> Literal:
        """The sum as a variable of its own: it stands in the limits of many quarters."""
        most = self._most
        net = self.model.new_int_var(-most, most, f"net {sorted(key[0])}/{key[1]}/{key[2]}")
        self.model.add(net == sum(heads))
        return net

    def _hint(self) -> None:
        """Start from the roster as it is: where several days are open the search loses half its time otherwise."""
        for variable in [*(one for own in self._moves for one in own.values()), *self._net.values()]:
            self.model.add_hint(variable, 0)

    def _tell_apart(self) -> None:
        """Say who of each crew makes its changes."""
        for crew, own in zip(self._crews, self._moves, strict=True):
            members: dict[Cell, list[tuple[str, Literal]]] = {
                cell: [(agent, self.model.new_bool_var(f"{agent} {cell}")) for agent in crew.members] for cell in own
            }
            for cell, variable in own.items():
                self.model.add(sum(literal for _, literal in members[cell]) == variable)
            for of_agent in zip(*members.values(), strict=True):
                self.model.add_at_most_one(literal for _, literal in of_agent)
            self._one_by_one.append(members)

    def _found(self, solver: cp_model.CpSolver) -> LiveRoster | None:
        """The roster of a solution; None where somebody's changes are not allowed together, which is ruled out."""
        rows = {}
        refused = False
        for place, (crew, own) in enumerate(zip(self._crews, self._moves, strict=True)):
            taken = [(cell, solver.value(variable)) for cell, variable in own.items() if solver.value(variable)]
            if not taken:
                continue
            if len(crew.members) == 1 and not self._one_by_one:
                changes = dict(cell for cell, _ in taken)
                if len(changes) > 1 and not self._cells.keeps(crew.members[0], changes):
                    self._rule_out(own, [cell for cell, _ in taken])
                    refused = True
                rows[crew.members[0]] = self._cells.changed(crew.members[0], changes)
                continue
            for agent, cell in self._who(solver, place, taken):
                rows[agent] = self._cells.changed(agent, dict([cell]))
        return None if refused else self._now.changed(rows)

    def _who(self, solver: cp_model.CpSolver, place: int, taken: list[tuple[Cell, int]]) -> Iterator[tuple[str, Cell]]:
        """Who of a crew makes its changes: the first of it, unless the solution says."""
        if self._one_by_one:
            for cell, members in self._one_by_one[place].items():
                yield from ((agent, cell) for agent, literal in members if solver.boolean_value(literal))
            return
        members_left = iter(self._crews[place].members)
        for cell, count in taken:
            for _ in range(count):
                yield next(members_left), cell

    def _rule_out(self, own: dict[Cell, Literal], together: list[Cell]) -> None:
        """Not all of these, unless with one more."""
        others = [variable for cell, variable in own.items() if cell not in together]
        self.model.add(sum(own[cell] for cell in together) - sum(others) <= len(together) - 1)


def fits(problem: Problem, trouble: Trouble) -> bool:
    """Whether the model can say all there is to say: cover and people's own rules, one shift a day."""
    rules = problem.rules
    return (
        rules.one_shift_a_day.mode == "hard"
        and not trouble.people
        and not trouble.team
        and not (rules.role_cover.mode == "hard" and problem.role_demand)
        and not (rules.keep_together.mode == "hard" and problem.together)
        and not (rules.keep_apart.mode == "hard" and problem.apart)
    )


def _crews(now: LiveRoster, trouble: Trouble, window: Window, cells: Cells, *, by_itself: bool) -> list[Crew]:
    alone = len(window.days) > 1
    alike: defaultdict[object, list[PlannedAgent]] = defaultdict(list)
    choices: dict[str, tuple[Cell, ...]] = {}
    for agent in now.problem.agents:
        if agent.fixed or agent.id in trouble.held:
            continue
        choices[agent.id] = tuple(_choices(now, agent, window, cells, by_itself=by_itself))
        if choices[agent.id]:
            shifts = tuple(now.shifts_on(agent.id, day) for day in sorted(window.days))
            alike[agent.id if alone else (skills_of(agent), shifts, choices[agent.id])].append(agent)
    return [
        Crew(
            tuple(one.id for one in crew),
            skills_of(crew[0]),
            {day: next(iter(now.shifts_on(crew[0].id, day)), None) for day in sorted(window.days)},
            choices[crew[0].id],
        )
        for crew in alike.values()
    ]


def _choices(now: LiveRoster, agent: PlannedAgent, window: Window, cells: Cells, *, by_itself: bool) -> Iterator[Cell]:
    """What the person's open days may become: what is allowed by itself, or also what may be with another change."""
    away = {one.day for one in agent.absences}
    for day in sorted(window.days - away):
        there = next(iter(now.shifts_on(agent.id, day)), None)
        for shift in (None, *now.problem.shift_of):
            if shift != there and (not by_itself or cells.allows(agent.id, day, shift)):
                yield day, shift

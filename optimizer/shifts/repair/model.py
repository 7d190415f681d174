"""The repair of a roster as one model: everybody in it, their days near the trouble free, all other days as they are.

Minimised are, in this order, what stays missing in the quarters in trouble, the days of people that change, and those
of them inside the notice period. Elsewhere cover may be nowhere worse than it was: that is added where a repair found
would make it so, so each optimum is a bound and the last one is the repair.
"""

from collections.abc import Iterable, Iterator

from ortools.sat.python import cp_model

from optimizer.shifts.grid import Grid, Option
from optimizer.shifts.model.postings import post_rules
from optimizer.shifts.model.roster_model import Linear, RosterModel
from optimizer.shifts.repair.aims import Aims, Mended, Window
from optimizer.shifts.repair.hall import given_in
from optimizer.shifts.repair.shortage import Shortage
from optimizer.shifts.repair.trouble import Trouble
from roster.problem import Assigned, Pin, PlannedAgent
from roster.whatif.live import LiveRoster


class RepairModel:
    """Builds the model and searches it."""

    def __init__(self, now: LiveRoster, trouble: Trouble, window: Window) -> None:
        self._now = now
        self._trouble = trouble
        self._window = window
        held = trouble.held
        problem = now.problem.model_copy(
            update={"agents": tuple(self._fixed(one) if one.id in held else one for one in now.problem.agents)}
        )
        self._worked = {agent.id: {*_cells(now.lines(agent.id))} for agent in now.problem.agents}
        self.roster = RosterModel(Grid(problem), held=self._as_it_is)
        excused = {one.rule for one in trouble.known}
        post_rules(self.roster, soft=False, without={key for key in excused if not self._is_personal(key)})
        self._changes, self._inside = self._count_changes()
        self._shortage = Shortage(now, trouble, self.roster, given_in(self.roster))

    def solve(self, *, deterministic_limit: float, seed: int) -> Mended:
        """Search, adding cover limits until the repair keeps them all."""
        self._hint()
        aims = Aims(
            self._now,
            self._trouble,
            self._window,
            self.roster.model,
            self._shortage,
            self._changes,
            self._inside,
        )
        return aims.search(self._after, deterministic_limit=deterministic_limit, seed=seed)

    # ---- building

    def _fixed(self, agent: PlannedAgent) -> PlannedAgent:
        pins = tuple(Pin(day=line.day, shift=line.shift) for line in self._now.lines(agent.id))
        return agent.model_copy(update={"fixed": True, "pins": pins})

    def _is_personal(self, key: str) -> bool:
        return any(one.rule == key for found in self._now.personal.values() for one in found)

    def _as_it_is(self, agent: PlannedAgent, option: Option) -> bool | None:
        """Days outside the window are as they are."""
        if option.day in self._window.days:
            return None
        return (option.day, option.shift) in self._worked[agent.id]

    def _hint(self) -> None:
        """Start from the roster as it is, with what is missing there."""
        for agent in self.roster.people:
            for day in self._window.days:
                if self.roster.is_away(agent, day):
                    continue
                for option in self.roster.grid.days[day]:
                    worked = (option.day, option.shift) in self._worked[agent.id]
                    self.roster.model.add_hint(self.roster.works(agent, option), worked)

    def _count_changes(self) -> tuple[list[Linear], list[Linear]]:
        """One term for each day of each person that may change; those inside the notice period."""
        roster = self.roster
        once = roster.problem.rules.one_shift_a_day.mode == "hard"
        everything: list[Linear] = []
        inside: list[Linear] = []
        for agent in roster.people:
            for day in sorted(self._window.days):
                if roster.is_away(agent, day):
                    continue
                there = self._now.shifts_on(agent.id, day)
                works = {option.shift: roster.works(agent, option) for option in roster.grid.days[day]}
                if once and len(there) <= 1:
                    term: Linear = 1 - works[there[0]] if there else sum(works.values())
                else:
                    term = changed = roster.model.new_bool_var(f"changed {agent.id}/{day}")
                    for shift, literal in works.items():
                        roster.model.add_implication(literal.negated() if shift in there else literal, changed)
                everything.append(term)
                if day <= self._window.last_inside_notice:
                    inside.append(term)
        return everything, inside

    # ---- solving

    def _after(self, solver: cp_model.CpSolver) -> LiveRoster:
        rows: dict[str, list[Assigned]] = {}
        for agent in self.roster.people:
            rows[agent.id] = [line for line in self._now.lines(agent.id) if line.day not in self._window.days]
            for day in self._window.days:
                rows[agent.id] += [
                    Assigned(agent=agent.id, day=day, shift=option.shift)
                    for option in self.roster.grid.days[day]
                    if not self.roster.misses(agent, option) and solver.boolean_value(self.roster.works(agent, option))
                ]
        changed = {code: row for code, row in rows.items() if {*row} != {*self._now.lines(code)}}
        return self._now.changed(changed)


def _cells(lines: Iterable[Assigned]) -> Iterator[tuple[int, str]]:
    return ((line.day, line.shift) for line in lines)

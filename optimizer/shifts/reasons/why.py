"""Why somebody works a shift: the best roster without it, found anew among a few people and days around it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ortools.sat.python import cp_model

from optimizer.cp_sat import new_solver
from optimizer.shifts.errors import SolverError
from optimizer.shifts.grid import Grid, Option
from optimizer.shifts.model.postings import post_rules
from optimizer.shifts.model.roster_model import RosterModel
from roster.problem import Assigned, Pin, PlannedAgent, Problem
from roster.result import Status
from roster.whatif.live import LiveRoster

DETERMINISTIC_LIMIT = 2.0


@dataclass(frozen=True)
class Without:
    """The best roster found without the shift, among those that move only some people on some days."""

    status: Status
    after: LiveRoster | None
    cost_more: int | None
    """What it costs more than the roster with the shift; may be below 0 where that was not the best."""
    at_least: int | None
    """What any roster without it, of those people and days, costs more."""


def best_without(
    live: LiveRoster,
    agent: str,
    day: int,
    shift: str,
    *,
    people: Collection[str],
    days: Collection[int],
    deterministic_limit: float = DETERMINISTIC_LIMIT,
    seed: int = 0,
) -> Without:
    """Plan `people` (the agent among them) anew on `days`, the agent's `shift` on `day` forbidden, all else as it is.

    Nobody of `people` may break a hard rule now. The same input gives the same answer.
    """
    problem = _freed(live, agent, day, people)

    def as_it_is(person: PlannedAgent, option: Option) -> bool | None:
        return None if option.day in days else option.shift in live.shifts_on(person.id, option.day)

    roster = RosterModel(Grid(problem), held=as_it_is)
    post_rules(roster)
    roster.model.add(roster.works(problem.agent_of[agent], roster.grid.option(day, shift)) == 0)
    roster.minimise_costs()
    for person in roster.people:
        for on in days:
            if roster.is_away(person, on):
                continue
            there = live.shifts_on(person.id, on)
            for option in roster.grid.days[on]:
                wanted = option.shift in there and (person.id, on, option.shift) != (agent, day, shift)
                roster.model.add_hint(roster.works(person, option), wanted)
    solver = new_solver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = deterministic_limit
    status = int(solver.solve(roster.model))
    if status == cp_model.MODEL_INVALID:
        raise SolverError(f"the model is invalid: {roster.model.validate()}")
    if status == cp_model.INFEASIBLE:
        return Without(Status.INFEASIBLE, None, None, None)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Without(Status.UNKNOWN, None, None, None)
    after = live.changed(_rows(roster, live, solver))
    known = {*live.verdict.violations}
    broken = [one for one in after.verdict.violations if one not in known]
    if broken:
        raise SolverError(f"the roster without the shift broke the rule {broken[0].rule}: {broken[0].sentence}")
    more = after.verdict.cost - live.verdict.cost
    slack = round(solver.objective_value) - round(solver.best_objective_bound)
    proved = status == cp_model.OPTIMAL
    return Without(Status.OPTIMAL if proved else Status.FEASIBLE, after, more, more if proved else more - slack)


def _freed(live: LiveRoster, agent: str, day: int, people: Collection[str]) -> Problem:
    """The problem in which only `people` are planned, and the agent's pin of the day is gone."""
    agents = []
    for one in live.problem.agents:
        if one.id == agent:
            agents.append(one.model_copy(update={"pins": tuple(pin for pin in one.pins if pin.day != day)}))
        elif one.id in people or one.fixed:
            agents.append(one)
        else:
            pins = tuple(Pin(day=line.day, shift=line.shift) for line in live.lines(one.id))
            agents.append(one.model_copy(update={"fixed": True, "pins": pins}))
    return live.problem.model_copy(update={"agents": tuple(agents)})


def _rows(roster: RosterModel, live: LiveRoster, solver: cp_model.CpSolver) -> dict[str, list[Assigned]]:
    """The rows of those who were planned anew and now work something else."""
    rows: dict[str, list[Assigned]] = {}
    for line in _worked(roster, solver):
        rows.setdefault(line.agent, []).append(line)
    everybody = {person.id: rows.get(person.id, []) for person in roster.people}
    return {code: row for code, row in everybody.items() if {*row} != {*live.lines(code)}}


def _worked(roster: RosterModel, solver: cp_model.CpSolver) -> Iterable[Assigned]:
    for person in roster.people:
        for option in roster.grid.options:
            if not roster.misses(person, option) and solver.boolean_value(roster.works(person, option)):
                yield Assigned(agent=person.id, day=option.day, shift=option.shift)

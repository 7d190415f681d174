"""Why a problem has no roster: what clashes and the cheapest way out, a sentence each.

Every hard rule speaks of one person, so people are asked one by one: an elastic model of that person alone, in which
each requirement can be given up at a price. Price 0 means there is a valid row. What is shown was verified twice: the
checkers find fault with the relaxed row in nothing but what was given up, and a second search of the unrelaxed model,
without presolve (which in OR-Tools 9.15 has called a feasible model infeasible, its tracker 5274), finds no row.
"""

from collections.abc import Iterable, Sequence

from ortools.sat.python import cp_model

from optimizer.cp_sat import new_solver
from optimizer.shifts.errors import SolverError
from optimizer.shifts.postings import post_rules
from optimizer.shifts.rules.contract_minutes import limits
from optimizer.shifts.variables import Grid, Requirement, RosterModel
from roster.problem import Assigned, PlannedAgent, Problem
from roster.rules.registry import Scope, judge
from roster.rules.wording import day_text, duration, person, shift_name, week_text

PRICES = {
    "contract_minutes": 2,
    "period_minutes": 2,
    "shift_counts": 2,
    "weekends": 3,
    "complete_weekends": 3,
    "min_consecutive_days": 3,
    "min_days_off": 3,
    "max_days_off": 3,
    "pins": 4,
    "availability": 5,
    "fixed_days_off": 6,
    "time_off": 7,
    "forbidden_successions": 9,
    "consecutive_days": 10,
    "average_minutes": 12,
    "weekly_rest": 12,
    "daily_rest": 12,
    "one_shift_a_day": 40,
}
"""What giving up one requirement costs: agreements first, the law last."""

DETERMINISTIC_LIMIT = 20.0


def conflicts_of(grid: Grid, people: Sequence[PlannedAgent] | None = None) -> tuple[str, ...]:
    """One sentence per requirement to relax; empty where every one of `people` has a valid row, or nothing is proved.

    Raises
    ------
    SolverError
        The checkers find fault with a relaxed row in what was not given up.
    """
    asked = grid.problem.agents if people is None else people
    return tuple(sentence for agent in asked if not agent.fixed for sentence in _clashes(grid, agent))


def _clashes(grid: Grid, agent: PlannedAgent) -> Iterable[str]:
    roster = _model(grid, agent, elastic=True)
    roster.model.minimize(sum(PRICES[one.rule] * slack for one, slack in roster.slacks.items()))
    solver = _solver()
    if solver.solve(roster.model) != cp_model.OPTIMAL or solver.objective_value < 0.5:
        return []
    hard = _model(grid, agent)
    if _solver(presolve=False).solve(hard.model) in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return []
    given_up = [one for one, slack in roster.slacks.items() if solver.boolean_value(slack)]
    row = [line for line in roster.extract(solver.boolean_value) if line.agent == agent.id]
    alone = _alone(grid.problem, agent)
    found = judge(alone, row).violations
    kept = {finding.rule for finding in found} - {one.rule for one in given_up}
    if kept:
        raise SolverError(f"the relaxed row of {agent.id} breaks {sorted(kept)}, which were not given up")
    sentences = [_sentence(grid, agent, one) for one in given_up if one.rule in ("contract_minutes", "pins")]
    sentences += [
        f"{finding.sentence} Nothing cheaper can give way."
        for finding in found
        if finding.rule not in ("contract_minutes", "pins")
    ]
    return sentences


def _alone(problem: Problem, agent: PlannedAgent) -> Problem:
    """The problem with `agent` as its only person."""
    return problem.model_copy(update={"agents": (agent,)})


def _model(grid: Grid, agent: PlannedAgent, *, elastic: bool = False, without: Sequence[str] = ()) -> RosterModel:
    roster = RosterModel(grid, [agent], elastic=elastic)
    post_rules(roster, scopes=(Scope.PERSONAL,), soft=False, without=without)
    return roster


def _solver(*, presolve: bool = True) -> cp_model.CpSolver:
    solver = new_solver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = DETERMINISTIC_LIMIT
    solver.parameters.cp_model_presolve = presolve
    return solver


def _sentence(grid: Grid, agent: PlannedAgent, given_up: Requirement) -> str:
    if given_up.rule == "pins":
        return _pin_sentence(grid.problem, agent, given_up.day)
    return _contract_sentence(grid, agent, given_up.day)


def _pin_sentence(problem: Problem, agent: PlannedAgent, day: int) -> str:
    """What the pins break by themselves; where that is nothing, it is the contract that they leave no room for."""
    pin = next(one for one in agent.pins if one.day == day)
    where = day_text(problem, day)
    what = "a free day" if pin.shift is None else shift_name(problem, pin.shift)
    pinned = [Assigned(agent=agent.id, day=one.day, shift=one.shift) for one in agent.pins if one.shift is not None]
    clashes = [
        finding.sentence
        for finding in judge(_alone(problem, agent), pinned).violations
        if finding.rule not in ("contract_minutes", "pins") and _near(finding.day, day)
    ]
    because = f": {clashes[0]}" if clashes else " together with the contract and the rest of the row."
    return f"{person(agent)}: {what} is pinned on {where}, but can't be kept{because}"


def _near(found: int | None, day: int) -> bool:
    return found is not None and abs(found - day) <= 7


def _contract_sentence(grid: Grid, agent: PlannedAgent, first: int) -> str:
    problem = grid.problem
    week = range(first, min(first + 7, problem.days))
    least, most = limits(agent, week)
    where = week_text(problem, first, len(week))
    lowest, highest = _reach(grid, agent, week)
    if highest < least:
        return (
            f"{person(agent)}: {duration(least)} are asked in {where}, but {_grounds(problem, agent, week)}"
            f" leave {duration(highest)}."
        )
    if lowest > most:
        return (
            f"{person(agent)}: at most {duration(most)} are allowed in {where}, but the pins take {duration(lowest)}."
        )
    asked = f"{duration(least)} to {duration(most)}" if least < most else f"exactly {duration(least)}"
    return (
        f"{person(agent)}: the contract asks {asked} in {where}, but no shifts that {_grounds(problem, agent, week)}"
        " leave add up to that."
    )


def _reach(grid: Grid, agent: PlannedAgent, week: range) -> tuple[int, int]:
    """Least and most paid minutes in `week` when all other rules hold."""
    found = []
    for sign in (1, -1):
        roster = _model(grid, agent, without=("contract_minutes",))
        paid = sum(option.paid_minutes * roster.works(agent, option) for day in week for option in grid.days[day])
        roster.model.minimize(sign * paid)
        solver = _solver()
        status = solver.solve(roster.model)
        found.append(
            sign * round(solver.objective_value) if status == cp_model.OPTIMAL else (0 if sign == 1 else 10**6)
        )
    return found[0], found[1]


def _grounds(problem: Problem, agent: PlannedAgent, week: range) -> str:
    """What narrows the week down, in words."""
    rules = problem.rules
    grounds = []
    if rules.time_off.mode != "off" and set(agent.time_off) & set(week):
        grounds.append("time off")
    if rules.availability.mode != "off" and agent.availability:
        grounds.append("windows")
    if rules.pins.mode != "off" and any(pin.day in week for pin in agent.pins):
        grounds.append("pins")
    if not grounds:
        return "the rest rules and the shifts there are"
    words = grounds[0] if len(grounds) == 1 else f"{', '.join(grounds[:-1])} and {grounds[-1]}"
    return f"their {words}"

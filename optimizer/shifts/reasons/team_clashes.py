"""What several people can't do together: rules about the team that are hard, and what stands in their way.

Everybody has a valid row of their own, or `infeasible.py` has said so. First only the team's demands can be given up:
if none need be, nothing clashes. Otherwise a second model of those whom the demands speak of lets everything be given
up at its price, so that a day off may give way instead of a role. Nothing is said unless a set of requirements that
clash was proved without presolve, and the checkers find fault with the relaxed roster in nothing else.
"""

from collections.abc import Iterable

from ortools.sat.python import cp_model

from optimizer.shifts.errors import SolverError
from optimizer.shifts.grid import Grid
from optimizer.shifts.model.postings import post_rules
from optimizer.shifts.model.roster_model import Requirement, RosterModel
from optimizer.shifts.reasons.asking import Asking
from optimizer.shifts.reasons.demands import price
from optimizer.shifts.reasons.infeasible import Clashes, relaxing, together
from roster.problem import Assigned, PlannedAgent, Problem
from roster.rules.registry import RULES, Scope, judge

TEAM_LIMIT = 60.0
"""Deterministic units for each of the two models."""


def hard_team_rules(problem: Problem) -> tuple[str, ...]:
    """Rules about the team that are on and hard."""
    hard = (rule for rule in RULES if rule.scope is Scope.TEAM and rule.is_hard(problem) and rule.applies(problem))
    return tuple(rule.key for rule in hard)


def team_clashes_of(grid: Grid, asking: Asking | None = None) -> Clashes:
    """What keeps the team from having a valid roster; empty where there may be one, or nothing is proved.

    Raises
    ------
    SolverError
        The checkers find fault with a relaxed roster in what was not given up.
    """
    team = set(hard_team_rules(grid.problem))
    if not team:
        return Clashes()
    asking = asking or Asking()
    people = _concerned(grid.problem)
    least = _given_up(_elastic(grid, people, team), people, asking)
    if not least:
        return Clashes()
    roster = _elastic(grid, people, None)
    given_up = _given_up(roster, people, asking)
    if not given_up:
        return Clashes()
    found = [together(grid, roster, one, given_up, asking) for one in given_up]
    told = [one for one in found if one is not None]
    if len(told) < len(given_up):
        return Clashes()
    conflicts = tuple(dict.fromkeys(one.sentence for one in told))
    return Clashes(conflicts, relaxing(grid.problem, given_up), tuple(one.members for one in told), given_up)


def _concerned(problem: Problem) -> list[PlannedAgent]:
    """Those whom a hard demand on the team speaks of; nobody else can help or be in the way."""
    hard = hard_team_rules(problem)
    named: set[str] = set()
    for key, pairs in (("keep_together", problem.together), ("keep_apart", problem.apart)):
        if key in hard:
            named.update(agent for pair in pairs for agent in (pair.first, pair.second))
    roles = {line.role for line in problem.role_demand} if "role_cover" in hard else set()
    return [
        agent
        for agent in problem.agents
        if not agent.fixed and (agent.id in named or None in roles or roles.intersection(agent.roles))
    ]


def _elastic(grid: Grid, people: list[PlannedAgent], rules: set[str] | None) -> RosterModel:
    """A model in which the demands of `rules` (none: of all) can be given up, at their price."""
    roster = RosterModel(grid, people, elastic=True)
    post_rules(roster, soft=False)
    for one, slack in roster.slacks.items():
        if rules is not None and one.rule not in rules:
            roster.model.add(slack == 0)
    roster.model.minimize(sum(price(one) * slack for one, slack in roster.slacks.items()))
    return roster


def _given_up(roster: RosterModel, people: Iterable[PlannedAgent], asking: Asking) -> tuple[Requirement, ...]:
    """What a cheapest roster gives up; empty where that is nothing, or not found to be the cheapest."""
    status, solver = asking.solve(roster.model, limit=TEAM_LIMIT)
    if status != cp_model.OPTIMAL:
        return ()
    given_up = tuple(one for one, slack in roster.slacks.items() if solver.boolean_value(slack))
    if given_up:
        _check(roster, people, given_up, roster.extract(solver.boolean_value))
    return given_up


def _check(
    roster: RosterModel, people: Iterable[PlannedAgent], given_up: tuple[Requirement, ...], found: Iterable[Assigned]
) -> None:
    ids = {agent.id for agent in people}
    there = tuple(agent for agent in roster.problem.agents if agent.fixed or agent.id in ids)
    names = {agent.id for agent in there}
    problem = roster.problem.model_copy(
        update={
            "agents": there,
            "together": tuple(pair for pair in roster.problem.together if {pair.first, pair.second} <= names),
            "apart": tuple(pair for pair in roster.problem.apart if {pair.first, pair.second} <= names),
            "published": tuple(line for line in roster.problem.published if line.agent in names),
        }
    )
    broken = {finding.rule for finding in judge(problem, found).violations} - {one.rule for one in given_up}
    if broken:
        raise SolverError(f"the relaxed roster breaks {sorted(broken)}, which were not given up")

"""Why one person has no row: what clashes, which requirements together, and the cheapest way out, a sentence each.

People are asked one by one: an elastic model of that person alone, in which each requirement can be given up at a
price. Price 0 means there is a valid row. What is shown was verified twice: the checkers find fault with the relaxed
row in nothing but what was given up, and a second search of the unrelaxed model, without presolve (which in OR-Tools
9.15 has called a feasible model infeasible, its tracker 5274), proves that there is no row. A question that stays open
is no clash. What several people can't do together is in `team_clashes.py`.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ortools.sat.python import cp_model

from optimizer.shifts.errors import SolverError
from optimizer.shifts.grid import Grid
from optimizer.shifts.model.postings import post_rules
from optimizer.shifts.model.roster_model import Requirement, RosterModel
from optimizer.shifts.reasons.asking import Asking
from optimizer.shifts.reasons.conflict_sets import conflict_set
from optimizer.shifts.reasons.demands import price, words
from optimizer.shifts.reasons.sums import period_without_sum, week_without_sum
from optimizer.shifts.rules.contract_minutes import limits
from roster.problem import Assigned, PlannedAgent, Problem
from roster.result import WAY_OUT
from roster.rules.registry import RULES, Scope, judge
from roster.rules.wording import day_text, duration, person, shift_name, week_text

DETERMINISTIC_LIMIT = 20.0
BROKEN_BY_PINS = frozenset(
    {
        "one_shift_a_day",
        "daily_rest",
        "forbidden_successions",
        "weekly_rest",
        "consecutive_days",
        "availability",
        "time_off",
        "fixed_days_off",
    }
)
"""Rules that shifts break by being there, whatever else is worked: what pins alone can be blamed for."""

MAX_ALIKE = 2
"""So many of one kind are named; of more, the first and how many there are."""

MAX_NAMED = 6
"""So many kinds of requirement of one set are named; more would explain nothing."""


class Clashes(NamedTuple):
    """What clashes and what to relax, a sentence each; both empty where nothing is proved."""

    conflicts: tuple[str, ...] = ()
    relax: tuple[str, ...] = ()
    sets: tuple[tuple[Requirement, ...], ...] = ()
    """What was proved not to go together, where a sentence names a set."""
    given_up: tuple[Requirement, ...] = ()
    """What `relax` names."""


def clashes_of(grid: Grid, people: Sequence[PlannedAgent] | None = None, asking: Asking | None = None) -> Clashes:
    """What keeps any of `people` from having a valid row; one after another until `asking` is over.

    Raises
    ------
    SolverError
        The checkers find fault with a relaxed row in what was not given up.
    """
    asking = asking or Asking()
    asked = [agent for agent in (grid.problem.agents if people is None else people) if not agent.fixed]
    found: list[Clashes] = []
    for number, agent in enumerate(asked):
        if asking.over():
            asking.left_open = True
            if any(one.conflicts for one in found):
                found.append(Clashes((_not_asked(asked[number:]),)))
            break
        found.append(_clashes(grid, agent, asking))
    return Clashes(
        tuple(sentence for one in found for sentence in one.conflicts),
        tuple(sentence for one in found for sentence in one.relax),
        tuple(members for one in found for members in one.sets),
        tuple(requirement for one in found for requirement in one.given_up),
    )


def _not_asked(people: Sequence[PlannedAgent]) -> str:
    names = ", ".join(person(agent) for agent in people[:MAX_NAMED])
    more = f" and {len(people) - MAX_NAMED} more" if len(people) > MAX_NAMED else ""
    return f"No time was left to ask whether others are stuck too: {names}{more}."


def _clashes(grid: Grid, agent: PlannedAgent, asking: Asking) -> Clashes:
    roster = _model(grid, agent, elastic=True)
    roster.model.minimize(sum(price(one) * slack for one, slack in roster.slacks.items()))
    status, solver = asking.solve(roster.model, limit=DETERMINISTIC_LIMIT)
    if status != cp_model.OPTIMAL or solver.objective_value < 0.5:
        return Clashes()
    status, _ = asking.solve(_model(grid, agent).model, limit=DETERMINISTIC_LIMIT, presolve=False)
    if status != cp_model.INFEASIBLE:
        return Clashes()
    given_up = tuple(one for one, slack in roster.slacks.items() if solver.boolean_value(slack))
    row = [line for line in roster.extract(solver.boolean_value) if line.agent == agent.id]
    kept = {finding.rule for finding in judge(_alone(grid.problem, agent), row).violations}
    kept -= {one.rule for one in given_up}
    if kept:
        raise SolverError(f"the relaxed row of {agent.id} breaks {sorted(kept)}, which were not given up")
    told = [_sentence(grid, roster, agent, one, given_up, asking) for one in given_up]
    conflicts = tuple(dict.fromkeys(one.sentence for one in told))
    sets = tuple(one.members for one in told if one.members)
    return Clashes(conflicts, relaxing(grid.problem, given_up), sets, given_up)


def relaxing(problem: Problem, given_up: Iterable[Requirement]) -> tuple[str, ...]:
    """The way out, a sentence for each demand to give up."""
    return tuple(f"{WAY_OUT}give up {words(problem, one)}." for one in given_up)


class Told(NamedTuple):
    """A sentence about a clash, and the set of requirements it was proved of, if any."""

    sentence: str
    members: tuple[Requirement, ...] = ()


def together(
    grid: Grid, roster: RosterModel, one: Requirement, given_up: Sequence[Requirement], asking: Asking
) -> Told | None:
    """Which requirements clash with `one` when all else that is given up is gone; None where no set is proved."""
    others = set(given_up) - {one}
    found = conflict_set(roster, [other for other in roster.slacks if other not in others], asking)
    if found is None:
        return None
    phrases: dict[tuple[str, str, str], list[str]] = {}
    for member in sorted(found.requirements, key=lambda member: (member != one, price(member), member.day)):
        alike = (member.rule, member.agent, member.detail)
        phrases.setdefault(alike, []).append(words(grid.problem, member))
    named = [
        "; ".join(told) if len(told) <= MAX_ALIKE else f"{told[0]} (and {len(told) - 1} more)"
        for told in phrases.values()
    ]
    if len(named) > MAX_NAMED:
        named = [*named[:MAX_NAMED], f"{len(named) - MAX_NAMED} more kinds of requirement"]
    if len(found.requirements) == 1:
        return Told(f"Whatever else is given up, this can't be kept: {named[0]}.", found.requirements)
    return Told(f"These can't all be kept: {'; '.join(named)}.", found.requirements)


def _alone(problem: Problem, agent: PlannedAgent) -> Problem:
    """The problem with `agent` as its only person, and without what is asked of several."""
    rules = {
        rule.key: getattr(problem.rules, rule.key).model_copy(update={"mode": "off"})
        for rule in RULES
        if rule.scope is Scope.TEAM
    }
    published = tuple(line for line in problem.published if line.agent == agent.id)
    changes = {"agents": (agent,), "rules": problem.rules.model_copy(update=rules), "published": published}
    return problem.model_copy(update=changes)


def _model(grid: Grid, agent: PlannedAgent, *, elastic: bool = False, without: Sequence[str] = ()) -> RosterModel:
    roster = RosterModel(grid, [agent], elastic=elastic)
    post_rules(roster, scopes=(Scope.PERSONAL,), soft=False, without=without)
    return roster


def _sentence(
    grid: Grid,
    roster: RosterModel,
    agent: PlannedAgent,
    one: Requirement,
    given_up: Sequence[Requirement],
    asking: Asking,
) -> Told:
    """The clash around `one`: by what the pins break or the week leaves where that says it all, else the whole set."""
    told, whole = None, False
    if one.rule == "pins":
        told = _pin_sentence(grid.problem, agent, one.day)
        whole = told is not None
    elif one.rule == "period_minutes":
        told = period_without_sum(grid.problem, agent)
        whole = told is not None
    elif one.rule == "contract_minutes":
        told = week_without_sum(grid.problem, agent, one.day)
        whole = told is not None
        if told is None:
            told = _contract_sentence(grid, agent, one.day, asking)
            week = range(one.day, min(one.day + 7, grid.problem.days))
            whole = told is not None and bool(_grounds(grid.problem, agent, week))
    clash = None if whole else together(grid, roster, one, given_up, asking)
    if clash is not None:
        return clash if told is None else Told(f"{told} {clash.sentence}", clash.members)
    return Told(told or f"{words(grid.problem, one)} can't be kept together with all other rules.")


def _pin_sentence(problem: Problem, agent: PlannedAgent, day: int) -> str | None:
    """What the pins break by themselves, if anything."""
    pin = next(one for one in agent.pins if one.day == day)
    where = day_text(problem, day)
    what = "a free day" if pin.shift is None else shift_name(problem, pin.shift)
    pinned = [Assigned(agent=agent.id, day=one.day, shift=one.shift) for one in agent.pins if one.shift is not None]
    clashes = [
        finding.sentence
        for finding in judge(_alone(problem, agent), pinned).violations
        if finding.rule in BROKEN_BY_PINS and _near(finding.day, day)
    ]
    if not clashes:
        return None
    return f"{person(agent)}: {what} is pinned on {where}, but can't be kept: {clashes[0]}"


def _near(found: int | None, day: int) -> bool:
    return found is not None and abs(found - day) <= 7


def _contract_sentence(grid: Grid, agent: PlannedAgent, first: int, asking: Asking) -> str | None:
    """What the week is asked and what is left of it; None where that is not what stands in the way, or not proved."""
    problem = grid.problem
    week = range(first, min(first + 7, problem.days))
    least, most = limits(problem, agent, week)
    where = week_text(problem, first, len(week))
    reach = _reach(grid, agent, week, asking)
    if reach is None:
        return None
    lowest, highest = reach
    grounds = _grounds(problem, agent, week) or "the rest rules and the shifts there are"
    if highest < least:
        return f"{person(agent)}: {duration(least)} are asked in {where}, but {grounds} leave {duration(highest)}."
    if lowest > most and not any(pin.day in week for pin in agent.pins):
        return None
    if lowest > most:
        return (
            f"{person(agent)}: at most {duration(most)} are allowed in {where}, but the pins take {duration(lowest)}."
        )
    if not _no_sum_between(grid, agent, week, least, most, asking):
        return None
    asked = f"{duration(least)} to {duration(most)}" if least < most else f"exactly {duration(least)}"
    return f"{person(agent)}: the contract asks {asked} in {where}, but no shifts that {grounds} leave add up to that."


def _reach(grid: Grid, agent: PlannedAgent, week: range, asking: Asking) -> tuple[int, int] | None:
    """Least and most paid minutes in `week` when all other rules hold; None where a question stays open."""
    found = []
    for sign in (1, -1):
        roster = _model(grid, agent, without=("contract_minutes",))
        roster.model.minimize(sign * _paid(roster, agent, week))
        status, solver = asking.solve(roster.model, limit=DETERMINISTIC_LIMIT)
        if status != cp_model.OPTIMAL:
            return None
        found.append(sign * round(solver.objective_value))
    return found[0], found[1]


def _no_sum_between(grid: Grid, agent: PlannedAgent, week: range, least: int, most: int, asking: Asking) -> bool:
    """Whether it is proved that other rules leave no row with paid minutes of `week` in these limits."""
    roster = _model(grid, agent, without=("contract_minutes",))
    paid = _paid(roster, agent, week)
    roster.model.add(paid >= least)
    roster.model.add(paid <= most)
    status, _ = asking.solve(roster.model, limit=DETERMINISTIC_LIMIT, presolve=False)
    return status == cp_model.INFEASIBLE


def _paid(roster: RosterModel, agent: PlannedAgent, week: range) -> cp_model.LinearExpr:
    return cp_model.LinearExpr.sum(
        [option.paid_minutes * roster.works(agent, option) for day in week for option in roster.grid.days[day]]
    )


def _grounds(problem: Problem, agent: PlannedAgent, week: range) -> str:
    """What narrows the week down by itself, in words; empty where nothing does."""
    rules = problem.rules
    grounds = []
    if rules.time_off.mode != "off" and set(agent.time_off) & set(week):
        grounds.append("time off")
    if rules.availability.mode != "off" and agent.availability:
        grounds.append("windows")
    if rules.pins.mode != "off" and any(pin.day in week for pin in agent.pins):
        grounds.append("pins")
    if not grounds:
        return ""
    return f"their {grounds[0]}" if len(grounds) == 1 else f"their {', '.join(grounds[:-1])} and {grounds[-1]}"

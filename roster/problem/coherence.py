"""Whether the parts of a problem fit together: every name known, every day inside the horizon, nothing twice.

Each fault is one line that quotes the value and says what was expected.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roster.problem.people import Absence, Pin, PlannedAgent, Wish
    from roster.problem.whole import Problem

MOST_COST_OF_A_WISH = 100_000_000
"""So that a year of wishes is still a whole number that every part of the solver can count with."""


def faults(problem: Problem) -> Iterable[str]:
    """Every fault of `problem`, whose fields are valid each by itself and whose zone exists."""
    yield from _repeated("shift", [shift.id for shift in problem.shifts])
    yield from _repeated("queue", [queue.id for queue in problem.queues])
    yield from _repeated("agent", [agent.id for agent in problem.agents])
    for shift in problem.shifts:
        where = f"shift {shift.id!r}: not_followed_by"
        yield from _unknown(where, "shift", shift.not_followed_by, _shifts(problem))
    for agent in problem.agents:
        yield from _faults_of_person(problem, agent)
    yield from _faults_of_demand(problem)
    yield from _faults_of_pairs(problem)
    yield from _faults_of_published(problem)


def _faults_of_person(problem: Problem, agent: PlannedAgent) -> Iterable[str]:
    where = f"agent {agent.id!r}"
    queues = {queue.id for queue in problem.queues}
    for skill in agent.skills:
        if skill not in queues:
            yield f"{where}: skill {skill!r} is no queue: expected one of {sorted(queues)}"
    lines: tuple[Wish | Pin | Absence, ...] = (*agent.wishes, *agent.pins, *agent.absences)
    for line in lines:
        if line.day >= problem.days:
            yield f"{where}: day {line.day} is past the horizon: expected 0 to {problem.days - 1}"
        if line.shift is not None:
            yield from _unknown(where, "shift", [line.shift], _shifts(problem))
    for wish in agent.wishes:
        factor = problem.rules.preferences.weight
        if wish.weight * factor > MOST_COST_OF_A_WISH:
            yield (
                f"{where}: wish of weight {wish.weight} on day {wish.day}, times the {factor} of rules.preferences:"
                f" expected a cost of at most {MOST_COST_OF_A_WISH}"
            )
    yield from _outside(f"{where}: fixed day off", agent.fixed_days_off, problem.days)
    yield from _outside(f"{where}: untold day", agent.untold_days, problem.days)
    yield from _unknown(where, "shift", [limit.shift for limit in agent.shift_limits], _shifts(problem))
    yield from _repeated(f"{where}: limit of shift", [limit.shift for limit in agent.shift_limits])
    yield from _unknown(where, "past shift", [past.shift for past in agent.history], _shifts(problem))
    yield from _repeated(f"{where}: pin on day", [str(pin.day) for pin in agent.pins])
    yield from _repeated(f"{where}: absence on day", [str(absence.day) for absence in agent.absences])


def _faults_of_demand(problem: Problem) -> Iterable[str]:
    queues = {queue.id for queue in problem.queues}
    yield from _repeated("demand for", [f"{row.queue} on day {row.day}" for row in problem.demand])
    for row in problem.demand:
        yield from _unknown("demand", "queue", [row.queue], queues)
        if row.day >= problem.days:
            yield f"demand: day {row.day} is past the horizon: expected 0 to {problem.days - 1}"
        elif len(row.required) != problem.quarters[row.day]:
            yield (
                f"demand: {row.queue} on day {row.day} has {len(row.required)} quarters:"
                f" expected {problem.quarters[row.day]}"
            )
    yield from _repeated("shift demand for", [f"{line.shift} on day {line.day}" for line in problem.shift_demand])
    yield from _unknown("shift demand", "shift", [line.shift for line in problem.shift_demand], _shifts(problem))
    yield from _outside("shift demand: day", [line.day for line in problem.shift_demand], problem.days)
    days = [role.day for role in problem.role_demand if role.day is not None]
    yield from _outside("role demand: day", days, problem.days)


def _faults_of_pairs(problem: Problem) -> Iterable[str]:
    for what, pairs in (("together", problem.together), ("apart", problem.apart)):
        yield from _strangers(problem, what, [agent for pair in pairs for agent in (pair.first, pair.second)])
    yield from _repeated("together:", [f"{pair.first} with {pair.second}" for pair in problem.together])
    yield from _repeated("apart:", [" and ".join(sorted((pair.first, pair.second))) for pair in problem.apart])
    apart = {frozenset((pair.first, pair.second)) for pair in problem.apart}
    for pair in problem.together:
        if {pair.first, pair.second} in apart:
            yield f"{pair.first!r} and {pair.second!r} are to be kept both together and apart: expected one of the two"


def _faults_of_published(problem: Problem) -> Iterable[str]:
    yield from _strangers(problem, "published", [line.agent for line in problem.published])
    yield from _unknown("published", "shift", [line.shift for line in problem.published], _shifts(problem))
    yield from _outside("published: day", [line.day for line in problem.published], problem.days)
    lines = [f"{line.shift} of {line.agent} on day {line.day}" for line in problem.published]
    yield from _repeated("published:", lines)


def _shifts(problem: Problem) -> set[str]:
    return {shift.id for shift in problem.shifts}


def _unknown(where: str, what: str, names: Iterable[str], known: set[str]) -> Iterable[str]:
    for name in names:
        if name not in known:
            yield f"{where}: {what} {name!r} is unknown: expected one of {sorted(known)}"


def _strangers(problem: Problem, where: str, names: Sequence[str]) -> Iterable[str]:
    known = {agent.id for agent in problem.agents}
    for name in names:
        if name not in known:
            yield f"{where}: agent {name!r} is unknown: expected one of the problem's {len(known)} agents"


def _outside(where: str, days: Iterable[int], length: int) -> Iterable[str]:
    for day in days:
        if not 0 <= day < length:
            yield f"{where} {day} is outside the horizon: expected 0 to {length - 1}"


def _repeated(what: str, ids: Sequence[str]) -> Iterable[str]:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            yield f"{what} {one!r} is there twice"
        seen.add(one)

"""What a roster changes in the one that people have been told, and the predictability pay of changes at short notice.

Changes are told apart by person and day: of the shifts that went and the shifts that came on one day, the first of
each, in order of their begin, are one move, and so on; what is left over was removed or added.

The figures are the Chicago Fair Workweek Ordinance's, as parameters of the rule `notice`: Municipal Code of Chicago
6-110-050, as the city's Office of Labor Standards explains it in its questions and answers. An hour of pay for a
shift added, moved without loss of hours, or cut with more than 24 hours' notice; half the pay of the hours lost where
it was less. What a person asked for themselves is owed nothing, but no roster says who asked.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from roster.problem import Assigned, PlannedAgent, Problem
from roster.rules.rows import Rows


@dataclass(frozen=True, slots=True)
class Change:
    """One shift that moved (`before` and `after`), went (`before` alone) or came (`after` alone)."""

    agent: str
    day: int
    before: str | None
    after: str | None
    days_ahead: int | None
    """Days from today to the day changed; empty where the problem has no today."""
    short_notice: bool
    pay_minutes: int
    """Minutes of pay owed for it: 0 where the notice was long enough."""


def changes(problem: Problem, assignments: Iterable[Assigned]) -> tuple[Change, ...]:
    """Every change of a roster against the published one, by agent and day; raises `RosterError` as `judge` does."""
    rows = Rows(problem, assignments)
    return tuple(change for agent in rows.rostered() for change in changes_of(rows, agent))


def changes_of(rows: Rows, agent: PlannedAgent) -> Iterator[Change]:
    """What changes for one person, by day; nothing where no roster was published."""
    problem = rows.problem
    if not problem.published:
        return
    told = {(line.day, line.shift) for line in rows.published(agent)}
    works = {(one.day, one.shift) for one in rows.of(agent)}
    for day in sorted({day for day, _ in told ^ works}.difference(agent.untold_days)):
        before = _in_order(rows, {shift for on, shift in told - works if on == day}, day)
        after = _in_order(rows, {shift for on, shift in works - told if on == day}, day)
        for went, came in zip_longest(before, after):
            yield _change(problem, agent, day, went, came)


def _in_order(rows: Rows, shifts: set[str], day: int) -> list[str]:
    return sorted(shifts, key=lambda shift: (rows.worked(day, shift).begin, rows.worked(day, shift).end, shift))


def _change(problem: Problem, agent: PlannedAgent, day: int, before: str | None, after: str | None) -> Change:
    ahead = None if problem.today is None else (problem.date_of(day) - problem.today).days
    short = ahead is not None and ahead < problem.rules.notice.days
    pay = _pay_minutes(problem, before, after, ahead) if short and ahead is not None else 0
    return Change(agent.id, day, before, after, ahead, short, pay)


def _pay_minutes(problem: Problem, before: str | None, after: str | None, ahead: int) -> int:
    terms = problem.rules.notice
    lost = _paid(problem, before) - _paid(problem, after)
    if before is None or (after is not None and lost <= 0):
        return terms.added_pay_minutes
    if ahead > terms.late_days:
        return terms.removed_pay_minutes
    return -(-lost * terms.removed_pay_percent // 100)


def _paid(problem: Problem, shift: str | None) -> int:
    return 0 if shift is None else problem.shift_of[shift].paid_minutes

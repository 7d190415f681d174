"""Notice: a change of a published shift too few days before its day costs, and what pay it brings is told."""

from collections.abc import Iterator

from roster.problem import Problem
from roster.rules.finding import Finding
from roster.rules.predictability import Change, changes_of
from roster.rules.rows import Rows
from roster.rules.wording import day_text, duration, person, shift_name

KEY = "notice"


def check(rows: Rows) -> Iterator[Finding]:
    """Each change inside the notice period, with its predictability pay."""
    problem = rows.problem
    for agent in rows.rostered():
        for change in changes_of(rows, agent):
            if change.short_notice:
                yield Finding(
                    KEY,
                    f"{person(agent)}: {_what(problem, change)} on {day_text(problem, change.day)}, {_when(change)}:"
                    f" {duration(change.pay_minutes)} of predictability pay.",
                    hard=False,
                    cost=problem.rules.notice.weight,
                    agent=agent.id,
                    day=change.day,
                )


def _what(problem: Problem, change: Change) -> str:
    if change.before is None:
        return f"{shift_name(problem, change.after or '')} added"
    gone = shift_name(problem, change.before)
    return f"{gone} taken away" if change.after is None else f"{shift_name(problem, change.after)} instead of {gone}"


def _when(change: Change) -> str:
    ahead = change.days_ahead or 0
    if ahead <= 0:
        return "without a day's notice"
    return f"{ahead} day{'s' if ahead > 1 else ''} ahead"

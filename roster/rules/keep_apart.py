"""Keep apart: two people who are never on shift at the same time."""

from collections.abc import Iterator

from roster.clock import clock_text
from roster.problem import PlannedAgent
from roster.rules.finding import Finding
from roster.rules.rows import Rows, Worked
from roster.rules.wording import day_text, person

KEY = "keep_apart"


def check(rows: Rows) -> Iterator[Finding]:
    """Each day on which the shifts of a pair begin to overlap: the day of the later shift."""
    problem = rows.problem
    terms = problem.rules.keep_apart
    hard = terms.mode == "hard"
    for pair in problem.apart:
        first, second = problem.agent_of[pair.first], problem.agent_of[pair.second]
        if first.fixed and second.fixed:
            continue
        for day, (one, other) in sorted(_first_of_each_day(rows, first, second).items()):
            begin, end = max(one.begin, other.begin), min(one.end, other.end)
            yield Finding(
                KEY,
                f"{person(first)} and {person(second)} are kept apart, but are both on shift on"
                f" {day_text(problem, day)} from {clock_text(begin, problem.zone)} to {clock_text(end, problem.zone)}.",
                hard=hard,
                cost=0 if hard else terms.weight,
                agent=second.id if first.fixed else first.id,
                day=day,
            )


def _first_of_each_day(rows: Rows, first: PlannedAgent, second: PlannedAgent) -> dict[int, tuple[Worked, Worked]]:
    """The earliest overlap of each day of the roster; two shifts of the history are none."""
    found: dict[int, tuple[Worked, Worked]] = {}
    for one in rows.with_past(first):
        for other in rows.with_past(second):
            day = max(one.day, other.day)
            if day >= 0 and one.begin < other.end and other.begin < one.end:
                found.setdefault(day, (one, other))
    return found

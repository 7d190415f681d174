"""Cover by shift: people missing from, or beyond, what a shift asks for on a day, whatever their skills."""

from collections import Counter
from collections.abc import Iterator

from roster.rules.finding import Finding
from roster.rules.rows import Rows
from roster.rules.wording import day_text, people_text, shift_name

KEY = "cover_by_shift"


def check(rows: Rows) -> Iterator[Finding]:
    """Each line of the problem's shift demand that is not met exactly, with what it costs."""
    problem = rows.problem
    terms = problem.rules.cover_by_shift
    there = Counter((one.day, one.shift) for agent in problem.agents for one in rows.of(agent))
    for line in problem.shift_demand:
        present = there[line.day, line.shift]
        if present == line.required:
            continue
        own = line.under_weight if present < line.required else line.over_weight
        rule = terms.under_weight if present < line.required else terms.over_weight
        yield Finding(
            KEY,
            f"{shift_name(problem, line.shift)} on {day_text(problem, line.day)} has {people_text(present)}:"
            f" {line.required} {'is' if line.required == 1 else 'are'} asked for.",
            hard=False,
            cost=(rule if own is None else own) * abs(present - line.required),
            day=line.day,
        )

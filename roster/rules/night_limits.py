"""Night limits: at most so many nights within some days, and no night shift longer than a limit."""

from collections.abc import Iterator

from roster.problem import PlannedAgent
from roster.rules.finding import Finding
from roster.rules.nights import is_night, night_days
from roster.rules.rolling import crowded
from roster.rules.rows import Rows
from roster.rules.wording import day_text, duration, person, shift_name

KEY = "night_limits"


def check(rows: Rows) -> Iterator[Finding]:
    """Each night too many in the days up to it, those before the horizon counted, and each that is too long."""
    terms = rows.problem.rules.night_limits
    hard = terms.mode == "hard"
    cost = 0 if hard else terms.weight
    for agent in rows.rostered():
        for day, count in crowded(night_days(rows, agent), terms.days, terms.maximum):
            sentence = (
                f"{person(agent)} works {count} nights in the {terms.days} days up to"
                f" {day_text(rows.problem, day)}: at most {terms.maximum} are allowed."
            )
            yield Finding(KEY, sentence, hard, cost, agent.id, day)
        yield from _too_long(rows, agent, hard, cost)


def _too_long(rows: Rows, agent: PlannedAgent, hard: bool, cost: int) -> Iterator[Finding]:
    problem = rows.problem
    most = problem.rules.night_limits.shift_minutes
    for one in rows.of(agent):
        length = problem.shift_of[one.shift].minutes
        if length > most and is_night(problem, one.day, one.shift):
            sentence = (
                f"{person(agent)} works {duration(length)} at a stretch in {shift_name(problem, one.shift)}"
                f" on {day_text(problem, one.day)}: a night may last {duration(most)}."
            )
            yield Finding(KEY, sentence, hard, cost, agent.id, one.day)

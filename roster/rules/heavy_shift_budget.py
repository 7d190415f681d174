"""Heavy shift budget: at most so many days with a heavy shift within some days, by planned exposure."""

from collections.abc import Iterator

from roster.rules.finding import Finding
from roster.rules.heavy import heavy_days
from roster.rules.rolling import crowded
from roster.rules.rows import Rows
from roster.rules.wording import day_text, person

KEY = "heavy_shift_budget"


def check(rows: Rows) -> Iterator[Finding]:
    """Each day with a heavy shift too many in the days up to it; those before the horizon count."""
    terms = rows.problem.rules.heavy_shift_budget
    hard = terms.mode == "hard"
    for agent in rows.rostered():
        for day, count in crowded(heavy_days(rows, agent, terms.heavy_points), terms.days, terms.maximum):
            sentence = (
                f"{person(agent)} has {count} heavy shifts in the {terms.days} days up to"
                f" {day_text(rows.problem, day)}: at most {terms.maximum} are allowed"
                f" (planned exposure of {terms.heavy_points} points or more)."
            )
            yield Finding(KEY, sentence, hard, 0 if hard else terms.weight, agent.id, day)

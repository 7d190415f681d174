"""Heavy successions: no two heavy shifts on days in a row, by planned exposure."""

from collections.abc import Iterator

from roster.rules.finding import Finding
from roster.rules.heavy import heavy_days
from roster.rules.rows import Rows
from roster.rules.wording import day_text, person

KEY = "heavy_successions"


def check(rows: Rows) -> Iterator[Finding]:
    """Each day of the horizon with a heavy shift on the day after another; the day before the horizon counts."""
    terms = rows.problem.rules.heavy_successions
    hard = terms.mode == "hard"
    for agent in rows.rostered():
        heavy = heavy_days(rows, agent, terms.heavy_points)
        for day in sorted(heavy):
            if day >= 0 and day - 1 in heavy:
                sentence = (
                    f"{person(agent)} has a heavy shift on {day_text(rows.problem, day)} and on the day before"
                    f" (planned exposure {heavy[day]} after {heavy[day - 1]} points;"
                    f" {terms.heavy_points} or more is heavy)."
                )
                yield Finding(KEY, sentence, hard, 0 if hard else terms.weight, agent.id, day)

"""Preferences: a wish for or against a shift on a day costs its weight where it is not granted."""

from collections.abc import Iterator

from roster.rules.finding import Finding
from roster.rules.rows import Rows
from roster.rules.wording import day_text, person, shift_name

KEY = "preferences"


def check(rows: Rows) -> Iterator[Finding]:
    """Each wish not granted. A wish without a shift means any shift that begins that day."""
    problem = rows.problem
    for agent in rows.rostered():
        for wish in agent.wishes:
            there = {one.shift for one in rows.of(agent) if one.day == wish.day}
            has_it = bool(there) if wish.shift is None else wish.shift in there
            if has_it == wish.wanted:
                continue
            what = "work" if wish.shift is None else shift_name(problem, wish.shift)
            asked = f"asked for {what}" if wish.wanted else f"asked not to have {what}"
            yield Finding(
                KEY,
                f"{person(agent)} {asked} on {day_text(problem, wish.day)}: not granted.",
                hard=False,
                cost=wish.weight * problem.rules.preferences.weight,
                agent=agent.id,
                day=wish.day,
            )

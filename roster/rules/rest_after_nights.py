"""Rest after nights: time to turn round between the last of some nights in a row and the next shift by day."""

from collections.abc import Iterator
from datetime import timedelta

from roster.problem import PlannedAgent
from roster.rules.finding import Finding
from roster.rules.nights import is_night, night_days
from roster.rules.rows import Rows, Worked
from roster.rules.wording import day_text, duration, elapsed_minutes, person, shift_name

KEY = "rest_after_nights"


def check(rows: Rows) -> Iterator[Finding]:
    """Each shift that is no night and begins too soon after nights; those before the horizon count.

    Nights in a row are those of one day and the next; only one that ends so many of them asks for the rest.
    """
    problem = rows.problem
    terms = problem.rules.rest_after_nights
    hard = terms.mode == "hard"
    for agent in rows.rostered():
        tiring = _tiring(rows, agent)
        for one in rows.of(agent):
            before = [night.end for night in tiring if (night.begin, night.end) < (one.begin, one.end)]
            if is_night(problem, one.day, one.shift) or not before:
                continue
            rest = elapsed_minutes(max(before), one.begin)
            if one.begin < max(before) + timedelta(minutes=terms.minutes):
                sentence = (
                    f"{person(agent)} has {duration(max(0, rest))} between nights and"
                    f" {shift_name(problem, one.shift)} on {day_text(problem, one.day)}:"
                    f" {duration(terms.minutes)} are asked."
                )
                yield Finding(KEY, sentence, hard, 0 if hard else terms.weight, agent.id, one.day)


def _tiring(rows: Rows, agent: PlannedAgent) -> list[Worked]:
    """The nights that are at least the asked number in a row, up to them."""
    asked = rows.problem.rules.rest_after_nights.nights
    days = night_days(rows, agent)
    return [
        one
        for one in rows.with_past(agent)
        if is_night(rows.problem, one.day, one.shift) and all(one.day - back in days for back in range(asked))
    ]

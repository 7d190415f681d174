"""Consecutive nights: at least and at most so many night shifts on days in a row."""

from collections.abc import Iterator

from roster.rules.finding import Finding
from roster.rules.nights import night_days
from roster.rules.rows import Rows
from roster.rules.runs import runs_of
from roster.rules.wording import day_text, person

KEY = "consecutive_nights"


def check(rows: Rows) -> Iterator[Finding]:
    """Each run of nights that is too long, at its first night too many, and each that is too short, at its first.

    A run that lasts to the roster's end may go on after it; one whose begin nobody knows may have begun before.
    """
    problem = rows.problem
    terms = problem.rules.consecutive_nights
    hard = terms.mode == "hard"
    for agent in rows.rostered():
        known_from = min((past.day for past in agent.history), default=0)
        for first, last in runs_of(night_days(rows, agent)):
            length = last - first + 1
            nights = "1 night" if length == 1 else f"{length} nights"
            told = f"{person(agent)} works {nights} in a row until {day_text(problem, last)}"
            first_too_many = max(0, first + terms.maximum)
            if first_too_many <= last:
                cost = 0 if hard else terms.weight * (last - first_too_many + 1)
                sentence = f"{told}: at most {terms.maximum} are allowed."
                yield Finding(KEY, sentence, hard, cost, agent.id, first_too_many)
            goes_on, begin_known = last == problem.days - 1, first > known_from
            if last >= -1 and length < terms.minimum and begin_known and not goes_on:
                cost = 0 if hard else terms.weight * (terms.minimum - length)
                sentence = f"{told}: at least {terms.minimum} are asked."
                yield Finding(KEY, sentence, hard, cost, agent.id, max(0, first))

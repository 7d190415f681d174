"""Forbidden successions: some shifts may not begin on the day after some others, whatever rest lies between."""

from collections import defaultdict
from collections.abc import Iterator

from roster.rules.finding import Finding
from roster.rules.rows import Rows
from roster.rules.wording import day_text, person, shift_name

KEY = "forbidden_successions"


def check(rows: Rows) -> Iterator[Finding]:
    """Each shift that may not follow one of the day before; the last day before the horizon counts."""
    problem = rows.problem
    for agent in rows.rostered():
        on: dict[int, list[str]] = defaultdict(list)
        for one in rows.with_past(agent):
            on[one.day].append(one.shift)
        for one in rows.of(agent):
            for before in on.get(one.day - 1, []):
                if one.shift in problem.shift_of[before].not_followed_by:
                    sentence = (
                        f"{person(agent)} has {shift_name(problem, one.shift)} on {day_text(problem, one.day)}:"
                        f" it may not follow {shift_name(problem, before)} of the day before."
                    )
                    yield Finding(KEY, sentence, hard=True, agent=agent.id, day=one.day)

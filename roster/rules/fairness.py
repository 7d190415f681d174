"""Fairness: everybody's share of nights, weekend shifts, late finishes and refused wishes, over months, as squares."""

from collections import Counter
from collections.abc import Iterator
from functools import cache, partial

from roster.load.fairness import kinds_of, shares
from roster.problem import PlannedAgent
from roster.problem.remembered import week_minutes
from roster.rules.finding import Finding
from roster.rules.rows import Rows
from roster.rules.wording import duration, person

KEY = "fairness"

NAMES = {
    "nights": ("night", "nights"),
    "weekend_shifts": ("weekend shift", "weekend shifts"),
    "late_finishes": ("late finish", "late finishes"),
    "refused_wishes": ("wish refused", "wishes refused"),
}


def check(rows: Rows) -> Iterator[Finding]:
    """Each person and kind of which the roster brings some; what it costs grows with what they had before."""
    kinds = cache(partial(kinds_of, rows.problem))
    for agent in rows.rostered():
        counts = Counter(kind for one in rows.of(agent) for kind in kinds(one.day, one.shift))
        counts["refused_wishes"] = _refused(rows, agent)
        for kind, share in shares(rows.problem, agent).items():
            cost = share.cost(counts[kind])
            if cost:
                name = NAMES[kind][counts[kind] > 1]
                sentence = (
                    f"{person(agent)} has {counts[kind]} {name} here after {share.before} in the months before,"
                    f" on {duration(week_minutes(agent))} a week."
                )
                yield Finding(KEY, sentence, hard=False, cost=cost, agent=agent.id)


def _refused(rows: Rows, agent: PlannedAgent) -> int:
    """How many of the person's wishes the roster does not grant."""
    begun = {(one.day, one.shift) for one in rows.of(agent)}
    days = {day for day, _ in begun}
    return sum(
        (wish.day in days if wish.shift is None else (wish.day, wish.shift) in begun) != wish.wanted
        for wish in agent.wishes
    )

"""Exposure balance: a person's planned exposure stays near what their rostered hours would bring on average.

The average is that of the person's own skill set, so that someone whose skills force them to hard queues is
compared with nobody whose skills don't. What a person carries in, from rosters before, begins the sum: it too is
planned exposure, never what anybody has felt.
"""

from collections.abc import Iterator

from roster.load.planned import exposure_of, skills_of
from roster.rules.finding import Finding
from roster.rules.rows import Rows
from roster.rules.wording import person

KEY = "exposure_balance"


def check(rows: Rows) -> Iterator[Finding]:
    """Each person beyond the tolerance, above or below."""
    exposure = exposure_of(rows.problem)
    terms = rows.problem.rules.exposure_balance
    for agent in rows.rostered():
        skills = skills_of(agent)
        total = agent.carried_points + sum(exposure.surplus(skills, one.day, one.shift) for one in rows.of(agent))
        away = abs(total)
        cost = 0
        if away > terms.tolerance_points:
            cost += (away - terms.tolerance_points) * terms.weight
        if away > terms.steep_points:
            cost += (away - terms.steep_points) * terms.steep_weight
        if cost:
            side = "above" if total > 0 else "below"
            carried = f", {agent.carried_points} carried in counted" if agent.carried_points else ""
            sentence = (
                f"{person(agent)}'s planned exposure is {away} points {side} what their hours would bring on average"
                f"{carried}: {terms.tolerance_points} are free."
            )
            yield Finding(KEY, sentence, hard=False, cost=cost, agent=agent.id)

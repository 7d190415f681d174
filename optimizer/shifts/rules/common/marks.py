"""Days of one person's row that hold a shift of some kind (a night, a heavy one): literals, numbers, and by option.

A day counts once, however many such shifts begin on it.
"""

from collections.abc import Callable, Sequence

from optimizer.shifts.grid import Grid, Option
from optimizer.shifts.model.roster_model import Linear, Requirement, RosterModel
from roster.problem import PlannedAgent

Kind = Callable[[PlannedAgent, Option], bool]
Numbers = tuple[frozenset[int], ...]
"""For each day the options of a kind, by their number among the day's."""


def marked(grid: Grid, agent: PlannedAgent, kind: Kind) -> Numbers:
    """Which options of each day are of `kind` for `agent`."""
    return tuple(frozenset(number for number, option in enumerate(day) if kind(agent, option)) for day in grid.days)


def past_days(grid: Grid, agent: PlannedAgent, kind: Kind) -> frozenset[int]:
    """Days before the horizon on which `agent` began a shift of `kind`."""
    return frozenset(option.day for option in grid.past(agent) if kind(agent, option))


def run_before(days: frozenset[int]) -> int:
    """How many of `days` in a row end on the day before the horizon."""
    length = 0
    while -1 - length in days:
        length += 1
    return length


def literals(roster: RosterModel, agent: PlannedAgent, name: str, numbers: Numbers) -> list[Linear]:
    """For each day 1 where `agent` works one of its options in `numbers`, else 0; the number 0 where there is none."""
    found: list[Linear] = []
    for day, of_day in enumerate(numbers):
        works = [roster.works(agent, roster.grid.days[day][number]) for number in sorted(of_day)]
        if len(works) > 1:
            any_of_them = roster.model.new_bool_var(f"{name} {agent.id}/{day}")
            roster.model.add_max_equality(any_of_them, works)
            found.append(any_of_them)
        else:
            found.append(works[0] if works else 0)
    return found


def post_rolling(
    roster: RosterModel,
    rule: str,
    agent: PlannedAgent,
    inside: Sequence[Linear],
    past: frozenset[int],
    within: int,
    maximum: int,
    weight: int | None,
) -> None:
    """At most `maximum` of the days `inside` in any `within` days; or `weight` for each day that is one too many.

    The days before the horizon count and are never charged.
    """
    for last, today in enumerate(inside):
        first = last - within + 1
        before = sum(1 for day in range(first, 0) if day in past)
        earlier = [one for one in inside[max(0, first) : last] if not isinstance(one, int)]
        if isinstance(today, int) or before + len(earlier) + 1 <= maximum:
            continue
        room = maximum - before
        if weight is None:
            within_limit = today + sum(earlier) <= room if room > 0 else today <= 0
            roster.require(Requirement(rule, agent.id, last), roster.model.add(within_limit))
        elif room <= 0:
            roster.add_cost(rule, weight * today)
        elif weight:
            beyond = roster.model.new_bool_var(f"{rule} {agent.id}/{last}")
            most = len(earlier) - room + 1
            roster.model.add(sum(earlier) - room + 1 <= most * (beyond + 1 - today))
            roster.add_cost(rule, weight * beyond)

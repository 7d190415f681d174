"""Pairs of shifts that can't follow one another, posted as few and tight cliques."""

from collections.abc import Callable, Iterator
from itertools import product

from optimizer.shifts.grid import Grid, Option
from optimizer.shifts.model.roster_model import Requirement, RosterModel
from roster.problem import PlannedAgent

REACH_DAYS = 3
"""A shift of 24 h and a rest of 24 h, with a clock change, reach into the third day after."""

Clash = Callable[[Option, Option], bool]


def post_conflicts(roster: RosterModel, clash: Clash, rule: str, *, one_a_day: bool) -> None:
    """Forbid each pair (earlier, later) for which `clash` holds, among options and with past shifts.

    Pairs on one day are left to one shift a day where that is on (`one_a_day`), which also makes cliques valid.
    """
    cliques = list(_cliques(roster.grid, clash)) if one_a_day else []
    pairs = list(_pairs(roster.grid, clash, 2 if one_a_day else 0))
    for agent in roster.people:
        for earlier, later in cliques:
            literals = [roster.works(agent, option) for option in (*earlier, *later)]
            roster.at_most_one(Requirement(rule, agent.id, later[0].day), literals)
        for one, other in pairs:
            requirement = Requirement(rule, agent.id, other.day)
            roster.at_most_one(requirement, [roster.works(agent, one), roster.works(agent, other)])
        _after_the_past(roster, agent, clash, rule)


def _after_the_past(roster: RosterModel, agent: PlannedAgent, clash: Clash, rule: str) -> None:
    for past in roster.grid.past(agent):
        for day in roster.grid.days[: max(0, past.day + REACH_DAYS + 1)]:
            for option in day:
                if clash(past, option):
                    roster.forbid(Requirement(rule, agent.id, option.day), option)


def _cliques(grid: Grid, clash: Clash) -> Iterator[tuple[list[Option], list[Option]]]:
    """Options of one day and of the next of which at most one may be worked, given at most one on each.

    For each set of earlier options that clash with some later one: with it, all later options that clash with the
    whole set.
    """
    for today, tomorrow in zip(grid.days, grid.days[1:], strict=False):
        seen: set[frozenset[int]] = set()
        for later in tomorrow:
            blocked = frozenset(index for index, earlier in enumerate(today) if clash(earlier, later))
            if blocked and blocked not in seen:
                seen.add(blocked)
                earlier_side = [today[index] for index in sorted(blocked)]
                yield earlier_side, [other for other in tomorrow if all(clash(one, other) for one in earlier_side)]


def _pairs(grid: Grid, clash: Clash, first_reach: int) -> Iterator[tuple[Option, Option]]:
    for day, today in enumerate(grid.days):
        for then in grid.days[day + first_reach : day + REACH_DAYS + 1]:
            for one, other in product(today, then):
                same_day_once = one.day != other.day or one.shift < other.shift
                if one is not other and same_day_once and _clash_in_order(one, other, clash):
                    yield one, other


def _clash_in_order(one: Option, other: Option, clash: Clash) -> bool:
    return clash(one, other) if (one.begin, one.end) <= (other.begin, other.end) else clash(other, one)

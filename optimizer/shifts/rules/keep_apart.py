"""Posts keep apart: of two shifts that overlap in time, a pair's people work at most one."""

from collections.abc import Iterator

from optimizer.shifts.grid import Grid, Option
from optimizer.shifts.model.roster_model import Linear, Requirement, RosterModel
from optimizer.shifts.rules.common.pairs import Given
from roster.problem import PlannedAgent

KEY = "keep_apart"

REACH_DAYS = 2
"""A shift of 24 hours from any minute reaches into the day after, and past it where a day has 23 hours."""


def post(roster: RosterModel) -> None:
    """Hard: never both. Soft: a variable for each day that says whether an overlap begins on it."""
    terms = roster.problem.rules.keep_apart
    given = Given(roster)
    for first, second in given.pairs(roster.problem.apart):
        whose = second if first.fixed else first
        met: dict[int, Linear] = {}
        for day, together in _overlaps(roster, given, first, second):
            if terms.mode == "hard":
                requirement = Requirement(KEY, whose.id, day, (first if first.fixed else second).id)
                roster.require(requirement, roster.model.add(together <= 1))
                continue
            if day not in met:
                met[day] = roster.model.new_bool_var(f"{first.id} meets {second.id}/{day}")
                roster.add_cost(KEY, terms.weight * met[day])
            roster.model.add(met[day] >= together - 1)


def _overlaps(
    roster: RosterModel, given: Given, first: PlannedAgent, second: PlannedAgent
) -> Iterator[tuple[int, Linear]]:
    """For any two options that overlap, the day of the later one and how many of the two are worked, where 2 may be."""
    for one, other in overlapping(roster.grid, (*given.options(first), *given.options(second))):
        for mine, theirs in {(one, other), (other, one)}:
            works = given.works(first, mine), given.works(second, theirs)
            if not any(isinstance(side, int) and side == 0 for side in works):
                yield max(one.day, other.day), works[0] + works[1]


def overlapping(grid: Grid, more: tuple[Option, ...] = ()) -> Iterator[tuple[Option, Option]]:
    """Any two options of the grid, and of `more` from before it, that overlap in time; the second begins no earlier.

    An option overlaps itself.
    """
    before = {option for option in more if option.day < 0}
    by_day: dict[int, list[Option]] = {day: list(options) for day, options in enumerate(grid.days)}
    for option in sorted(before, key=lambda one: (one.day, one.shift)):
        by_day.setdefault(option.day, []).append(option)
    for day, options in by_day.items():
        for number, one in enumerate(options):
            later = [
                *options[number:],
                *(far for ahead in range(1, REACH_DAYS + 1) for far in by_day.get(day + ahead, ())),
            ]
            for other in later:
                if max(day, other.day) >= 0 and one.begin < other.end and other.begin < one.end:
                    yield one, other

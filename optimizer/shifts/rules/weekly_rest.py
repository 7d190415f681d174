"""Posts weekly rest: each person and whole week picks one rest, and whatever would break into it is out.

A rest may as well begin at once: at the week's begin or at the end of some shift. Among those, only the ones that
keep away the fewest shifts can matter.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from optimizer.shifts.grid import Grid, Option
from optimizer.shifts.model.roster_model import Requirement, RosterModel
from optimizer.shifts.rows.in_row import OFF, Check, InRow, Move
from optimizer.shifts.rules.common.tracks import day_shape, earliest, last_end
from roster.clock import midnight
from roster.problem import PlannedAgent

KEY = "weekly_rest"


def post(roster: RosterModel) -> None:
    """One chosen rest per person and week; without any possible rest the week is infeasible."""
    problem = roster.problem
    for first in range(0, problem.days - 6, 7):
        begin = midnight(problem.date_of(first), problem.zone)
        end = midnight(problem.date_of(first + 7), problem.zone)
        near = [option for option in roster.grid.options if option.begin < end and option.end > begin]
        # Most people's past ends before the week: what may be chosen is the same for all of them.
        known: dict[tuple[Option, ...], list[frozenset[int]]] = {}
        for agent in roster.people:
            past = tuple(option for option in roster.grid.past(agent) if option.end > begin)
            if past not in known:
                known[past] = _rests(near, past, begin, end, problem.rules.weekly_rest.minutes)
            _post_week(roster, agent, first, known[past], near)


def _post_week(
    roster: RosterModel, agent: PlannedAgent, first: int, rests: list[frozenset[int]], near: list[Option]
) -> None:
    if any(not kept_out for kept_out in rests):
        return
    chosen = [roster.model.new_bool_var(f"rest {agent.id}/{first}/{number}") for number in range(len(rests))]
    roster.require(Requirement(KEY, agent.id, first), roster.model.add(sum(chosen) == 1))
    for indices, over in _kept_out(roster, rests, near):
        worked = [roster.works(agent, near[index]) for index in indices]
        roster.model.add_at_most_one([*worked, *(chosen[number] for number in over)])


def _kept_out(
    roster: RosterModel, rests: list[frozenset[int]], near: list[Option]
) -> Iterable[tuple[list[int], tuple[int, ...]]]:
    """Options with the rests that keep them out; all of one day that the same rests keep out make one clique.

    At most one of a day is worked anyway, unless that may be given up or is off: then each option stands alone.
    """
    together = roster.problem.rules.one_shift_a_day.mode == "hard" and not roster.elastic
    cliques: dict[tuple[int, tuple[int, ...]], list[int]] = {}
    for index, option in enumerate(near):
        over = tuple(number for number, kept_out in enumerate(rests) if index in kept_out)
        if over:
            cliques.setdefault((option.day if together else index, over), []).append(index)
    return [(indices, over) for (_, over), indices in cliques.items()]


def _rests(
    near: list[Option], past: Sequence[Option], begin: datetime, end: datetime, minutes: int
) -> list[frozenset[int]]:
    """For each rest worth choosing, the indices of the options in `near` that would break into it."""
    length = timedelta(minutes=minutes)
    starts = {begin, *(option.end for option in (*near, *past))}
    found: set[frozenset[int]] = set()
    for start in starts:
        over = start + length
        if start < begin or over > end or any(option.end > start for option in past):
            continue
        found.add(frozenset(i for i, option in enumerate(near) if option.begin < over and option.end > start))
    return sorted((one for one in found if not any(other < one for other in found)), key=sorted)


def in_row(grid: Grid, agent: PlannedAgent) -> InRow:
    """Whether the week's rest has been had, and since when the person rests."""
    return InRow(tracks=(_Rested(grid, grid.problem.rules.weekly_rest.minutes),))


_DONE = (True, 0)
"""The week's rest has been had, and nothing reaches past this day's midnight."""


@dataclass(frozen=True)
class _Rested:
    """State: (rested in this week, resting since: minutes from the day's midnight, or from the week's begin)."""

    grid: Grid
    minutes: int

    def start(self, agent: PlannedAgent) -> tuple[bool, int]:
        """The first week begins at the first midnight, or where a shift of the past ends."""
        return self._plain(0, not self._judged(0), max(0, last_end(self.grid, agent) or 0))

    def step(self, day: int, state: tuple[bool, int], option: int) -> Move | None:
        """Refuses the end of a week without its rest."""
        rested, since = state
        if option != OFF:
            begin, end = self.grid.spans[day][option]
            rested = rested or begin - since >= self.minutes
            since = max(since, end)
        over = self.grid.length(day)
        if (day + 1) % 7 == 0:
            if not (rested or over - since >= self.minutes):
                return None
            rested, since = not self._judged(day + 1), max(since, over)
        return Move(self._plain(day + 1, rested, since - over))

    def phase(self, day: int) -> Hashable:
        """By weekday of the roster, and whether this week and the next are judged."""
        return day_shape(self.grid, day), day % 7, self._judged(day - day % 7), self._judged(day - day % 7 + 7)

    def checks(self, agent: PlannedAgent) -> Sequence[Check]:
        """Nothing is counted."""
        return ()

    def _judged(self, first: int) -> bool:
        """Whether the week that begins on `first` is whole."""
        return first + 7 <= self.grid.problem.days

    def _plain(self, day: int, rested: bool, since: int) -> tuple[bool, int]:
        """Forget what can't matter any more."""
        if day >= self.grid.problem.days:
            return _DONE
        rested = rested or earliest(self.grid, day) - since >= self.minutes
        return (True, max(0, since)) if rested else (False, since)

"""Posts rest after nights: after so many nights in a row, nothing by day until the rest is over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from optimizer.shifts.grid import Grid, Option
from optimizer.shifts.model.roster_model import Linear, Requirement, RosterModel
from optimizer.shifts.rows.in_row import OFF, Check, InRow, Move
from optimizer.shifts.rules.common.marks import Numbers, literals, past_days, run_before
from optimizer.shifts.rules.common.nights import night, night_numbers
from optimizer.shifts.rules.common.tracks import day_shape
from roster.problem import PlannedAgent, Problem
from roster.rules.nights import is_night

KEY = "rest_after_nights"


def post(roster: RosterModel) -> None:
    """For each shift by day and each day of nights that is too near: not both, where the nights are enough."""
    terms = roster.problem.rules.rest_after_nights
    grid, weight = roster.grid, _weight(roster.problem)
    one_a_day = roster.problem.rules.one_shift_a_day.mode == "hard" and not roster.elastic
    by_day = _by_day(grid)
    all_nights = [option for option in grid.options if option not in by_day]
    near = {option: _near(all_nights, option, terms.minutes) for option in by_day}
    after_nights = [option for option in by_day if near[option]]
    for agent in roster.people:
        past_nights = [option for option in grid.past(agent) if night(grid)(agent, option)]
        tired = by_day if past_nights else after_nights
        if not tired:
            continue
        nights = literals(roster, agent, "night", night_numbers(grid, agent))
        past = past_days(grid, agent, night(grid))
        for option in tired:
            forbidden: list[Linear] = []
            for day, of_day in {**_near(past_nights, option, terms.minutes), **near[option]}.items():
                row = [_on(nights, past, day - back) for back in range(1, terms.nights)]
                if any(isinstance(one, int) and one == 0 for one in row):
                    continue
                works: list[Linear] = [1] if day < 0 else [roster.works(agent, one) for one in of_day]
                groups: list[Linear] = [sum(works)] if one_a_day else works
                forbidden += [group + sum(row) - (terms.nights - 1) for group in groups]
            _keep_out(roster, agent, option, forbidden, weight)


def _keep_out(
    roster: RosterModel, agent: PlannedAgent, option: Option, forbidden: list[Linear], weight: int | None
) -> None:
    """Where one of `forbidden` is 1, `option` is out, or costs `weight` once."""
    works = roster.works(agent, option)
    if not forbidden:
        return
    if weight is None:
        for tired in forbidden:
            roster.require(Requirement(KEY, agent.id, option.day), roster.model.add(works + tired <= 1))
    elif weight:
        breach = roster.model.new_bool_var(f"{KEY} {agent.id}/{option.day}/{option.shift}")
        for tired in forbidden:
            roster.model.add(works + tired <= 1 + breach)
        roster.add_cost(KEY, weight * breach)


def _weight(problem: Problem) -> int | None:
    terms = problem.rules.rest_after_nights
    return None if terms.mode == "hard" else terms.weight


def _on(nights: Sequence[Linear], past: frozenset[int], day: int) -> Linear:
    return nights[day] if day >= 0 else int(day in past)


def _by_day(grid: Grid) -> list[Option]:
    """The options that are no nights."""
    return [option for option in grid.options if not is_night(grid.problem, option.day, option.shift)]


def _near(nights: Iterable[Option], later: Option, minutes: int) -> dict[int, list[Option]]:
    """By day those of `nights` that begin before `later` and end less than `minutes` before it begins."""
    rest = timedelta(minutes=minutes)
    found: dict[int, list[Option]] = {}
    for option in nights:
        if (option.begin, option.end) < (later.begin, later.end) and later.begin < option.end + rest:
            found.setdefault(option.day, []).append(option)
    return found


def in_row(grid: Grid, agent: PlannedAgent) -> InRow:
    """One track, where there are nights or some have just been."""
    terms = grid.problem.rules.rest_after_nights
    numbers = night_numbers(grid, agent)
    if not any(numbers) and not past_days(grid, agent, night(grid)):
        return InRow()
    return InRow(tracks=(Turn(numbers, terms.nights, terms.minutes, _weight(grid.problem), grid),))


@dataclass(frozen=True)
class Turn:
    """State: (nights in a row until yesterday, up to those that tire; before which minute nothing begins by day)."""

    numbers: Numbers
    nights: int
    minutes: int
    weight: int | None
    grid: Grid = field(compare=False, repr=False)

    def start(self, agent: PlannedAgent) -> tuple[int, int]:
        """By the nights of the past."""
        grid = self.grid
        days = past_days(grid, agent, night(grid))
        tiring = [
            grid.minute(option.end)
            for option in grid.past(agent)
            if option.day in days
            and night(grid)(agent, option)
            and all(option.day - back in days for back in range(self.nights))
        ]
        until = max(tiring, default=-self.minutes) + self.minutes
        return min(run_before(days), self.nights), self._plain(0, until)

    def step(self, day: int, state: tuple[int, int], option: int) -> Move | None:
        """Refuses, or charges for, what begins by day too soon."""
        run, until = state
        cost = 0
        if option in self.numbers[day]:
            run = min(run + 1, self.nights)
            if run == self.nights:
                until = max(until, self.grid.spans[day][option][1] + self.minutes)
        else:
            run = 0
            if option != OFF and self.grid.spans[day][option][0] < until:
                if self.weight is None:
                    return None
                cost = self.weight
        return Move((run, self._plain(day + 1, until - self.grid.length(day))), cost)

    def phase(self, day: int) -> tuple[object, ...]:
        """Days of one shape, with the same nights."""
        return day_shape(self.grid, day), self.numbers[day]

    def checks(self, agent: PlannedAgent) -> Sequence[Check]:
        """Nothing is counted."""
        return ()

    def _plain(self, day: int, until: int) -> int:
        """0 where nothing by day begins so soon, on `day` or after."""
        over = day >= self.grid.problem.days
        return 0 if over or until <= min(begin for begin, _ in self.grid.spans[day]) else until

"""Posts weekends: how many are worked, within a limit or at a price for each one beyond."""

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.shifts.grid import Grid
from optimizer.shifts.model.roster_model import Linear, Requirement, RosterModel
from optimizer.shifts.rows.in_row import OFF, Check, InRow, Move
from roster.problem import PlannedAgent, Problem

KEY = "weekends"
SATURDAY, SUNDAY = 5, 6


def post(roster: RosterModel) -> None:
    """One Boolean per weekend worked, and their sum."""
    problem = roster.problem
    for agent in roster.people:
        begun = _begun(problem, agent)
        most = _most(problem, agent)
        worked: list[Linear] = []
        for weekend in weekends_of(problem):
            if weekend.start < 0 and begun:
                worked.append(1)
                continue
            any_day = roster.model.new_bool_var(f"weekend {agent.id}/{weekend.start}")
            for day in weekend:
                if 0 <= day < problem.days:
                    roster.model.add(any_day >= roster.busy(agent, day))
            worked.append(any_day)
        if len(worked) <= most:
            continue
        if problem.rules.weekends.mode == "hard":
            roster.require(Requirement(KEY, agent.id, 0), roster.model.add(sum(worked) <= most))
        else:
            beyond = roster.model.new_int_var(0, len(worked) - most, f"{KEY} {agent.id}")
            roster.model.add(beyond >= sum(worked) - most)
            roster.add_cost(KEY, problem.rules.weekends.weight * beyond)


def weekends_of(problem: Problem) -> list[range]:
    """Saturday and Sunday of each weekend that has a day in the horizon."""
    saturday = (SATURDAY - problem.start.weekday()) % 7
    first = -1 if saturday == 6 else saturday
    return [range(day, day + 2) for day in range(first, problem.days, 7)]


def _begun(problem: Problem, agent: PlannedAgent) -> int:
    """1 where the horizon begins on a Sunday and the Saturday before was worked."""
    return int(problem.start.weekday() == SUNDAY and any(past.day == -1 for past in agent.history))


def _limit(problem: Problem, agent: PlannedAgent) -> int:
    """The lower of the rule's maximum and the contract's."""
    own = agent.contract.max_weekends
    most = problem.rules.weekends.maximum
    return most if own is None else min(most, own)


def _most(problem: Problem, agent: PlannedAgent) -> int:
    """The limit; a weekend that was begun before the first day is no breach by itself."""
    return max(_limit(problem, agent), _begun(problem, agent))


@dataclass(frozen=True, slots=True)
class Weekends:
    """Counts weekends worked; where a weekend beyond only costs, the count so far is part of the state.

    State: whether this weekend is worked already (a Sunday's matter alone), and how many were, up to `most`.
    """

    first_weekday: int
    days: int
    most: int
    weight: int | None

    def start(self, agent: PlannedAgent) -> tuple[int, int]:
        """The weekend of the first day may be worked already."""
        begun = int(self.first_weekday == SUNDAY and any(past.day == -1 for past in agent.history))
        return begun, self._counted(begun)

    def step(self, day: int, state: tuple[int, int], option: int) -> Move:
        """One more at a weekend's first shift."""
        worked, number = state
        weekday = self.phase(day)
        if weekday not in (SATURDAY, SUNDAY):
            return Move((0, number))
        if option == OFF or (weekday == SUNDAY and worked):
            return Move((0, number))
        goes_on = int(weekday == SATURDAY)
        if self.weight is None:
            return Move((goes_on, 0), amount=1)
        cost = self.weight if number == self.most else 0
        return Move((goes_on, self._counted(number + 1)), cost=cost)

    def phase(self, day: int) -> int:
        """Saturdays and Sundays by their weekday, all other days 0."""
        weekday = (self.first_weekday + day) % 7
        return weekday if weekday in (SATURDAY, SUNDAY) else 0

    def checks(self, agent: PlannedAgent) -> Sequence[Check]:
        """Once, at the end, where the limit is hard."""
        begun = int(self.first_weekday == SUNDAY and any(past.day == -1 for past in agent.history))
        left = max(0, self.most - begun)
        return (Check(self.days - 1, 0, left),) if self.weight is None else ()

    def _counted(self, number: int) -> int:
        return 0 if self.weight is None else min(number, self.most)


def in_row(grid: Grid, agent: PlannedAgent) -> InRow:
    """One track, where there are more weekends than may be worked."""
    problem = grid.problem
    terms = problem.rules.weekends
    if len(weekends_of(problem)) <= _most(problem, agent):
        return InRow()
    weight = None if terms.mode == "hard" else terms.weight
    return InRow(tracks=(Weekends(problem.start.weekday(), problem.days, _limit(problem, agent), weight),))

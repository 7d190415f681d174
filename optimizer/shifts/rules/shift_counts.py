"""Posts shift counts: how often each shift is worked, within limits or at a price for each one beyond."""

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.shifts.grid import Grid
from optimizer.shifts.model.roster_model import Requirement, RosterModel
from optimizer.shifts.rows.in_row import Balance, Check, InRow, Move
from roster.problem import PlannedAgent

KEY = "shift_counts"


def post(roster: RosterModel) -> None:
    """One linear constraint, or one variable of what is beyond, per person, shift and limit."""
    terms = roster.problem.rules.shift_counts
    days = roster.problem.days
    for agent in roster.people:
        for limit in agent.shift_limits:
            options = [roster.grid.option(day, limit.shift) for day in range(days)]
            number = sum(roster.works(agent, option) for option in options)
            if terms.mode == "hard":
                at_least = Requirement(KEY, agent.id, 0, f"least {limit.shift}")
                roster.require(at_least, roster.model.add(number >= limit.least))
                if limit.most is not None:
                    at_most = Requirement(KEY, agent.id, 0, f"most {limit.shift}")
                    roster.require(at_most, roster.model.add(number <= limit.most))
            else:
                away = roster.model.new_int_var(0, max(days, limit.least), f"{KEY} {agent.id}/{limit.shift}")
                roster.model.add(away >= limit.least - number)
                if limit.most is not None:
                    roster.model.add(away >= number - limit.most)
                roster.add_cost(KEY, terms.weight * away)


@dataclass(frozen=True, slots=True)
class ShiftCount:
    """Counts one shift until the last day."""

    shift: str
    number: int
    days: int

    def start(self, agent: PlannedAgent) -> int:
        """There is one state."""
        return 0

    def step(self, day: int, state: int, option: int) -> Move:
        """One more where it is worked."""
        return Move(0, amount=int(option == self.number))

    def phase(self, day: int) -> int:
        """All days are alike."""
        return 0

    def checks(self, agent: PlannedAgent) -> Sequence[Check]:
        """Once, at the end."""
        limit = next(one for one in agent.shift_limits if one.shift == self.shift)
        return (Check(self.days - 1, limit.least, self.days if limit.most is None else limit.most),)


def in_row(grid: Grid, agent: PlannedAgent) -> InRow:
    """A count for each limit that can bind, as it seldom does; where a breach only costs, a balance: it is convex."""
    problem = grid.problem
    terms = problem.rules.shift_counts
    names = [shift.id for shift in problem.shifts]
    counts = []
    barred: set[int] = set()
    balances = []
    for limit in agent.shift_limits:
        most = problem.days if limit.most is None else limit.most
        if limit.least == 0 and most >= problem.days:
            continue
        if terms.mode == "hard" and most == 0:
            barred.update(grid.number[day, limit.shift] for day in range(problem.days))
        elif terms.mode == "hard":
            counts.append(ShiftCount(limit.shift, names.index(limit.shift), problem.days))
        elif terms.weight:
            amounts = tuple(int(option.shift == limit.shift) for option in grid.options)
            balances.append(
                Balance(
                    amounts,
                    at_zero=terms.weight * limit.least,
                    slope=-terms.weight if limit.least else 0,
                    turns=((limit.least, terms.weight), (most, terms.weight))
                    if limit.least
                    else ((most, terms.weight),),
                )
            )
    return InRow(barred=frozenset(barred), seldom=tuple(counts), balances=tuple(balances))

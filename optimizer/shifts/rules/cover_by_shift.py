"""Posts cover by shift: a shortage variable for each line, and the people beyond it."""

from optimizer.shifts.grid import Option
from optimizer.shifts.model.roster_model import Linear, RosterModel
from roster.problem import ShiftDemand
from roster.rules.parameters.team import CoverByShift

KEY = "cover_by_shift"


def post(roster: RosterModel) -> None:
    """Whoever is missing costs `under`, whoever is there beyond what is asked `over`."""
    terms = roster.problem.rules.cover_by_shift
    for line in roster.problem.shift_demand:
        under, over = weights(terms, line)
        option = roster.grid.option(line.day, line.shift)
        present = _present(roster, option)
        short = roster.model.new_int_var(0, line.required, f"short of {line.shift}/{line.day}")
        roster.model.add(short >= line.required - present)
        roster.add_cost(KEY, (under + over) * short + over * (present - line.required))


def weights(terms: CoverByShift, line: ShiftDemand) -> tuple[int, int]:
    """(cost per person missing, cost per person too many) of one line."""
    under = terms.under_weight if line.under_weight is None else line.under_weight
    over = terms.over_weight if line.over_weight is None else line.over_weight
    return under, over


def _present(roster: RosterModel, option: Option) -> Linear:
    given = sum(option in roster.grid.given(agent) for agent in roster.problem.agents)
    return sum((roster.headcount(skills, option) for skills in roster.groups()), given)

"""Posts keep together: the first of a pair works nothing that the second does not work."""

from optimizer.shifts.model.roster_model import Requirement, RosterModel
from optimizer.shifts.rules.common.pairs import Given

KEY = "keep_together"


def post(roster: RosterModel) -> None:
    """Hard: one implication for each option. Soft: a variable that says that the first is alone."""
    terms = roster.problem.rules.keep_together
    given = Given(roster)
    for first, second in given.pairs(roster.problem.together):
        if first.fixed:
            continue
        for option in roster.grid.options:
            mine, theirs = roster.there(first, option), given.works(second, option)
            if isinstance(mine, int):
                continue
            if terms.mode == "hard":
                roster.require(Requirement(KEY, first.id, option.day, second.id), roster.model.add(mine <= theirs))
            else:
                alone = roster.model.new_bool_var(f"{first.id} without {second.id}/{option.day}/{option.shift}")
                roster.model.add(alone >= mine - theirs)
                roster.add_cost(KEY, terms.weight * alone)

"""Posts fairness: a convex cost of how many nights, weekend shifts, late finishes and refusals a person has."""

from collections.abc import Sequence
from itertools import pairwise

from optimizer.shifts.grid import Grid
from optimizer.shifts.model.roster_model import Linear, RosterModel
from optimizer.shifts.rows.in_row import Balance, InRow
from roster.load.fairness import Share, kinds_of, shares
from roster.problem import PlannedAgent, Wish

KEY = "fairness"
REFUSED = "refused_wishes"


def post(roster: RosterModel) -> None:
    """For each person and kind a cost above every line that touches the squares between two counts."""
    kinds = _kinds(roster.grid)
    for agent in roster.people:
        for kind, share in shares(roster.problem, agent).items():
            if kind == REFUSED:
                counted = [_missed(roster, agent, wish) for wish in agent.wishes]
            else:
                pairs = zip(roster.grid.options, kinds, strict=True)
                counted = [roster.works(agent, option) for option, of_option in pairs if kind in of_option]
            _post_share(roster, f"{kind} {agent.id}", counted, share)


def _post_share(roster: RosterModel, name: str, counted: Sequence[Linear], share: Share) -> None:
    most = len(counted)
    if share.cost(most) == 0:
        return
    cost = roster.model.new_int_var(0, share.cost(most), f"share {name}")
    count = sum(counted)
    for number in range(most):
        step = share.of_next(number)
        if step and (number == 0 or step > share.of_next(number - 1)):
            roster.model.add(cost >= step * count + (share.cost(number) - step * number))
    roster.add_cost(KEY, cost)


def _missed(roster: RosterModel, agent: PlannedAgent, wish: Wish) -> Linear:
    """1 where the wish is not granted."""
    has_it: Linear
    if wish.shift is None:
        has_it = roster.model.new_bool_var(f"wish {agent.id}/{wish.day}")
        roster.model.add_max_equality(has_it, roster.shifts_on(agent, wish.day))
    else:
        has_it = roster.works(agent, roster.grid.option(wish.day, wish.shift))
    return 1 - has_it if wish.wanted else has_it


def _kinds(grid: Grid) -> list[frozenset[str]]:
    return [kinds_of(grid.problem, option.day, option.shift) for option in grid.options]


def in_row(grid: Grid, agent: PlannedAgent) -> InRow:
    """One balance for each kind that the row can bring."""
    kinds = _kinds(grid)
    balances = []
    for kind, share in shares(grid.problem, agent).items():
        amounts = [int(kind in of_option) for of_option in kinds]
        start, most = 0, len({option.day for option, one in zip(grid.options, amounts, strict=True) if one})
        if kind == REFUSED:
            start, most = sum(wish.wanted for wish in agent.wishes), len(agent.wishes)
            for wish in agent.wishes:
                for option in grid.days[wish.day]:
                    if wish.shift in (None, option.shift):
                        amounts[grid.number[option.day, option.shift]] += -1 if wish.wanted else 1
        if share.cost(most):
            balances.append(_balance(share, amounts, start, most))
    return InRow(balances=tuple(balances))


def _balance(share: Share, amounts: Sequence[int], start: int, most: int) -> Balance:
    steps = [share.of_next(number) for number in range(most)]
    turns = [(number, later - step) for number, (step, later) in enumerate(pairwise(steps), 1)]
    return Balance(tuple(amounts), 0, steps[0], tuple(turn for turn in turns if turn[1]), start)

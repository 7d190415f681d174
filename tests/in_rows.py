"""What the rows' own words (`InRow`) say of one person's row: forbidden, or what it costs. No engine, plain loops."""

from collections.abc import Sequence

from optimizer.shifts.grid import Grid
from optimizer.shifts.model.postings import IN_ROW
from optimizer.shifts.rows.in_row import OFF, InRow, Track
from roster.problem import Assigned, PlannedAgent
from roster.rules.registry import RULES, Scope


def said(grid: Grid, agent: PlannedAgent) -> list[InRow]:
    """What every personal rule that is on says of `agent`."""
    on = [rule for rule in RULES if rule.scope is Scope.PERSONAL and rule.applies(grid.problem)]
    return [IN_ROW[rule.key](grid, agent) for rule in on]


def told(grid: Grid, agent: PlannedAgent, rules: Sequence[InRow], row: Sequence[Assigned]) -> int | None:
    """What the agent's row costs, at most one shift a day; None where a rule forbids it."""
    worked = {grid.number[line.day, line.shift] for line in row}
    total = 0
    for rule in rules:
        if worked & rule.barred or not rule.placed <= worked:
            return None
        total += rule.empty_cost + sum(rule.prices.get(number, 0) for number in worked)
        total += sum(one.cost(one.start + sum(one.amounts[number] for number in worked)) for one in rule.balances)
    width = len(grid.problem.shifts)
    by_day = {number // width: number % width for number in worked}
    for track in {track: None for rule in rules for track in (*rule.tracks, *rule.seldom)}:
        cost = walked(grid, agent, track, by_day)
        if cost is None:
            return None
        total += cost
    return total


def walked(grid: Grid, agent: PlannedAgent, track: Track, by_day: dict[int, int]) -> int | None:
    """What one track says of a row, given as options by day: forbidden, or what its moves cost."""
    checks = {check.day: check for check in track.checks(agent)}
    state, cost, counted = track.start(agent), 0, 0
    for day in range(grid.problem.days):
        move = track.step(day, state, by_day.get(day, OFF))
        if move is None:
            return None
        state, cost, counted = move.state, cost + move.cost, counted + move.amount
        check = checks.get(day)
        if check is not None:
            if not check.least <= counted <= check.most:
                return None
            counted = 0 if check.resets else counted
    return cost

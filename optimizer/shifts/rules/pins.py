"""Posts pins: a placed shift is worked, a cleared day is free.

Another team's people have no literals at all: their pins are given.
"""

from optimizer.shifts.grid import Grid
from optimizer.shifts.model.roster_model import Requirement, RosterModel
from optimizer.shifts.rows.in_row import InRow
from roster.problem import PlannedAgent

KEY = "pins"


def post(roster: RosterModel) -> None:
    """Fix what was placed or cleared by hand."""
    if roster.problem.rules.pins.mode == "off":
        return
    for agent in roster.people:
        for pin in agent.pins:
            requirement = Requirement(KEY, agent.id, pin.day)
            if pin.shift is None:
                for option in roster.grid.days[pin.day]:
                    roster.forbid(requirement, option)
            else:
                roster.place(requirement, roster.grid.option(pin.day, pin.shift))


def in_row(grid: Grid, agent: PlannedAgent) -> InRow:
    """Placed shifts must be worked; a cleared day's options are barred."""
    if grid.problem.rules.pins.mode == "off":
        return InRow()
    placed = {grid.number[pin.day, pin.shift] for pin in agent.pins if pin.shift is not None}
    cleared = [pin.day for pin in agent.pins if pin.shift is None]
    barred = {grid.number[option.day, option.shift] for day in cleared for option in grid.days[day]}
    return InRow(barred=frozenset(barred), placed=frozenset(placed))

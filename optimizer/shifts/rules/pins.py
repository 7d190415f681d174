"""Posts pins: a placed shift is worked, a cleared day is free.

Another team's people have no literals at all: their pins are given.
"""

from optimizer.shifts.variables import Requirement, RosterModel

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

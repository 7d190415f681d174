"""Cover by shift as numbers: for each option of the grid, what it asks for and what one more or one less costs.

Everyone serves it, whatever their skills, so it is one array over the options: nothing to match, no Hall unions.
"""

import numpy as np
from numpy.typing import NDArray

from optimizer.shifts.grid import Grid

Floats = NDArray[np.float64]


class ShiftCover:
    """What the options ask for. How many people work each option is an array over the grid's options."""

    def __init__(self, grid: Grid) -> None:
        problem = grid.problem
        count = len(grid.options)
        index = {(option.day, option.shift): number for number, option in enumerate(grid.options)}
        self.required: Floats = np.zeros(count)
        self.under: Floats = np.zeros(count)
        """Cost per person missing."""
        self.over: Floats = np.zeros(count)
        """Cost per person beyond."""
        self.given: Floats = np.zeros(count)
        """Who works the option whatever is decided: the pins of another team's people."""
        for agent in problem.agents:
            for pin in agent.pins if agent.fixed else ():
                if pin.shift is not None:
                    self.given[index[pin.day, pin.shift]] += 1.0
        terms = problem.rules.cover_by_shift
        for line in problem.shift_demand if terms.mode != "off" else ():
            at = index[line.day, line.shift]
            self.required[at] = line.required
            self.under[at] = terms.under_weight if line.under_weight is None else line.under_weight
            self.over[at] = terms.over_weight if line.over_weight is None else line.over_weight
        self.asked = np.flatnonzero((self.under > 0) | (self.over > 0))
        """Options whose number of people costs anything."""

    def costs(self, works: Floats) -> Floats:
        """What so many people on each option (they may be fractions) cost, by option."""
        missing = self.required - works
        costs: Floats = np.where(missing > 0, self.under * missing, -self.over * missing)
        return costs

    def cost(self, works: Floats) -> float:
        """The sum of these costs."""
        return float(self.costs(works).sum())

    def price_of_one(self, works: Floats) -> Floats:
        """What one more person on each option adds to the cost (whole numbers of people)."""
        price: Floats = np.where(works < self.required - 0.5, -self.under, self.over)
        return price

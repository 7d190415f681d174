"""Role cover as numbers, beside the table of cover by queue: presence is the same array [group, interval].

A line of arrays for each role and each of the lines that ask for it at once: how many are asked for in each interval,
and which groups count. The cost of an interval is the sum over the lines of what is missing, by the quarter-hour.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optimizer.shifts.cover.intervals import CoverInterval, Group
from roster.rules.parameters.team import RoleCover

Floats = NDArray[np.float64]

FORBIDDEN = 100_000.0
"""What the search lets one breach of a hard rule about the team cost: more than any roster could save by it.

No roster with such a breach is ever offered, so the figure decides where the search goes and no result.
"""


class RoleTable:
    """What roles ask for in each interval."""

    def __init__(self, terms: RoleCover, intervals: Sequence[CoverInterval], groups: Sequence[Group]) -> None:
        self.hard = terms.mode == "hard"
        self.weight = FORBIDDEN if self.hard else float(terms.weight)
        """Cost per person and quarter-hour missing."""
        lines = sorted({line for one in intervals for line, _ in one.roles}, key=lambda line: (line[0] or "", line[1]))
        self.needs: Floats = np.zeros((len(lines), len(intervals)))
        """[line, interval]"""
        for column, one in enumerate(intervals):
            for line, required in one.roles:
                self.needs[lines.index(line), column] = required
        self.counts: Floats = np.array(
            [[role is None or role in roles for _, roles in groups] for role, _ in lines], dtype=float
        ).reshape(len(lines), len(groups))
        """[line, group]: 1 where the group's people count."""

    def missing(self, presence: Floats) -> Floats:
        """[line, interval]: how many are missing, below 0 where there are more."""
        return self.needs - self.counts @ presence

    def cost(self, missing: Floats) -> Floats:
        """Cost of each interval by the quarter-hour."""
        costs: Floats = self.weight * np.maximum(missing, 0.0).sum(axis=0)
        return costs

    def price_of_one(self, missing: Floats, group: int) -> Floats:
        """What one more of `group` adds to the cost of each interval: what they save, below 0."""
        saved = np.clip(missing, 0.0, 1.0)
        price: Floats = -self.weight * (self.counts[:, group] @ saved)
        return price

    def tangent(self, missing: Floats) -> tuple[Floats, Floats]:
        """(constant [interval], slope [group, interval]) of the cost at what is missing."""
        short = missing > 1e-9
        return self.weight * (self.needs * short).sum(axis=0), -self.weight * (self.counts.T @ short)

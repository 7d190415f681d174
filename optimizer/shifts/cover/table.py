"""Cover as numbers: what a roster's cover costs, what one more person would save where, and tangents from below.

The same formula as the posting (Hall over unions of crews, level by level of queue weight), laid out in arrays
[line, interval] so that a search can ask thousands of times a second. A line is a union of crews of queues that count
at a level: any other group would ask no more of more people. With very many queues only the smallest unions are kept:
every figure is then a lower bound of the true cost, never above it.

Role cover is counted in the same intervals, in `roles` (see `role_table.py`), so wherever cover is, roles are.
Cover by shift needs none of that: it is beside the intervals, in `shifts` (see `shift_cover.py`).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from optimizer.shifts.cover.by_shift import ShiftCover
from optimizer.shifts.cover.intervals import cover_intervals, groups_of
from optimizer.shifts.cover.moves import covered, saved_by_one, take_off
from optimizer.shifts.cover.roles import RoleTable
from optimizer.shifts.grid import Grid

Floats = NDArray[np.float64]

MAX_UNIONS = 1024


@dataclass(frozen=True, slots=True)
class Gaps:
    """What is asked beyond who is there: by queues [line, interval], by roles [line of roles, interval]."""

    queues: Floats
    roles: Floats

    def copy(self) -> "Gaps":
        """The same in arrays of its own."""
        return Gaps(self.queues.copy(), self.roles.copy())


class CoverTable:
    """Cover of one problem. Presence is an array [group, interval]: how many of each group are on shift.

    A group is a skill set with those of the roles asked for that its people have. There are no intervals where cover
    by queue is off and no role is asked for.
    """

    def __init__(self, grid: Grid) -> None:
        problem = grid.problem
        self.groups, self.group_of = groups_of(grid)
        self.shifts = ShiftCover(grid)
        self._intervals = cover_intervals(grid, self.group_of)
        self.roles = RoleTable(problem.rules.role_cover, self._intervals, self.groups)
        count = len(self._intervals)
        self.quarters = np.array([one.quarters for one in self._intervals], dtype=float)
        self.given = np.zeros((len(self.groups), count))
        where = {(option.day, option.shift): index for index, option in enumerate(grid.options)}
        self.covers = np.zeros((len(grid.options), count))
        """[option, interval]: 1 where the option covers the interval."""
        self.days = np.zeros(count, dtype=np.intp)
        """Of each interval the day of the first option in it."""
        for column, one in enumerate(self._intervals):
            for group, heads in one.given:
                self.given[group, column] += heads
            self.days[column] = min((option.day for option in one.options), default=0)
            for option in one.options:
                self.covers[where[option.day, option.shift], column] = 1.0
        shapes: dict[bytes, int] = {}
        self.segment_of = np.array(
            [shapes.setdefault(column.tobytes(), len(shapes)) for column in np.ascontiguousarray(self.covers.T)],
            dtype=np.intp,
        )
        """For each interval its segment: intervals that the same options cover are one."""
        firsts = np.unique(self.segment_of, return_index=True)[1]
        self.segment_covers: Floats = self.covers[:, firsts]
        """[option, segment]"""
        self._lay_out_requirements(grid)

    def _lay_out_requirements(self, grid: Grid) -> None:
        problem = grid.problem
        asked = sorted({queue for one in self._intervals for queue, _ in one.queues})
        weight = {queue: problem.queue_of[queue].weight for queue in asked}
        able = {queue: frozenset(i for i, (skills, _) in enumerate(self.groups) if queue in skills) for queue in asked}
        required = np.array(
            [[dict(one.queues).get(queue, 0) for one in self._intervals] for queue in asked], dtype=float
        ).reshape(len(asked), len(self._intervals))
        self.total_required = required.sum(axis=0)
        terms = problem.rules.cover
        on = terms.mode != "off"
        self.over_weight = float(terms.over_weight) if on else 0.0
        levels = sorted(set(weight.values())) or [0]
        self.level_weights = np.zeros(len(levels))
        crew, needs, begins = [], [], [0]
        for number, level in enumerate(levels):
            counted = [queue for queue in asked if weight[queue] >= level]
            unions = _unions(able[queue] for queue in counted)
            crew += [[group in union for group in range(len(self.groups))] for union in unions]
            inside = np.array([[queue in counted and able[queue] <= union for queue in asked] for union in unions])
            needs.append(inside.astype(float).reshape(len(unions), len(asked)) @ required)
            begins.append(len(crew))
            below = levels[number - 1] if number else 0
            self.level_weights[number] = terms.under_weight * (level - below) if on else 0
        self.crew = np.array(crew, dtype=float)
        """[line, group]"""
        self.needs: Floats = np.concatenate(needs)
        """[line, interval]: what the queues of the line's level ask that nobody outside its union serves."""
        self.begins = np.array(begins, np.int64)
        """The first line of each level, and the end."""
        self._members = np.ascontiguousarray(self.crew.T > 0)
        # Who is spare is on shift - required + what the lowest level misses.
        self.level_weights[0] += self.over_weight

    @property
    def size(self) -> int:
        """How many intervals there are."""
        return len(self._intervals)

    def gaps(self, presence: Floats) -> Gaps:
        """What is asked beyond who is there (`presence`: [group, interval])."""
        return Gaps(self.needs - self.crew @ presence, self.roles.missing(presence))

    def by_level(self, lines: Floats) -> Iterator[Floats]:
        """The lines of each level, of an array [line, ...]."""
        for begin, end in pairwise(self.begins.tolist()):
            yield lines[begin:end]

    def cost(self, presence: Floats, gaps: Gaps | None = None) -> Floats:
        """Cost of each interval; `gaps`: those of this presence, where they are known."""
        gaps = self.gaps(presence) if gaps is None else gaps
        short = np.array([np.maximum(lines.max(axis=0), 0.0) for lines in self.by_level(gaps.queues)])
        spare = presence.sum(axis=0) - self.total_required
        each = self.level_weights @ short + self.over_weight * spare + self.roles.cost(gaps.roles)
        costs: Floats = each * self.quarters
        return costs

    def change_gaps(self, gaps: Gaps, group: int, heads: Floats) -> None:
        """Put `heads` (per interval) more of `group` on shift, in place."""
        take_off(gaps.queues, self._members[group], heads)
        take_off(gaps.roles, self.roles.counts[:, group] > 0, heads)

    def price_of_one(self, gaps: Gaps, group: int) -> Floats:
        """What one more of `group` on shift adds to the cost of each interval (mostly negative)."""
        saved = saved_by_one(gaps.queues, self.begins, self._members[group], self.level_weights)
        price: Floats = (self.over_weight - saved + self.roles.price_of_one(gaps.roles, group)) * self.quarters
        return price

    def broken(self, gaps: Gaps) -> int:
        """By how many people and quarter-hours a hard role cover is not kept."""
        if not self.roles.hard:
            return 0
        return round(float((np.maximum(gaps.roles, 0.0) @ self.quarters).sum()))

    def tangent(self, presence: Floats) -> tuple[Floats, Floats]:
        """(constant [interval], slope [group, interval]): cost >= constant + slope * presence, equal at `presence`."""
        found = self.gaps(presence)
        constant, slope = self.roles.tangent(found.roles)
        constant = constant - self.over_weight * self.total_required
        slope = slope + self.over_weight
        columns = np.arange(self.size)
        levels = zip(self.level_weights, self.begins[:-1], self.by_level(found.queues), strict=True)
        for weight, begin, gaps in levels:
            steepest = gaps.argmax(axis=0)
            short = gaps[steepest, columns] > 1e-9
            line = begin + steepest
            constant = constant + weight * np.where(short, self.needs[line, columns], 0.0)
            slope -= weight * self.crew[line].T * short
        return constant * self.quarters, slope * self.quarters

    def by_segment(self, values: Floats) -> Floats:
        """Sums over the intervals of each segment (the last axis)."""
        sums: Floats = np.zeros((*values.shape[:-1], self.segment_covers.shape[1]))
        for segment, column in zip(self.segment_of, np.moveaxis(values, -1, 0), strict=True):
            sums[..., segment] += column
        return sums

    def heads(self, options: Sequence[int]) -> Floats:
        """Per interval, how often these options (indices into the grid's) cover it."""
        return covered(self.covers, np.array(options, np.int64))


def _unions(crews: Iterable[frozenset[int]]) -> list[frozenset[int]]:
    """The empty set and unions of crews, the smallest first, at most `MAX_UNIONS` of them."""
    found: set[frozenset[int]] = {frozenset()}
    for crew in sorted(set(crews), key=lambda one: (len(one), sorted(one))):
        found |= {crew | one for one in found}
        if len(found) > MAX_UNIONS:
            found = set(sorted(found, key=lambda one: (len(one), sorted(one)))[:MAX_UNIONS])
    return sorted(found, key=lambda one: (len(one), sorted(one)))

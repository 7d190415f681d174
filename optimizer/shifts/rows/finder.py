"""The best row of one person against prices: the pricing step of every search and bound that works person by person.

A price is what working an option costs (negative: what it saves), one number per option of the grid. What the
person's own rules charge for options and moves is in the row by itself. Balances are convex in sums over a row, so
callers put them into the prices by slopes and ask for their true cost afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from optimizer.shifts.grid import Grid
from optimizer.shifts.rows.arrays import BIG, FOUND, LOST, TOO_LARGE, Floats, Frame, Limits, ends, walk
from optimizer.shifts.rows.blocks import row_by_blocks
from optimizer.shifts.rows.in_row import TooLarge
from optimizer.shifts.rows.layout import Layout, lay_out
from optimizer.shifts.rows.near_best import RowGraph, near_best
from optimizer.shifts.rows.people import Person
from optimizer.shifts.rows.program import Extras
from optimizer.shifts.rows.relaxed import best_within
from optimizer.shifts.rows.table import way_through

SURELY = 1e9
"""More than any price: what saves it is worked."""

MAX_CELLS = 30_000_000
"""Of one table: 240 MB."""

LONG_ROW_DAYS = 200
"""Longer rows whose table would be too large are not found at once, but block after block: no best ones."""

MOST_EXTRAS = 3
MAX_CELLS_COUNTED = 20_000_000
"""So many limits that seldom bind are counted exactly, in tables of this size; beyond, they are priced."""

MAX_CELLS_NEAR_BEST = 5_000_000
"""All rows near the best one are looked for in tables of this size: 120 MB."""


@dataclass(eq=False, slots=True)
class Window:
    """Some days of one person's row that may change while the rest of it stays."""

    days: range
    kept: list[int]
    """What is worked on all other days."""
    limits: Limits | None = None
    """Where the days before and after are open: what may be counted within these."""
    frames: dict[Extras, Frame] = field(default_factory=dict)
    layouts: dict[Extras, Layout] = field(default_factory=dict)


class RowFinder:
    """Best rows by dynamic programming, for all people of one problem; raises `TooLarge` where that can't be."""

    def __init__(self, grid: Grid, people: Sequence[Person]) -> None:
        self._days = grid.problem.days
        self._options = len(grid.days[0])
        self._whole = {person.agent.id: Window(range(self._days), []) for person in people}
        self._at_once: dict[str, bool] = {}
        for machine in {person.machine for person in people}:
            machine.program()

    def window(self, person: Person, row: Sequence[int], days: range) -> Window:
        """What `row`, a valid one, leaves to choose in `days`; raises `ValueError` where the days before can't be."""
        first, last = days.start * self._options, days.stop * self._options
        window = Window(days, [number for number in row if not first <= number < last])
        if self._frame(person, window, ()) is None:
            raise ValueError(f"{person.agent.id} can't work the row {list(row)}")
        return window

    def loose(self, person: Person, days: range) -> Window:
        """Any part of a row in `days`, whatever comes before and after: at least what all rows of `person` have there.

        Limits hold on what is counted from within the days alone.
        """
        if days == range(self._days):
            return self._whole[person.agent.id]
        limits = _limits_within(person.limits(), days)
        window = Window(days, [], limits=limits)
        program, counts = person.program(), limits.least.shape[1]
        begin = np.zeros(program.states[days.start])
        if days.start == 0:
            begin[:] = np.inf
            begin[person.start] = 0.0
        end = np.zeros(program.states[days.stop])
        window.frames[()] = Frame(
            begin,
            np.zeros(counts, np.int64),
            end,
            np.full((len(end), counts), -BIG),
            np.full((len(end), counts), BIG),
        )
        return window

    def part_cost(self, person: Person, part: Sequence[int], window: Window) -> float:
        """What `part` costs in the window, without balances: the least that its moves can cost there."""
        if not person.machine.has_costs:
            return float(person.own[list(part)].sum())
        only = np.full(len(person.own), np.inf)
        only[list(part)] = -SURELY
        found = self.best(person, only, window)
        if found is None or len(found[1]) != len(part):
            raise ValueError(f"{person.agent.id} can't work {list(part)} in days {window.days}")
        return round(found[0] + SURELY * len(part))

    def allows(self, person: Person, part: Sequence[int], window: Window | None = None) -> bool:
        """Whether exactly `part` may be worked in the window, or as the whole row."""
        kept = [] if window is None else window.kept
        row = [*kept, *part]
        start = person.start
        worked = person.worked(row)
        busy = int(np.count_nonzero(worked < self._options))
        if start is None or busy != len(row) or np.isinf(person.charges[row]).any():
            return False
        if window is not None and any(number // self._options not in window.days for number in part):
            return False
        if (person.must_work & (worked == self._options)).any():
            return False
        program, limits = person.program(), person.limits()
        count = np.zeros(program.arc_amount.shape[1], np.int64)
        state, _ = walk(program, limits, worked, 0, self._days, start, count)
        return state >= 0 and not person.seldom_broken(row)[0]

    def at_once(self, person: Person) -> bool:
        """Whether whole rows of `person` are best ones, not made block after block."""
        agent = person.agent.id
        if agent not in self._at_once:
            self._at_once[agent] = True
            if self._days > LONG_ROW_DAYS:
                try:
                    self._found(person, person.charges, self._whole[agent], (), MAX_CELLS)
                except TooLarge:
                    self._at_once[agent] = False
        return self._at_once[agent]

    def best(self, person: Person, prices: Floats, window: Window | None = None) -> tuple[float, list[int]] | None:
        """(sum of prices, own costs and costs of moves, the row), or None where there is no row.

        Without balances, and without what an empty row costs. With a `window`, the part in its days alone, with what
        the moves in and after them cost. Where limits that seldom bind do so together, the row may not be the best; the
        value then is one that no row goes below (minus infinity for rows of very many days).
        """
        window = self._whole[person.agent.id] if window is None else window
        total = prices + person.charges
        if window is self._whole[person.agent.id] and not self.at_once(person):
            row = row_by_blocks(person, total)
            return None if row is None else (-np.inf, row)
        if not person.seldom or window.limits is not None:
            return self._found(person, total, window, (), MAX_CELLS)
        counted = self._counted(person, total, window)
        if counted is not None:
            return counted[1]
        counts, least, most = person.seldom_limits(window.kept)
        return best_within(
            lambda charges: self._found(person, charges, window, (), MAX_CELLS),
            total,
            counts,
            least,
            most,
            person.worth,
        )

    def near_best(self, person: Person, prices: Floats, slack: float, most: int) -> RowGraph | None:
        """All rows that are at most `slack` dearer than the best one, as a graph of at most `most` steps.

        Limits that seldom bind may be broken in it where the best row has room. None where there is no row, where the
        steps are more, or where limits bind together that can't be counted exactly.
        """
        window, total = self._whole[person.agent.id], prices + person.charges
        counted = self._counted(person, total, window)
        layout = None if counted is None else self._layout(person, window, counted[0], MAX_CELLS)
        if counted is None or layout is None or layout.cells > MAX_CELLS_NEAR_BEST:
            return None
        return near_best(person.program(counted[0]), layout, total, person.must_work, slack, most)

    def _counted(
        self, person: Person, charges: Floats, window: Window
    ) -> tuple[Extras, tuple[float, list[int]] | None] | None:
        """(which limits that seldom bind must be counted for it, the best row); None where they are too many."""
        extras = person.counted
        while len(extras) <= MOST_EXTRAS:
            try:
                found = self._found(person, charges, window, extras, MAX_CELLS_COUNTED if extras else MAX_CELLS)
            except TooLarge:
                if not extras:
                    raise
                break
            if found is None:
                return extras, None
            broken, tight = person.seldom_broken([*window.kept, *found[1]])
            if not broken:
                person.counted = tuple(extra for extra in extras if extra in tight)
                return extras, found
            extras = tuple(sorted({*extras, *broken}))
        person.counted = ()
        return None

    def _found(
        self, person: Person, charges: Floats, window: Window, extras: Extras, max_cells: int
    ) -> tuple[float, list[int]] | None:
        """The best row by the compiled program, where `extras` are counted too."""
        layout = self._layout(person, window, extras, max_cells)
        if layout is None:
            return None
        status, value, row = way_through(person.program(extras), layout, charges, person.must_work)
        if status == LOST:
            raise RuntimeError(f"the way back through the table of {person.agent.id} is lost on days {window.days}")
        return (value, row.tolist()) if status == FOUND else None

    def _layout(self, person: Person, window: Window, extras: Extras, max_cells: int) -> Layout | None:
        """The table of the window's days, the same for all prices; None where no row can be finished."""
        if extras not in window.layouts:
            frame = self._frame(person, window, extras)
            if frame is None:
                return None
            limits = person.limits(extras) if window.limits is None else window.limits
            status, layout = lay_out(
                person.program(extras),
                limits,
                limits,
                frame,
                window.days.start,
                window.days.stop,
                person.charges,
                person.must_work,
                max_cells,
            )
            if status == TOO_LARGE:
                raise TooLarge
            window.layouts[extras] = layout
        return window.layouts[extras]

    def _frame(self, person: Person, window: Window, extras: Extras) -> Frame | None:
        """What surrounds the window's days; None where no row can be finished."""
        if extras not in window.frames:
            start = person.start
            if start is None:
                return None
            program, limits = person.program(extras), person.limits(extras)
            worked = person.worked(window.kept)
            count = np.zeros(program.arc_amount.shape[1], np.int64)
            state, _ = walk(program, limits, worked, 0, window.days.start, start, count)
            if state < 0:
                return None
            begin = np.full(program.states[window.days.start], np.inf)
            begin[state] = 0.0
            window.frames[extras] = Frame(begin, count, *ends(program, limits, worked, window.days.stop))
        return window.frames[extras]


def _limits_within(limits: Limits, days: range) -> Limits:
    """`limits` without the checks that ask what was counted before `days`."""
    least, most = limits.least.copy(), limits.most.copy()
    for count in range(least.shape[1]):
        if days.start == 0 or limits.resets[days.start, count]:
            continue
        anew = [boundary for boundary in range(days.start, days.stop + 1) if limits.resets[boundary, count]]
        until = anew[0] if anew else days.stop
        least[: until + 1, count] = -BIG
        most[: until + 1, count] = BIG
    return Limits(least, most, limits.resets)

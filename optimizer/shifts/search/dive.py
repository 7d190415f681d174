"""Some days of a roster planned anew, for some people at once: columns for those days, then fixed one by one.

Everything outside the days stays as it is, so each column is a valid row as a whole, and its cost is exact, the
balances over the whole horizon included. Being kept together with or apart from somebody who stays is in it too;
between two who are both free it is left out here, and mended when everybody is put back once more at the end. People
who must be kept together have no columns: they move then, as one.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import numpy as np

from optimizer.shifts.columns.lp import LpFailed
from optimizer.shifts.columns.master import Column, Floats, Master, Row, Unit
from optimizer.shifts.progress import Progress
from optimizer.shifts.rows.people import Person
from optimizer.shifts.search.crew import Crew

CONVERGED = 0.002
"""Relative distance of the master's value to its bound at which diving begins."""

MAX_ROUNDS = 40
SURE = 0.85
"""Columns at least this heavy are fixed together, at most a tenth of the people at a time."""

LIKELY = 0.6
"""Where none is sure, columns at least this heavy are fixed together, at most a thirtieth of the people at a time."""

SLOPE_TRIES = 2

LEAST_GAIN = 1.0 - 1e-6
"""Costs are whole numbers."""

LEAVES_SHARE = 0.15
"""People who are fixed leave the master once they are this share of it."""

COLUMNS_KEPT = 25
"""So many columns of least reduced cost stay for each person when the others leave."""

SETTLED = 1e-5
"""Fixing that makes the master no dearer than this needs no pricing."""

HOPELESS = 0.01
"""A dive that has become so much dearer than what there was, and has no more to gain, is given up."""


class Dive:
    """One attempt to improve what some people work on some days of a crew's roster."""

    def __init__(
        self,
        crew: Crew,
        days: range,
        people: Sequence[Person] | None = None,
        *,
        parts: Iterable[tuple[str, Row]] = (),
        slopes: Mapping[str, Sequence[float]] | None = None,
    ) -> None:
        """Free `people` (none given: everybody) on `days`, which are whole weeks; all else stays.

        Begin with `parts` of rows where they fit into the days and the rest of their person's row.
        With `slopes` (by agent id, a price for each balance) what is balanced is taken at these prices instead of at
        what it costs beside the other weeks as they are: the way to change all weeks one after another.
        """
        self._crew = crew
        self._days = days
        free = list(crew.people if people is None else people)
        self._people = [one for one in free if not crew.team.bound_to(one.agent.id)]
        self._bound = [one for one in free if crew.team.bound_to(one.agent.id)]
        together = [one.agent.id for one in self._people]
        self._ties = [crew.team.prices(agent, without=together) for agent in together]
        """What each option costs by who stays, for those whom anything ties to them."""
        grid, cover = crew.grid, crew.cover
        self._inside = np.zeros(len(grid.options), dtype=np.bool_)
        shifts = len(grid.problem.shifts)
        self._inside[days.start * shifts : days.stop * shifts] = True
        whole = len(days) == grid.problem.days
        rows = [crew.rows[person.agent.id] for person in self._people]
        self._windows = [
            None if whole else crew.finder.window(one, row, days) for one, row in zip(self._people, rows, strict=True)
        ]
        self._kept = [self._part(row, inside=False) for row in rows]
        outside, works = crew.presence.copy(), crew.works.copy()
        parts_now = [self._part(row, inside=True) for row in rows]
        for person, part in zip(self._people, parts_now, strict=True):
            outside[cover.group_of[person.agent.id]] -= cover.heads(part)
            works[list(part)] -= 1.0
        units = [Unit(number, cover.group_of[one.agent.id]) for number, one in enumerate(self._people)]
        self._master = Master(cover, units, self._inside, outside, works)
        self._slopes = None if slopes is None else {agent: np.array(each) for agent, each in slopes.items()}
        for number, part in enumerate(parts_now):
            self._add(number, part)
        self._now = list(self._master.columns)
        number_of = {person.agent.id: number for number, person in enumerate(self._people)}
        for agent, part in parts:
            number = number_of.get(agent, -1)
            if number >= 0 and part and self._inside[part[0]] and self._fits(number, part):
                self._add(number, part)
        for number, person in enumerate(self._people):
            for row in list(crew.known[person.agent.id]):
                part = self._part(row, inside=True)
                if self._windows[number] is None or self._fits(number, part):
                    self._add(number, part)
        self._master.separate(crew.presence)

    def _part(self, row: Sequence[int], *, inside: bool) -> Row:
        return tuple(index for index in row if self._inside[index] == inside)

    def _cost(self, number: int, part: Row) -> float:
        """What the person's own rules say of the whole row, were `part` worked inside the days."""
        person = self._people[number]
        row = (*self._kept[number], *part)
        if self._slopes is not None:
            balanced = self._slopes[person.agent.id] @ person.amounts[:, list(part)].sum(axis=1)
            return float(person.own_cost(row) + balanced) + self._tied(number, part)
        return float(person.cost(row)) + self._tied(number, part)

    def _tied(self, number: int, part: Row) -> float:
        """What `part` costs by the ties to who stays, never below 0."""
        ties = self._ties[number]
        return 0.0 if ties is None else float(ties[list(part)].sum() - ties[ties < 0].sum())

    def _fits(self, number: int, part: Row) -> bool:
        """Whether `part` is valid between what is kept."""
        return self._crew.finder.allows(self._people[number], part, self._windows[number])

    def _add(self, number: int, part: Row) -> None:
        self._master.add_column(number, part, self._cost(number, part))

    def _price(self, number: int, prices: Floats, _: Floats) -> list[tuple[float, float, Row]]:
        """Rows for a few prices on what is balanced, as in `Crew.reinsert`."""
        person, ties = self._people[number], self._ties[number]
        slopes = (self._crew.slopes if self._slopes is None else self._slopes).get(person.agent.id, person.flattest)
        found = []
        for _try in range(SLOPE_TRIES):
            priced = person.priced(prices if ties is None else prices + ties, slopes)
            best = self._crew.finder.best(person, priced, self._windows[number])
            if best is None:
                break
            part = tuple(best[1])
            cost = self._cost(number, part)
            found.append((cost + float(prices[list(part)].sum()), cost, part))
            if self._slopes is not None or not person.balances:
                break
            least, most = person.slopes((*self._kept[number], *part))
            wanted = np.clip(slopes, least, most)
            if (wanted == slopes).all():
                break
            slopes = (slopes + wanted) / 2
        return sorted(found)

    def run(self, progress: Progress, *, keep_worse: bool = False, reprice: int = 1) -> bool:
        """Plan the days anew; says whether the roster got better. It gets worse only with `keep_worse`.

        Up to `reprice` rounds of pricing follow each step of the dive.
        """
        crew = self._crew
        before, rows = crew.cost(), crew.snapshot()
        try:
            chosen = self._dive(progress, reprice) if self._people else None
        except LpFailed:
            return False
        if chosen is None and not self._bound:
            return False
        for number, part in ({} if chosen is None else chosen).items():
            crew.put(self._people[number], sorted((*self._kept[number], *part)))
        for person in (*self._people, *self._bound):
            crew.reinsert(person, days=self._days)
        after = crew.cost()
        # As good as before is another place to go on from.
        if after > before and not keep_worse:
            crew.restore(rows)
        return after < before

    def _dive(self, progress: Progress, reprice: int) -> dict[int, Row] | None:
        """A part of a row for everyone, or None where time ran out or nothing can be better."""
        master = self._master
        everyone = list(range(len(self._people)))
        now = master.cost_of(self._now)
        # Where something is balanced, pricing tries a few slopes: its bound proves nothing.
        exact = self._slopes is None and not any(person.balances for person in self._people)
        for _ in range(MAX_ROUNDS):
            if progress.over():
                return None
            if not master.improve(self._price, everyone):
                break
            if master.value - master.bound <= CONVERGED * abs(master.value):
                break
            if exact and master.bound > now - LEAST_GAIN:
                return None
        if exact and master.bound > now - LEAST_GAIN:
            return None
        return self._fix_all(progress, reprice, now if exact else None)

    def _fix_all(self, progress: Progress, reprice: int, now: float | None) -> dict[int, Row] | None:
        """A part of a row for everyone, fixed a few at a time; None where time ran out or it is hopeless.

        With what the roster costs `now`, where columns' costs are exact: only then is it known what is hopeless. People
        who are fixed leave the master then as soon as they are enough, as a smaller one is solved much faster, and
        pricing waits until fixing has cost something. Where sums are balanced that made rosters dearer.
        """
        master, bound = self._master, self._master.bound
        units = list(range(len(self._people)))
        """The person of each unit of the present master."""
        fixed: dict[int, Column] = {}
        chosen: dict[int, Row] = {}
        master.solve()
        while True:
            before = master.value
            for number in self._to_fix(master, fixed, LIKELY if now is not None else 1.0):
                master.fix(number)
                column = master.columns[number]
                fixed[column.unit] = column
                chosen[units[column.unit]] = column.row
            if len(chosen) == len(self._people):
                return chosen
            if now is not None and len(fixed) >= LEAVES_SHARE * len(units):
                master, stay = master.without(list(fixed.values()), COLUMNS_KEPT)
                units, fixed = [units[unit] for unit in stay], {}
            newest, _ = master.solve()
            for _ in range(reprice):
                if progress.over():
                    return None
                if now is not None and master.value <= before + SETTLED * abs(before):
                    break
                still_open = [unit for unit in range(len(units)) if unit not in fixed]
                _, new = master.price(newest, partial(self._price_of, units), still_open)
                if not new:
                    break
                newest, _ = master.solve()
            if now is not None and master.value > now + max(HOPELESS * abs(now), now - bound):
                return None

    def _price_of(
        self, units: Sequence[int], unit: int, prices: Floats, slopes: Floats
    ) -> list[tuple[float, float, Row]]:
        """As `_price`, for the person of a unit of the present master."""
        return self._price(units[unit], prices, slopes)

    def _to_fix(self, master: Master, fixed: Mapping[int, Column], enough: float) -> list[int]:
        """The sure columns of people still open, else the heaviest one."""
        heaviest = sorted(
            (-weight, number) for number, weight in master.weights.items() if master.columns[number].unit not in fixed
        )
        count = len(self._people)
        sure = [number for weight, number in heaviest[: max(1, count // 10)] if -weight >= SURE]
        likely = [number for weight, number in heaviest[: max(1, count // 30)] if -weight >= enough]
        return sure or likely or [heaviest[0][1]]

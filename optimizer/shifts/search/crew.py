"""A roster in the making, person by person: rows, who is on shift when, and what all of it costs.

Every change is one person's row taken out and the best one put back, so all personal rules always hold. Hard rules
about the team are priced so high that they hold too wherever they can; a roster that breaks one is not offered.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from optimizer.shifts.cover.table import CoverTable
from optimizer.shifts.grid import Grid
from optimizer.shifts.progress import Progress
from optimizer.shifts.rows.finder import RowFinder, Window
from optimizer.shifts.rows.people import Person
from optimizer.shifts.rows.weighing import Weigher
from optimizer.shifts.search.team_terms import TeamTerms
from roster.problem import Assigned

Floats = NDArray[np.float64]

SLOPE_TRIES = 3
"""How often a row is sought again with other prices on what is balanced, to meet its convex cost."""

CLOSED = 0.01
"""A row so near to what is proved is the best one."""

KNOWN_ROWS = 30
"""How many of each person's last rows are remembered."""


class Crew:
    """The rows of everyone who is rostered, with their costs kept up to date."""

    def __init__(self, grid: Grid, people: Sequence[Person], finder: RowFinder, cover: CoverTable) -> None:
        self.grid = grid
        self.people = people
        self.finder = finder
        self.cover = cover
        self.rows: dict[str, list[int]] = {}
        self._costs: dict[str, int] = {}
        """What each row costs by personal rules, once it was asked."""
        self.presence = cover.given.copy()
        """Who is on shift, [group, interval]."""
        self.works = cover.shifts.given.copy()
        """How many work each option."""
        self._gaps = cover.gaps(self.presence)
        self.team = TeamTerms(grid)
        """Who is kept together and apart."""
        self._person = {person.agent.id: person for person in people}
        self._weighers = {person.agent.id: Weigher(person) for person in people}
        self._none: Floats = np.zeros(len(grid.options))
        self.slopes: dict[str, Floats] = {}
        """The price on each balance that last gave each person's best row."""
        self.worth: Floats | None = None
        """What a bound has found each option to add to the cost of cover, [group, option]."""
        self.lean = 0.0
        """By how much prices lean from what an option adds just now towards that: 0 not at all, 1 wholly."""
        self.known: dict[str, dict[tuple[int, ...], None]] = {person.agent.id: {} for person in people}
        """The last rows of each person, the newest at the end: columns to begin with."""

    def cost(self) -> int:
        """Cost of the whole roster, as the rules count it; breaches of hard rules about the team cost very much."""
        return self._personal_cost(self.people) + round(self._team_cost())

    def _personal_cost(self, people: Iterable[Person]) -> int:
        return sum(self._cost_of_row(person) for person in people)

    def _cost_of_row(self, person: Person) -> int:
        agent = person.agent.id
        if agent not in self._costs:
            self._costs[agent] = round(self._cost_of(person, self.rows[agent], self._none))
        return self._costs[agent]

    def _team_cost(self) -> float:
        cover = float(self.cover.cost(self.presence, self._gaps).sum()) + self.cover.shifts.cost(self.works)
        return cover + self.team.cost()

    def broken(self) -> int:
        """How many breaches of hard rules about the team the roster has."""
        return self.team.broken() + self.cover.broken(self._gaps)

    def offer(self, progress: Progress) -> None:
        """Offer the roster to the run, unless it breaks a hard rule about the team."""
        if not self.broken():
            progress.offer(self.cost(), self.assignments)

    def cost_by_day(self) -> Floats:
        """What cover costs on each day (where an interval lies on two days, on that of the first shift in it)."""
        cover = self.cover
        by_day: Floats = cover.shifts.costs(self.works).reshape(self.grid.problem.days, -1).sum(axis=1)
        if cover.size:
            np.add.at(by_day, cover.days, cover.cost(self.presence, self._gaps))
        return by_day

    def put(self, person: Person, row: Sequence[int]) -> None:
        """Give `person` this row (indices into the grid's options)."""
        self.take(person)
        self._change(person, list(row), 1.0)
        self.rows[person.agent.id] = list(row)
        self.know(person, row)
        self.team.put(person.agent.id, row)

    def know(self, person: Person, row: Sequence[int]) -> None:
        """Remember a valid row of `person`."""
        known, key = self.known[person.agent.id], tuple(row)
        known.pop(key, None)
        known[key] = None
        if len(known) > KNOWN_ROWS:
            del known[next(iter(known))]

    def known_rows(self) -> list[list[tuple[int, ...]]]:
        """The last rows of each person, the present one at the end."""
        for person in self.people:
            self.know(person, self.rows[person.agent.id])
        return [list(self.known[person.agent.id]) for person in self.people]

    def take(self, person: Person) -> list[int] | None:
        """Take the person's row out; returns it."""
        row = self.rows.pop(person.agent.id, None)
        self._costs.pop(person.agent.id, None)
        if row is not None:
            self._change(person, row, -1.0)
            self.team.take(person.agent.id)
        return row

    def _change(self, person: Person, row: list[int], sign: float) -> None:
        self.works[row] += sign
        if not self.cover.size:
            return
        group = self.cover.group_of[person.agent.id]
        heads = sign * self.cover.heads(row)
        self.presence[group] += heads
        self.cover.change_gaps(self._gaps, group, heads)

    def prices(self, person: Person) -> Floats:
        """What each option of `person` would add to the cost of the team's rules, given what the others work."""
        prices = self.cover.shifts.price_of_one(self.works)
        if self.cover.size:
            prices += self.cover.covers @ self.cover.price_of_one(self._gaps, self.cover.group_of[person.agent.id])
        if self.lean and self.worth is not None:
            prices += self.lean * (self.worth[self.cover.group_of[person.agent.id]] - prices)
        ties = self.team.prices(person.agent.id)
        return prices if ties is None else prices + ties

    def reinsert(self, person: Person, noise: Floats | None = None, days: range | None = None) -> bool:
        """Take `person` out and put the best row back, on prices shaken by `noise`; False where there is no row.

        With `days` (whole weeks) the row changes in those alone. Without noise the roster never gets worse. People who
        must be kept together are taken out together first: alone, neither could move.
        """
        bound = [self._person[agent] for agent in self.team.bound_to(person.agent.id) if agent in self.rows]
        if bound and person.agent.id in self.rows and self._reinsert_all([person, *bound], noise, days):
            return True
        return self._reinsert_one(person, noise, days)

    def _reinsert_all(self, people: Sequence[Person], noise: Floats | None, days: range | None) -> bool:
        """Put `people` back one after another, the first of them freely; False, and all as before, if that is no good.

        No good is more breaches of hard rules, or without noise a higher cost.
        """
        before, broken = self._personal_cost(people) + self._team_cost(), self.broken()
        rows = [self.rows[person.agent.id] for person in people]
        olds = [self.take(person) for person in people]
        done = all(self._insert(person, old, noise, days) for person, old in zip(people, olds, strict=True))
        if done and self.broken() <= broken:
            after = self._personal_cost(people) + self._team_cost()
            if noise is not None or after <= before:
                return True
        for person, row in zip(people, rows, strict=True):
            self.put(person, row)
        return False

    def _reinsert_one(self, person: Person, noise: Floats | None, days: range | None) -> bool:
        return self._insert(person, self.take(person), noise, days)

    def _insert(self, person: Person, old: list[int] | None, noise: Floats | None, days: range | None) -> bool:
        """Put in the best row of `person`, whose row was `old`; False, and `old` as it was, where there is none."""
        if days is not None and len(days) == self.grid.problem.days:
            days = None
        if old is None and days is not None:
            return False
        window = None if days is None or old is None else self.finder.window(person, old, days)
        kept = [] if days is None or old is None else [one for one in old if self.grid.options[one].day not in days]
        prices = self.prices(person)
        shaken = prices if noise is None else prices + noise
        if old is None:
            ways = self.candidates(person, shaken, window, kept)
        else:
            known = self._cost_of(person, old, shaken)
            ways = [(known, old), *self._better(person, shaken, window, kept, known)]
        if not ways:
            if old is not None:
                self.put(person, old)
            return False
        self.put(person, min(ways, key=lambda way: way[0])[1])
        return True

    def _cost_of(self, person: Person, row: Sequence[int], prices: Floats) -> float:
        return self._weighers[person.agent.id].weigh(row, prices, person.lowest)[0]

    def candidates(
        self, person: Person, prices: Floats, window: Window | None = None, kept: Sequence[int] = ()
    ) -> list[tuple[float, list[int]]]:
        """(value at `prices`, row): best rows for a few prices on what is balanced.

        These move towards those that each person's own row agrees with.
        """
        low, high = person.lowest, person.steepest
        slopes = self.slopes.get(person.agent.id, person.flattest)
        found: list[tuple[float, list[int]]] = []
        for _ in range(SLOPE_TRIES):
            best = self.finder.best(person, person.priced(prices, slopes), window)
            if best is None:
                break
            row = sorted((*kept, *best[1]))
            found.append((self._cost_of(person, row, prices), row))
            if not person.balances:
                break
            if found[-1] is min(found, key=lambda way: way[0]):
                self.slopes[person.agent.id] = slopes
            least, most = person.slopes(row)
            below, above = slopes < least, slopes > most
            if not (below | above).any():
                break
            low, high = np.where(below, slopes, low), np.where(above, slopes, high)
            wanted = np.where(below, np.minimum(high, least), np.maximum(low, most))
            slopes = np.where(below | above, (slopes + wanted) / 2, slopes)
        return found

    def _better(
        self, person: Person, prices: Floats, window: Window | None, kept: Sequence[int], known: float
    ) -> list[tuple[float, list[int]]]:
        """As `candidates`, where a row is `known` at this value.

        A row is best for certain once no balance could cost less at its price than it does. Until then prices move by
        what the cheapest row is above what is proved, each balance by its share in that.
        """
        agent, weigher = person.agent.id, self._weighers[person.agent.id]
        slopes = self.slopes.get(agent, person.flattest)
        found: list[tuple[float, list[int]]] = []
        for _ in range(SLOPE_TRIES):
            best = self.finder.best(person, person.priced(prices, slopes), window)
            if best is None:
                break
            row = sorted((*kept, *best[1]))
            cost, excess, lack = weigher.weigh(row, prices, slopes)
            found.append((cost, row))
            known, beyond = min(known, cost), float(excess.sum())
            gap = known - (cost - beyond)
            if not person.balances or gap <= CLOSED:
                break
            moves = np.divide(gap * excess, beyond * lack, out=np.zeros_like(lack), where=lack != 0)
            slopes = np.clip(slopes + moves, person.lowest, person.steepest)
        if person.balances:
            self.slopes[agent] = slopes
        return found

    def assignments(self, rows: Mapping[str, Sequence[int]] | None = None) -> tuple[Assigned, ...]:
        """The roster (or that of `rows`, a snapshot), with the pins of another team's people, by agent and day."""
        rows = self.rows if rows is None else rows
        lines: list[Assigned] = []
        for agent in self.grid.problem.agents:
            if agent.fixed:
                pins = sorted((pin.day, pin.shift) for pin in agent.pins if pin.shift is not None)
                lines += [Assigned(agent=agent.id, day=day, shift=shift) for day, shift in pins]
            else:
                options = (self.grid.options[index] for index in rows[agent.id])
                lines += [Assigned(agent=agent.id, day=option.day, shift=option.shift) for option in options]
        return tuple(lines)

    def begin_with(self, assignments: Iterable[Assigned]) -> None:
        """Give everyone their row of a given roster, where it is valid; others have none yet."""
        index = {(option.day, option.shift): number for number, option in enumerate(self.grid.options)}
        wanted: dict[str, list[int]] = {}
        for line in assignments:
            if (line.day, line.shift) in index:
                wanted.setdefault(line.agent, []).append(index[line.day, line.shift])
        for person in self.people:
            row = sorted(wanted.get(person.agent.id, ()))
            if self.finder.allows(person, row):
                self.put(person, row)

    def snapshot(self) -> dict[str, list[int]]:
        """A copy of all rows, for `restore`."""
        return {agent: list(row) for agent, row in self.rows.items()}

    def restore(self, rows: dict[str, list[int]]) -> None:
        """Back to a snapshot."""
        for person in self.people:
            if self.rows.get(person.agent.id) != rows[person.agent.id]:
                self.put(person, rows[person.agent.id])

"""A day by best responses: everybody's breaks at once at their best, then again and again with noise that fades.

Without noise a plan sticks where no single person can do better alone. What was planned before is where it begins.
"""

import time
from dataclasses import dataclass

import numpy as np

from optimizer.day.arrays import (
    Bookings,
    Chains,
    Covering,
    Floats,
    Ints,
    Scratch,
    State,
    booking_table,
    chains_of,
    codes_of,
    covering_of,
    empty_state,
    plan_of,
    scratch_of,
)
from optimizer.day.book import bookings_cost, drop_booking, respond_booking
from optimizer.day.chain import breaks_and_cover, respond, sweep
from optimizer.day.matching import matched
from optimizer.day.options import most_placed
from optimizer.day.plan import Plan
from optimizer.day.prepared import Prepared
from optimizer.day.resume import resume
from roster.day_problem import DebriefRequest

SWEEPS = 6
NOISE = 50.0
"""Mean of the noise at first, in cost per quarter."""
BOOK_EVERY = 10
"""Sweeps between two rounds of the bookings."""


@dataclass
class DaySearch:
    """A plan in the making, and the tables it is made with."""

    day: Prepared
    chains: Chains
    covering: Covering
    bookings: Bookings
    state: State

    @classmethod
    def of(cls, day: Prepared) -> "DaySearch":
        """Nothing placed yet."""
        problem, codes = day.problem, codes_of(day.problem)
        chains = chains_of(problem, day.people, codes, len(problem.agents) + len(problem.others))
        covering = covering_of(problem, day.cover)
        bookings = booking_table(day.bookings, codes)
        return cls(day, chains, covering, bookings, empty_state(problem, chains, covering, bookings))

    def __post_init__(self) -> None:
        self._chain_of: Ints = np.full(len(self.covering.group), -1, dtype=np.int64)
        self._chain_of[self.chains.person] = np.arange(len(self.chains.person))
        self._movers = np.flatnonzero(self.chains.many > 0)
        quarters = self.day.problem.quarters
        self._scratch: Scratch = scratch_of(self.chains, quarters)
        self._still = np.zeros(quarters)
        self._silent = np.zeros((len(self._movers), quarters))
        self._calm = np.zeros(len(self.bookings.peer))
        self._room = np.zeros(len(self.bookings.peer))

    def cost(self) -> float:
        """The objective of the plan as it is."""
        return breaks_and_cover(self.chains, self.covering, self.state) + bookings_cost(self.bookings, self.state)

    def plan(self) -> Plan:
        """The plan as it is."""
        return plan_of(self.chains, self.state, self.day)

    def first(self) -> None:
        """A valid plan at once: the earlier one, with what has no place in it added; or one from nothing."""
        if resume(self.day, self.chains, self.covering, self.bookings, self.state):
            for chain in self._lacking():
                self._respond(chain)
            for chain in self._lacking():
                self._give_way(chain)
            self._place_missing()
            return
        self._settle()
        self._place_missing()
        self._settle()

    def _lacking(self) -> list[int]:
        """Chains of which a break has no place that could have one."""
        found = []
        for chain in self._movers.tolist():
            first, many = int(self.chains.first[chain]), int(self.chains.many[chain])
            placed = int((self.state.slot[first : first + many] >= 0).sum())
            if placed < many and placed < most_placed(self.day.people[chain]):
                found.append(chain)
        return found

    def _respond(self, chain: int) -> None:
        respond(self.chains, self.covering, self.state, chain, self._still, self._scratch)

    def _give_way(self, chain: int) -> None:
        """Move a person's bookings out of the way of their breaks, if that costs less: none takes a break from them."""
        before, kept = self.cost(), self._copy()
        code = self.day.people[chain].person.id
        for number, booking in enumerate(self.day.bookings):
            if code in booking.people and self.state.place[number] >= 0:
                self._book(number, -1, self._calm)
                self._respond(chain)
        if self.cost() >= before:
            self.state = kept

    def _settle(self) -> None:
        """Best responses until nobody moves, or everybody has had a few."""
        for _ in range(SWEEPS):
            if not self._sweep(self._movers, self._silent):
                break

    def _place_missing(self) -> None:
        """Bookings without a place: appointments with few places first; then each debrief at the peer whom a matching
        of as many as possible gives it, then at any.
        """
        missing = np.flatnonzero(self.state.place < 0).tolist()
        asked = {number: self.day.bookings[number] for number in missing}
        debriefs = [number for number in missing if isinstance(asked[number].asked, DebriefRequest)]
        for number in sorted(set(missing) - set(debriefs), key=lambda one: len(asked[one].places)):
            if asked[number].places and not self._book(number, -1, self._calm):
                self._make_way(number)
        wishes = {
            str(number): list(dict.fromkeys(place.peer for place in asked[number].places if place.peer is not None))
            for number in debriefs
        }
        codes = codes_of(self.day.problem)
        left = {code: int(self.state.sessions[place]) for code, place in codes.items()}
        peers = matched(wishes, left)
        for number in debriefs:
            if str(number) in peers:
                self._book(number, codes[peers[str(number)]], self._calm)
        for number in debriefs:
            if self.state.place[number] < 0:
                self._book(number, -1, self._calm)

    def _make_way(self, booking: int) -> None:
        """Give an appointment a place by moving another of the same people elsewhere, if that costs less in all."""
        people = set(self.day.bookings[booking].people)
        for other in np.flatnonzero(self.state.place >= 0).tolist():
            if not people & set(self.day.bookings[other].people):
                continue
            before, kept = self.cost(), self._copy()
            drop_booking(self.covering, self.bookings, self.state, other)
            self._book(booking, -1, self._calm)
            self._book(other, -1, self._calm)
            if self.cost() < before:
                return
            self.state = kept

    def improve(self, moves: int, seed: int, until: float) -> None:
        """About `moves` noisy best responses, the same for the same seed; the best plan met is left.

        `until`: of the monotonic clock, a guard.
        """
        sweeps = moves // max(1, len(self._movers) + len(self.bookings.minutes))
        noise = np.random.default_rng(seed)
        best_cost, best = self.cost(), self._copy()
        people, quarters, places = len(self._movers), self.day.problem.quarters, len(self.bookings.peer)
        for number in range(sweeps):
            if time.monotonic() > until:
                break
            heat = NOISE * (1 - number / sweeps) ** 2 if 0 < number < sweeps - 2 else 0.0
            order = noise.permutation(self._movers)
            self._sweep(order, noise.exponential(heat / 15, (people, quarters)) if heat else self._silent)
            if number % BOOK_EVERY == BOOK_EVERY - 1 or not heat:
                self._book_round(noise.exponential(heat, places) if heat else self._calm)
            cost = self.cost()
            if cost < best_cost:
                best_cost, best = cost, self._copy()
        self.state = best

    def _sweep(self, order: Ints, noise: Floats) -> int:
        return sweep(self.chains, self.covering, self.state, order, noise, self._scratch)

    def _book_round(self, noise: Floats) -> None:
        for booking in range(len(self.bookings.minutes)):
            self._book(booking, -1, noise)

    def _book(self, booking: int, only: int, noise: Floats) -> bool:
        return respond_booking(
            self.chains,
            self.covering,
            self.bookings,
            self.state,
            self._chain_of,
            booking,
            only,
            noise,
            self._still,
            self._room,
            self._scratch,
        )

    def _copy(self) -> State:
        return State(*(part.copy() for part in self.state))

"""A day by best responses: everybody's breaks at once at their best, then again and again with noise that fades.

Without noise a plan sticks where no single person can do better alone.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.day.arrays import (
    Chains,
    Covering,
    Floats,
    Ints,
    Scratch,
    State,
    Talks,
    chains_of,
    codes_of,
    covering_of,
    empty_state,
    plan_of,
    scratch_of,
    talks_of,
)
from optimizer.day.chain import breaks_and_cover, sweep
from optimizer.day.cover import Cover
from optimizer.day.matching import matched
from optimizer.day.options import DebriefOption, PersonOptions
from optimizer.day.plan import Plan
from optimizer.day.talks import respond_talk, talks_cost
from roster.day_problem import DayProblem

SWEEPS = 6
NOISE = 50.0
"""Mean of the noise at first, in cost per quarter."""
TALK_EVERY = 10
"""Sweeps between two rounds of the debriefs."""


@dataclass
class DaySearch:
    """A plan in the making, and the tables it is made with."""

    problem: DayProblem
    people: Sequence[PersonOptions]
    debriefs: Mapping[str, Sequence[DebriefOption]]
    chains: Chains
    covering: Covering
    talks: Talks
    state: State

    @classmethod
    def of(
        cls,
        problem: DayProblem,
        people: Sequence[PersonOptions],
        debriefs: Mapping[str, Sequence[DebriefOption]],
        cover: Cover,
    ) -> "DaySearch":
        """Nothing placed yet."""
        codes = codes_of(problem)
        chains = chains_of(problem, people, codes, len(problem.agents) + len(problem.others))
        covering = covering_of(problem, cover)
        talks = talks_of(problem, debriefs, cover, codes)
        return cls(problem, people, debriefs, chains, covering, talks, empty_state(problem, chains, covering))

    def __post_init__(self) -> None:
        self._chain_of: Ints = np.full(len(self.covering.group), -1, dtype=np.int64)
        self._chain_of[self.chains.person] = np.arange(len(self.chains.person))
        self._movers = np.flatnonzero(self.chains.many > 0)
        quarters = self.problem.quarters
        self._mine: Scratch = scratch_of(self.chains, quarters)
        self._theirs: Scratch = scratch_of(self.chains, quarters)
        self._still = np.zeros(quarters)
        self._silent = np.zeros((len(self._movers), quarters))

    def cost(self) -> float:
        """The objective of the plan as it is."""
        return breaks_and_cover(self.chains, self.covering, self.state) + talks_cost(self.talks, self.state)

    def plan(self) -> Plan:
        """The plan as it is."""
        return plan_of(self.chains, self.state, self.people, self.problem, self.debriefs)

    def first(self) -> None:
        """A valid plan at once."""
        self._settle()
        self._place_debriefs()
        self._settle()

    def _settle(self) -> None:
        """Best responses until nobody moves, or everybody has had a few."""
        for _ in range(SWEEPS):
            if not self._sweep(self._movers, self._silent):
                break

    def _place_debriefs(self) -> None:
        """First each request at the peer whom a matching of as many as possible gives it, then any peer."""
        wishes = {key: list(dict.fromkeys(one.peer for one in some)) for key, some in self.debriefs.items()}
        sessions = {code: person.sessions_left for code, person in self.problem.agent_of.items()}
        peers = matched(wishes, sessions)
        silent = np.zeros(len(self.talks.peer))
        for request, asked in enumerate(self.problem.debriefs):
            if asked.id in peers:
                some = self.debriefs[asked.id]
                option = next(place for place, one in enumerate(some) if one.peer == peers[asked.id])
                self._talk(request, int(self.talks.peer[self.talks.begin[request] + option]), silent)
        self._talk_round(silent)

    def improve(self, moves: int, seed: int, until: float) -> None:
        """About `moves` noisy best responses, the same for the same seed; the best plan met is left.

        `until`: of the monotonic clock, a guard.
        """
        sweeps = moves // max(1, len(self._movers))
        noise = np.random.default_rng(seed)
        best_cost, best = self.cost(), self._copy()
        people, quarters, options = len(self._movers), self.problem.quarters, len(self.talks.peer)
        for number in range(sweeps):
            if time.monotonic() > until:
                break
            heat = NOISE * (1 - number / sweeps) ** 2 if number < sweeps - 2 else 0.0
            order = noise.permutation(self._movers)
            self._sweep(order, noise.exponential(heat / 15, (people, quarters)) if heat else self._silent)
            if number % TALK_EVERY == TALK_EVERY - 1:
                self._talk_round(noise.exponential(heat, options) if heat else np.zeros(options))
            cost = self.cost()
            if cost < best_cost:
                best_cost, best = cost, self._copy()
        self.state = best

    def _sweep(self, order: Ints, noise: Floats) -> int:
        return sweep(self.chains, self.covering, self.state, order, noise, self._mine)

    def _talk_round(self, noise: Floats) -> None:
        for request in range(len(self.talks.agent)):
            self._talk(request, -1, noise)

    def _talk(self, request: int, only: int, noise: Floats) -> bool:
        return respond_talk(
            self.chains,
            self.covering,
            self.talks,
            self.state,
            self._chain_of,
            request,
            only,
            noise,
            self._still,
            self._mine,
            self._theirs,
        )

    def _copy(self) -> State:
        return State(*(part.copy() for part in self.state))

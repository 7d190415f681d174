"""Who takes what, and why: one pure decision for all contacts that wait, over all agents on the floor.

Hard filters say who may and soft costs who should (`pricing`); a minimum-cost assignment picks all pairs at once
(`matching`). Past the limit of a contact's priority soft protections yield in the policy's order; life at risk is
decided first and passes what the policy says. What that takes from a person is named in minutes of rest owed.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from optimizer.routing.asks import HALF_A_MICROSECOND, asks_of, declined_of, in_order, pressing
from optimizer.routing.columns import CHANNELS, ID, Floats, Ints
from optimizer.routing.explain import Candidate, CostFactor, Why
from optimizer.routing.floor import AgentOnFloor, Floor, HeldContact, WaitingContact
from optimizer.routing.look_ahead import worth_waiting
from optimizer.routing.matching import match
from optimizer.routing.pricing import choose, price
from optimizer.routing.terms import (
    PASS_CAPS,
    PASS_LIGHT,
    PASS_LIMIT,
    PASS_NOTHING,
    PASS_REST,
    Terms,
    terms_of,
)
from roster.contacts import HEAVY_TIERS, Tier
from roster.load.pools import Load
from roster.policy import Policy, default_policy
from roster.protections import Protection
from roster.rest import AgentState

__all__ = ["Candidate", "CostFactor", "Decision", "LookAhead", "Yielded", "decide", "warm_up"]

_WORDS = {
    Protection.LIGHT_ONLY: "light-only",
    Protection.HEAVY_CAPS: "heavy-contact cap",
    Protection.REST: "rest",
    Protection.PRIVATE_LIMIT: "not available for this contact",
}


REST_YIELDED = _WORDS[Protection.REST]


@dataclass(frozen=True)
class Yielded:
    """A protection that gave way to a contact, and the rest it cost (minutes)."""

    protection: str
    minutes: int


@dataclass(frozen=True)
class LookAhead:
    """A heavy contact waits for somebody fresher: at most until then, and the points that it is expected to save."""

    until: datetime
    saving: float


class Decision:
    """Who takes a contact (`agent_id` empty: it waits), the sentence, the factors in points, two next-best.

    `cost` is the sum of the factors, of which each says whether it is private; `sentence` holds nothing private. They
    are worked out when first asked for, from the floor as it was: read them before columns are written in place.
    """

    __slots__ = ("_why", "agent_id", "contact_id", "cost", "look_ahead", "yielded")

    def __init__(
        self,
        contact_id: str,
        agent_id: int | None,
        cost: float,
        yielded: tuple[Yielded, ...],
        look_ahead: LookAhead | None,
        why: Why,
    ) -> None:
        self.contact_id = contact_id
        self.agent_id = agent_id
        self.cost = cost
        self.yielded = yielded
        self.look_ahead = look_ahead
        self._why = why

    @property
    def sentence(self) -> str:
        """Why, in words that anybody may read."""
        return self._why.sentence

    @property
    def factors(self) -> tuple[CostFactor, ...]:
        """What spoke for and against the agent; empty while it waits."""
        return self._why.factors

    @property
    def next_best(self) -> tuple[Candidate, ...]:
        """The two who would have been next."""
        return self._why.next_best

    def _told(self) -> tuple[object, ...]:
        own = (self.contact_id, self.agent_id, self.cost, self.yielded, self.look_ahead)
        return (*own, self.sentence, self.factors, self.next_best)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Decision) and self._told() == other._told()

    def __hash__(self) -> int:
        return hash((self.contact_id, self.agent_id))

    def __repr__(self) -> str:
        return f"Decision({self.contact_id!r}, {self.agent_id!r}, {self.sentence!r})"


def decide(floor: Floor, waiting: Sequence[WaitingContact], now: datetime, policy: Policy) -> tuple[Decision, ...]:
    """One decision for each of `waiting`, in the order of `waiting`.

    Pure and total: no clock, no randomness; any floor and any contacts give a decision for each contact. An
    agent gets more than one contact only where their channel's concurrency allows it.
    """
    return _Deciding(floor, now, terms_of(policy)).all(waiting)


class _Deciding:
    """One decision on its way: the floor as it fills, and what was found."""

    def __init__(self, floor: Floor, now: datetime, terms: Terms) -> None:
        self.floor = floor
        self.now = now
        self.at = now.timestamp()
        self.terms = terms
        self.found: dict[str, Decision] = {}
        self.held_back: dict[int, int] = defaultdict(int)
        self.given: list[tuple[WaitingContact, int]] = []
        self.nobody_free = False

    def all(self, waiting: Sequence[WaitingContact]) -> tuple[Decision, ...]:
        """Life at risk first; then everything; then, for what waited too long, protections yield one by one."""
        order: Sequence[WaitingContact] = waiting if len(waiting) < 2 else in_order(waiting)
        at_risk = [contact for contact in order if contact.life_at_risk]
        left: Sequence[WaitingContact] = order
        if at_risk:
            left = [contact for contact in order if not contact.life_at_risk]
            still: Sequence[WaitingContact] = self.round(at_risk, PASS_NOTHING)
            for passed in self.terms.at_risk:
                still = still and self.round(still, passed)
            self.leave(still)
        left = left and self.round(left, PASS_NOTHING)
        if left and self.terms.yielding and not self.nobody_free:
            late: Sequence[WaitingContact] = [contact for contact in left if self.overdue(contact)]
            for passed in self.terms.yielding:
                late = late and self.round(late, passed)
            left = [contact for contact in left if contact.id not in self.found]
        self.leave(left)
        found = self.found
        return tuple([found[contact.id] for contact in waiting])

    def overdue(self, contact: WaitingContact) -> bool:
        """Whether it has waited past the limit of its priority."""
        return self.waited(contact) >= self.terms.max_wait[contact.priority] - HALF_A_MICROSECOND

    def waited(self, contact: WaitingContact) -> float:
        """Seconds since it arrived."""
        return self.at - contact.arrived

    def leave(self, contacts: Sequence[WaitingContact]) -> None:
        """What still waits, and why."""
        floor, now, terms, found = self.floor, self.now, self.terms, self.found
        for contact in contacts:
            why = Why(floor, contact, now, terms, None, PASS_NOTHING, False, None)
            found[contact.id] = Decision(contact.id, None, 0.0, (), None, why)

    def round(self, left: Sequence[WaitingContact], passed: int) -> Sequence[WaitingContact]:
        """Give what can be given where protections yield as far as `passed`; what is left."""
        ahead = self.terms.look_ahead if passed == PASS_NOTHING else 0.0
        while left:
            self.settle()
            asks, declined = asks_of(self.floor, left), declined_of(left)
            if len(left) == 1:
                return () if self.one(left[0], asks, declined, passed, ahead) else left
            weights = self.terms.weights
            rows, contact_of, place_of, costs = price(
                self.floor.columns.arrays, asks, declined, self.at, passed, weights
            )
            if not len(contact_of):
                return left
            if ahead and self.hold_back(left, asks, declined, contact_of, ahead):
                left = [contact for contact in left if contact.id not in self.found]
                continue
            urgent, late = pressing(asks, self.at, weights.wait, self.terms.max_waits)
            pair_of = match(contact_of, place_of, costs, urgent, late)
            for each, pair in enumerate(pair_of.tolist()):
                if pair >= 0:
                    self.give(left[each], int(rows[place_of[pair]]), float(costs[pair]), passed)
            left = [contact for contact in left if contact.id not in self.found]
            if not self.more_room():
                # Only rest that yields would find anybody else, and it does not yield to a wait.
                self.nobody_free = len(self.given) == len(rows)
                return left
        return left

    def one(self, contact: WaitingContact, asks: Floats, declined: Ints, passed: int, ahead: float) -> bool:
        """The same as a round, for a single contact: no matching is needed. Whether it is decided."""
        row, cost = choose(self.floor.columns.arrays, asks, declined, self.at, passed, self.terms.weights)
        if row < 0:
            return False
        if not (ahead and contact.is_heavy and self.hold(contact, asks, declined, self.held_back[contact.queue_id])):
            self.give(contact, row, cost, passed)
        return True

    def hold_back(
        self, left: Sequence[WaitingContact], asks: Floats, declined: Ints, contact_of: Ints, ahead: float
    ) -> bool:
        """Let heavy contacts wait where that pays; whether any does. `contact_of`: those that somebody may have."""
        since = self.at - ahead
        heavy = [each for each, contact in enumerate(left) if contact.is_heavy and contact.arrived > since]
        if not heavy:
            return False
        possible = set(contact_of.tolist())
        rivals = Counter(contact.queue_id for each, contact in enumerate(left) if each not in possible)
        held = sum(self.held_back.values())
        for each in heavy:
            contact, row = left[each], slice(each, each + 1)
            if each in possible and self.hold(
                contact, asks[row], declined[row], rivals[contact.queue_id] + self.held_back[contact.queue_id]
            ):
                self.held_back[contact.queue_id] += 1
        return sum(self.held_back.values()) > held

    def hold(self, contact: WaitingContact, asks: Floats, declined: Ints, rivals: int) -> bool:
        """Let a heavy contact wait a bounded moment, if the forecast of who becomes free says that it pays."""
        horizon = self.terms.look_ahead - self.waited(contact)
        if horizon <= 0 or not contact.is_heavy or contact.life_at_risk or self.overdue(contact):
            return False
        weights = self.terms.weights
        saving = worth_waiting(self.floor.columns.arrays, asks, declined, self.at, weights, horizon, rivals)
        if saving <= self.terms.policy.routing.look_ahead_margin:
            return False
        until = self.now + timedelta(seconds=horizon)
        why = Why(self.floor, contact, self.now, self.terms, None, PASS_NOTHING, False, until)
        self.found[contact.id] = Decision(contact.id, None, 0.0, (), LookAhead(until, round(saving, 2)), why)
        return True

    def give(self, contact: WaitingContact, row: int, cost: float, passed: int) -> None:
        """`contact` goes to the agent in `row`."""
        agent_id = int(self.floor.columns.counts[ID, row])
        yielded = () if passed == PASS_NOTHING else self.yielded(contact, agent_id, row, passed)
        why = Why(self.floor, contact, self.now, self.terms, row, passed, bool(yielded), None)
        self.found[contact.id] = Decision(contact.id, agent_id, round(cost, 2), yielded, None, why)
        self.given.append((contact, row))

    def more_room(self) -> bool:
        """Whether anybody who was just given something could take another of its channel."""
        held = self.floor.columns.held
        limits = self.terms.policy.routing.concurrency
        return any(held[row] + 1 < limits.get(contact.channel, 1) for contact, row in self.given)

    def settle(self) -> None:
        """Put what was given into hands, before anything else is decided."""
        if not self.given:
            return
        ids, agents = self.floor.columns.ids, self.floor.agents
        changed = []
        for contact, row in self.given:
            agent = agents[int(ids[row])]
            held = HeldContact(contact.id, contact.channel, contact.score, contact.tier, contact.handle_seconds)
            changed.append(replace(agent, held=(*agent.held, held)))
        self.floor = self.floor.changed(changed)
        self.given.clear()

    def yielded(self, contact: WaitingContact, agent_id: int, row: int, passed: int) -> tuple[Yielded, ...]:
        """What the agent is protected by and gets this contact all the same, in minutes of rest owed."""
        agent, policy = self.floor.agents[agent_id], self.terms.policy
        found = []
        if passed & PASS_LIGHT and contact.score >= policy.routing.light_score_below:
            found.append((Protection.LIGHT_ONLY, self.minutes_until(agent.light_only_until)))
        if passed & PASS_CAPS and contact.tier in HEAVY_TIERS:
            columns, load = self.floor.columns, policy.load
            beyond = columns.heavy_shift[row] >= load.max_heavy_per_shift
            beyond = beyond or columns.heavy_week[row] >= load.max_heavy_per_7_days
            found.append((Protection.HEAVY_CAPS, max(1, policy.rest.heavy_minutes) if beyond else 0))
        if passed & PASS_REST:
            closed = agent.closed_at(self.now)
            minutes = self.minutes_until(closed.ends_at if closed and closed.is_rest else None)
            found.append((Protection.REST, max(minutes, self.minutes_until(agent.wrap_up_until))))
        if passed & PASS_LIMIT:
            limited = contact.queue_id in agent.limited_queues or contact.topics & agent.limits
            found.append((Protection.PRIVATE_LIMIT, max(1, policy.rest.severe_minutes) if limited else 0))
        return tuple(Yielded(_WORDS[protection], minutes) for protection, minutes in found if minutes)

    def minutes_until(self, instant: datetime | None) -> int:
        """Whole minutes from now on, begun ones too; 0 for what is past."""
        return 0 if instant is None else max(0, math.ceil((instant - self.now).total_seconds() / 60))


def warm_up() -> None:
    """Compile what decisions need (or fetch it from numba's cache), so that the first contact does not wait for it."""
    now = datetime(2000, 1, 1, tzinfo=UTC)
    policy = default_policy()
    ahead = policy.routing.model_copy(update={"look_ahead_seconds": 60, "look_ahead_margin": 1e9})
    agents = [
        AgentOnFloor(number, f"{number}", {1: 2}, frozenset(CHANNELS), AgentState.AVAILABLE, Load(0.0, 0.0, now))
        for number in (1, 2)
    ]
    contacts = [WaitingContact(f"{number}", 1, CHANNELS[0], 5, now, 20, 60, Tier.HEAVY) for number in range(3)]
    for few in (contacts[:1], contacts):
        for decision in decide(Floor.of(agents, [1]), few, now, policy.model_copy(update={"routing": ahead})):
            _ = (decision.sentence, decision.factors)

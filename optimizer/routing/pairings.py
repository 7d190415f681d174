"""What a contact would cost with each of those who may have it: for software that picks among them itself."""

from dataclasses import dataclass
from datetime import datetime

from optimizer.routing.asks import asks_of, declined_of
from optimizer.routing.explain import Candidate, CostFactor, Why, named_factors
from optimizer.routing.floor import Floats, Floor, Ints, WaitingContact
from optimizer.routing.pricing import explain
from optimizer.routing.terms import PASS_NOTHING, terms_of
from roster.policy import Policy


@dataclass(frozen=True)
class Prices:
    """Who may have a contact, by agent id, each one's cost in points, and its factors (agents x parts)."""

    agents: Ints
    costs: Floats
    parts: Floats

    def of(self, agent_id: int) -> float | None:
        """What the agent would cost; nothing for one who may not have it."""
        place = self._place(agent_id)
        return None if place is None else float(self.costs[place])

    def factors(self, agent_id: int) -> tuple[CostFactor, ...]:
        """The factors of the agent's cost."""
        place = self._place(agent_id)
        return () if place is None else named_factors(self.parts[place])

    def _place(self, agent_id: int) -> int | None:
        places = (self.agents == agent_id).nonzero()[0]
        return int(places[0]) if len(places) else None


def prices_of(floor: Floor, contact: WaitingContact, now: datetime, policy: Policy) -> Prices:
    """Everybody who may take `contact` now with every protection in force, in order of agent id."""
    asks, declined, weights = asks_of(floor, [contact]), declined_of([contact]), terms_of(policy).weights
    rows, costs, parts = explain(floor.columns.arrays, asks, declined, now.timestamp(), PASS_NOTHING, weights)
    return Prices(floor.columns.ids[rows], costs, parts)


def pairings_of(floor: Floor, contact: WaitingContact, now: datetime, policy: Policy) -> tuple[Candidate, ...]:
    """Everybody who may take `contact` now with every protection in force, cheapest first, factor by factor."""
    return Why(floor, contact, now, terms_of(policy), None, PASS_NOTHING, False, None).able()

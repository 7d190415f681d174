"""Routing decisions in words and numbers. Sentences here hold nothing private: leads and software read them."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np

from optimizer.routing import columns as agent_at
from optimizer.routing.asks import asks_of, declined_of, pressing
from optimizer.routing.columns import Floats, Ints
from optimizer.routing.floor import AgentOnFloor, Floor, WaitingContact
from optimizer.routing.pricing import PARTS, explain
from optimizer.routing.terms import Terms

PROFICIENCY_WORDS = {1: "learning it", 2: "able at it", 3: "expert at it"}
NEXT_BEST = 2
WAIT_FACTOR = "cost of leaving it to wait"


@dataclass(frozen=True)
class CostFactor:
    """One factor of a decision, in points of cost (negative speaks for the person); private = about their load."""

    name: str
    points: float
    private: bool


@dataclass(frozen=True)
class Candidate:
    """Somebody who could have taken it too: what it would have cost, factor by factor."""

    agent_id: int
    name: str
    cost: float
    factors: tuple[CostFactor, ...]


class Why:
    """One decision's reasons, worked out from the floor of that moment when somebody asks."""

    def __init__(
        self,
        floor: Floor,
        contact: WaitingContact,
        now: datetime,
        terms: Terms,
        row: int | None,
        passed: int,
        late: bool,
        until: datetime | None,
    ) -> None:
        self._floor = floor
        self._contact = contact
        self._now = now
        self._terms = terms
        self._row = row
        self._passed = passed
        self._late = late
        self._until = until

    @cached_property
    def sentence(self) -> str:
        """Why this agent, or why nobody yet."""
        if self._until is not None:
            return why_held(self._contact, self._now, self._until)
        if self._row is None:
            return why_waiting(self._floor, self._contact, self._now, self._terms)
        agent = self._agent(self._row)
        return why_taken(agent, self._contact, len(self._priced[0]), self._now, self._late)

    @cached_property
    def factors(self) -> tuple[CostFactor, ...]:
        """The factors of the agent's cost, and what leaving it to wait would cost."""
        if self._row is None:
            return ()
        rows, _, parts = self._priced
        own = named_factors(parts[int(np.flatnonzero(rows == self._row)[0])])
        asked = asks_of(self._floor, [self._contact])
        urgent, _ = pressing(asked, self._now.timestamp(), self._terms.weights.wait, self._terms.max_waits)
        return (*own, CostFactor(WAIT_FACTOR, round(float(urgent[0]), 2), False))

    @cached_property
    def next_best(self) -> tuple[Candidate, ...]:
        """The two cheapest others, cheapest first and then in order."""
        if self._row is None:
            return ()
        chosen = self._agent(self._row).id
        return tuple(other for other in self.able() if other.agent_id != chosen)[:NEXT_BEST]

    def able(self) -> tuple[Candidate, ...]:
        """Everybody who may take it, cheapest first and then in order."""
        rows, costs, parts = self._priced
        found = []
        for place in np.argsort(costs, kind="stable").tolist():
            agent = self._agent(int(rows[place]))
            found.append(Candidate(agent.id, agent.name, round(float(costs[place]), 2), named_factors(parts[place])))
        return tuple(found)

    @cached_property
    def _priced(self) -> tuple[Ints, Floats, Floats]:
        return explain(
            self._floor.columns.arrays,
            asks_of(self._floor, [self._contact]),
            declined_of([self._contact]),
            self._now.timestamp(),
            self._passed,
            self._terms.weights,
        )

    def _agent(self, row: int) -> AgentOnFloor:
        return self._floor.agents[int(self._floor.columns.ids[row])]


def named_factors(points: Floats) -> tuple[CostFactor, ...]:
    """The factors that are not nothing, of `points` in the order of `PARTS`."""
    rounded = points.round(2).tolist()
    return tuple(
        CostFactor(name, value, private) for (name, private), value in zip(PARTS, rounded, strict=True) if value
    )


def why_taken(agent: AgentOnFloor, contact: WaitingContact, eligible: int, now: datetime, yielded: bool) -> str:
    """Why `agent` takes `contact`, without a word about what anybody carries."""
    parts = [PROFICIENCY_WORDS.get(agent.skills.get(contact.queue_id, 0), "skilled")]
    if contact.owner_id == agent.id:
        parts.append("knows this contact from before")
    if agent.idle_since is not None and not agent.held:
        parts.append(f"free for {_duration((now - agent.idle_since).total_seconds())}")
    among = "the only one who can take it now" if eligible == 1 else f"best of {eligible} who could take it now"
    late = ", after it waited past the limit" if yielded and not contact.life_at_risk else ""
    danger = " A life is at risk." if contact.life_at_risk else ""
    return (
        f"{agent.name}: {', '.join(parts)}; {among}, by wait, skill and a fair share of the load. "
        f"Waited {_duration((now - contact.arrived_at).total_seconds())} of {contact.target_wait_seconds} s "
        f"aimed for{late}.{danger}"
    )


def why_held(contact: WaitingContact, now: datetime, until: datetime) -> str:
    """Why a contact that could be taken now is left to wait a moment."""
    return (
        f"It waits a moment, at most {_duration((until - now).total_seconds())}: by what calls usually take, somebody "
        f"with more room for it will soon be free. Waited {_duration((now - contact.arrived_at).total_seconds())} of "
        f"{contact.target_wait_seconds} s aimed for."
    )


def why_waiting(floor: Floor, contact: WaitingContact, now: datetime, terms: Terms) -> str:
    """Why nobody takes the contact; people who may not have it are one number, whatever protects them."""
    columns, at = floor.columns, now.timestamp()
    queue, channel = floor.queue_at.get(contact.queue_id), agent_at.CHANNEL_AT[contact.channel]
    able = columns.channels[:, channel] & (columns.skills[:, queue] != 0 if queue is not None else False)
    skilled = int(able.sum())
    able &= columns.available & ~columns.flags[agent_at.PENDING]
    room = (columns.held == 0) | (
        (columns.held_channel == channel) & (columns.held < terms.weights.concurrency[channel])
    )
    closed = ((columns.closed_from <= at) & (at < columns.closed_to)).any(axis=1)
    closed |= columns.numbers[agent_at.WRAP_UNTIL] > at
    declined = np.isin(columns.ids, list(contact.declined_by))
    here = int(able.sum())
    busy, resting = int((able & ~room).sum()), int((able & room & closed).sum())
    passed_on = int((able & room & ~closed & declined).sum())
    if not skilled:
        return "It waits: nobody on the floor has this skill and channel."
    if not here:
        return f"It waits: of {skilled} people with this skill, none is available."
    parts = [
        (busy, "on contacts"),
        (resting, "on a break or just before it, in protected time or outside their shift"),
        (passed_on, "passed on it"),
        (here - busy - resting - passed_on, "not available for this contact"),
    ]
    said = ", ".join(f"{count} {words}" for count, words in parts if count)
    return f"It waits: of {here} available people with this skill, {said}."


def _duration(seconds: float) -> str:
    whole = max(0, int(seconds))
    return f"{whole} s" if whole < 120 else f"{whole // 60} min"

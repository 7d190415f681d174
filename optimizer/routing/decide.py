"""Who takes what, and why: one pure decision for all contacts that wait, over all agents on the floor.

Hard filters say who may (`eligibility`), soft costs who should (`costs`), a minimum-cost assignment picks all
pairs at once (`matching`). After `max_wait_seconds` soft protections yield in the order light-only, caps; what
that takes from a person is named in the decision as minutes of rest owed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from optimizer.routing.costs import Component, components, urgency
from optimizer.routing.eligibility import Batch, Filters, Relief, batch_of, filters_of
from optimizer.routing.explain import Candidate, CostFactor, why_taken, why_waiting
from optimizer.routing.floor import AgentOnFloor, Bools, Floats, Floor, HeldContact, Ints, WaitingContact
from optimizer.routing.matching import match
from roster.policy import Policy

NEXT_BEST = 2
WAIT_FACTOR = "cost of leaving it to wait"


@dataclass(frozen=True)
class Yielded:
    """A protection that gave way to a contact that had waited too long, and the rest it cost (minutes)."""

    protection: str
    minutes: int


@dataclass(frozen=True)
class Decision:
    """Who takes a contact (`agent_id` empty: it waits), the sentence, the factors in points, two next-best.

    `sentence` holds nothing private; a factor says whether it is. `cost` is the sum of the factors.
    """

    contact_id: str
    agent_id: int | None
    sentence: str
    factors: tuple[CostFactor, ...] = ()
    next_best: tuple[Candidate, ...] = ()
    cost: float = 0.0
    yielded: tuple[Yielded, ...] = ()


def decide(floor: Floor, waiting: Sequence[WaitingContact], now: datetime, policy: Policy) -> tuple[Decision, ...]:
    """One decision for each of `waiting`, in the order of `waiting`.

    Pure and total: no clock, no randomness; any floor and any contacts give a decision for each contact. An
    agent gets more than one contact only where their channel's concurrency allows it.
    """
    found: dict[str, Decision] = {}
    left = list(waiting)
    current = floor
    last: tuple[Batch, Filters] | None = None
    for relief in Relief:
        while left:
            batch = batch_of(current, left, now, policy)
            if relief is not Relief.NONE:
                overdue = [contact for contact, late in zip(batch.contacts, batch.overdue, strict=True) if late]
                if not overdue:
                    break
                batch = batch_of(current, overdue, now, policy)
            filters = filters_of(current, batch, now, policy)
            if relief is Relief.NONE:
                last = (batch, filters)
            taken = _round(current, batch, filters, relief, now, policy)
            if not taken:
                break
            for decision in taken:
                found[decision.contact_id] = decision
            left = [contact for contact in left if contact.id not in found]
            if left:
                current = current.changed(_holding(current, taken, batch))
    if left and last is not None:
        # What still waits is explained by the filters of the last full look at it.
        batch, filters = last
        at = {contact.id: index for index, contact in enumerate(batch.contacts)}
        for contact in left:
            found[contact.id] = Decision(contact.id, None, why_waiting(filters, at[contact.id]))
    return tuple(found[contact.id] for contact in waiting)


def _round(
    floor: Floor, batch: Batch, filters: Filters, relief: Relief, now: datetime, policy: Policy
) -> list[Decision]:
    """Decisions for those of `batch` that somebody can take now, each agent at most one."""
    eligible = filters.eligible(relief)
    if not eligible.any():
        return []
    parts = components(floor, batch, eligible, now, policy)
    cost = np.zeros(eligible.shape)
    for part in parts:
        cost += part.points
    urgent = urgency(batch, policy)
    taken = match(cost, eligible, urgent, batch.overdue)
    rows = np.flatnonzero(taken >= 0)
    named = _named(cost, eligible, rows, taken[rows])
    points = [np.broadcast_to(part.points, eligible.shape)[rows[:, None], named].round(2).tolist() for part in parts]
    costs = cost[rows[:, None], named].round(2).tolist()
    able = eligible[rows].sum(axis=1).tolist()
    people = floor.columns.ids[named].tolist()
    possible = eligible[rows[:, None], named].tolist()
    found = []
    for index, row in enumerate(rows.tolist()):
        agent = floor.agents[people[index][0]]
        contact = batch.contacts[row]
        yielded = _yields(agent, filters, row, int(taken[row]), now, policy)
        factors = [_factors(parts, points, index, place) for place in range(named.shape[1])]
        waited = float(batch.waited_seconds[row])
        found.append(
            Decision(
                contact_id=contact.id,
                agent_id=agent.id,
                sentence=why_taken(agent, contact, waited, able[index], now, bool(yielded)),
                factors=(*factors[0], CostFactor(WAIT_FACTOR, round(float(urgent[row]), 2), False)),
                next_best=tuple(
                    Candidate(
                        people[index][place],
                        floor.agents[people[index][place]].name,
                        costs[index][place],
                        factors[place],
                    )
                    for place in range(1, named.shape[1])
                    if possible[index][place]
                ),
                cost=costs[index][0],
                yielded=yielded,
            )
        )
    return found


def _named(cost: Floats, eligible: Bools, rows: Ints, taken: Ints) -> Ints:
    """For each of `rows` the column taken, then its next-best columns, cheapest first and then in order."""
    others = np.where(eligible[rows], cost[rows], np.inf)
    others[np.arange(len(rows)), taken] = np.inf
    count = min(NEXT_BEST, others.shape[1] - 1)
    best = np.empty((len(rows), count), np.int64)
    for place in range(count):
        best[:, place] = others.argmin(axis=1)
        others[np.arange(len(rows)), best[:, place]] = np.inf
    return np.concatenate([taken[:, None], best], axis=1)


def _factors(
    parts: tuple[Component, ...], points: list[list[list[float]]], index: int, place: int
) -> tuple[CostFactor, ...]:
    return tuple(
        CostFactor(part.name, values[index][place], part.private)
        for part, values in zip(parts, points, strict=True)
        if values[index][place]
    )


def _yields(
    agent: AgentOnFloor, filters: Filters, row: int, column: int, now: datetime, policy: Policy
) -> tuple[Yielded, ...]:
    found = []
    if not filters.not_light_only[row, column] and agent.light_only_until is not None:
        remaining = (agent.light_only_until - now).total_seconds() / 60
        found.append(Yielded("light-only", max(1, math.ceil(remaining))))
    if not filters.below_caps[row, column]:
        found.append(Yielded("heavy-contact cap", max(1, policy.rest.heavy_minutes)))
    return tuple(found)


def _holding(floor: Floor, taken: Sequence[Decision], batch: Batch) -> list[AgentOnFloor]:
    """The agents of `taken` as they stand with what they were just given."""
    contacts = {contact.id: contact for contact in batch.contacts}
    changed = []
    for decision in taken:
        if decision.agent_id is None:
            continue
        agent, contact = floor.agents[decision.agent_id], contacts[decision.contact_id]
        held = HeldContact(contact.id, contact.channel, contact.score, contact.tier)
        changed.append(replace(agent, held=(*agent.held, held)))
    return changed

"""What follows a contact: how heavy it was, what its agent carries now, the rest that is due, and debts."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from api.services.floor.contact_rows import AnyRow
from api.services.floor.pool_work import PoolWork
from api.services.floor.rests import Given, give, record_debt, withdraw_reservations
from api.services.floor.state import LiveContact
from api.services.floor.views import CompletionView
from optimizer.routing.decide import REST_YIELDED
from optimizer.routing.floor import AgentOnFloor
from roster.contacts import HEAVY_TIERS, OPEN_STATUSES, ContactStatus, OutcomeMarker
from roster.load.difficulty import Difficulty, Factor, experienced_difficulty, rest_minutes
from roster.load.pools import added, decayed
from roster.rest import RestCause


def finish(
    work: PoolWork,
    contact: LiveContact,
    row: AnyRow,
    *,
    outcomes: Sequence[OutcomeMarker],
    felt: int | None,
    follow_up_due: datetime | None,
    actor: str,
    remember: dict[str, Any] | None = None,
) -> CompletionView:
    """Complete an active contact: close it, add it to what its agent carries, give the rest that is due.

    `remember` is kept with the contact's reason.
    """
    inherited = Difficulty(row.score, row.tier, tuple(Factor(**factor) for factor in row.factors), "")
    experienced = experienced_difficulty(inherited, outcomes, felt, work.policy.difficulty)
    due = rest_minutes(experienced.tier, outcomes, work.policy.rest)
    agent_id = row.agent_id
    work.close(
        contact,
        status=ContactStatus.COMPLETED,
        completed_at=work.now,
        outcomes=[marker.value for marker in OutcomeMarker if marker in outcomes],
        felt=felt,
        final_score=experienced.score,
        final_tier=experienced.tier,
        follow_up_due=follow_up_due,
        owner_id=agent_id if follow_up_due is not None and row.owner_id is None else row.owner_id,
    )
    work.event("contact.completed", contact.id, actor, agent=row.agent_code, queue=row.queue_code)
    agent = work.agent(agent_id)
    if agent is None:
        # They left the centre in the middle of it: nobody is there to rest.
        view = CompletionView(rest=None, reason=experienced.sentence)
    else:
        work.put(_carrying(work, agent, experienced))
        for yielded in row.reason.get("yielded", ()):
            minutes = _cost(yielded, agent, row, work.now)
            if minutes:
                record_debt(work, agent_id, minutes, contact.id)
        view = _rest(work, agent_id, due, contact.id, experienced.sentence)
    # Kept with the contact, so that completing it again gives the same reply.
    work.write(contact.id, reason={**row.reason, **(remember or {}), "completion": view.model_dump(mode="json")})
    return view


def _cost(yielded: dict[str, Any], agent: AgentOnFloor, row: AnyRow, now: datetime) -> int:
    """Minutes of rest that a protection's yielding cost: as was said, but no more of a rest than the contact took."""
    if yielded["protection"] != REST_YIELDED:
        return int(yielded["minutes"])
    return min(int(yielded["minutes"]), math.ceil(agent.resting_minutes(row.started_at or row.assigned_at, now)))


def _carrying(work: PoolWork, agent: AgentOnFloor, experienced: Difficulty) -> AgentOnFloor:
    resting = agent.resting_minutes(agent.load.at, work.now)
    load = decayed(agent.load, work.now, resting_minutes=resting, policy=work.policy.load)
    wrap_up = timedelta(seconds=work.policy.routing.wrap_up_seconds)
    heavy = int(experienced.tier in HEAVY_TIERS)
    return replace(
        agent,
        load=added(load, experienced.score, work.policy.load),
        last_tier=experienced.tier,
        heavy_this_shift=agent.heavy_this_shift + heavy,
        heavy_in_7_days=agent.heavy_in_7_days + heavy,
        idle_since=work.now,
        wrap_up_until=work.now + wrap_up if wrap_up else None,
    )


def _rest(work: PoolWork, agent_id: int, due: int, contact_id: str, why: str) -> CompletionView:
    """Give what is due now, or keep it until the agent's other contacts are over."""
    facts = work.facts(agent_id)
    pending, pending_for = facts.pending_rest_minutes, facts.pending_contact_id
    if pending and pending_for is None:
        # They asked for a moment: the rest that is due anyway fulfils it where it is long enough.
        total, cause = max(due, pending), RestCause.CONTACT if due else RestCause.MOMENT
    else:
        total, cause = due + pending, RestCause.CONTACT
    source = contact_id if due else (pending_for or (None if cause is RestCause.MOMENT else contact_id))
    if not total:
        return CompletionView(rest=None, reason=why)
    agent = work.agent(agent_id)
    if agent is None:
        raise LookupError(f"agent {agent_id} is not on the floor")
    withdraw_reservations(work, agent)
    agent = work.agent(agent_id) or agent
    if any(work.contacts[held.contact_id].status in OPEN_STATUSES for held in agent.held):
        waits_for = contact_id if due else pending_for
        set_pending(work, agent, total, waits_for)
        return CompletionView(
            rest=None, reason=f"{why} {total} min of rest begin as soon as your other contacts are over."
        )
    set_pending(work, agent, 0, None)
    if cause is RestCause.MOMENT:
        why = "You asked for a moment."
    given: Given = give(work, agent_id, total, cause=cause, contact_id=source, why=why)
    return CompletionView(rest=given.rest, reason=given.sentence)


def set_pending(work: PoolWork, agent: AgentOnFloor, minutes: int, contact_id: str | None) -> None:
    """Rest that begins once the contacts now held are over (0 = none); nothing new comes meanwhile."""
    work.put(replace(agent, rest_pending=minutes > 0))
    facts = work.facts(agent.id)
    work.put_facts(replace(facts, pending_rest_minutes=minutes, pending_contact_id=contact_id))

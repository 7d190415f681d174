"""Rest after a contact, a moment that somebody asks for, and rest owed: placed in the agent's own day.

Rest goes into the work time of the planned shift (`roster.day.carve`), never past its end; without a planned day it
stands alone. What could not be given is a debt, recorded and repaid at the first quiet time of the same shift.
"""

import textwrap
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from api.services.floor.pool_work import BREATHER, PoolWork
from api.services.floor.state import LOOK_AHEAD, read_plan, segments_around
from api.services.floor.tables import REST, REST_DEBT, SEGMENT
from api.services.floor.views import PROTECTED_TIME, RestView
from optimizer.routing.floor import AgentOnFloor
from roster.clock import clock_text
from roster.contacts import ContactStatus
from roster.day import SegmentSpan, carve, partition
from roster.rest import AgentState, RestCause
from roster.shifts import SegmentKind

LOOK_BACK = timedelta(hours=24)
SENTENCE_LENGTH = 400
REASON_LENGTH = 240


@dataclass(frozen=True)
class Given:
    """Rest as it was given: nothing where no whole minute fitted. `owed_minutes` became a debt."""

    rest: RestView | None
    owed_minutes: int
    sentence: str


def give(
    work: PoolWork,
    agent_id: int,
    minutes: int,
    *,
    cause: RestCause,
    contact_id: str | None,
    why: str,
    light_only: bool = True,
    owe: bool = True,
) -> Given:
    """Give `minutes` of rest from now on; with `owe` what does not fit is recorded as a debt."""
    facts = work.facts(agent_id)
    placed = _placed(work, agent_id, minutes, why)
    light_minutes = work.policy.rest.light_only_minutes if light_only else 0
    end = placed.ends_at if placed else work.now
    light_only_until = end + timedelta(minutes=light_minutes)
    given_minutes = placed.minutes if placed else 0
    owed = minutes - given_minutes if owe else 0
    parts = [why]
    if placed:
        parts.append(
            f"{placed.minutes} min of decompression from {clock_text(placed.starts_at, facts.zone)} "
            f"to {clock_text(placed.ends_at, facts.zone)}"
            + (f", then light contacts only until {clock_text(light_only_until, facts.zone)}." if light_only else ".")
        )
    if owed:
        parts.append(f"{owed} min could not be given before the shift ends and are owed to you.")
        record_debt(work, agent_id, owed, contact_id)
    sentence = textwrap.shorten(" ".join(parts), SENTENCE_LENGTH, placeholder=" …")

    agent = work.agent(agent_id)
    if agent is None:
        raise LookupError(f"agent {agent_id} is not on the floor")
    if light_only:
        agent = replace(agent, light_only_until=max(agent.light_only_until or light_only_until, light_only_until))
    if placed is None:
        work.put(agent)
        return Given(None, owed, sentence)
    plan = read_plan(
        segments_around(work.session, SEGMENT.c.agent_id == agent_id, work.now).get(agent_id, ()), work.now
    )
    work.put(replace(agent, shift=plan.shift, closed=plan.closed, idle_since=placed.ends_at))
    view = RestView(
        kind=SegmentKind.DECOMPRESSION.value,
        minutes=placed.minutes,
        starts_at=placed.starts_at,
        ends_at=placed.ends_at,
        light_only_until=light_only_until,
    )
    work.session.execute(
        insert(REST).values(
            agent_id=agent_id,
            contact_id=contact_id,
            cause=cause,
            due_minutes=minutes,
            starts_at=placed.starts_at,
            ends_at=placed.ends_at,
            light_only_until=light_only_until,
            sentence=sentence,
        )
    )
    told = view.model_dump(mode="json", exclude={"kind"})
    work.event("rest.given", str(agent_id), BREATHER, agent_id, **told, cause=cause.value, why=sentence)
    work.show(agent_id, PROTECTED_TIME)
    return Given(view, owed, sentence)


def withdraw_reservations(work: PoolWork, agent: AgentOnFloor) -> None:
    """Contacts that were only reserved for `agent` wait again: their rest comes first."""
    for held in agent.held:
        contact = work.contacts[held.contact_id]
        if contact.status is ContactStatus.ASSIGNED:
            work.release(contact, declined=False)
            work.event("contact.waiting", contact.id, BREATHER)


def record_debt(work: PoolWork, agent_id: int, minutes: int, contact_id: str | None) -> None:
    """Rest that is owed to an agent, to be repaid within the shift of today."""
    on_date = work.facts(agent_id).on_date
    work.session.execute(
        insert(REST_DEBT).values(
            agent_id=agent_id,
            contact_id=contact_id,
            minutes=minutes,
            repaid_minutes=0,
            incurred_at=work.now,
            on_date=on_date,
        )
    )
    work.event("rest.owed", str(agent_id), BREATHER, agent_id, minutes=minutes, contact=contact_id)


def repay(work: PoolWork) -> int:
    """Repay what is owed while the floor is quiet; the minutes given.

    Quiet means: nothing waits, and for every queue that the agent takes somebody else is free for it.
    """
    if work.waiting():
        return 0
    people = {agent.id: agent for agent in work.people()}
    due = [
        debt
        for debt in work.session.execute(
            select(REST_DEBT)
            .where(REST_DEBT.c.agent_id.in_(people), REST_DEBT.c.repaid_minutes < REST_DEBT.c.minutes)
            .where(REST_DEBT.c.on_date.in_(sorted({work.facts(agent_id).on_date for agent_id in people})))
            .order_by(REST_DEBT.c.incurred_at, REST_DEBT.c.id)
        ).all()
        if debt.on_date == work.facts(debt.agent_id).on_date
    ]
    free = {agent.id for agent in people.values() if is_free(agent, work.now)}
    repaid = 0
    for debt in due:
        if debt.agent_id not in free or not _covered(people, free, debt.agent_id):
            continue
        minutes = debt.minutes - debt.repaid_minutes
        given = give(
            work,
            debt.agent_id,
            minutes,
            cause=RestCause.CONTACT,
            contact_id=debt.contact_id,
            why="Rest that was owed to you, now that it is quiet.",
            light_only=False,
            owe=False,
        )
        free.discard(debt.agent_id)
        if given.rest is None:
            continue
        repaid += given.rest.minutes
        values: dict[str, Any] = {"repaid_minutes": debt.repaid_minutes + given.rest.minutes}
        if given.rest.minutes == minutes:
            values["repaid_at"] = work.now
        work.session.execute(update(REST_DEBT).where(REST_DEBT.c.id == debt.id).values(**values))
        work.event("rest.repaid", str(debt.agent_id), BREATHER, debt.agent_id, minutes=given.rest.minutes)
    return repaid


def is_free(agent: AgentOnFloor, now: datetime) -> bool:
    """Whether `agent` could take a contact now, as far as their day goes."""
    return (
        agent.state is AgentState.AVAILABLE
        and not agent.held
        and not agent.rest_pending
        and agent.closed_at(now) is None
    )


def _covered(people: dict[int, AgentOnFloor], free: set[int], agent_id: int) -> bool:
    others = [people[other] for other in free if other != agent_id]
    return all(any(queue_id in other.skills for other in others) for queue_id in people[agent_id].skills)


@dataclass(frozen=True)
class _Placed:
    starts_at: datetime
    ends_at: datetime
    minutes: int


def _placed(work: PoolWork, agent_id: int, minutes: int, why: str) -> _Placed | None:
    """Write decompression into the agent's day; where it lies, or nothing where no minute fitted."""
    chosen = SEGMENT.c
    rows = work.session.execute(
        select(SEGMENT)
        .where(chosen.agent_id == agent_id)
        .where(chosen.starts_at > work.now - LOOK_BACK, chosen.starts_at < work.now + LOOK_AHEAD)
        .order_by(chosen.starts_at)
    ).all()
    reason = textwrap.shorten(why, REASON_LENGTH, placeholder=" …")
    shifts: dict[date, list[Any]] = defaultdict(list)
    for row in rows:
        shifts[row.on_date].append(row)
    planned = {on: day for on, day in shifts.items() if any(row.kind is SegmentKind.WORK for row in day)}
    current = [day for day in planned.values() if day[0].starts_at <= work.now < day[-1].ends_at]
    if current:
        old = [SegmentSpan(row.kind, row.starts_at, row.ends_at, row.reason) for row in current[0]]
        shift = {"assignment_id": current[0][0].assignment_id, "on_date": current[0][0].on_date}
    elif planned and _ended_or_ahead(work, agent_id):
        return None
    else:
        # No planned day: an open stretch from now on, of which only the rest is kept.
        until = work.now + timedelta(minutes=minutes) + LOOK_AHEAD
        taken = [
            SegmentSpan(row.kind, max(row.starts_at, work.now), row.ends_at) for row in rows if row.ends_at > work.now
        ]
        old = list(partition(work.now, until, taken))
        shift = {"assignment_id": None, "on_date": work.facts(agent_id).on_date}
    carved = carve(old, SegmentKind.DECOMPRESSION, work.now, minutes, reason=reason)
    if not carved.placed_minutes:
        return None
    before = set(old)
    fresh = [span for span in carved.segments if span not in before]
    placed = [span for span in fresh if span.kind is SegmentKind.DECOMPRESSION]
    if current:
        after = set(carved.segments)
        gone = [row.id for row, span in zip(current[0], old, strict=True) if span not in after]
        work.session.execute(delete(SEGMENT).where(chosen.id.in_(gone)))
    else:
        fresh = placed
    zone = work.facts(agent_id).zone
    for span in fresh:
        work.session.execute(
            insert(SEGMENT).values(
                agent_id=agent_id,
                kind=span.kind,
                starts_at=span.starts_at,
                ends_at=span.ends_at,
                zone=zone,
                reason=span.reason,
                **shift,
            )
        )
    return _Placed(placed[0].starts_at, carved.ends_at, carved.placed_minutes)


def _ended_or_ahead(work: PoolWork, agent_id: int) -> bool:
    """Whether a planned shift near now binds the agent although it is not on now."""
    agent = work.agent(agent_id)
    closed = agent.closed_at(work.now) if agent else None
    return closed is not None and not closed.protected

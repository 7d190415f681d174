"""Rest after a contact, a moment that somebody asks for, and rest owed: placed in the agent's own day.

Rest goes into the work time of the planned shift (`roster.day.carve`), never past its end; without a planned day it
stands alone. What could not be given is a debt, recorded and repaid at the first quiet time of the same shift.
"""

import textwrap
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from api.services.floor.planned import LOOK_AHEAD, plan_of
from api.services.floor.pool_work import BREATHER, PoolWork
from api.services.floor.tables import REST, REST_DEBT, SEGMENT
from api.services.floor.views import PROTECTED_TIME, RestView
from optimizer.routing.floor import AgentOnFloor, DayAt
from roster.clock import clock_text
from roster.contacts import ContactStatus
from roster.day import SegmentSpan, carve, partition
from roster.rest import AgentState, RestCause
from roster.shifts import SegmentKind

LOOK_BACK = timedelta(hours=24)
SENTENCE_LENGTH = 400
REASON_LENGTH = 240
OWED_WORDS = "Rest that was owed to you."


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
    plan = plan_of(work.session, agent_id, work.now)
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


def record_debt(
    work: PoolWork, agent_id: int, minutes: int, contact_id: str | None, *, postponed_to: datetime | None = None
) -> None:
    """Rest that is owed to an agent, to be repaid within the shift of today; where they put it off, at that time."""
    on_date = work.facts(agent_id).on_date
    work.session.execute(
        insert(REST_DEBT).values(
            agent_id=agent_id,
            contact_id=contact_id,
            minutes=minutes,
            repaid_minutes=0,
            incurred_at=work.now,
            on_date=on_date,
            postponed_to=postponed_to,
        )
    )
    work.event("rest.owed", str(agent_id), BREATHER, agent_id, minutes=minutes, contact=contact_id)


def debts_of_today(work: PoolWork, agent_ids: Iterable[int]) -> list[Row[Any]]:
    """What is owed to these agents from the shift that they are in, oldest first."""
    dates = {agent_id: work.facts(agent_id).on_date for agent_id in agent_ids}
    if not dates:
        return []
    found = work.session.execute(
        select(REST_DEBT)
        .where(REST_DEBT.c.agent_id.in_(dates), REST_DEBT.c.repaid_minutes < REST_DEBT.c.minutes)
        .where(REST_DEBT.c.on_date.in_(sorted(set(dates.values()))))
        .order_by(REST_DEBT.c.incurred_at, REST_DEBT.c.id)
    ).all()
    return [debt for debt in found if debt.on_date == dates[debt.agent_id]]


def repay(work: PoolWork) -> int:
    """Repay what is owed; the minutes given. Before anything is offered.

    At the first quiet time: nothing waits, and for every queue that the agent takes somebody else is free for it. At
    the time that the agent put it off to or that the day has planned for it, and when little more than what is owed is
    left of their shift, quiet or not: who is on a contact then rests right after it.
    """
    people = {agent.id: agent for agent in work.people() if agent.state is AgentState.AVAILABLE}
    debts = debts_of_today(work, people)
    if not debts:
        return 0
    quiet = not work.anything_waits
    free = {agent.id for agent in people.values() if is_free(agent, work.now)}
    owed: dict[int, int] = defaultdict(int)
    for debt in debts:
        owed[debt.agent_id] += debt.minutes - debt.repaid_minutes
    repaid = 0
    for debt in debts:
        agent = work.agent(debt.agent_id) or people[debt.agent_id]
        if _is_due(work, agent, debt, owed[agent.id]):
            withdraw_reservations(work, agent)
            agent = work.agent(agent.id) or agent
            if agent.held:
                _after_this_contact(work, agent, debt)
                continue
            closed = agent.closed_at(work.now)
            if agent.rest_pending or (closed is not None and closed.kind is not DayAt.BEFORE_BREAK):
                continue
        elif debt.postponed_to is not None or not quiet or agent.id not in free or not _covered(people, free, agent.id):
            continue
        given = repay_debt(work, debt, "Rest that was owed to you, now that it is quiet." if quiet else OWED_WORDS)
        free.discard(agent.id)
        repaid += given.rest.minutes if given.rest is not None else 0
    return repaid


def _is_due(work: PoolWork, agent: AgentOnFloor, debt: Row[Any], owed_minutes: int) -> bool:
    if any(at is not None and at <= work.now for at in (debt.postponed_to, debt.planned_at)):
        return True
    if agent.shift is None:
        return False
    reserve = timedelta(minutes=owed_minutes + work.policy.rest.repay_before_end_minutes)
    return work.now < agent.shift[1] <= work.now + reserve


def _after_this_contact(work: PoolWork, agent: AgentOnFloor, debt: Row[Any]) -> None:
    """What is owed becomes rest that begins as soon as the contacts in hand are over; nothing new comes before."""
    facts = work.facts(agent.id)
    minutes = debt.minutes - debt.repaid_minutes
    work.put(replace(agent, rest_pending=True))
    work.put_facts(
        replace(
            facts,
            pending_rest_minutes=facts.pending_rest_minutes + minutes,
            pending_contact_id=facts.pending_contact_id or debt.contact_id,
        )
    )
    _mark_repaid(work, debt, minutes)


def repay_debt(work: PoolWork, debt: Row[Any], why: str) -> Given:
    """Give what is owed by one debt, from now on, as far as the shift has room for it."""
    minutes = debt.minutes - debt.repaid_minutes
    given = give(
        work,
        debt.agent_id,
        minutes,
        cause=RestCause.CONTACT,
        contact_id=debt.contact_id,
        why=why,
        light_only=False,
        owe=False,
    )
    if given.rest is not None:
        _mark_repaid(work, debt, given.rest.minutes)
        work.event("rest.repaid", str(debt.agent_id), BREATHER, debt.agent_id, minutes=given.rest.minutes)
    return given


def _mark_repaid(work: PoolWork, debt: Row[Any], minutes: int) -> None:
    values: dict[str, Any] = {"repaid_minutes": debt.repaid_minutes + minutes}
    if debt.repaid_minutes + minutes == debt.minutes:
        values["repaid_at"] = work.now
    work.session.execute(update(REST_DEBT).where(REST_DEBT.c.id == debt.id).values(**values))


def is_free(agent: AgentOnFloor, now: datetime) -> bool:
    """Whether `agent` could take a contact now, as far as their day goes."""
    return (
        agent.state is AgentState.AVAILABLE
        and not agent.held
        and not agent.rest_pending
        and (agent.wrap_up_until is None or agent.wrap_up_until <= now)
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

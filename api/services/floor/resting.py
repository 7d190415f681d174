"""The agent's own choice about rest that is theirs: put it off, take what is owed now, give back what is left.

Nothing of it is ever lost: what is not taken now is owed, and comes back at a quiet time of the same shift, at the time
it was put off to, or before the shift ends.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from api.context import Context
from api.errors import Conflict, Invalid
from api.services.floor.commands import on_floor
from api.services.floor.finishing import set_pending
from api.services.floor.planned import plan_of
from api.services.floor.pool_work import PoolWork
from api.services.floor.rests import debts_of_today, record_debt, repay_debt, withdraw_reservations
from api.services.floor.tables import REST, SEGMENT
from api.services.floor.views import MomentView
from api.services.floor.work import floor_transaction
from optimizer.routing.floor import AgentOnFloor
from roster.clock import clock_text
from roster.contacts import OPEN_STATUSES
from roster.day import MINUTE, SegmentSpan, joined
from roster.shifts import SegmentKind

MARKS = ("placed", "overdue", "last_chance")
"""What a segment keeps that stays where it is."""


def postpone_rest(context: Context, agent_code: str, minutes: int, *, actor: str) -> MomentView:
    """Put off the rest that is on or due after this contact; it begins `minutes` from now, quiet or not.

    Raises
    ------
    Invalid: not 1 to `rest.postpone_minutes`. Conflict: there is no rest to put off.
    """
    longest = context.policy.rest.postpone_minutes
    if not 1 <= minutes <= longest:
        raise Invalid(f"minutes {minutes}: expected 1 to {longest}")
    with floor_transaction(context) as transaction:
        work, agent = on_floor(transaction, agent_code)
        facts = work.facts(agent.id)
        contact_id = facts.pending_contact_id
        if facts.pending_rest_minutes:
            left = facts.pending_rest_minutes
            set_pending(work, agent, 0, None)
        else:
            running = _running(work, agent.id)
            left, contact_id = _end(work, agent, running), running.contact_id
        if not left:
            raise Conflict("less than a minute of this rest is left: there is nothing to put off")
        to = work.now + timedelta(minutes=minutes)
        shift = (work.agent(agent.id) or agent).shift
        if shift is not None:
            to = max(work.now, min(to, shift[1] - timedelta(minutes=left)))
        record_debt(work, agent.id, left, contact_id, postponed_to=to)
        work.event("rest.postponed", str(agent.id), actor, agent.id, minutes=left, to=to.isoformat())
        work.offer()
        return MomentView(
            begins="later", rest=None, reason=f"Your {left} min begin at {clock_text(to, facts.zone)}, busy or not."
        )


def give_back_rest(context: Context, agent_code: str, *, actor: str) -> MomentView:
    """End the rest that is on; what is left of it stays owed to the agent.

    Raises
    ------
    Conflict: no rest is on.
    """
    with floor_transaction(context) as transaction:
        work, agent = on_floor(transaction, agent_code)
        running = _running(work, agent.id)
        left = _end(work, agent, running)
        if left:
            record_debt(work, agent.id, left, running.contact_id)
        work.event("rest.given_back", str(agent.id), actor, agent.id, minutes=left)
        work.offer()
        kept = f" {left} min stay owed to you: take them when you like." if left else ""
        return MomentView(begins="ended", rest=None, reason=f"Your rest is over, as you asked.{kept}")


def take_owed_rest(context: Context, agent_code: str, *, actor: str) -> MomentView:
    """All rest that is owed to the agent from this shift, now, without waiting for a quiet time.

    Raises
    ------
    Conflict: nothing is owed, or they are on a contact.
    """
    with floor_transaction(context) as transaction:
        work, agent = on_floor(transaction, agent_code)
        debts = debts_of_today(work, [agent.id])
        if not debts:
            raise Conflict("no rest of this shift is owed to you")
        withdraw_reservations(work, agent)
        agent = work.agent(agent.id) or agent
        if any(work.contacts[held.contact_id].status in OPEN_STATUSES for held in agent.held):
            raise Conflict("you are on a contact: take what is owed to you when it is over, or ask for a moment")
        given = [repay_debt(work, debt, "Rest that was owed to you, taken when you wanted it.") for debt in debts]
        rests = [each.rest for each in given if each.rest is not None]
        if not rests:
            raise Conflict("there is no work time left in your shift that it could take")
        work.event("rest.taken", str(agent.id), actor, agent.id, minutes=sum(rest.minutes for rest in rests))
        work.offer()
        whole = rests[0].model_copy(
            update={"minutes": sum(rest.minutes for rest in rests), "ends_at": rests[-1].ends_at}
        )
        return MomentView(begins="now", rest=whole, reason=given[0].sentence)


def _running(work: PoolWork, agent_id: int) -> Row[Any]:
    found = work.session.execute(
        select(REST)
        .where(REST.c.agent_id == agent_id, REST.c.starts_at <= work.now, REST.c.ends_at > work.now)
        .order_by(REST.c.ends_at.desc())
        .limit(1)
    ).first()
    if found is None:
        raise Conflict("no rest of yours is on or due right now")
    return found


def _end(work: PoolWork, agent: AgentOnFloor, rest: Row[Any]) -> int:
    """End `rest` now; the whole minutes that were left of it. Where a day is planned, they are work again."""
    chosen = SEGMENT.c
    rows = work.session.execute(
        select(SEGMENT)
        .where(chosen.agent_id == agent.id, chosen.kind == SegmentKind.DECOMPRESSION)
        .where(chosen.ends_at > work.now, chosen.starts_at < rest.ends_at)
        .order_by(chosen.starts_at)
    ).all()
    left = timedelta(0)
    for row in rows:
        left += row.ends_at - max(row.starts_at, work.now)
    for on_date in {row.on_date for row in rows}:
        _work_again(work, agent.id, on_date, {row.id for row in rows})
    work.session.execute(update(REST).where(REST.c.id == rest.id).values(ends_at=work.now))
    plan = plan_of(work.session, agent.id, work.now)
    work.put(replace(work.agent(agent.id) or agent, shift=plan.shift, closed=plan.closed, idle_since=work.now))
    work.show(agent.id, "free")
    return left // MINUTE


def _work_again(work: PoolWork, agent_id: int, on_date: Any, ended: set[int]) -> None:
    """Cut the segments in `ended` off at this moment; the rest of them is work, if work is planned that day."""
    chosen = SEGMENT.c
    day = work.session.execute(
        select(SEGMENT).where(chosen.agent_id == agent_id, chosen.on_date == on_date).order_by(chosen.starts_at)
    ).all()
    planned = any(row.kind is SegmentKind.WORK for row in day)
    kept = {(row.kind, row.starts_at): {name: getattr(row, name) for name in MARKS} for row in day}
    spans = []
    for row in day:
        span = SegmentSpan(row.kind, row.starts_at, row.ends_at, row.reason)
        if row.id not in ended:
            spans.append(span)
            continue
        if row.starts_at < work.now:
            spans.append(replace(span, ends_at=work.now))
        if planned:
            spans.append(SegmentSpan(SegmentKind.WORK, max(row.starts_at, work.now), row.ends_at))
    work.session.execute(delete(SEGMENT).where(chosen.id.in_([row.id for row in day])))
    for span in joined(spans):
        work.session.execute(
            insert(SEGMENT).values(
                assignment_id=day[0].assignment_id,
                agent_id=agent_id,
                on_date=on_date,
                kind=span.kind,
                starts_at=span.starts_at,
                ends_at=span.ends_at,
                zone=day[0].zone,
                reason=span.reason,
                **kept.get((span.kind, span.starts_at), {}),
            )
        )

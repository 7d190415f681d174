"""The durable floor: what routing software, agents and pages ask of it. Each command is one short transaction.

Whatever is true of the floor is in tables, so that a restart loses nothing; see `floor_work` for the transaction.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import exists, insert, select, update
from sqlmodel import Session

from api.context import Context
from api.errors import Conflict, Invalid
from api.services.floor import contacts
from api.services.floor.contact_rows import AnyRow, conflict, contact_view, require_holder
from api.services.floor.contacts import abandon, accept, decline, start
from api.services.floor.desk import Command, desk_of
from api.services.floor.explanation import explanation
from api.services.floor.finishing import finish, set_pending
from api.services.floor.lookups import Asks, Speaker
from api.services.floor.overview import floor_view
from api.services.floor.pool_work import BREATHER, PoolWork
from api.services.floor.rests import give, repay, withdraw_reservations
from api.services.floor.tables import CONTACT, FLOOR_STATE, POOL, QUEUE, REST, REST_DEBT, SKILL
from api.services.floor.transferring import transfer
from api.services.floor.views import (
    CompletionIn,
    CompletionView,
    ContactIn,
    ContactView,
    MomentView,
    RestView,
    StateView,
    TransferIn,
)
from api.services.floor.work import FloorTransaction, floor_transaction, touch_pools
from optimizer.routing.floor import AgentOnFloor
from roster.contacts import OPEN_STATUSES, ContactStatus
from roster.rest import AgentState, RestCause
from roster.shifts import SegmentKind
from roster.store.engine import reading

__all__ = [
    "CompletionIn",
    "ContactIn",
    "TransferIn",
    "abandon",
    "accept",
    "complete",
    "contact_view",
    "decline",
    "explanation",
    "floor_view",
    "moment",
    "post_contact",
    "set_state",
    "start",
    "tick",
    "touch_pools",
    "transfer",
]

COMPLETED_BY = "completed_by"
"""Under this name the contact's reason keeps whose word its completion was."""
MOMENT_WORDS = "You asked for a moment."


def post_contact(context: Context, body: ContactIn, *, actor: str, idempotency_key: str | None = None) -> ContactView:
    """Take a contact in and decide who takes it; see `api.services.floor.contacts.post`."""
    return contacts.post(context, body, actor=actor, idempotency_key=idempotency_key).view


def complete(
    context: Context, contact_id: str, body: CompletionIn, *, actor: str, as_agent: int | None = None
) -> CompletionView:
    """The contact is over: what it was like decides the agent's rest. Completing again gives the same reply.

    Raises
    ------
    Conflict: it has not begun, was abandoned, or was completed in other words. NotFound. Forbidden: `as_agent` does
    not have it. Invalid: a follow-up that is due in the past.
    """
    return desk_of(context).ask(context, completing(contact_id, body), Speaker(actor, as_agent=as_agent))


def completing(contact_id: str, body: CompletionIn, token: str | None = None) -> Command[CompletionView]:
    """The command to complete a contact; with `token` (a hash), on the word of whoever it stands for."""

    def run(transaction: FloorTransaction, speaker: Speaker) -> Callable[[], CompletionView]:
        work, row = transaction.pool_of_contact(contact_id)
        require_holder(row, speaker.as_agent)
        if row.status is ContactStatus.COMPLETED:
            _require_nothing_new(row, body, speaker)
            earlier = CompletionView.model_validate(row.reason["completion"])
            return lambda: earlier
        if row.status is not ContactStatus.ACTIVE:
            raise conflict(row, "completed", "active")
        if body.follow_up_due is not None and body.follow_up_due <= work.now:
            raise Invalid(
                f"follow_up_due {body.follow_up_due.isoformat()} is past: expected a time after {work.now.isoformat()}"
            )
        view = finish(
            work,
            work.contacts[contact_id],
            row,
            outcomes=body.outcomes,
            felt=body.felt,
            follow_up_due=body.follow_up_due,
            actor=speaker.name,
            remember={COMPLETED_BY: speaker.name},
        )
        return lambda: view

    return Command(run, Asks(contact=contact_id, token=token))


def _require_nothing_new(row: AnyRow, body: CompletionIn, speaker: Speaker) -> None:
    """Refuse to complete a contact again in other words.

    Whoever completed it may repeat theirs. To anybody else all words are new, whether they are right or not: nobody
    finds out by trying what somebody said.
    """
    given = {
        "outcomes": set(body.outcomes) or None,
        "felt": body.felt,
        "follow_up_due": body.follow_up_due,
    }
    said = {"outcomes": set(row.outcomes), "felt": row.felt, "follow_up_due": row.follow_up_due}
    own = row.reason.get(COMPLETED_BY) == speaker.name
    new = [name for name, value in given.items() if value is not None and not (own and value == said[name])]
    if new:
        raise Conflict(
            f"contact {row.id!r} is completed: it can't be completed again with other {' and '.join(new)};"
            " expected the words of the first time, or none",
            state=row.status.value,
        )


def set_state(context: Context, agent_code: str, state: str, *, actor: str) -> StateView:
    """The agent takes contacts (available), is away, or has gone (offline); their reservations go to others.

    Raises
    ------
    NotFound: no such agent. Invalid: no such state, or an agent without any skill.
    """
    try:
        wanted = AgentState(state)
    except ValueError as error:
        known = ", ".join(each.value for each in AgentState)
        raise Invalid(f"state {state!r} is not known: expected one of {known}") from error
    return desk_of(context).ask(context, being(agent_code, wanted), Speaker(actor))


def being(agent_code: str, wanted: AgentState, token: str | None = None) -> Command[StateView]:
    """The command that puts an agent into a state; with `token` (a hash), on the word of whoever it stands for."""

    def run(transaction: FloorTransaction, speaker: Speaker) -> Callable[[], StateView]:
        work, agent = on_floor(transaction, agent_code)
        since = work.now
        if agent.state is not wanted:
            work.put(replace(agent, state=wanted, idle_since=work.now if wanted is AgentState.AVAILABLE else None))
            work.session.execute(update(FLOOR_STATE).where(FLOOR_STATE.c.agent_id == agent.id).values(since=since))
            work.event("agent.state", agent_code, speaker.name, state=wanted.value)
        else:
            kept = select(FLOOR_STATE.c.since).where(FLOOR_STATE.c.agent_id == agent.id)
            since = work.session.execute(kept).scalar_one()
            if agent.wrap_up_until is not None and wanted is AgentState.AVAILABLE:
                # Saying so again ends the time after a contact early.
                work.put(replace(agent, wrap_up_until=None))
        if wanted is not AgentState.AVAILABLE:
            withdraw_reservations(work, work.agent(agent.id) or agent)
        view = StateView(agent=agent_code, state=wanted.value, since=since)
        return lambda: view

    return Command(run, Asks(agent=agent_code, token=token))


def moment(context: Context, agent_code: str, *, actor: str) -> MomentView:
    """A moment that the agent asks for: at once, or right after the contact in hand. No reason is asked.

    Asked for again while it lasts or is due, it is the same moment.
    """
    with floor_transaction(context) as transaction:
        work, agent = on_floor(transaction, agent_code)
        minutes = work.policy.rest.moment_minutes
        resting = _resting_now(work, agent.id)
        if resting is not None:
            return MomentView(begins="now", rest=resting, reason="Your protected time is already running.")
        withdraw_reservations(work, agent)
        agent = work.agent(agent.id) or agent
        facts = work.facts(agent.id)
        if any(work.contacts[held.contact_id].status in OPEN_STATUSES for held in agent.held):
            if not facts.pending_rest_minutes:
                set_pending(work, agent, minutes, None)
                work.event("rest.asked", str(agent.id), actor, agent.id, minutes=minutes)
            work.offer()
            return MomentView(
                begins="after the contact",
                rest=None,
                reason=f"{work.facts(agent.id).pending_rest_minutes} min are yours right after this contact.",
            )
        given = give(work, agent.id, minutes, cause=RestCause.MOMENT, contact_id=None, why=MOMENT_WORDS)
        work.offer()
        return MomentView(begins="now", rest=given.rest, reason=given.sentence)


def tick(context: Context) -> None:
    """What time brings: reservations that nobody answered go to others, what waits is offered, debts are repaid.

    Looks without a lock first, so that an idle floor costs one read a second.
    """
    with reading(context.engine) as session:
        pools = _pools_with_work(session, context)
    for pool_id in pools:
        with floor_transaction(context) as transaction:
            work = transaction.pool(pool_id)
            _expire(work)
            _begin_pending(work)
            repay(work)
            work.offer()


def _pools_with_work(session: Session, context: Context) -> list[int]:
    # Asked by pool, so that one waiting contact is enough of an answer, however many there are.
    here = CONTACT.c.pool_id == POOL.c.id
    waits = exists().where(here, CONTACT.c.status == ContactStatus.WAITING)
    lapsed = exists().where(
        here, CONTACT.c.status == ContactStatus.ASSIGNED, CONTACT.c.reservation_expires_at <= context.now()
    )
    live = select(POOL.c.id).where(waits | lapsed)
    # Debts of the last days only: older ones can no longer be repaid in their shift.
    since = (context.now() - timedelta(days=2)).date()
    owed = (
        select(FLOOR_STATE.c.pool_id)
        .join(REST_DEBT, REST_DEBT.c.agent_id == FLOOR_STATE.c.agent_id)
        .where(REST_DEBT.c.repaid_minutes < REST_DEBT.c.minutes, REST_DEBT.c.on_date >= since)
        .where(FLOOR_STATE.c.state == AgentState.AVAILABLE)
    )
    pending = select(FLOOR_STATE.c.pool_id).where(FLOOR_STATE.c.pending_rest_minutes > 0)
    found: set[int] = set()
    for query in (live, owed, pending):
        found.update(session.execute(query.distinct()).scalars())
    return sorted(found)


def _expire(work: PoolWork) -> None:
    held = [work.contacts[each.contact_id] for agent in work.people() for each in agent.held]
    for contact in held:
        expires_at = contact.reservation_expires_at
        if contact.status is ContactStatus.ASSIGNED and expires_at is not None and expires_at <= work.now:
            agent_id = contact.agent_id
            work.release(contact, declined=True)
            work.event("contact.lapsed", contact.id, BREATHER, agent_id)
            work.event("contact.waiting", contact.id, BREATHER)


def _begin_pending(work: PoolWork) -> None:
    """Rest that waited for contacts which ended without being completed (abandoned, transferred)."""
    for agent in work.people():
        facts = work.facts(agent.id)
        if facts.pending_rest_minutes and not agent.held:
            minutes, contact_id = facts.pending_rest_minutes, facts.pending_contact_id
            cause = RestCause.MOMENT if contact_id is None else RestCause.CONTACT
            set_pending(work, agent, 0, None)
            why = MOMENT_WORDS if contact_id is None else "Rest that was due once your contacts were over."
            give(work, agent.id, minutes, cause=cause, contact_id=contact_id, why=why)


def _resting_now(work: PoolWork, agent_id: int) -> RestView | None:
    found = work.session.execute(
        select(REST)
        .where(REST.c.agent_id == agent_id, REST.c.starts_at <= work.now, REST.c.ends_at > work.now)
        .order_by(REST.c.ends_at.desc())
        .limit(1)
    ).first()
    if found is None:
        return None
    return RestView(
        kind=SegmentKind.DECOMPRESSION.value,
        minutes=round((found.ends_at - found.starts_at).total_seconds() / 60),
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        light_only_until=found.light_only_until,
    )


def on_floor(transaction: FloorTransaction, agent_code: str) -> tuple[PoolWork, AgentOnFloor]:
    """The agent on their pool's floor, put there (offline) where they are new to it."""
    session = transaction.session
    found = transaction.lookups.agent(agent_code)
    pool_id = found.pool_id if found.pool_id is not None else _home_pool(session, found.id, agent_code)
    work = transaction.pool(pool_id)
    agent = work.agent(found.id)
    if agent is None:
        if found.pool_id is None:
            session.execute(
                insert(FLOOR_STATE).values(
                    agent_id=found.id,
                    pool_id=pool_id,
                    state=AgentState.OFFLINE,
                    since=work.now,
                    acute=0.0,
                    carried=0.0,
                    load_at=work.now,
                    heavy_count=0,
                    pending_rest_minutes=0,
                )
            )
        agent = work.reload_agent(found.id)
    return work, agent


def _home_pool(session: Session, agent_id: int, agent_code: str) -> int:
    """The pool with most of the agent's skills; the first of equals."""
    pools = session.execute(
        select(POOL.c.id)
        .join(QUEUE, QUEUE.c.pool_id == POOL.c.id)
        .join(SKILL, SKILL.c.queue_id == QUEUE.c.id)
        .where(SKILL.c.agent_id == agent_id)
    ).scalars()
    counts: dict[int, int] = {}
    for pool_id in pools:
        counts[pool_id] = counts.get(pool_id, 0) + 1
    if not counts:
        raise Invalid(f"agent {agent_code!r} has no skill: expected at least one queue that they take")
    return min(counts, key=lambda pool_id: (-counts[pool_id], pool_id))

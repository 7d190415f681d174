"""What an agent excludes for themself: seen and set by them alone, kept to by routing, told to nobody."""

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import delete, insert, select
from sqlmodel import Session

from api.context import Context
from api.errors import Forbidden, Invalid
from api.events.log import append
from api.security.caller import Caller
from api.services.floor.tables import PRIVATE_LIMIT, QUEUE
from api.services.floor.views import Code
from api.services.floor.work import touch_pools
from roster.contacts import ArrivalState, Stake
from roster.protections import TOPIC_NAMED
from roster.store.engine import reading, writing


class Limits(BaseModel):
    """What does not come to the agent: how the other side arrives, what is at stake, whole queues (by code)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    arrival_states: tuple[ArrivalState, ...] = Field(default=(), max_length=20)
    stakes: tuple[Stake, ...] = Field(default=(), max_length=20)
    queues: tuple[Code, ...] = Field(default=(), max_length=200)


def limits_of(context: Context, caller: Caller) -> Limits:
    """The caller's own limits."""
    with reading(context.engine) as session:
        return _read(session, _own(caller))


def set_limits(context: Context, limits: Limits, caller: Caller) -> Limits:
    """These and no other limits for the caller, from now on; contacts in hand stay.

    Raises
    ------
    Invalid: an unknown queue, or calm contacts. Forbidden: the caller is no agent.
    """
    agent_id = _own(caller)
    if ArrivalState.CALM in limits.arrival_states:
        known = ", ".join(state.value for state in ArrivalState if state is not ArrivalState.CALM)
        raise Invalid(f"arrival_states: 'calm' can't be excluded: expected any of {known}")
    with writing(context.engine) as session:
        touch_pools(session)
        queues = {row.code: row.id for row in session.execute(select(QUEUE.c.code, QUEUE.c.id))}
        unknown = sorted(set(limits.queues) - set(queues))
        if unknown:
            raise Invalid(f"queue {unknown[0]!r} is not known: expected any of {', '.join(sorted(queues)) or '(none)'}")
        session.execute(delete(PRIVATE_LIMIT).where(PRIVATE_LIMIT.c.agent_id == agent_id))
        for topic in sorted({*limits.arrival_states, *limits.stakes}):
            session.execute(insert(PRIVATE_LIMIT).values(agent_id=agent_id, topic=topic.value))
        for code in sorted(set(limits.queues)):
            session.execute(insert(PRIVATE_LIMIT).values(agent_id=agent_id, queue_id=queues[code]))
        # What was changed is the agent's own; that something was is a line that they alone can read.
        append(
            session, at=context.now(), kind="limits.set", subject=str(agent_id), actor=caller.name, agent_id=agent_id
        )
        kept = _read(session, agent_id)
    context.announcer.announce()
    return kept


def queues_taken(context: Context, caller: Caller) -> tuple[tuple[str, str], ...]:
    """Code and name of every queue, in order of name: what the caller may choose from."""
    _own(caller)
    with reading(context.engine) as session:
        rows = session.execute(select(QUEUE.c.code, QUEUE.c.name).order_by(QUEUE.c.name, QUEUE.c.code)).all()
    return tuple((row.code, row.name) for row in rows)


def _read(session: Session, agent_id: int) -> Limits:
    chosen = PRIVATE_LIMIT.c
    rows = session.execute(
        select(chosen.topic, QUEUE.c.code)
        .outerjoin(QUEUE, QUEUE.c.id == chosen.queue_id)
        .where(chosen.agent_id == agent_id)
    ).all()
    topics = {TOPIC_NAMED[row.topic] for row in rows if row.topic is not None}
    return Limits(
        arrival_states=tuple(state for state in ArrivalState if state in topics),
        stakes=tuple(stake for stake in Stake if stake in topics),
        queues=tuple(sorted(row.code for row in rows if row.code is not None)),
    )


def _own(caller: Caller) -> int:
    if caller.agent_id is None:
        raise Forbidden(f"you are signed in as {caller.role}: limits are an agent's own, for nobody else to see or set")
    return caller.agent_id

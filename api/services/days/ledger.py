"""What Breather knows about an agent: for that agent alone, to see and to take away."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlmodel import col, or_, select

from api.context import Context
from api.errors import Forbidden, NotFound
from api.security.caller import Caller
from api.services.appointments.own import stored_about
from api.services.calendars.feeds import feeds_of
from api.services.days.views import LoadView, load_view
from api.services.debriefs.views import zone_of
from api.services.floor.limits import limits_of
from roster.clock import clock_text, local_day, midnight
from roster.contacts import Contact
from roster.people import Agent
from roster.queues import Queue
from roster.rest import DebriefInvitation, FloorState, Rest, RestDebt
from roster.shifts import Segment
from roster.store.engine import reading


class _View(BaseModel):
    model_config = ConfigDict(frozen=True)


class ContactLine(_View):
    """A contact that the agent had: when, where, how heavy it came out, points."""

    at: str
    queue: str
    tier: str
    points: int


class RestLine(_View):
    """A rest that the agent was given."""

    starts: str
    ends: str
    minutes: int
    sentence: str


class LedgerView(_View):
    """Today as the ledger has it."""

    contacts: tuple[ContactLine, ...]
    rests: tuple[RestLine, ...]
    owed_minutes: int
    load: LoadView


def ledger_today(context: Context, caller: Caller) -> LedgerView:
    """The caller's own contacts, rests and debts of their local today."""
    agent_id = _own(caller)
    now = context.now()
    with reading(context.engine) as session:
        agent = session.get(Agent, agent_id)
        zone = zone_of(session, agent)
        begin = midnight(local_day(now, zone), zone)
        names = {queue.id: queue.name for queue in session.exec(select(Queue)).all()}
        contacts = session.exec(
            select(Contact)
            .where(Contact.agent_id == agent_id, col(Contact.completed_at) >= begin)
            .order_by(col(Contact.completed_at))
        ).all()
        rests = session.exec(
            select(Rest).where(Rest.agent_id == agent_id, col(Rest.starts_at) >= begin).order_by(col(Rest.starts_at))
        ).all()
        debts = session.exec(select(RestDebt).where(RestDebt.agent_id == agent_id)).all()
        state = session.get(FloorState, agent_id)
    return LedgerView(
        contacts=tuple(
            ContactLine(
                at=clock_text(contact.completed_at or now, zone),
                queue=names[contact.queue_id],
                tier=(contact.final_tier or contact.tier).value,
                points=contact.score if contact.final_score is None else contact.final_score,
            )
            for contact in contacts
        ),
        rests=tuple(
            RestLine(
                starts=clock_text(rest.starts_at, zone),
                ends=clock_text(rest.ends_at, zone),
                minutes=round((rest.ends_at - rest.starts_at).total_seconds() / 60),
                sentence=rest.sentence,
            )
            for rest in rests
        ),
        owed_minutes=sum(debt.minutes - debt.repaid_minutes for debt in debts),
        load=load_view(state, now, context.policy.load),
    )


def ledger_export(context: Context, caller: Caller) -> dict[str, Any]:
    """Everything stored about the caller, as plain JSON values; times UTC, loads and scores in points."""
    agent_id = _own(caller)
    with reading(context.engine) as session:
        agent = session.get(Agent, agent_id)
        if agent is None:
            raise NotFound("there is no such agent")
        manager = session.get(Agent, agent.manager_id) if agent.manager_id is not None else None
        contacts = session.exec(select(Contact).where(Contact.agent_id == agent_id)).all()
        rests = session.exec(select(Rest).where(Rest.agent_id == agent_id)).all()
        debts = session.exec(select(RestDebt).where(RestDebt.agent_id == agent_id)).all()
        segments = session.exec(
            select(Segment).where(Segment.agent_id == agent_id).order_by(col(Segment.starts_at))
        ).all()
        debriefs = session.exec(
            select(DebriefInvitation).where(
                or_(col(DebriefInvitation.agent_id) == agent_id, col(DebriefInvitation.peer_id) == agent_id)
            )
        ).all()
        state = session.get(FloorState, agent_id)
        return {
            "made_at": _text(context.now()),
            "agent": {
                **agent.model_dump(mode="json", exclude={"id", "manager_id"}),
                "manager": None if manager is None else manager.code,
            },
            "floor": None if state is None else state.model_dump(mode="json", exclude={"agent_id", "pool_id"}),
            "contacts": [
                contact.model_dump(mode="json", exclude={"reason", "declined_by", "agent_id", "owner_id", "pool_id"})
                for contact in contacts
            ],
            "rests": [rest.model_dump(mode="json", exclude={"agent_id"}) for rest in rests],
            "limits": limits_of(context, caller).model_dump(mode="json"),
            "rest_debts": [debt.model_dump(mode="json", exclude={"agent_id"}) for debt in debts],
            "segments": [segment.model_dump(mode="json", exclude={"agent_id"}) for segment in segments],
            "calendars": [feed.model_dump(mode="json") for feed in feeds_of(context, caller)],
            **stored_about(session, agent_id),
            # A peer sees what they gave and give; whether somebody was offered their time and passed is not theirs.
            "debriefs": [
                {
                    "giving": row.peer_id == agent_id,
                    "starts_at": _text(row.starts_at),
                    "ends_at": _text(row.ends_at),
                    "status": row.status.value,
                    "hot": row.hot,
                    "reminded_at": _text(row.reminded_at) if row.reminded_at and row.agent_id == agent_id else None,
                    "proposed_at": _text(row.proposed_at)
                    if row.proposed_at and row.proposed_by_id == agent_id
                    else None,
                }
                for row in debriefs
                if row.agent_id == agent_id or row.status.value == "accepted"
            ],
        }


def _text(instant: datetime) -> str:
    return instant.isoformat()


def _own(caller: Caller) -> int:
    if caller.agent_id is None:
        raise Forbidden(f"you are signed in as {caller.role}: a ledger belongs to the agent alone")
    return caller.agent_id

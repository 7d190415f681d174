"""A published day for tests: a roster of one date, contacts that are over, and who is signed in."""

from datetime import date, datetime, timedelta
from typing import Any

from api.context import Context
from api.security.caller import Caller
from roster.accounts import Role
from roster.clock import at_local
from roster.contacts import ArrivalState, Contact, ContactStatus, History, Resolvability, Tier
from roster.people import Channel
from roster.shifts import Assignment, Roster, RosterStatus
from roster.store.engine import writing
from tests.factories import Centre

TODAY = date(2026, 11, 24)
ZONE = "Europe/Amsterdam"


def at(minute: int, on_date: date = TODAY) -> datetime:
    """`minute` minutes after local midnight."""
    return at_local(on_date, minute, ZONE)


def publish(context: Context, centre: Centre, shifts: dict[str, str], on_date: date = TODAY) -> int:
    """A published roster of one day: shift code by agent code."""
    with writing(context.engine) as session:
        roster = Roster(
            zone=centre.zone,
            starts_on=on_date,
            days=1,
            status=RosterStatus.PUBLISHED,
            created_at=context.now(),
            created_by="test",
            published_at=context.now(),
            published_by="lead",
        )
        session.add(roster)
        session.flush()
        assert roster.id is not None
        for code, shift in shifts.items():
            session.add(
                Assignment(
                    roster_id=roster.id,
                    agent_id=centre.agents[code],
                    on_date=on_date,
                    shift_type_id=centre.shifts[shift],
                )
            )
        return roster.id


def contact(
    context: Context,
    centre: Centre,
    code: str,
    completed_at: datetime,
    *,
    ref: str = "c1",
    tier: Tier = Tier.SEVERE,
    started_at: datetime | None = None,
) -> None:
    """A completed contact."""
    lay_contact(
        context,
        centre,
        ref,
        status=ContactStatus.COMPLETED,
        arrived_at=completed_at - timedelta(minutes=20),
        agent_id=centre.agents[code],
        started_at=started_at,
        completed_at=completed_at,
        arrival_state=ArrivalState.GRIEVING,
        resolvability=Resolvability.BLOCKED,
        score=80,
        tier=tier,
        final_score=80,
        final_tier=tier,
    )


def lay_contact(context: Context, centre: Centre, ref: str, queue: str = "advice", **values: Any) -> None:
    """A row of a contact by voice; `values` are its columns."""
    with writing(context.engine) as session:
        session.add(
            Contact(
                id=ref,
                ref=ref,
                queue_id=centre.queues[queue],
                pool_id=centre.pool_id,
                channel=Channel.VOICE,
                priority=5,
                history=History.FIRST,
                **values,
            )
        )


def caller(centre: Centre, code: str) -> Caller:
    """An agent, signed in."""
    return Caller(name=code, role=Role.AGENT, agent_id=centre.agents[code])

"""A contact taken in another system while its agent rests: what it takes of the rest is owed, and repaid that shift."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from api.context import Context
from api.services.floor.commands import (
    CompletionIn,
    ContactIn,
    complete,
    explanation,
    moment,
    post_contact,
    set_state,
    tick,
)
from api.services.floor.outside import taken
from roster.contacts import EntryConditions
from roster.rest import Rest, RestDebt
from roster.shifts import Segment, SegmentKind
from roster.store.engine import reading, writing
from tests.conftest import SetClock
from tests.factories import Centre, make_centre

DAY = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def floor(any_context: Context, clock: SetClock) -> Centre:
    """`a01`, at work from 8 to 16, has asked for a moment at 9; `a02` has no planned day."""
    centre = make_centre(any_context, agents=2, peers=0, accounts=False)
    work = {"kind": SegmentKind.WORK, "on_date": DAY.date(), "zone": centre.zone, "reason": "planned"}
    begins = DAY + timedelta(hours=8)
    with writing(any_context.engine) as session:
        session.add(
            Segment(agent_id=centre.agents["a01"], starts_at=begins, ends_at=begins + timedelta(hours=8), **work)
        )
    set_state(any_context, "a01", "available", actor="test")
    assert clock.now == DAY + timedelta(hours=9)
    given = moment(any_context, "a01", actor="test").rest
    assert given is not None
    assert given.minutes == 5
    return centre


def waiting(context: Context, ref: str = "r1") -> str:
    """A calm contact that nobody has."""
    return post_contact(context, ContactIn(ref=ref, queue="advice", entry=EntryConditions()), actor="test").id


def debts(context: Context) -> list[tuple[int, int]]:
    """Minutes owed and repaid, of each debt."""
    with reading(context.engine) as session:
        rows = session.exec(select(RestDebt).order_by(col(RestDebt.id))).all()
    return [(row.minutes, row.repaid_minutes) for row in rows]


def test_what_it_takes_of_a_rest_is_owed_once_and_repaid_in_the_shift(
    any_context: Context, floor: Centre, clock: SetClock
) -> None:
    clock.forward(minutes=1)
    contact_id = waiting(any_context)
    taken(any_context, contact_id, "a01", actor="phone")
    taken(any_context, contact_id, "a01", actor="phone")
    assert explanation(any_context, contact_id).protections_yielded == ("rest: 4 min of rest owed",)
    assert debts(any_context) == []
    clock.forward(minutes=30)
    complete(any_context, contact_id, CompletionIn(), actor="a01")
    complete(any_context, contact_id, CompletionIn(), actor="a01")
    assert debts(any_context) == [(4, 0)]
    set_state(any_context, "a02", "available", actor="test")
    tick(any_context)
    assert debts(any_context) == [(4, 4)]
    with reading(any_context.engine) as session:
        latest = session.exec(select(Rest).order_by(col(Rest.id).desc())).first()
    assert latest is not None
    assert (latest.starts_at, latest.ends_at) == (clock.now, clock.now + timedelta(minutes=4))


def test_a_rest_that_goes_on_after_it_is_owed_only_what_it_took(
    any_context: Context, floor: Centre, clock: SetClock
) -> None:
    contact_id = waiting(any_context)
    taken(any_context, contact_id, "a01", actor="phone")
    clock.forward(minutes=2)
    complete(any_context, contact_id, CompletionIn(), actor="a01")
    assert debts(any_context) == [(2, 0)]


def test_after_the_rest_nothing_is_owed(any_context: Context, floor: Centre, clock: SetClock) -> None:
    clock.forward(minutes=5)
    contact_id = waiting(any_context)
    taken(any_context, contact_id, "a01", actor="phone")
    clock.forward(minutes=10)
    complete(any_context, contact_id, CompletionIn(), actor="a01")
    assert explanation(any_context, contact_id).protections_yielded == ()
    assert debts(any_context) == []

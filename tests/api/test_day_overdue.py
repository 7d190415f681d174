"""A break that a contact ran into: what the floor does until it begins."""

from sqlmodel import select

from api.context import Context
from api.services.breaks.moving import move_break
from api.services.days.replanning import replan
from api.services.days.watching import look
from api.services.floor.commands import CompletionIn, ContactIn, complete, post_contact, set_state, start, tick
from api.services.floor.contact_rows import contact_view
from api.services.floor.explanation import explanation
from api.services.floor.overview import floor_view
from api.services.floor.state import load_pool
from optimizer.routing.floor import AgentOnFloor
from roster.contacts import ArrivalState, Contact, ContactStatus, EntryConditions
from roster.rest import RestDebt
from roster.shifts import SegmentKind
from roster.store.engine import reading, writing
from tests.api.break_stage import REST, at, breaks, caller, laid, number
from tests.api.day_stage import TODAY
from tests.api.live_stage import contact, events
from tests.conftest import SetClock
from tests.factories import Centre

CALM, HARD = EntryConditions(), EntryConditions(arrival_state=ArrivalState.HOSTILE)


def status_of(context: Context, ref: str) -> ContactStatus:
    """How far a contact is."""
    with reading(context.engine) as session:
        return ContactStatus(session.exec(select(Contact.status).where(Contact.ref == ref)).one())


def run_into(context: Context, clock: SetClock, entry: EntryConditions = CALM) -> Centre:
    """At 08:31 `a01` is on a contact since 08:28, expected until 08:48; their rest of 08:30 begins at 08:50 now."""
    centre = laid(context, clock)
    set_state(context, "a01", "available", actor="test")
    for place in range(5):
        contact(context, centre, f"c{place}", status=ContactStatus.COMPLETED, began=at(430), ended=at(450), agent="a06")
    clock.now = at(508)
    start(
        context,
        post_contact(context, ContactIn(ref="held", queue="advice", entry=entry), actor="router").id,
        actor="a01",
    )
    clock.now = at(511)
    assert look(context)
    assert (REST, 530, 545) in breaks(context, centre)
    return centre


def held(context: Context) -> str:
    """That contact."""
    with reading(context.engine) as session:
        return session.exec(select(Contact.id).where(Contact.ref == "held")).one()


def test_a_break_that_was_run_into_is_run_into_once_and_begins_when_the_contact_is_over(
    any_context: Context, clock: SetClock
) -> None:
    context = any_context
    centre = run_into(context, clock)
    clock.now = at(513)
    complete(context, held(context), CompletionIn(), actor="a01")
    post_contact(context, ContactIn(ref="next", queue="advice"), actor="router")
    assert status_of(context, "next") is ContactStatus.WAITING
    # It was to last until 08:48: the rest need not wait for that.
    assert look(context)
    assert (REST, 515, 530) in breaks(context, centre)
    change = events(context, "day.changed")[-1].data["changes"][0]
    assert change["sentence"] == "Your contact is over, so your rest begins at 08:35 instead of 08:50."
    assert not look(context)
    replan(context, TODAY)
    assert (REST, 515, 530) in breaks(context, centre)
    # Who puts it elsewhere themselves is free until then.
    move_break(context, caller(centre), number(context, centre, 0), at(540))
    set_state(context, "a01", "away", actor="a01")
    set_state(context, "a01", "available", actor="a01")
    assert status_of(context, "next") is ContactStatus.ASSIGNED


def on_floor(context: Context, centre: Centre, code: str = "a01") -> AgentOnFloor:
    """Somebody as the floor has them, read from the tables."""
    with reading(context.engine) as session:
        return load_pool(session, centre.pool_id, 0, 0, context.now()).floor.agents[centre.agents[code]]


def test_the_time_before_an_overdue_break_is_no_rest_and_a_life_at_risk_in_it_costs_none(
    any_context: Context, clock: SetClock
) -> None:
    context = any_context
    centre = run_into(context, clock, HARD)
    clock.now = at(512)
    complete(context, held(context), CompletionIn(), actor="a01")
    left = on_floor(context, centre)
    assert left.load.acute > 0
    clock.now = at(522)
    assert [one.place for one in floor_view(context).people] == ["break next"]
    assert left.resting_minutes(at(512), at(522)) == 0
    assert left.resting_minutes(at(512), at(540)) == 10
    calm = post_contact(context, ContactIn(ref="calm", queue="advice"), actor="router")
    assert calm.agent is None
    urgent = post_contact(context, ContactIn(ref="urgent", queue="advice", life_at_risk=True), actor="router")
    assert contact_view(context, urgent.id).agent == "a01"
    assert explanation(context, urgent.id).protections_yielded == ()
    start(context, urgent.id, actor="a01")
    clock.now = at(529)
    complete(context, urgent.id, CompletionIn(), actor="a01")
    with reading(context.engine) as session:
        assert session.exec(select(RestDebt)).all() == []


def test_rest_that_is_owed_need_not_wait_for_the_break_that_is_next(any_context: Context, clock: SetClock) -> None:
    context = any_context
    centre = run_into(context, clock)
    clock.now = at(512)
    complete(context, held(context), CompletionIn(), actor="a01")
    with writing(context.engine) as session:
        session.add(
            RestDebt(agent_id=centre.agents["a01"], minutes=5, incurred_at=clock.now, on_date=TODAY, planned_at=at(515))
        )
    clock.now = at(515)
    tick(context)
    with reading(context.engine) as session:
        assert [one.repaid_minutes for one in session.exec(select(RestDebt)).all()] == [5]
    assert breaks(context, centre)[:2] == [(SegmentKind.DECOMPRESSION, 515, 520), (REST, 530, 545)]

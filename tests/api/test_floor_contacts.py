"""The floor's commands on both databases: who takes a contact, what follows it, and what is refused."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from api.context import Context
from api.errors import Conflict, Invalid, NotFound
from api.events.log import since
from api.services.floor.commands import (
    CompletionIn,
    ContactIn,
    TransferIn,
    abandon,
    accept,
    complete,
    contact_view,
    decline,
    post_contact,
    set_state,
    start,
    tick,
    touch_pools,
    transfer,
)
from roster.contacts import (
    ArrivalState,
    Contact,
    ContactStatus,
    EntryConditions,
    History,
    OutcomeMarker,
    Resolvability,
    Stake,
)
from roster.people import Agent
from roster.queues import Pool, Queue
from roster.rest import Rest
from roster.store.engine import reading, writing
from tests.conftest import SetClock
from tests.factories import Centre, make_centre

Command = Callable[..., Any]

CALM = EntryConditions()
HEAVY = EntryConditions(
    arrival_state=ArrivalState.GRIEVING, history=History.REPEAT_AFTER_FAILURE, stakes=(Stake.MEDICATION,)
)
SEVERE = EntryConditions(
    arrival_state=ArrivalState.GRIEVING,
    history=History.REPEAT_AFTER_FAILURE,
    stakes=(Stake.MEDICATION, Stake.CARE_ACCESS),
    resolvability=Resolvability.BLOCKED,
)


@pytest.fixture
def floor(any_context: Context) -> Centre:
    """Six agents, of whom `a01` and `a02` are available, without a planned day."""
    centre = make_centre(any_context, accounts=False)
    for code in ("a01", "a02"):
        set_state(any_context, code, "available", actor="test")
    return centre


def post(context: Context, ref: str, entry: EntryConditions = CALM, owner: str | None = None) -> str:
    """Post a contact to `advice`; its id."""
    body = ContactIn(ref=ref, queue="advice", entry=entry, owner=owner)
    return post_contact(context, body, actor="router").id


def rests_of(context: Context, code: str) -> list[int]:
    """Minutes due of every rest that was given to the agent."""
    with reading(context.engine) as session:
        query = select(Rest.due_minutes).join(Agent, col(Agent.id) == Rest.agent_id).where(Agent.code == code)
        return list(session.exec(query.order_by(col(Rest.id))).all())


def test_a_contact_is_given_to_a_free_agent_with_its_difficulty_and_reason(any_context: Context, floor: Centre) -> None:
    view = post_contact(any_context, ContactIn(ref="r1", queue="advice", entry=HEAVY), actor="router")
    assert view.status is ContactStatus.ASSIGNED
    assert view.agent == "a01"
    assert view.difficulty.score == 28 + 14 + 12
    assert view.reservation_expires_at == any_context.now() + timedelta(seconds=20)
    assert view.reason.sentence.startswith("Agent 1: able at it")
    assert contact_view(any_context, view.id) == view


def test_after_a_heavy_contact_comes_rest_then_light_only(any_context: Context, floor: Centre) -> None:
    contact_id = post(any_context, "r1", HEAVY)
    start(any_context, contact_id, actor="a01")
    view = complete(any_context, contact_id, CompletionIn(), actor="a01")
    now: datetime = any_context.now()
    assert view.rest is not None
    assert (view.rest.minutes, view.rest.starts_at, view.rest.ends_at) == (5, now, now + timedelta(minutes=5))
    assert view.rest.light_only_until == now + timedelta(minutes=20)
    assert "grieving +28" in view.reason
    assert complete(any_context, contact_id, CompletionIn(), actor="a01") == view


def test_one_that_waits_goes_to_the_first_who_becomes_available(any_context: Context, floor: Centre) -> None:
    first, second = post(any_context, "r1"), post(any_context, "r2")
    third = post(any_context, "r3")
    assert contact_view(any_context, third).status is ContactStatus.WAITING
    set_state(any_context, "a03", "available", actor="test")
    assert contact_view(any_context, third).agent == "a03"
    assert {contact_view(any_context, each).agent for each in (first, second)} == {"a01", "a02"}


def test_a_decline_goes_to_somebody_else_and_back_only_after_a_while(
    any_context: Context, floor: Centre, clock: SetClock
) -> None:
    set_state(any_context, "a02", "away", actor="test")
    contact_id = post(any_context, "r1")
    view = decline(any_context, contact_id, actor="a01")
    assert (view.status, view.agent, view.reservation_expires_at) == (ContactStatus.WAITING, None, None)
    set_state(any_context, "a02", "available", actor="test")
    assert contact_view(any_context, contact_id).agent == "a02"
    decline(any_context, contact_id, actor="a02")
    tick(any_context)
    assert contact_view(any_context, contact_id).agent is None
    clock.forward(seconds=any_context.policy.routing.max_wait_seconds)
    tick(any_context)
    assert contact_view(any_context, contact_id).agent in ("a01", "a02")


def test_a_reservation_that_nobody_answers_lapses_and_is_offered_again(
    any_context: Context, floor: Centre, clock: SetClock
) -> None:
    contact_id = post(any_context, "r1")
    clock.forward(seconds=19)
    tick(any_context)
    assert contact_view(any_context, contact_id).agent == "a01"
    clock.forward(seconds=1)
    tick(any_context)
    view = contact_view(any_context, contact_id)
    assert (view.status, view.agent) == (ContactStatus.ASSIGNED, "a02")
    assert view.reservation_expires_at == clock.now + timedelta(seconds=20)


def test_what_was_accepted_does_not_lapse(any_context: Context, floor: Centre, clock: SetClock) -> None:
    contact_id = post(any_context, "r1")
    assert accept(any_context, contact_id, actor="a01").reservation_expires_at is None
    assert accept(any_context, contact_id, actor="a01").status is ContactStatus.ACCEPTED
    clock.forward(hours=1)
    tick(any_context)
    assert contact_view(any_context, contact_id).status is ContactStatus.ACCEPTED


def test_an_answer_that_comes_late_still_counts_while_nobody_else_has_it(
    any_context: Context, floor: Centre, clock: SetClock
) -> None:
    contact_id = post(any_context, "r1")
    clock.forward(seconds=25)
    assert start(any_context, contact_id, actor="a01").status is ContactStatus.ACTIVE


def test_an_abandoned_contact_frees_its_agent(any_context: Context, floor: Centre) -> None:
    set_state(any_context, "a02", "away", actor="test")
    first, second = post(any_context, "r1"), post(any_context, "r2")
    assert abandon(any_context, first, actor="router").status is ContactStatus.ABANDONED
    assert abandon(any_context, first, actor="router").status is ContactStatus.ABANDONED
    assert contact_view(any_context, second).agent == "a01"


def test_going_away_gives_reservations_back_but_keeps_what_was_accepted(any_context: Context, floor: Centre) -> None:
    first = post(any_context, "r1")
    set_state(any_context, "a01", "away", actor="a01")
    assert contact_view(any_context, first).agent == "a02"
    accept(any_context, first, actor="a02")
    set_state(any_context, "a02", "offline", actor="a02")
    assert (contact_view(any_context, first).agent, contact_view(any_context, first).status) == (
        "a02",
        ContactStatus.ACCEPTED,
    )


@pytest.mark.parametrize(
    ("steps", "command", "words"),
    [
        ([], accept, "is waiting: it can be accepted only while it is assigned"),
        ([], start, "is waiting: it can be started only while it is assigned or accepted"),
        ([], decline, "is waiting: it can be declined only while it is assigned"),
        ([abandon], accept, "is abandoned: it can be accepted only while it is assigned"),
        ([abandon], start, "is abandoned: it can be started only while it is assigned or accepted"),
    ],
)
def test_a_state_that_cannot_follow_is_refused_and_changes_nothing(
    any_context: Context, steps: list[Command], command: Command, words: str
) -> None:
    make_centre(any_context, accounts=False)
    contact_id = post(any_context, "r1")
    for step in steps:
        step(any_context, contact_id, actor="router")
    before = contact_view(any_context, contact_id)
    with pytest.raises(Conflict, match=words):
        command(any_context, contact_id, actor="router")
    assert contact_view(any_context, contact_id) == before


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (accept, "is active: it can be accepted"),
        (decline, "is active: it can be declined"),
        (abandon, "is active: it can be abandoned only while it is waiting, assigned or accepted"),
    ],
)
def test_in_conversation_there_is_no_way_back(
    any_context: Context, floor: Centre, command: Command, words: str
) -> None:
    contact_id = post(any_context, "r1")
    start(any_context, contact_id, actor="a01")
    assert start(any_context, contact_id, actor="a01").status is ContactStatus.ACTIVE
    with pytest.raises(Conflict, match=words):
        command(any_context, contact_id, actor="router")
    complete(any_context, contact_id, CompletionIn(), actor="a01")
    with pytest.raises(Conflict, match="is completed"):
        command(any_context, contact_id, actor="router")
    with pytest.raises(Conflict, match="is completed"):
        transfer(any_context, contact_id, TransferIn(queue="billing"), actor="router")


def test_what_is_unknown_is_named(any_context: Context, floor: Centre) -> None:
    with pytest.raises(Invalid, match="queue 'x' is not known: expected one of advice, billing"):
        post_contact(any_context, ContactIn(ref="r", queue="x"), actor="router")
    with pytest.raises(Invalid, match="owner 'x' is not known"):
        post(any_context, "r", owner="x")
    with pytest.raises(NotFound, match="contact 'x' is not known"):
        complete(any_context, "x", CompletionIn(), actor="router")
    with pytest.raises(NotFound, match="agent 'x' is not known"):
        set_state(any_context, "x", "away", actor="test")
    with pytest.raises(Invalid, match="state 'x' is not known: expected one of available, away, offline"):
        set_state(any_context, "a01", "x", actor="test")


def test_a_clock_that_runs_ahead_does_not_make_a_wait_negative(any_context: Context, floor: Centre) -> None:
    view = post_contact(
        any_context,
        ContactIn(ref="r", queue="advice", arrived_at=any_context.now() + timedelta(hours=3)),
        actor="router",
    )
    assert view.arrived_at == any_context.now()


def test_the_owner_of_a_repeat_contact_gets_it(any_context: Context, floor: Centre) -> None:
    assert contact_view(any_context, post(any_context, "r1", owner="a02")).agent == "a02"


def test_one_not_begun_is_transferred_as_it_is(any_context: Context, floor: Centre) -> None:
    contact_id = post(any_context, "r1")
    view = transfer(any_context, contact_id, TransferIn(queue="billing", entry=HEAVY), actor="router")
    assert (view.id, view.queue, view.difficulty.score) == (contact_id, "billing", 54)
    assert view.agent == "a02", "whoever passed it on is not asked again at once"


def test_one_in_conversation_is_completed_for_its_agent_and_goes_on(any_context: Context, floor: Centre) -> None:
    contact_id = post(any_context, "r1", HEAVY)
    start(any_context, contact_id, actor="a01")
    view = transfer(any_context, contact_id, TransferIn(queue="billing"), actor="router")
    assert (view.ref, view.queue, view.agent) == ("r1/2", "billing", "a02")
    assert contact_view(any_context, contact_id).status is ContactStatus.COMPLETED
    assert rests_of(any_context, "a01") == [5]
    again = transfer(any_context, contact_id, TransferIn(queue="billing"), actor="router")
    assert again == view, "said twice, it goes on once"


def test_a_promised_call_back_gets_its_owner(any_context: Context, floor: Centre) -> None:
    contact_id = post(any_context, "r1")
    start(any_context, contact_id, actor="a01")
    due = any_context.now() + timedelta(hours=4)
    complete(any_context, contact_id, CompletionIn(follow_up_due=due), actor="a01")
    with reading(any_context.engine) as session:
        row = session.get(Contact, contact_id)
    assert row is not None
    assert (row.owner_id, row.follow_up_due) == (floor.agents["a01"], due)


def test_never_severe_after_severe_though_nobody_else_is_there(
    any_context: Context, floor: Centre, clock: SetClock
) -> None:
    set_state(any_context, "a02", "offline", actor="test")
    first = post(any_context, "r1", SEVERE)
    start(any_context, first, actor="a01")
    complete(any_context, first, CompletionIn(), actor="a01")
    second = post(any_context, "r2", SEVERE)
    clock.forward(hours=2)
    tick(any_context)
    assert contact_view(any_context, second).agent is None
    between = post(any_context, "r3")
    start(any_context, between, actor="a01")
    complete(any_context, between, CompletionIn(), actor="a01")
    assert contact_view(any_context, second).agent == "a01"


def test_what_it_felt_like_stays_out_of_everything_that_leads_read(any_context: Context, floor: Centre) -> None:
    contact_id = post(any_context, "r1")
    start(any_context, contact_id, actor="a01")
    view = complete(any_context, contact_id, CompletionIn(felt=5, outcomes=[OutcomeMarker.THREAT]), actor="a01")
    assert view.rest is not None
    with reading(any_context.engine) as session:
        seen = since(session, 0, limit=1000)
        private = since(session, 0, agent_id=floor.agents["a01"], limit=1000)
    assert {event.kind for event in seen} >= {"contact.assigned", "contact.completed", "floor.changed"}
    text = " ".join(f"{event.kind} {event.data}" for event in seen).lower()
    for word in ("felt", "threat", "severe", "rest.", "decompression", "light", "own word", "acute", "carried"):
        assert word not in text
    assert [event.data for event in seen if event.kind == "floor.changed"] == [{"state": "protected time"}]
    assert "rest.given" in {event.kind for event in private}


def test_a_severe_contact_before_midnight_keeps_the_next_one_away_after_it(
    any_context: Context, floor: Centre, clock: SetClock
) -> None:
    set_state(any_context, "a02", "offline", actor="test")
    clock.now = clock.now.replace(hour=22, minute=20)
    first = post(any_context, "r1", SEVERE)
    start(any_context, first, actor="a01")
    complete(any_context, first, CompletionIn(), actor="a01")
    clock.forward(hours=2)
    waiting = post(any_context, "r2", SEVERE)
    assert contact_view(any_context, waiting).agent is None
    clock.forward(hours=7)
    tick(any_context)
    assert contact_view(any_context, waiting).agent == "a01"


def test_a_queue_that_moves_to_another_pool_keeps_its_waiting_contacts(
    any_context: Context, floor: Centre, clock: SetClock
) -> None:
    for code in ("a01", "a02"):
        set_state(any_context, code, "away", actor="test")
    waiting = post(any_context, "r1")
    with writing(any_context.engine) as session:
        other = Pool(name="other")
        session.add(other)
        session.flush()
        queue = session.get(Queue, floor.queues["advice"])
        assert queue is not None
        assert other.id is not None
        queue.pool_id = other.id
        session.add(queue)
        touch_pools(session)
    set_state(any_context, "a01", "available", actor="test")
    tick(any_context)
    assert contact_view(any_context, waiting).agent == "a01"

"""The floor outlives its process and bears callers at the same instant, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func
from sqlmodel import col, select

from api.context import Context, make_context, shifted
from api.errors import Conflict, Invalid
from api.services.floor.commands import (
    CompletionIn,
    ContactIn,
    accept,
    complete,
    contact_view,
    floor_view,
    moment,
    post_contact,
    set_state,
    start,
    tick,
)
from api.services.floor.work import floor_transaction
from roster.contacts import ArrivalState, Contact, ContactStatus, EntryConditions, History
from roster.events import Event
from roster.queues import Pool, Queue
from roster.rest import FloorState, RestDebt
from roster.store.engine import reading, writing
from tests.conftest import SetClock
from tests.factories import Centre, make_centre

HEAVY = EntryConditions(arrival_state=ArrivalState.GRIEVING, history=History.REPEAT_AFTER_FAILURE, parties=3)
THREADS = 10


@pytest.fixture
def floor(any_context: Context) -> Centre:
    """Six agents, three of them available."""
    centre = make_centre(any_context, accounts=False)
    for code in ("a01", "a02", "a03"):
        set_state(any_context, code, "available", actor="test")
    return centre


def restarted(context: Context) -> Context:
    """The same centre in a new process: nothing in memory."""
    context.engine.dispose()
    return make_context(context.settings, context.clock)


def test_everything_is_there_after_a_restart(any_context: Context, floor: Centre, clock: SetClock) -> None:
    handled = post_contact(any_context, ContactIn(ref="r1", queue="advice", entry=HEAVY), actor="router")
    start(any_context, handled.id, actor="a01")
    done = complete(any_context, handled.id, CompletionIn(), actor="a01")
    active = post_contact(any_context, ContactIn(ref="r2", queue="advice"), actor="router")
    start(any_context, active.id, actor="a02")
    moment(any_context, "a02", actor="a02")
    assigned = post_contact(any_context, ContactIn(ref="r3", queue="advice"), actor="router", idempotency_key="k3")
    waiting = post_contact(any_context, ContactIn(ref="r4", queue="advice"), actor="router")
    assert (assigned.agent, waiting.agent) == ("a03", None)
    before = floor_view(any_context)

    again = restarted(any_context)
    try:
        assert floor_view(again) == before
        assert complete(again, handled.id, CompletionIn(), actor="a01") == done
        body = ContactIn(ref="r3", queue="advice")
        assert post_contact(again, body, actor="router", idempotency_key="k3") == assigned
        clock.forward(seconds=21)
        tick(again)
        assert contact_view(again, assigned.id).agent is None, "a01 rests, a02 talks, a03 let it pass"
        ended = complete(again, active.id, CompletionIn(), actor="a02")
        assert ended.rest is not None, "the moment that was asked for before the restart"
        clock.forward(minutes=6)
        tick(again)
        # The one whose rest ended first, then the one of whom it has been longest.
        holders = {contact_view(again, each.id).agent for each in (assigned, waiting)}
        assert holders <= {"a01", "a02", "a03"}
        assert None not in holders
    finally:
        again.engine.dispose()


def together(work: Callable[[int], object]) -> list[object]:
    """`work(number)` from ten threads at the same instant; what each returned or raised."""
    barrier = Barrier(THREADS)

    def run(number: int) -> object:
        barrier.wait()
        try:
            return work(number)
        except (Conflict, Invalid) as error:
            return error

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def count_contacts(context: Context) -> int:
    """How many contacts there are."""
    with reading(context.engine) as session:
        return session.exec(select(func.count()).select_from(Contact)).one()


def test_ten_posts_of_one_ref_at_one_instant_are_one_contact(any_context: Context, floor: Centre) -> None:
    body = ContactIn(ref="same", queue="advice")
    found = together(lambda _: post_contact(any_context, body, actor="router").id)
    assert len(set(found)) == 1
    assert count_contacts(any_context) == 1


def test_ten_posts_with_one_key_at_one_instant_get_one_reply(any_context: Context, floor: Centre) -> None:
    body = ContactIn(ref="same", queue="advice")
    found = together(lambda _: post_contact(any_context, body, actor="router", idempotency_key="k").model_dump_json())
    assert len(set(found)) == 1
    assert count_contacts(any_context) == 1


def test_ten_processes_as_it_were_with_caches_of_their_own_make_no_double(any_context: Context, floor: Centre) -> None:
    contexts = [make_context(any_context.settings, any_context.clock) for _ in range(THREADS)]
    try:
        for number, each in enumerate(contexts):  # every process has a floor in its cache, soon stale
            post_contact(each, ContactIn(ref=f"warm{number}", queue="billing"), actor="router")
        for code in ("a04", "a05", "a06"):
            set_state(any_context, code, "available", actor="test")
        together(lambda number: post_contact(contexts[number], ContactIn(ref=f"n{number}", queue="advice"), actor="r"))
        together(lambda number: post_contact(contexts[number], ContactIn(ref="same", queue="advice"), actor="r"))
    finally:
        for each in contexts:
            each.engine.dispose()
    with reading(any_context.engine) as session:
        holders = [row.agent_id for row in session.exec(select(Contact)).all() if row.agent_id is not None]
    assert count_contacts(any_context) == 2 * THREADS + 1
    assert len(holders) == len(set(holders)) == 6, "voice: one contact an agent"


def test_one_ref_to_two_pools_at_one_instant_is_one_contact(any_context: Context, floor: Centre) -> None:
    with writing(any_context.engine) as session:
        pool = Pool(name="other")
        session.add(pool)
        session.flush()
        assert pool.id is not None
        session.add(Queue(code="far", name="Far", pool_id=pool.id))
    contexts = [make_context(any_context.settings, any_context.clock) for _ in range(THREADS)]
    try:
        found = together(
            lambda number: (
                post_contact(contexts[number], ContactIn(ref="same", queue=("advice", "far")[number % 2]), actor="r").id
            )
        )
    finally:
        for each in contexts:
            each.engine.dispose()
    assert len(set(found)) == 1
    assert count_contacts(any_context) == 1


def test_ten_acceptances_and_completions_at_one_instant_count_once(any_context: Context, floor: Centre) -> None:
    contact_id = post_contact(any_context, ContactIn(ref="r", queue="advice", entry=HEAVY), actor="router").id
    together(lambda _: accept(any_context, contact_id, actor="a01"))
    together(lambda _: start(any_context, contact_id, actor="a01"))
    found = together(lambda _: complete(any_context, contact_id, CompletionIn(), actor="a01").model_dump_json())
    assert len(set(found)) == 1
    with reading(any_context.engine) as session:
        kinds = [event.kind for event in session.exec(select(Event)).all()]
        state = session.get(FloorState, floor.agents["a01"])
    assert [
        kinds.count(kind) for kind in ("contact.accepted", "contact.started", "contact.completed", "rest.given")
    ] == [
        1,
        1,
        1,
        1,
    ]
    assert state is not None
    assert state.acute == 52 - 20


def test_a_failure_in_the_middle_leaves_nothing_behind(any_context: Context, floor: Centre) -> None:
    before = floor_view(any_context)
    with pytest.raises(RuntimeError, match="power"), floor_transaction(any_context) as transaction:
        work = transaction.pool(floor.pool_id)
        agent = work.agent(floor.agents["a01"])
        assert agent is not None
        work.put(replace(agent, heavy_this_shift=99))
        work.flush()
        raise RuntimeError("power cut")
    assert floor_view(any_context) == before
    view = post_contact(any_context, ContactIn(ref="r", queue="advice", entry=HEAVY), actor="router")
    assert view.agent == "a01", "the cache kept nothing of it"


def test_load_fades_across_a_restart_as_it_does_without_one(
    any_context: Context, floor: Centre, clock: SetClock
) -> None:
    first = post_contact(any_context, ContactIn(ref="r1", queue="advice", entry=HEAVY), actor="router")
    start(any_context, first.id, actor="a01")
    complete(any_context, first.id, CompletionIn(), actor="a01")
    clock.forward(minutes=35)
    again = restarted(any_context)
    try:
        for code in ("a02", "a03"):
            set_state(again, code, "offline", actor="test")
        second = post_contact(again, ContactIn(ref="r2", queue="advice"), actor="router")
        start(again, second.id, actor="a01")
        complete(again, second.id, CompletionIn(felt=2), actor="a01")
        with reading(again.engine) as session:
            state = session.get(FloorState, floor.agents["a01"])
        assert state is not None
        # 35 minutes, of which 5 in decompression: half of a resting half-life and one of work.
        assert state.acute == pytest.approx((52 - 20) * 0.5 ** (5 / 10 + 30 / 30) + (30 - 20))
        assert state.carried == pytest.approx((52 - 20) * 0.5 ** (35 / 60 / 48) + (30 - 20))
        assert state.heavy_count == 1
    finally:
        again.engine.dispose()


def test_a_contact_that_nobody_can_take_is_found_again_by_any_process(
    any_context: Context, floor: Centre, clock: SetClock
) -> None:
    for code in ("a01", "a02", "a03"):
        set_state(any_context, code, "offline", actor="test")
    waiting = post_contact(any_context, ContactIn(ref="r", queue="advice"), actor="router")
    again = restarted(any_context)
    try:
        set_state(again, "a05", "available", actor="test")
        assert contact_view(again, waiting.id).agent == "a05"
        clock.forward(seconds=21)
        tick(any_context)
        assert contact_view(any_context, waiting.id).status is ContactStatus.WAITING
        assert contact_view(again, waiting.id).arrived_at == clock.now - timedelta(seconds=21)
        with reading(again.engine) as session:
            assert session.exec(select(RestDebt)).all() == []
    finally:
        again.engine.dispose()


def test_a_tick_or_a_refusal_that_changes_nothing_writes_nothing(any_context: Context, floor: Centre) -> None:
    for code in ("a01", "a02", "a03"):
        set_state(any_context, code, "away", actor="test")
    waiting = post_contact(any_context, ContactIn(ref="r", queue="advice"), actor="router")

    def written() -> tuple[int, int]:
        with reading(any_context.engine) as session:
            pool = session.get(Pool, floor.pool_id)
            assert pool is not None
            return pool.version, session.exec(select(func.count()).select_from(Event)).one()

    before = written()
    tick(any_context)
    set_state(any_context, "a01", "away", actor="test")
    post_contact(any_context, ContactIn(ref="r", queue="advice"), actor="router")
    with pytest.raises(Conflict):
        accept(any_context, waiting.id, actor="router")
    assert written() == before


@pytest.mark.parametrize(("seconds", "resting"), [(-5, True), (-3600, False)])
def test_a_rest_begins_at_once_for_a_process_whose_clock_is_behind(
    any_context: Context, floor: Centre, clock: SetClock, seconds: int, resting: bool
) -> None:
    """Not for one whose clock is an hour wrong: no process follows that."""
    behind = make_context(any_context.settings, shifted(clock, seconds))
    for code in ("a02", "a03"):
        set_state(any_context, code, "away", actor="test")
    moment(any_context, "a01", actor="a01")
    try:
        view = post_contact(behind, ContactIn(ref="r1", queue="advice"), actor="router")
        assert (view.agent is None) is resting
    finally:
        behind.engine.dispose()
    with reading(any_context.engine) as session:
        told = session.exec(select(Event.at).order_by(col(Event.id))).all()
    assert (told == sorted(told)) is resting

"""Several processes, crashes and late commits: one sends at a time, nothing is lost, nothing is read twice."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from api.context import Context, make_context
from api.events.log import append
from api.services.webhooks import turns
from api.services.webhooks.sending import Outcome, Sendable
from api.services.webhooks.turns import LEASE, Done, claim, endpoints_with_work, step, take_turn
from roster.store.engine import writing
from roster.webhooks import DeliveryStatus
from tests.conftest import SetClock
from tests.webhooks import BROKEN, Receiver, endpoint, round_of, row_of, stored, write


@pytest.fixture
def other_process(any_context: Context) -> Iterator[Context]:
    """The same centre as another process sees it."""
    made = make_context(any_context.settings, any_context.clock)
    yield made
    made.engine.dispose()


def test_lease_keeps_a_second_process_away_until_it_ends(
    any_context: Context, other_process: Context, clock: SetClock
) -> None:
    one = endpoint(any_context)
    write(any_context, "c1")
    lease = claim(any_context, one)
    assert lease is not None
    assert claim(other_process, one) is None
    assert endpoints_with_work(other_process, failing=False) == []
    clock.now += LEASE - timedelta(seconds=1)
    assert step(any_context, one, lease, None) is not None, "and renews it"
    clock.forward(seconds=2)
    assert claim(other_process, one) is None
    clock.now += LEASE
    assert claim(other_process, one) is not None


def test_process_that_dies_after_sending_has_it_sent_again_with_the_same_id(
    any_context: Context, other_process: Context, clock: SetClock
) -> None:
    one = endpoint(any_context)
    write(any_context, "c1", "c2")
    receiver = Receiver()
    lease = claim(any_context, one)
    assert lease is not None
    attempt = step(any_context, one, lease, None)
    assert attempt is not None
    asyncio.run(receiver(attempt.sendable))  # and no word about it is written
    assert round_of(other_process, receiver) == 0
    clock.now += LEASE
    assert round_of(other_process, receiver) == 2
    assert receiver.subjects == ["c1", "c1", "c2"]
    assert receiver.ids[0] == receiver.ids[1] != receiver.ids[2]


def test_process_that_lost_its_lease_writes_its_result_only_if_nobody_has(
    any_context: Context, other_process: Context, clock: SetClock
) -> None:
    one = endpoint(any_context)
    write(any_context, "c1", "c2")
    lease = claim(any_context, one)
    assert lease is not None
    slow = step(any_context, one, lease, None)
    assert slow is not None
    clock.now += LEASE
    receiver = Receiver()
    round_of(other_process, receiver)
    assert receiver.subjects == ["c1", "c2"]
    write(any_context, "c3")
    assert step(any_context, one, lease, Done(slow, BROKEN)) is None, "the lease is another's by now"
    first = stored(any_context, one)[0]
    assert (first.status, first.attempts, first.last_status) == (DeliveryStatus.DELIVERED, 1, 204)
    assert row_of(any_context, one).failures == 0


def test_one_attempt_is_never_counted_twice(any_context: Context, other_process: Context, clock: SetClock) -> None:
    one = endpoint(any_context)
    write(any_context, "c1")
    lease = claim(any_context, one)
    assert lease is not None
    slow = step(any_context, one, lease, None)
    assert slow is not None
    clock.now += LEASE
    round_of(other_process, Receiver(BROKEN))
    step(any_context, one, lease, Done(slow, BROKEN))
    assert [(row.attempts, row.status) for row in stored(any_context, one)] == [(1, DeliveryStatus.PENDING)]
    assert row_of(any_context, one).failures == 1


def test_failure_in_the_middle_of_a_turn_gives_the_lease_back_and_stops_no_other(any_context: Context) -> None:
    one = endpoint(any_context, url="https://one.example/")
    two = endpoint(any_context, url="https://two.example/")
    write(any_context, "c1")

    class Breaking(Receiver):
        async def __call__(self, sendable: Sendable) -> Outcome:
            if sendable.url == "https://one.example/":
                raise RuntimeError("power cut")
            return await super().__call__(sendable)

    with pytest.raises(ExceptionGroup, match="webhooks"):
        round_of(any_context, Breaking())
    assert row_of(any_context, one).lease is None
    assert [row.status for row in stored(any_context, two)] == [DeliveryStatus.DELIVERED]
    receiver = Receiver()
    round_of(any_context, receiver)
    assert receiver.subjects == ["c1"]


def test_failure_while_reading_the_log_leaves_the_cursor_where_it_was(
    any_context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = endpoint(any_context)
    write(any_context, "c1")
    before = row_of(any_context, one).cursor

    def broken(*_: object) -> bytes:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patched:
        patched.setattr(turns, "cloud_event", broken)
        with pytest.raises(ExceptionGroup):
            round_of(any_context, Receiver())
    assert row_of(any_context, one).cursor == before
    assert stored(any_context, one) == []
    receiver = Receiver()
    round_of(any_context, receiver)
    assert receiver.subjects == ["c1"]


def test_ten_processes_at_one_instant_send_every_line_once(any_context: Context) -> None:
    subjects = [f"c{number:02}" for number in range(30)]
    one = endpoint(any_context)
    write(any_context, *subjects)
    contexts = [make_context(any_context.settings, any_context.clock) for _ in range(10)]
    receiver, barrier = Receiver(), Barrier(10)

    def run(context: Context) -> int:
        barrier.wait()
        return asyncio.run(take_turn(context, one, receiver))

    try:
        with ThreadPoolExecutor(10) as pool:
            counts = list(pool.map(run, contexts))
    finally:
        for each in contexts:
            each.engine.dispose()
    assert receiver.subjects == subjects
    assert sum(counts) == 30


@pytest.mark.postgres
def test_line_committed_after_one_with_a_higher_id_is_found_however_late(postgres_context: Context) -> None:
    context = postgres_context
    one = endpoint(context)
    receiver = Receiver()
    with writing(context.engine) as slow:
        append(slow, at=context.now(), kind="contact.started", subject="slow", actor="test")
        slow.flush()
        write(context, "fast")
        round_of(context, receiver)
        for number in range(300):
            write(context, f"c{number}", kind="roster.edited")
        round_of(context, receiver)
        assert receiver.subjects == ["fast"]
        assert len(row_of(context, one).gaps) == 1
    round_of(context, receiver)
    assert receiver.subjects == ["fast", "slow"]
    round_of(context, receiver)
    assert row_of(context, one).gaps == []
    assert round_of(context, receiver) == 0


@pytest.mark.postgres
def test_id_that_was_rolled_back_is_waited_for_no_longer_than_its_transaction(postgres_context: Context) -> None:
    context = postgres_context
    one = endpoint(context)
    receiver = Receiver()
    with pytest.raises(RuntimeError, match="undone"), writing(context.engine) as session:
        append(session, at=context.now(), kind="contact.started", subject="undone", actor="test")
        session.flush()
        write(context, "c1")
        round_of(context, receiver)
        raise RuntimeError("undone")
    assert len(row_of(context, one).gaps) == 1
    round_of(context, receiver)
    assert row_of(context, one).gaps == []
    assert endpoints_with_work(context, failing=False) == []
    assert receiver.subjects == ["c1"]

"""Deliveries: every line once in order, again until taken, by one process at a time, through any crash."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import select

from api.context import Context
from api.services.webhooks import log_reader, turns
from api.services.webhooks.endpoints import (
    disable_endpoint,
    enable_endpoint,
    endpoint_view,
    remove_endpoint,
    rotate_key,
)
from api.services.webhooks.schedule import ATTEMPTS, DELAYS_SECONDS, DISABLED_AFTER, HELD_ATTEMPTS
from api.services.webhooks.sending import Outcome, Sendable
from api.services.webhooks.signing import SignatureError, verify
from api.services.webhooks.turns import endpoints_with_work
from roster.events import Event
from roster.store.engine import reading
from roster.webhooks import DeliveryStatus, EndpointStatus, WebhookKey
from tests.conftest import SetClock
from tests.factories import make_centre
from tests.webhooks import BROKEN, TAKEN, Receiver, endpoint, round_of, row_of, stored, write

REFUSED = Outcome(400, "answered 400")
GONE = Outcome(410, "answered 410")


def keys(context: Context, endpoint_id: int) -> list[str]:
    with reading(context.engine) as session:
        query = select(WebhookKey.secret).where(WebhookKey.endpoint_id == endpoint_id)
        return list(session.exec(query).all())


def told(context: Context, kind: str) -> list[Event]:
    with reading(context.engine) as session:
        return list(session.exec(select(Event).where(Event.kind == kind)).all())


def test_lines_from_then_on_arrive_signed_in_order_and_once(any_context: Context) -> None:
    write(any_context, "before")
    one = endpoint(any_context)
    write(any_context, "c1", "c2", "c3")
    receiver = Receiver()
    assert round_of(any_context, receiver) == 3
    assert receiver.subjects == ["c1", "c2", "c3"]
    assert len(set(receiver.ids)) == 3
    for sent in receiver.heard:
        verify(keys(any_context, one), sent.headers, sent.body, any_context.now())
        assert sent.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert [int(body["id"]) for body in receiver.bodies] == [row.event_id for row in stored(any_context, one)]
    assert round_of(any_context, receiver) == 0
    assert {row.status for row in stored(any_context, one)} == {DeliveryStatus.DELIVERED}


def test_endpoint_without_news_is_left_alone(any_context: Context) -> None:
    one = endpoint(any_context)
    write(any_context, "c1")
    round_of(any_context, Receiver())
    # On PostgreSQL a second look settles the ids that were given out and never used.
    round_of(any_context, Receiver())
    assert endpoints_with_work(any_context, failing=False) == []
    assert (row_of(any_context, one).lease, row_of(any_context, one).gaps) == (None, [])


def test_only_wanted_kinds_and_never_what_is_an_agents_own(any_context: Context) -> None:
    agent_id = make_centre(any_context, agents=1, accounts=False).agents["a01"]
    endpoint(any_context, "contact.*", "roster.published")
    write(any_context, "1", kind="contact.completed")
    write(any_context, "2", kind="contact.completed", agent_id=agent_id)
    write(any_context, "3", kind="rest.given", agent_id=agent_id, minutes=15)
    write(any_context, "4", kind="rest.given", minutes=15)
    write(any_context, "5", kind="roster.created")
    write(any_context, "6", kind="roster.published")
    write(any_context, "7", kind="contact.lapsed")
    receiver = Receiver()
    round_of(any_context, receiver)
    assert receiver.subjects == ["1", "6"]


def test_every_endpoint_has_its_own_place_in_the_log(any_context: Context) -> None:
    endpoint(any_context, url="https://one.example/")
    write(any_context, "c1")
    endpoint(any_context, url="https://two.example/")
    write(any_context, "c2")
    receiver = Receiver()
    round_of(any_context, receiver)
    heard = sorted((sent.url, body["subject"]) for sent, body in zip(receiver.heard, receiver.bodies, strict=True))
    assert heard == [("https://one.example/", "c1"), ("https://one.example/", "c2"), ("https://two.example/", "c2")]


def test_long_log_is_read_in_batches_to_its_end(any_context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_reader, "BATCH", 3)
    endpoint(any_context, "roster.*")
    write(any_context, *(f"c{number}" for number in range(8)))
    write(any_context, "r1", kind="roster.published")
    receiver = Receiver()
    round_of(any_context, receiver)
    assert receiver.subjects == ["r1"]


def test_turn_ends_after_so_many_attempts_and_goes_on_in_the_next(
    any_context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "MOST_A_TURN", 2)
    endpoint(any_context)
    write(any_context, "c1", "c2", "c3")
    receiver = Receiver()
    assert [round_of(any_context, receiver) for _ in range(3)] == [2, 1, 0]
    assert receiver.subjects == ["c1", "c2", "c3"]


def test_turn_ends_after_so_long_with_its_last_result_written(any_context: Context, clock: SetClock) -> None:
    one = endpoint(any_context)
    write(any_context, "c1", "c2")

    class Slow(Receiver):
        async def __call__(self, sendable: Sendable) -> Outcome:
            clock.now += turns.TURN
            return await super().__call__(sendable)

    assert round_of(any_context, Slow()) == 1
    assert [row.status for row in stored(any_context, one)] == [DeliveryStatus.DELIVERED, DeliveryStatus.PENDING]


def test_line_waits_while_its_head_is_tried_again(any_context: Context, clock: SetClock) -> None:
    one = endpoint(any_context)
    write(any_context, "c1", "c2")
    receiver = Receiver(BROKEN, BROKEN)
    assert [round_of(any_context, receiver), round_of(any_context, receiver)] == [1, 0]
    head = stored(any_context, one)[0]
    assert head.next_at is not None
    assert timedelta(seconds=4) <= head.next_at - clock.now <= timedelta(seconds=6)
    assert (head.attempts, head.last_status, head.last_error) == (1, 500, "answered 500")
    clock.now = head.next_at - timedelta(milliseconds=1)
    assert round_of(any_context, receiver) == 0
    clock.forward(seconds=1)
    assert round_of(any_context, receiver) == 1
    clock.forward(seconds=40)
    assert round_of(any_context, receiver) == 2
    assert receiver.subjects == ["c1", "c1", "c1", "c2"]
    assert len(set(receiver.ids[:3])) == 1, "one id through every attempt"
    assert row_of(any_context, one).failing_since is None


def test_every_attempt_is_signed_anew_at_its_own_time(any_context: Context, clock: SetClock) -> None:
    one = endpoint(any_context)
    write(any_context, "c1")
    receiver = Receiver(BROKEN)
    round_of(any_context, receiver)
    clock.forward(minutes=6)
    round_of(any_context, receiver)
    first, second = receiver.heard
    verify(keys(any_context, one), second.headers, second.body, clock.now)
    with pytest.raises(SignatureError, match="old"):
        verify(keys(any_context, one), first.headers, first.body, clock.now)
    assert first.body == second.body


def test_line_that_fails_again_and_again_steps_aside(any_context: Context, clock: SetClock) -> None:
    one = endpoint(any_context)
    write(any_context, "poison", "c2")
    poison = {"poison"}

    class Choosy(Receiver):
        async def __call__(self, sendable: Sendable) -> Outcome:
            await super().__call__(sendable)
            return BROKEN if self.subjects[-1] in poison else TAKEN

    receiver = Choosy()
    for seconds in (0, 6, 36, 144):
        clock.forward(seconds=seconds)
        round_of(any_context, receiver)
    assert receiver.subjects == ["poison"] * HELD_ATTEMPTS + ["c2"]
    assert [row.aside for row in stored(any_context, one)] == [True, False]
    poison.clear()
    clock.forward(minutes=12)
    round_of(any_context, receiver)
    assert receiver.subjects[-1] == "poison"
    assert {row.status for row in stored(any_context, one)} == {DeliveryStatus.DELIVERED}


def test_line_that_the_receiver_refuses_steps_aside_at_once(any_context: Context, clock: SetClock) -> None:
    one = endpoint(any_context)
    write(any_context, "c1", "c2")
    receiver = Receiver(REFUSED)
    round_of(any_context, receiver)
    assert receiver.subjects == ["c1", "c2"]
    clock.forward(seconds=7)
    round_of(any_context, receiver)
    assert receiver.subjects == ["c1", "c2", "c1"]
    assert [row.attempts for row in stored(any_context, one)] == [2, 1]


def test_receiver_that_refuses_everything_is_left_alone_for_a_while(any_context: Context, clock: SetClock) -> None:
    endpoint(any_context)
    write(any_context, *(f"c{number}" for number in range(10)))
    receiver = Receiver(always=REFUSED)
    assert round_of(any_context, receiver) == HELD_ATTEMPTS + 1
    clock.forward(minutes=7)
    assert round_of(any_context, receiver) == 0


def test_receiver_that_asks_for_time_gets_it(any_context: Context, clock: SetClock) -> None:
    endpoint(any_context)
    write(any_context, "c1")
    receiver = Receiver(Outcome(429, "answered 429", 600))
    round_of(any_context, receiver)
    clock.forward(seconds=599)
    assert round_of(any_context, receiver) == 0
    clock.forward(seconds=1)
    assert round_of(any_context, receiver) == 1


def test_broken_receiver_is_not_asked_by_every_line(any_context: Context, clock: SetClock) -> None:
    """An hour of outage: some tries, not one for each of a hundred lines; then all of them, once."""
    one = endpoint(any_context)
    write(any_context, *(f"c{number:03}" for number in range(100)))
    receiver = Receiver(always=BROKEN)
    for _ in range(360):
        round_of(any_context, receiver)
        clock.forward(seconds=10)
    assert 5 <= len(receiver.heard) <= 10
    clock.forward(hours=3)
    working = Receiver()
    round_of(any_context, working)
    assert working.subjects == [f"c{number:03}" for number in range(100)]
    assert row_of(any_context, one).failures == 0


def exhaust(context: Context, clock: SetClock, subject: str) -> None:
    """Let the line about `subject` fail to its end while others are taken."""

    class Choosy(Receiver):
        async def __call__(self, sendable: Sendable) -> Outcome:
            await super().__call__(sendable)
            return REFUSED if self.subjects[-1] == subject else TAKEN

    write(context, subject)
    for number in range(ATTEMPTS):
        write(context, f"other{number}")
        round_of(context, Choosy())
        clock.forward(seconds=DELAYS_SECONDS[min(number, len(DELAYS_SECONDS) - 1)] * 1.2 + 1)


def test_after_the_last_attempt_it_is_a_dead_letter(any_context: Context, clock: SetClock) -> None:
    one = endpoint(any_context)
    exhaust(any_context, clock, "poison")
    dead = [row for row in stored(any_context, one) if row.status is DeliveryStatus.DEAD]
    assert [(row.attempts, row.next_at, row.last_error) for row in dead] == [(ATTEMPTS, None, "answered 400")]
    clock.forward(days=30)
    assert round_of(any_context, Receiver()) == 0
    assert endpoint_view(any_context, one).dead == 1
    assert row_of(any_context, one).status is EndpointStatus.ACTIVE, "others were taken all the while"


def test_endpoint_at_which_nothing_succeeds_is_disabled_and_loses_nothing(
    any_context: Context, clock: SetClock
) -> None:
    one = endpoint(any_context)
    write(any_context, "c1")
    began = clock.now
    receiver = Receiver(always=BROKEN)
    while row_of(any_context, one).status is EndpointStatus.ACTIVE:
        round_of(any_context, receiver)
        clock.forward(minutes=10)
        assert clock.now - began < DISABLED_AFTER + timedelta(hours=36)
    assert clock.now - began >= DISABLED_AFTER
    assert len(receiver.heard) == ATTEMPTS, "the last attempt disables, and what it tried is not given up"
    [event] = told(any_context, "webhook.disabled")
    assert (event.subject, event.actor, event.agent_id) == (str(one), "breather", None)
    assert event.data == {"why": row_of(any_context, one).disabled_why}
    assert "attempts since 2026-11-24 09:00 UTC" in event.data["why"]
    write(any_context, "c2")
    working = Receiver()
    assert round_of(any_context, working) == 0
    enable_endpoint(any_context, one, actor="lead")
    round_of(any_context, Receiver(BROKEN))
    assert [(row.attempts, row.status) for row in stored(any_context, one)] == [
        (1, DeliveryStatus.PENDING),
        (0, DeliveryStatus.PENDING),
    ]
    clock.forward(seconds=7)
    round_of(any_context, working)
    assert working.subjects == ["c1", "c2"]


def test_receiver_that_is_gone_is_disabled_at_once(any_context: Context) -> None:
    one = endpoint(any_context)
    write(any_context, "c1", "c2")
    receiver = Receiver(always=GONE)
    assert round_of(any_context, receiver) == 1
    assert row_of(any_context, one).status is EndpointStatus.DISABLED
    assert "410" in told(any_context, "webhook.disabled")[0].data["why"]
    assert round_of(any_context, receiver) == 0


def test_disabled_by_hand_it_hears_later_what_happened_meanwhile(any_context: Context) -> None:
    one = endpoint(any_context)
    disable_endpoint(any_context, one, actor="lead")
    write(any_context, "c1")
    receiver = Receiver()
    assert round_of(any_context, receiver) == 0
    enable_endpoint(any_context, one, actor="lead")
    round_of(any_context, receiver)
    assert receiver.subjects == ["c1"]


def test_endpoint_disabled_or_removed_in_the_middle_of_a_turn_hears_no_more(any_context: Context) -> None:
    class Ending(Receiver):
        async def __call__(self, sendable: Sendable) -> Outcome:
            change = disable_endpoint if sendable.url.endswith("/off") else remove_endpoint
            await asyncio.to_thread(change, any_context, one if change is disable_endpoint else two, actor="lead")
            return await super().__call__(sendable)

    one = endpoint(any_context, url="https://one.example/off")
    two = endpoint(any_context, url="https://two.example/gone")
    write(any_context, "c1", "c2")
    receiver = Ending()
    assert round_of(any_context, receiver) == 2
    assert receiver.subjects == ["c1", "c1"]
    assert [row.status for row in stored(any_context, one)] == [DeliveryStatus.DELIVERED, DeliveryStatus.PENDING]
    assert stored(any_context, two) == []
    assert keys(any_context, two) == []


def test_while_a_key_is_replaced_both_sign_and_then_the_new_one_alone(any_context: Context, clock: SetClock) -> None:
    one = endpoint(any_context)
    [old] = keys(any_context, one)
    new = rotate_key(any_context, one, overlap_hours=2, actor="lead").secret
    receiver = Receiver()
    write(any_context, "c1")
    round_of(any_context, receiver)
    for key in (old, new):
        verify([key], receiver.heard[-1].headers, receiver.heard[-1].body, clock.now)
    clock.forward(hours=2)
    write(any_context, "c2")
    round_of(any_context, receiver)
    verify([new], receiver.heard[-1].headers, receiver.heard[-1].body, clock.now)
    with pytest.raises(SignatureError):
        verify([old], receiver.heard[-1].headers, receiver.heard[-1].body, clock.now)

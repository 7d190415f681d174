"""What TaskRouter is told of our people, against a stand-in for it: as little as routing needs, and never why."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from api.adapters.twilio.keeping import LOAD, keep_current
from api.context import Context, make_context
from api.jobs import adapters
from api.services.floor.commands import moment, set_state
from tests.api.adapter_support import SECRET, contacts
from tests.api.twilio_support import (
    ACCOUNT,
    AVAILABLE,
    BETWEEN,
    FIRST,
    LUNCH,
    SECOND,
    THIRD,
    Fake,
    assign,
    fake_task_router,
    happen,
    served_on,
)
from tests.conftest import SetClock

HEAVY = {
    "breather_arrival_state": "grieving",
    "breather_history": "repeat_after_failure",
    "breather_stakes": "medication",
}
SEVERE = {**HEAVY, "breather_resolvability": "blocked", "breather_parties": 3}
ANY, LIGHTER, NONE = 0, 1, 2


@pytest.fixture
def fake() -> Iterator[Fake]:
    """A stand-in for TaskRouter."""
    with fake_task_router() as running:
        yield running


@pytest.fixture
def moving(context: Context, fake: Fake) -> Context:
    """A site that lets Breather move people between contacts, and publishes nothing of their load."""
    return served_on(context, api_url=fake.url, protected_activity=BETWEEN)


@pytest.fixture
def publishing(context: Context, fake: Fake) -> Context:
    """A site that publishes how open people are, and moves nobody."""
    return served_on(context, api_url=fake.url, publish_load=True)


def handled(context: Context, worker: str = FIRST, task: str = "WTa", **attributes: Any) -> None:
    """A task from its assignment to its end."""
    assert assign(context, worker, task=task, task_attributes=attributes)["instruction"] == "accept"
    happen(context, "reservation.accepted", worker, task=task)
    happen(context, "task.completed", task=task)


def sent(fake: Fake) -> list[tuple[str, dict[str, str]]]:
    """What was asked for since the last look."""
    found, fake.posted = fake.posted, []
    return found


def test_after_a_heavy_contact_the_worker_is_between_contacts_until_the_rest_is_over(
    moving: Context, fake: Fake, clock: SetClock
) -> None:
    handled(moving, **SEVERE)
    assert fake.activities == {FIRST: BETWEEN}
    clock.forward(minutes=14)
    keep_current(moving)
    assert fake.activities[FIRST] == BETWEEN
    clock.forward(minutes=2)
    keep_current(moving)
    assert fake.activities[FIRST] == AVAILABLE


def test_after_a_light_contact_the_worker_goes_back_at_once(moving: Context, fake: Fake, clock: SetClock) -> None:
    assign(moving, FIRST)
    happen(moving, "reservation.accepted", FIRST)
    happen(moving, "worker.activity.update", FIRST, activity=BETWEEN, activity_name="Between contacts")
    keep_current(moving)
    assert FIRST not in fake.activities
    happen(moving, "task.completed")
    clock.forward(minutes=10)
    keep_current(moving)
    assert fake.activities[FIRST] == AVAILABLE


def test_after_a_contact_of_a_moment_the_worker_is_sent_back_though_nothing_was_heard_of_them(
    moving: Context, fake: Fake
) -> None:
    keep_current(moving)
    sent(fake)
    handled(moving)
    assert sent(fake) == [(FIRST, {"ActivitySid": AVAILABLE})]


def test_a_worker_whom_a_callback_said_no_for_comes_back_after_a_moment(
    moving: Context, fake: Fake, clock: SetClock
) -> None:
    keep_current(moving)
    handled(moving, **HEAVY)
    clock.forward(hours=1)
    keep_current(moving)
    sent(fake)
    assert assign(moving, FIRST, task="WTb", task_attributes=HEAVY)["activity_sid"] == BETWEEN
    happen(moving, "worker.activity.update", FIRST, activity=BETWEEN, activity_name="Between contacts")
    assert sent(fake) == []
    clock.forward(seconds=6)
    adapters.run(moving)
    assert sent(fake) == [(FIRST, {"ActivitySid": AVAILABLE})]


def test_another_process_brings_them_back_too(moving: Context, fake: Fake, clock: SetClock) -> None:
    other = make_context(moving.settings, moving.clock)
    other = replace(other, adapters=moving.adapters)
    keep_current(other)
    sent(fake)
    handled(moving, **HEAVY)
    clock.forward(hours=1)
    keep_current(other)
    sent(fake)
    assign(moving, FIRST, task="WTb", task_attributes=HEAVY)
    clock.forward(seconds=6)
    keep_current(other)
    assert (FIRST, {"ActivitySid": AVAILABLE}) in sent(fake)
    other.engine.dispose()


def test_a_moment_that_somebody_asks_for_looks_like_any_time_between_contacts(moving: Context, fake: Fake) -> None:
    moment(moving, "a02", actor="a02")
    keep_current(moving)
    assert fake.activities == {FIRST: AVAILABLE, SECOND: BETWEEN}


def test_whoever_is_away_by_their_own_word_is_left_where_they_are(moving: Context, fake: Fake) -> None:
    keep_current(moving)
    sent(fake)
    happen(moving, "worker.activity.update", FIRST, activity=LUNCH, activity_name="Lunch")
    keep_current(moving)
    assert sent(fake) == []


def test_whoever_goes_available_in_protected_time_is_between_contacts_again(moving: Context, fake: Fake) -> None:
    handled(moving, **SEVERE)
    sent(fake)
    happen(moving, "worker.activity.update", FIRST, activity=AVAILABLE, activity_name="Available")
    assert sent(fake) == [(FIRST, {"ActivitySid": BETWEEN})]


def test_what_has_not_changed_is_not_sent_again(moving: Context, fake: Fake) -> None:
    keep_current(moving)
    assert {worker for worker, _ in sent(fake)} == {FIRST, SECOND}
    keep_current(moving)
    happen(moving, "worker.activity.update", FIRST, activity=AVAILABLE, activity_name="Available")
    assert sent(fake) == []


def test_attributes_are_not_even_read_where_the_level_is_the_same(context: Context, fake: Fake) -> None:
    served = served_on(context, api_url=fake.url, protected_activity=BETWEEN, publish_load=True)
    keep_current(served)
    assert fake.readings == 2
    sent(fake)
    happen(served, "worker.activity.update", FIRST, activity=BETWEEN, activity_name="Between contacts")
    assert sent(fake) == [(FIRST, {"ActivitySid": AVAILABLE})]
    assert fake.readings == 2


def test_a_load_is_published_only_where_the_site_says_so(moving: Context, fake: Fake) -> None:
    handled(moving, **SEVERE)
    keep_current(moving)
    assert {name for _, form in sent(fake) for name in form} == {"ActivitySid"}


def test_nothing_is_sent_where_nothing_is_set_up(context: Context, fake: Fake) -> None:
    served = served_on(context, api_url=fake.url)
    handled(served, **SEVERE)
    adapters.run(served)
    assert sent(fake) == []


def test_the_load_is_one_of_three_levels_and_follows_what_may_be_taken(
    publishing: Context, fake: Fake, clock: SetClock
) -> None:
    fake.attributes[FIRST] = {"contact_uri": "client:alice", "languages": ["en"]}
    keep_current(publishing)
    assert fake.attributes[FIRST] == {"contact_uri": "client:alice", "languages": ["en"], LOAD: ANY}
    handled(publishing, **SEVERE)
    keep_current(publishing)
    assert fake.attributes[FIRST][LOAD] == NONE
    clock.forward(minutes=16)
    keep_current(publishing)
    assert fake.attributes[FIRST][LOAD] == LIGHTER
    clock.forward(minutes=15)
    keep_current(publishing)
    assert fake.attributes[FIRST] == {"contact_uri": "client:alice", "languages": ["en"], LOAD: ANY}
    assert fake.attributes[SECOND] == {LOAD: ANY}


def test_a_contact_in_hand_does_not_change_the_level(publishing: Context, fake: Fake) -> None:
    keep_current(publishing)
    sent(fake)
    assign(publishing, FIRST, task_attributes=HEAVY)
    happen(publishing, "reservation.accepted", FIRST)
    keep_current(publishing)
    assert sent(fake) == []


def test_attributes_changed_by_somebody_else_meanwhile_are_kept(publishing: Context, fake: Fake) -> None:
    fake.attributes[FIRST] = {"languages": ["en"]}
    fake.change_before_write = 2
    keep_current(publishing)
    assert fake.attributes[FIRST] == {"languages": ["en"], LOAD: ANY}


def test_a_level_that_is_there_already_is_not_written(publishing: Context, fake: Fake) -> None:
    fake.attributes = {FIRST: {LOAD: ANY}, SECOND: {LOAD: ANY}}
    keep_current(publishing)
    assert sent(fake) == []


def test_it_signs_in_as_the_account(publishing: Context, fake: Fake) -> None:
    keep_current(publishing)
    assert fake.credentials == {f"{ACCOUNT}:{SECRET}"}


@pytest.mark.parametrize("how", ["failing", "gone", "ever changing"])
def test_what_could_not_be_sent_is_sent_the_next_time_and_the_floor_goes_on(
    publishing: Context, fake: Fake, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    broken = publishing
    if how == "failing":
        fake.failing = True
    elif how == "ever changing":
        fake.change_before_write = 3
    else:
        twilio = publishing.adapters.twilio.model_copy(update={"api_url": "http://127.0.0.1:1"})
        broken = replace(publishing, adapters=publishing.adapters.model_copy(update={"twilio": twilio}))
    with caplog.at_level(logging.WARNING, "breather.twilio"):
        keep_current(broken)
    assert len(caplog.records) == 1
    assert SECRET not in caplog.text
    assert sent(fake) == []
    fake.failing = False
    keep_current(publishing)
    assert {worker for worker, _ in sent(fake)} == {FIRST, SECOND}


def test_only_people_whom_the_file_names_are_spoken_of(moving: Context, fake: Fake) -> None:
    twilio = moving.adapters.twilio.model_copy(update={"workers": {SECOND: "a02"}})
    keep_current(replace(moving, adapters=moving.adapters.model_copy(update={"twilio": twilio})))
    assert {worker for worker, _ in sent(fake)} == {SECOND}
    set_state(moving, "a03", "available", actor="test")
    keep_current(moving)
    assert {worker for worker, _ in sent(fake)} == {FIRST, THIRD}
    assert contacts(moving) == []

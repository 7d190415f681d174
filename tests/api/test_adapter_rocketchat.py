"""Rocket.Chat's external routing and its webhook: requests as the server sends them, ten to a chat."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.adapters.rocketchat.offers import ASKED, OFFER, ROOM, give_up
from api.adapters.rocketchat.routes import MOST_BYTES, TEST_ROOM
from api.context import Context
from api.jobs import adapters
from api.services.floor.commands import set_state, tick
from roster.contacts import Contact, ContactStatus
from tests.api.adapter_support import SECRET, client_of, contacts, kinds, refused, with_adapters
from tests.conftest import SetClock
from tests.factories import make_centre

ADDRESS = "/api/v1/adapters/rocketchat/agent"
EVENTS = "/api/v1/adapters/rocketchat/events"
DEPARTMENT, OTHER_DEPARTMENT = "cGKJ9sEzwz2pM6jSD", "QpZoNbXTruLbDZZpL"
FIRST_USER, BOT = "rbAXPnMktTFbNpwtJ", "rocket.cat"
TRIES = 10


@pytest.fixture
def served(any_context: Context) -> Context:
    """Three agents, two of them available; the first goes by another name in Rocket.Chat."""
    context = with_adapters(
        any_context,
        rocketchat={
            "departments": {DEPARTMENT: "advice", OTHER_DEPARTMENT: "billing"},
            "users": {FIRST_USER: "a01", BOT: ""},
            "usernames": {"anna.k": "a01"},
            "entries": {"advice": {"arrival_state": "distressed"}},
        },
    )
    make_centre(context, agents=3, accounts=False)
    for code in ("a01", "a02"):
        set_state(context, code, "available", actor="test")
    return context


def ask(client: TestClient, *, token: str = SECRET, **query: str) -> Any:
    """One request of external routing, with the headers that Rocket.Chat sends."""
    headers = {"User-Agent": "RocketChat Server", "Accept": "application/json", "X-RocketChat-Secret-Token": token}
    return client.get(ADDRESS, params=query or {"departmentId": DEPARTMENT}, headers=headers)


def named(client: TestClient, **query: str) -> str | None:
    """Who is named."""
    reply = ask(client, **query)
    assert reply.status_code == 200, reply.text
    assert set(reply.json()) == {"username"}
    found: str | None = reply.json()["username"]
    return found


def told(kind: str, room: str = "room1", **more: Any) -> dict[str, Any]:
    """A webhook as `sendToCRM` makes it: much about the visitor, which nobody here may keep."""
    return {
        "_id": room,
        "label": "Erika Mustermann",
        "createdAt": "2026-11-24T08:59:30.000Z",
        "lastMessageAt": "2026-11-24T08:59:58.000Z",
        "tags": ["oncology"],
        "visitor": {"_id": "v1", "token": "t1", "name": "Erika Mustermann", "username": "guest-1", "ip": "192.0.2.1"},
        "type": kind,
        "messages": [{"username": "guest-1", "msg": "my mother died", "ts": "2026-11-24T08:59:40.000Z"}],
        "departmentId": DEPARTMENT,
        **more,
    }


def tell(context: Context, body: Any, token: str = SECRET) -> Any:
    """Send a webhook."""
    return client_of(context).post(EVENTS, json=body, headers={"X-RocketChat-Livechat-Token": token})


def take(context: Context, room: str = "room1", username: str = "anna.k", **more: Any) -> Any:
    """The webhook that says that somebody took the chat."""
    return tell(context, told("LivechatSessionTaken", room, servedBy={"_id": "u", "username": username}, **more))


def close(context: Context, room: str = "room1", **more: Any) -> Any:
    """The webhook that says that the chat was closed."""
    return tell(context, told("LivechatSession", room, **more))


def only(context: Context) -> Contact:
    """The only contact there is."""
    (found,) = contacts(context)
    return found


def test_ten_requests_at_once_are_one_contact_and_name_one_agent(served: Context) -> None:
    client, barrier = client_of(served), Barrier(TRIES)

    def one(_: int) -> str | None:
        barrier.wait()
        return named(client)

    with ThreadPoolExecutor(TRIES) as pool:
        assert set(pool.map(one, range(TRIES))) == {"anna.k"}
    assert only(served).status is ContactStatus.ASSIGNED
    assert only(served).ref.startswith(OFFER)
    assert kinds(served, only(served).id).count("contact.assigned") == 1
    assert kinds(served, only(served).id).count(ASKED) == 1


def test_a_departments_chats_arrive_as_the_file_says(served: Context) -> None:
    named(client_of(served))
    assert only(served).arrival_state == "distressed"


def test_the_next_chat_is_another_contact_once_the_first_is_taken(served: Context) -> None:
    client = client_of(served)
    assert named(client) == "anna.k"
    assert take(served).status_code == 200
    assert only(served).ref == f"{ROOM}room1"
    assert only(served).status is ContactStatus.ACTIVE
    assert named(client) == "a02"
    assert len(contacts(served)) == 2


def test_two_departments_are_two_offers(served: Context) -> None:
    client = client_of(served)
    assert {named(client), named(client, departmentId=OTHER_DEPARTMENT)} == {"anna.k", "a02"}


def test_a_taken_chat_is_completed_when_it_is_closed_and_nothing_said_in_it_is_kept(served: Context) -> None:
    named(client_of(served))
    take(served)
    reply = close(served)
    assert (reply.status_code, reply.json()) == (200, {})
    assert only(served).status is ContactStatus.COMPLETED
    assert close(served).status_code == 200
    kept = str(contacts(served)) + str(refused(served))
    assert "Erika" not in kept
    assert "mother" not in kept


def test_with_nobody_free_no_name_and_the_contact_waits(served: Context) -> None:
    for code in ("a01", "a02"):
        set_state(served, code, "away", actor="test")
    client = client_of(served)
    assert named(client) is None
    assert named(client) is None
    assert only(served).status is ContactStatus.WAITING
    set_state(served, "a02", "available", actor="test")
    assert named(client) == "a02"
    assert len(contacts(served)) == 1


def test_an_agent_to_ignore_is_passed_over_however_often_it_is_said(served: Context) -> None:
    client = client_of(served)
    assert named(client) == "anna.k"
    for _ in range(TRIES):
        assert named(client, departmentId=DEPARTMENT, ignoreAgentId=FIRST_USER) == "a02"
    assert len(only(served).declined_by) == 1


def test_an_agent_to_ignore_is_not_named_for_a_new_chat_either(served: Context) -> None:
    assert named(client_of(served), departmentId=DEPARTMENT, ignoreAgentId=FIRST_USER) == "a02"


def test_a_user_who_is_no_agent_here_may_be_ignored(served: Context) -> None:
    assert named(client_of(served), departmentId=DEPARTMENT, ignoreAgentId=BOT) == "anna.k"


def test_a_chat_that_nobody_was_asked_for_counts_with_who_took_it(served: Context) -> None:
    assert take(served, username="a03").status_code == 200
    assert only(served).agent_id == 3
    assert only(served).status is ContactStatus.ACTIVE


def test_a_chat_taken_by_somebody_else_than_was_named_is_theirs(served: Context) -> None:
    assert named(client_of(served)) == "anna.k"
    take(served, username="a02")
    assert only(served).agent_id == 2
    assert only(served).reason["sentence"] == "Taken in the other system, not by a decision of Breather."


def test_a_forwarded_chat_is_completed_for_one_and_goes_on_with_the_other(served: Context) -> None:
    named(client_of(served))
    take(served)
    assert named(client_of(served), departmentId=DEPARTMENT, ignoreAgentId=FIRST_USER) == "a02"
    for _ in range(2):
        assert take(served, username="a02").status_code == 200
    first, offer, second = sorted(contacts(served), key=lambda contact: (contact.agent_id or 0, contact.ref))
    assert (first.status, first.agent_id) == (ContactStatus.COMPLETED, 1)
    assert (second.status, second.agent_id) == (ContactStatus.ACTIVE, 2)
    assert offer.status is ContactStatus.ABANDONED
    close(served)
    assert ContactStatus.ACTIVE not in {contact.status for contact in contacts(served)}


def test_a_chat_closed_before_anybody_took_it_is_abandoned(served: Context) -> None:
    named(client_of(served))
    assert close(served).status_code == 200
    assert only(served).status is ContactStatus.ABANDONED


def test_an_offer_not_asked_for_is_given_up_and_one_asked_for_is_not(served: Context, clock: SetClock) -> None:
    client = client_of(served)
    for _ in range(3):
        named(client)
        tick(served)
        give_up(served)
        clock.forward(seconds=25)
    assert only(served).status is not ContactStatus.ABANDONED
    clock.forward(seconds=6)
    adapters.run(served)
    assert only(served).status is ContactStatus.ABANDONED
    named(client)
    assert len(contacts(served)) == 2


def test_a_chat_that_was_taken_is_never_given_up(served: Context, clock: SetClock) -> None:
    named(client_of(served))
    take(served)
    clock.forward(hours=1)
    give_up(served)
    assert only(served).status is ContactStatus.ACTIVE


def test_the_settings_test_button_and_other_kinds_change_nothing(served: Context) -> None:
    assert close(served, TEST_ROOM).status_code == 200
    for kind in ("Message", "LivechatSessionStart", "LivechatSessionQueued", "LivechatEdit"):
        assert tell(served, told(kind)).status_code == 200
    assert contacts(served) == []
    assert refused(served) == []


@pytest.mark.parametrize("token", ["", "wrong"])
def test_a_missing_or_wrong_token_is_refused_and_logged(served: Context, token: str) -> None:
    assert ask(client_of(served), token=token).status_code == 403
    assert tell(served, told("LivechatSessionTaken"), token).status_code == 403
    assert [line["address"] for line in refused(served)] == ["rocketchat/agent", "rocketchat/events"]
    assert contacts(served) == []


def test_without_a_secret_there_is_nothing_here(context: Context) -> None:
    assert ask(client_of(context)).status_code == 404
    assert tell(context, told("LivechatSession")).status_code == 404


@pytest.mark.parametrize(
    ("query", "quoted"),
    [
        ({"departmentId": "nope"}, "queue 'nope' is not known"),
        ({"departmentId": DEPARTMENT, "ignoreAgentId": "nobody"}, "agent 'nobody' is not known"),
        ({"ignoreAgentId": FIRST_USER}, "departmentId is missing"),
        ({"departmentId": "x" * 121}, "departmentId"),
    ],
)
def test_unknown_names_are_refused_quoted_and_logged(served: Context, query: dict[str, str], quoted: str) -> None:
    reply = ask(client_of(served), **query)
    assert reply.status_code == 422
    assert quoted in reply.json()["detail"]
    assert [line["status"] for line in refused(served)] == [422]
    assert contacts(served) == []


@pytest.mark.parametrize(
    ("body", "status", "quoted"),
    [
        (told("LivechatSessionTaken", servedBy={"username": "nobody"}), 422, "agent 'nobody' is not known"),
        (told("LivechatSessionTaken", servedBy={"username": "a01"}, departmentId="nope"), 422, "queue 'nope'"),
        (told("LivechatSessionTaken"), 422, "servedBy.username"),
        (told("LivechatSessionTaken", "../etc", servedBy={"username": "a01"}), 422, "_id"),
        (told("LivechatSession", "never"), 404, "chat 'never' is not known"),
        (told("LivechatSession", departmentId=7), 422, "departmentId"),
        (["LivechatSession"], 422, "expected an object"),
    ],
)
def test_webhooks_that_make_no_sense_are_refused(served: Context, body: Any, status: int, quoted: str) -> None:
    reply = tell(served, body)
    assert reply.status_code == status
    assert quoted in reply.json()["detail"]
    assert [line["status"] for line in refused(served)] == [status]
    assert contacts(served) == []


def test_taking_a_chat_that_is_over_is_refused(served: Context) -> None:
    take(served)
    close(served)
    assert take(served, username="a02").status_code == 409
    assert only(served).agent_id == 1


def test_a_body_past_the_limit_is_refused_and_logged(served: Context) -> None:
    assert tell(served, told("Message", padding="x" * MOST_BYTES)).status_code == 413
    assert [line["status"] for line in refused(served)] == [413]

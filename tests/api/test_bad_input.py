"""Bad input at the floor: each case a problem that quotes the value, with every table as it was, and a line in the log.

Software's requests go the short way to the desk where they are plain, and through the routes where not: both ways.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_api
from api.context import Context
from api.services.floor.commands import set_state
from tests.api.refusals import assert_refused, dump
from tests.clients import with_token
from tests.factories import make_centre

TEN_MEGABYTES = 10_000_000
PLAIN, WHOLE = "application/json", "application/json; charset=utf-8"
Ask = Callable[..., Any]


@pytest.fixture
def client(any_context: Context) -> TestClient:
    """Software at a floor where `a01` is available."""
    make_centre(any_context, agents=2, accounts=False)
    set_state(any_context, "a01", "available", actor="test")
    return with_token(create_api(any_context), any_context)


@pytest.fixture(params=[PLAIN, WHOLE], ids=["short way", "through the routes"])
def post(request: pytest.FixtureRequest, client: TestClient) -> Ask:
    """Posts JSON to an address below the API's."""

    def asked(address: str, body: Any = None, **headers: str) -> Any:
        kind = {"Content-Type": request.param}
        content = body if isinstance(body, bytes) else None
        json = None if content is not None else ({} if body is None else body)
        return client.post(f"/api/v1/{address}", content=content, json=json, headers={**kind, **headers})

    return asked


def contact(post: Ask, ref: str = "r1", **more: Any) -> str:
    """The address of a new contact."""
    reply = post("contacts", {"ref": ref, "queue": "advice", **more})
    assert reply.status_code == 201, reply.text
    return f"contacts/{reply.json()['id']}"


def assigned(post: Ask) -> str:
    """One that is reserved for `a01`."""
    return contact(post)


def waiting(post: Ask) -> str:
    """One that nobody can take: the only agent has another."""
    active(post)
    return contact(post, "r2")


def accepted(post: Ask) -> str:
    """One that `a01` has accepted."""
    address = assigned(post)
    assert post(f"{address}/accept").status_code == 200
    return address


def active(post: Ask) -> str:
    """One in conversation."""
    address = assigned(post)
    assert post(f"{address}/start").status_code == 200
    return address


def completed(post: Ask) -> str:
    """One that is over."""
    address = active(post)
    assert post(f"{address}/complete", {"outcomes": ["threat"], "felt": 4}).status_code == 200
    return address


def abandoned(post: Ask) -> str:
    """One that the other side gave up."""
    address = assigned(post)
    assert post(f"{address}/abandon").status_code == 200
    return address


MADE = {made.__name__: made for made in (waiting, assigned, accepted, active, completed, abandoned)}


@pytest.mark.parametrize(
    ("address", "body", "status", "quoted"),
    [
        ("contacts", {"ref": "r", "queue": "nope"}, 422, "queue 'nope' is not known: expected one of advice, billing"),
        ("contacts", {"ref": "r", "queue": "advice", "owner": "nobody"}, 422, "owner 'nobody' is not known"),
        ("contacts/nope/accept", None, 404, "contact 'nope' is not known"),
        ("contacts/nope/decline", None, 404, "contact 'nope' is not known"),
        ("contacts/nope/start", None, 404, "contact 'nope' is not known"),
        ("contacts/nope/abandon", None, 404, "contact 'nope' is not known"),
        ("contacts/nope/complete", {"felt": 3}, 404, "contact 'nope' is not known"),
        ("contacts/nope/transfer", {"queue": "billing"}, 404, "contact 'nope' is not known"),
        ("agents/nope/state", {"state": "away"}, 404, "agent 'nope' is not known"),
        ("agents/nope/moment", None, 404, "agent 'nope' is not known"),
        ("agents/nope/rest/take", None, 404, "agent 'nope' is not known"),
        ("agents/nope/rest/give-back", None, 404, "agent 'nope' is not known"),
        ("agents/nope/rest/postpone", {"minutes": 5}, 404, "agent 'nope' is not known"),
        ("agents/a01/state", {"state": "gone"}, 422, "(found 'gone')"),
        ("contacts", {"ref": "r"}, 422, "queue: Field required"),
        ("contacts", {"ref": "r", "queue": "advice", "patient": "x"}, 422, "patient: Extra inputs"),
        ("contacts", {"ref": "r", "queue": "advice", "entry": {"arrival_state": "furious"}}, 422, "(found 'furious')"),
        ("contacts", b"{nonsense", 422, "JSON"),
        ("contacts", b"[]", 422, "body"),
        ("contacts", b'{"ref": "\\ud800", "queue": "advice"}', 422, "ref"),
        ("contacts", {"ref": "a\x00b", "queue": "advice"}, 422, r"(found 'a\x00b')"),
        ("contacts", {"ref": "r", "queue": "a\x00b"}, 422, r"'a\x00b'"),
        ("contacts", {"ref": "r", "queue": "advice", "owner": "a\x00b"}, 422, r"'a\x00b'"),
        ("contacts/a%00b/accept", None, 422, r"(found 'a\x00b')"),
        ("contacts/a%00b/complete", {}, 422, r"(found 'a\x00b')"),
        ("agents/a%00b/state", {"state": "away"}, 422, r"(found 'a\x00b')"),
        ("agents/a%00b/moment", None, 422, r"(found 'a\x00b')"),
    ],
)
def test_what_is_unknown_or_makes_no_sense(
    any_context: Context,
    post: Ask,
    caplog: pytest.LogCaptureFixture,
    address: str,
    body: Any,
    status: int,
    quoted: str,
) -> None:
    assert_refused(any_context, caplog, lambda: post(address, body), status, quoted)


@pytest.mark.parametrize("address", ["contacts/nope", "contacts/nope/explanation"])
def test_reading_an_unknown_contact(
    any_context: Context, client: TestClient, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    assert_refused(any_context, caplog, lambda: client.get(f"/api/v1/{address}"), 404, "contact 'nope' is not known")


@pytest.mark.parametrize(
    ("made", "step", "quoted"),
    [
        ("waiting", "accept", "is waiting: it can be accepted only while it is assigned"),
        ("waiting", "decline", "is waiting: it can be declined only while it is assigned"),
        ("waiting", "start", "is waiting: it can be started only while it is assigned or accepted"),
        ("waiting", "complete", "is waiting: it can be completed only while it is active"),
        ("assigned", "complete", "is assigned: it can be completed only while it is active"),
        ("accepted", "complete", "is accepted: it can be completed only while it is active"),
        ("accepted", "decline", "is accepted: it can be declined only while it is assigned"),
        ("active", "accept", "is active: it can be accepted only while it is assigned"),
        ("active", "decline", "is active: it can be declined only while it is assigned"),
        ("active", "abandon", "is active: it can be abandoned only while it is waiting, assigned or accepted"),
        ("completed", "accept", "is completed: it can be accepted only while it is assigned"),
        ("completed", "decline", "is completed: it can be declined only while it is assigned"),
        ("completed", "start", "is completed: it can be started only while it is assigned or accepted"),
        ("completed", "abandon", "is completed: it can be abandoned only while it is waiting, assigned or accepted"),
        ("completed", "transfer", "is completed"),
        ("abandoned", "accept", "is abandoned: it can be accepted only while it is assigned"),
        ("abandoned", "start", "is abandoned: it can be started only while it is assigned or accepted"),
        ("abandoned", "complete", "is abandoned: it can be completed only while it is active"),
        ("abandoned", "transfer", "is abandoned"),
    ],
)
def test_a_state_that_cannot_follow(
    any_context: Context, post: Ask, caplog: pytest.LogCaptureFixture, made: str, step: str, quoted: str
) -> None:
    address = MADE[made](post)
    body = {"queue": "billing"} if step == "transfer" else {}
    problem = assert_refused(any_context, caplog, lambda: post(f"{address}/{step}", body), 409, quoted)
    assert problem["state"] == made
    assert repr(address.partition("/")[2]) in problem["detail"]


@pytest.mark.parametrize("queue", ["nope", "x" * 65])
def test_a_transfer_to_no_queue(any_context: Context, post: Ask, caplog: pytest.LogCaptureFixture, queue: str) -> None:
    address = active(post)
    body = {"queue": queue}
    assert_refused(any_context, caplog, lambda: post(f"{address}/transfer", body), 422, f"'{queue}"[:40])


@pytest.mark.parametrize(
    ("words", "quoted"),
    [
        ({"outcomes": ["threat"], "felt": 5}, "with other felt"),
        ({"outcomes": ["threat", "verbal_abuse"], "felt": 4}, "with other outcomes"),
        ({"follow_up_due": "2026-11-25T09:00:00Z"}, "with other follow_up_due"),
        ({"outcomes": ["verbal_abuse"], "felt": 1}, "with other outcomes and felt"),
    ],
)
def test_completing_twice_in_other_words(
    any_context: Context, post: Ask, caplog: pytest.LogCaptureFixture, words: dict[str, Any], quoted: str
) -> None:
    address = completed(post)
    problem = assert_refused(any_context, caplog, lambda: post(f"{address}/complete", words), 409, quoted)
    assert problem["state"] == "completed"
    assert "4" not in problem["detail"].removeprefix(f"contact {address.partition('/')[2]!r}")


@pytest.mark.parametrize("words", [{}, {"outcomes": ["threat"]}, {"outcomes": ["threat"], "felt": 4}])
def test_completing_again_in_the_same_words_is_the_same_reply(
    any_context: Context, post: Ask, words: dict[str, Any]
) -> None:
    address = active(post)
    first = post(f"{address}/complete", {"outcomes": ["threat"], "felt": 4})
    before = dump(any_context)
    again = post(f"{address}/complete", words)
    assert (again.status_code, again.json()) == (200, first.json())
    assert dump(any_context) == before


def test_nobody_finds_out_by_trying_what_somebody_else_said(
    any_context: Context, client: TestClient, post: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    address = completed(post)
    other = with_token(create_api(any_context), any_context, "other phone")
    told = set()
    for felt in range(1, 6):
        ask = partial(other.post, f"/api/v1/{address}/complete", json={"felt": felt})
        problem = assert_refused(any_context, caplog, ask, 409, "with other felt")
        told.add(problem["detail"])
    assert len(told) == 1
    assert other.post(f"/api/v1/{address}/complete", json={}).status_code == 200


def long(announced: bool) -> bytes | Iterator[bytes]:
    """A body of 10 MB that is JSON, with its length or in pieces."""
    body = b'{"ref": "r", "queue": "advice", "entry": {"arrival_state": "' + b"x" * TEN_MEGABYTES + b'"}}'
    if announced:
        return body
    return (body[begin : begin + 65_536] for begin in range(0, len(body), 65_536))


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "in pieces"])
@pytest.mark.parametrize(
    "address", ["contacts", "contacts/nope/complete", "agents/a01/state", "webhooks", "rosters/1/repair"]
)
def test_a_body_of_ten_megabytes(
    any_context: Context, client: TestClient, caplog: pytest.LogCaptureFixture, address: str, announced: bool
) -> None:
    def ask() -> Any:
        return client.post(f"/api/v1/{address}", content=long(announced), headers={"Content-Type": PLAIN})

    problem = assert_refused(any_context, caplog, ask, 413, "is too large: expected at most 5000000 bytes")
    assert ("of 100000" in problem["detail"]) == announced


@pytest.mark.parametrize("secret", ["Bearer nonsense", "Bearer ", "Basic eDp5"])
@pytest.mark.parametrize("address", ["contacts", "agents/a01/state", "contacts/nope/complete"])
def test_a_token_that_is_none(
    any_context: Context, post: Ask, caplog: pytest.LogCaptureFixture, address: str, secret: str
) -> None:
    body = {"contacts": {"ref": "r", "queue": "advice"}, "agents/a01/state": {"state": "away"}}.get(address, {})
    problem = assert_refused(any_context, caplog, lambda: post(address, body, Authorization=secret), 401, "token")
    assert secret.partition(" ")[2] == "" or secret.partition(" ")[2] not in str(problem)


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_an_idempotency_key_that_is_none(
    any_context: Context, post: Ask, caplog: pytest.LogCaptureFixture, key: str
) -> None:
    body = {"ref": "r", "queue": "advice"}
    ask = partial(post, "contacts", body, **{"Idempotency-Key": key})
    assert_refused(any_context, caplog, ask, 422, f"of {len(key)} characters: expected 1 to 200")


def test_an_idempotency_key_that_came_with_another_body(
    any_context: Context, post: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    key = {"Idempotency-Key": "k1"}
    assert post("contacts", {"ref": "r", "queue": "advice"}, **key).status_code == 201
    ask = partial(post, "contacts", {"ref": "other", "queue": "advice"}, **key)
    assert_refused(any_context, caplog, ask, 422, "'k1' came before with another body")

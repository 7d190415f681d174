"""Twilio's signature: the vendor's own vector, the ways an address is written, and what is refused."""

from typing import Any

import pytest

from api.adapters.twilio.form import MOST_BYTES, addresses, signature
from api.context import Context
from tests.api.adapter_support import SECRET, client_of, contacts, refused, with_adapters
from tests.api.twilio_support import BASE, URL, call, event, fields, served_on, sign
from tests.conftest import SetClock

VECTOR_URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
VECTOR = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+12349013030",
    "Digits": "1234",
    "From": "+12349013030",
    "To": "+18005551212",
}


@pytest.fixture
def served(context: Context) -> Context:
    """Three agents, two of them available, known by their worker SIDs."""
    return served_on(context)


def test_the_vendors_vector() -> None:
    assert signature(VECTOR_URL, VECTOR.items(), "12345") == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="


@pytest.mark.parametrize("name", VECTOR)
def test_every_field_counts(name: str) -> None:
    changed = {**VECTOR, name: VECTOR[name] + "0"}
    assert signature(VECTOR_URL, changed.items(), "12345") != "0/KCTR6DLpKmkAf8muzZqo1nDgQ="


def test_fields_count_in_order_of_name_and_repeated_ones_once() -> None:
    pairs = [("b", "2"), ("a", "1"), ("b", "1"), ("b", "2")]
    assert signature("https://x.example/", pairs, "t") == signature("https://x.example/a1b1b2", [], "t")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.example/a?b=1", ("https://x.example:443/a?b=1", "https://x.example/a?b=1")),
        ("https://x.example:443/a", ("https://x.example:443/a", "https://x.example/a")),
        ("http://x.example/a", ("http://x.example:80/a", "http://x.example/a")),
        ("https://x.example:8443/a", ("https://x.example:8443/a",)),
    ],
)
def test_an_address_with_its_usual_port_may_be_written_without(url: str, expected: tuple[str, ...]) -> None:
    assert addresses(url) == expected


def test_a_signed_form_is_believed(served: Context) -> None:
    assert call(served, "events", fields(EventType="workspace.updated")).status_code == 204


def test_the_public_address_is_what_was_signed_not_the_one_behind_the_proxy(context: Context) -> None:
    behind = served_on(context, public_url="https://breather.example.org/")
    form, path = fields(EventType="workspace.updated"), "/api/v1/adapters/twilio/events"
    sent = {"X-Twilio-Signature": sign(f"https://breather.example.org{path}?x=1", form)}
    assert client_of(behind).post(f"{path}?x=1", data=form, headers=sent).status_code == 204
    sent = {"X-Twilio-Signature": sign(f"{BASE}{path}?x=1", form)}
    assert client_of(behind).post(f"{path}?x=1", data=form, headers=sent).status_code == 403


@pytest.mark.parametrize("sent", ["", "0/KCTR6DLpKmkAf8muzZqo1nDgQ=", "nonsense"])
@pytest.mark.parametrize("address", ["events", "assignment"])
def test_a_bad_signature_is_refused_and_logged_and_nothing_changes(served: Context, sent: str, address: str) -> None:
    form = fields(TaskAttributes='{"name": "Erika"}', EventType="task-queue.entered")
    reply = client_of(served).post(f"{URL}/{address}", data=form, headers={"X-Twilio-Signature": sent})
    assert reply.status_code == 403
    assert reply.headers["content-type"] == "application/problem+json"
    assert [(line["address"], line["status"]) for line in refused(served)] == [(f"twilio/{address}", 403)]
    assert "Erika" not in reply.text + str(refused(served))
    assert contacts(served) == []


def test_a_form_changed_on_its_way_is_refused(served: Context) -> None:
    form = fields(EventType="workspace.updated")
    sent = {"X-Twilio-Signature": sign(f"{BASE}{URL}/events", form)}
    reply = client_of(served).post(f"{URL}/events", data={**form, "EventType": "task.canceled"}, headers=sent)
    assert reply.status_code == 403


@pytest.mark.parametrize(
    ("seconds", "status"), [(-301, 422), (-299, 204), (0, 204), (299, 204), (301, 422), (-86400, 422)]
)
def test_a_stale_event_is_refused_either_way(served: Context, clock: SetClock, seconds: int, status: int) -> None:
    sent = round(clock.now.timestamp()) + seconds
    reply = call(served, "events", fields(EventType="workspace.updated", Timestamp=str(sent)))
    assert reply.status_code == status
    assert len(refused(served)) == (status == 422)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ("2026-11-24T09:00:00Z", 204),
        ("2026-11-24T10:00:00+01:00", 204),
        ("Tue, 24 Nov 2026 09:00:00 +0000", 204),
        ("2026-11-24T08:00:00Z", 422),
        ("Tue, 24 Nov 2026 08:00:00 +0000", 422),
        ("2026-11-24T09:00:00", 422),
        ("9" * 30, 422),
    ],
)
def test_times_may_be_written_as_the_vendor_writes_them(served: Context, sent: str, status: int) -> None:
    reply = call(served, "events", fields(EventType="workspace.updated", Timestamp=sent))
    assert reply.status_code == status


@pytest.mark.parametrize(
    ("changed", "quoted"),
    [
        ({"AccountSid": "AC9"}, "AccountSid='AC9'"),
        ({"WorkspaceSid": "WS9"}, "WorkspaceSid='WS9'"),
        ({"Timestamp": "yesterday"}, "Timestamp='yesterday'"),
    ],
)
def test_another_account_or_no_time_is_refused(served: Context, changed: dict[str, str], quoted: str) -> None:
    reply = call(served, "events", fields(EventType="workspace.updated", **changed))
    assert reply.status_code == 422
    assert quoted in reply.json()["detail"]


@pytest.mark.parametrize("body", [b"\xff\xfe", b"a=%ff", b"&".join(b"a%d=1" % n for n in range(300))])
def test_a_body_that_is_no_form_is_refused(served: Context, body: bytes) -> None:
    reply = client_of(served).post(f"{URL}/events", content=body)
    assert reply.status_code == 422
    assert "no form" in reply.json()["detail"]


@pytest.mark.parametrize("size", [MOST_BYTES + 1, 10_000_000])
def test_a_body_past_the_limit_is_refused_and_logged(served: Context, size: int) -> None:
    reply = client_of(served).post(f"{URL}/assignment", content=b"x" * size)
    assert reply.status_code == 413
    assert [line["status"] for line in refused(served)] == [413]


def test_without_a_secret_there_is_nothing_here(context: Context) -> None:
    for address in ("events", "assignment"):
        reply: Any = client_of(context).post(f"{URL}/{address}", data=fields())
        assert reply.status_code == 404
        assert "BREATHER_TWILIO_AUTH_TOKEN" in reply.json()["detail"]
    assert refused(context) == []


def test_the_secret_is_in_no_answer_and_in_no_settings_shown(context: Context) -> None:
    served = with_adapters(context)
    assert SECRET not in repr(served.settings)
    assert SECRET not in client_of(served).post(f"{URL}/events", data=event("task.canceled")).text

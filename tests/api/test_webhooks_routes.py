"""`/webhooks` over HTTP: who may, what is shown and what never is, and clear refusals that change nothing."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from api.context import Context
from api.services.webhooks.deliveries import DEAD_KEPT, DELIVERED_KEPT, tidy
from api.services.webhooks.endpoints import MOST_ENDPOINTS, rotate_key
from api.services.webhooks.schedule import ATTEMPTS, DELAYS_SECONDS
from api.services.webhooks.sending import Outcome, Sendable
from roster.events import Event
from roster.store.engine import reading
from roster.webhooks import DeliveryStatus, WebhookKey
from tests.clients import signed_in, with_token
from tests.conftest import SetClock
from tests.factories import Centre
from tests.webhooks import BROKEN, TAKEN, URL, Receiver, endpoint, round_of, stored, write

HOOKS = "/api/v1/webhooks"


def made(client: TestClient, **values: Any) -> dict[str, Any]:
    answer = client.post(HOOKS, json={"url": URL, **values})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def lines(context: Context) -> list[Event]:
    with reading(context.engine) as session:
        return [event for event in session.exec(select(Event)).all() if event.kind.startswith("webhook.")]


def test_made_listed_shown_and_removed(lead_client: TestClient, context: Context) -> None:
    new = made(lead_client, kinds=["roster.published", "contact.*"], description=" phone system ")
    assert new["secret"].startswith("whsec_")
    shown = {name: value for name, value in new.items() if name != "secret"}
    assert lead_client.get(HOOKS).json() == {"webhooks": [shown]}
    assert lead_client.get(f"{HOOKS}/{new['id']}").json() == shown
    assert shown == {
        "id": new["id"],
        "url": URL,
        "description": "phone system",
        "kinds": ["contact.*", "roster.published"],
        "status": "active",
        "created_at": "2026-11-24T09:00:00Z",
        "created_by": "lead",
        "created_by_name": "Lea Lead",
        "disabled_at": None,
        "disabled_why": None,
        "failures": 0,
        "failing_since": None,
        "resume_at": None,
        "waiting": 0,
        "dead": 0,
    }
    assert lead_client.delete(f"{HOOKS}/{new['id']}").status_code == 204
    assert lead_client.get(HOOKS).json() == {"webhooks": []}
    assert [(line.kind, line.subject, line.actor) for line in lines(context)] == [
        ("webhook.created", str(new["id"]), "lead"),
        ("webhook.removed", str(new["id"]), "lead"),
    ]


def test_neither_address_nor_key_is_in_the_log(lead_client: TestClient, context: Context) -> None:
    new = made(lead_client, url=URL + "?token=s3cret")
    rotated = lead_client.post(f"{HOOKS}/{new['id']}/rotate").json()
    lead_client.post(f"{HOOKS}/{new['id']}/disable")
    lead_client.post(f"{HOOKS}/{new['id']}/enable")
    lead_client.delete(f"{HOOKS}/{new['id']}")
    text = repr([line.model_dump() for line in lines(context)])
    assert len(lines(context)) == 5
    for secret in ("s3cret", "router.example", new["secret"], rotated["secret"]):
        assert secret not in text


EVERY_REQUEST = [
    ("POST", ""),
    ("GET", ""),
    ("GET", "/{}"),
    ("DELETE", "/{}"),
    ("POST", "/{}/enable"),
    ("POST", "/{}/disable"),
    ("POST", "/{}/rotate"),
    ("GET", "/{}/deliveries"),
    ("POST", "/{}/deliveries/msg_1/redeliver"),
    ("POST", "/{}/redeliver"),
]


@pytest.mark.parametrize(("method", "path"), EVERY_REQUEST)
def test_leads_alone_may(
    app: FastAPI, context: Context, centre: Centre, router_client: TestClient, method: str, path: str
) -> None:
    one = endpoint(context)
    address = HOOKS + path.format(one)
    body = {"url": URL} if path == "" and method == "POST" else None
    assert TestClient(app).request(method, address, json=body).status_code == 401
    for client in (router_client, signed_in(app, context, "a01")):
        answer = client.request(method, address, json=body)
        assert (answer.status_code, answer.headers["content-type"]) == (403, "application/problem+json")
    assert [line.kind for line in lines(context)] == ["webhook.created"]


def test_leads_token_may_as_a_lead_may(app: FastAPI, context: Context, centre: Centre) -> None:
    assert made(with_token(app, context, "scripts", role="lead"))["created_by"] == "scripts"


def test_cookie_without_its_csrf_token_changes_nothing(app: FastAPI, context: Context, centre: Centre) -> None:
    assert signed_in(app, context, "lead", csrf=False).post(HOOKS, json={"url": URL}).status_code == 403
    assert lines(context) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "url: Field required"),
        ({"url": ""}, "at least 1 character"),
        ({"url": 5}, "valid string"),
        ({"url": "x" * 2001}, "at most 2000"),
        ({"url": URL, "secret": "whsec_mine"}, "secret: Extra inputs"),
        ({"url": "ftp://router.example"}, "'ftp://router.example': expected http:// or https://"),
        ({"url": "http://169.254.169.254/latest"}, "169.254.169.254"),
        ({"url": "http://localhost:8000/"}, "not on the public internet"),
        ({"url": URL, "kinds": ["rest.given"]}, "'rest.given': expected agent.*"),
        ({"url": URL, "kinds": "contact.*"}, "valid list"),
        ({"url": URL, "kinds": ["contact.*"] * 51}, "at most 50"),
        ({"url": URL, "kinds": ["k" * 65]}, "at most 64"),
        ({"url": URL, "description": "d" * 121}, "at most 120"),
    ],
)
def test_bad_endpoint_is_a_problem_that_says_what_was_expected(
    lead_client: TestClient, context: Context, body: dict[str, Any], words: str
) -> None:
    answer = lead_client.post(HOOKS, json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert words in answer.json()["detail"]
    assert lines(context) == []
    assert lead_client.get(HOOKS).json() == {"webhooks": []}


@pytest.mark.parametrize("path", [path for _, path in EVERY_REQUEST if path])
def test_unknown_endpoint_is_not_found(lead_client: TestClient, path: str) -> None:
    method = next(method for method, each in EVERY_REQUEST if each == path)
    answer = lead_client.request(method, HOOKS + path.format(99))
    assert (answer.status_code, answer.json()["detail"]) == (404, "webhook 99 is not known")


@pytest.mark.parametrize("bad", ["0", "-1", "abc", str(2**31)])
def test_number_that_is_none_is_refused(lead_client: TestClient, bad: str) -> None:
    assert lead_client.get(f"{HOOKS}/{bad}").status_code == 422


def test_there_is_an_end_to_endpoints(lead_client: TestClient, context: Context) -> None:
    for _ in range(MOST_ENDPOINTS):
        endpoint(context)
    answer = lead_client.post(HOOKS, json={"url": URL})
    assert answer.status_code == 409
    assert "at most 20" in answer.json()["detail"]


def test_key_is_replaced_with_an_overlap(lead_client: TestClient, context: Context, clock: SetClock) -> None:
    new = made(lead_client)
    answer = lead_client.post(f"{HOOKS}/{new['id']}/rotate", json={"overlap_hours": 3}).json()
    assert answer["secret"].startswith("whsec_")
    assert answer["secret"] != new["secret"]
    assert answer["old_keys_until"] == "2026-11-24T12:00:00Z"
    for bad in ({"overlap_hours": -1}, {"overlap_hours": 721}, {"overlap_hours": "x"}, {"hours": 1}):
        assert lead_client.post(f"{HOOKS}/{new['id']}/rotate", json=bad).status_code == 422
    lead_client.post(f"{HOOKS}/{new['id']}/rotate")
    refused = lead_client.post(f"{HOOKS}/{new['id']}/rotate")
    assert refused.status_code == 409
    assert "3 keys in force, the first until 2026-11-24T12:00:00+00:00" in refused.json()["detail"]
    assert lead_client.post(f"{HOOKS}/{new['id']}/rotate", json={"overlap_hours": 0}).status_code == 200
    clock.forward(seconds=1)
    tidy(context)
    with reading(context.engine) as session:
        assert len(session.exec(select(WebhookKey)).all()) == 1


def test_deliveries_are_listed_newest_first_by_pages_and_state(lead_client: TestClient, context: Context) -> None:
    one = endpoint(context)
    write(context, *(f"c{number}" for number in range(5)))
    round_of(context, Receiver(TAKEN, TAKEN, TAKEN, BROKEN))
    first = lead_client.get(f"{HOOKS}/{one}/deliveries", params={"limit": 2}).json()
    assert [row["status"] for row in first["deliveries"]] == ["pending", "pending"]
    assert first["deliveries"][1]["last_error"] == "answered 500"
    second = lead_client.get(f"{HOOKS}/{one}/deliveries", params={"limit": 2, "before": first["older"]}).json()
    third = lead_client.get(f"{HOOKS}/{one}/deliveries", params={"limit": 2, "before": second["older"]}).json()
    assert (len(second["deliveries"]), len(third["deliveries"]), third["older"]) == (2, 1, None)
    ids = [row["event_id"] for page in (first, second, third) for row in page["deliveries"]]
    assert ids == sorted(ids, reverse=True)
    waiting = lead_client.get(f"{HOOKS}/{one}/deliveries", params={"status": "pending"}).json()
    assert [row["event_id"] for row in waiting["deliveries"]] == ids[:2]
    assert lead_client.get(f"{HOOKS}/{one}").json()["waiting"] == 2


@pytest.mark.parametrize("query", ["status=lost", "limit=0", "limit=201", "before=0", "before=x"])
def test_bad_query_is_refused(lead_client: TestClient, context: Context, query: str) -> None:
    answer = lead_client.get(f"{HOOKS}/{endpoint(context)}/deliveries?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


def with_dead_letters(context: Context, clock: SetClock, *subjects: str) -> int:
    """An endpoint with dead letters about `subjects`, all else taken."""

    class Choosy(Receiver):
        async def __call__(self, sendable: Sendable) -> Outcome:
            await super().__call__(sendable)
            return Outcome(400, "answered 400") if self.subjects[-1] in subjects else TAKEN

    one = endpoint(context)
    write(context, *subjects)
    for number in range(ATTEMPTS):
        write(context, f"other{number}")
        round_of(context, Choosy())
        clock.forward(seconds=DELAYS_SECONDS[min(number, len(DELAYS_SECONDS) - 1)] * 1.2 + 1)
    return one


def test_dead_letters_are_seen_and_sent_again_one_or_all(
    lead_client: TestClient, context: Context, clock: SetClock
) -> None:
    one = with_dead_letters(context, clock, "p1", "p2", "p3")
    lead = signed_in(lead_client.app, context, "lead")  # type: ignore[arg-type]  # days have passed: sign in again
    dead = lead.get(f"{HOOKS}/{one}/deliveries", params={"status": "dead"}).json()["deliveries"]
    assert [(row["attempts"], row["last_status"], row["next_at"]) for row in dead] == [(ATTEMPTS, 400, None)] * 3
    again = lead.post(f"{HOOKS}/{one}/deliveries/{dead[0]['id']}/redeliver")
    assert again.status_code == 202
    assert (again.json()["status"], again.json()["attempts"]) == ("pending", 0)
    receiver = Receiver()
    round_of(context, receiver)
    assert (receiver.subjects, receiver.ids) == (["p3"], [dead[0]["id"]])
    assert lead.post(f"{HOOKS}/{one}/redeliver").json() == {"deliveries": 2}
    write(context, "new")
    round_of(context, receiver)
    assert receiver.subjects == ["p3", "p1", "p2", "new"]
    assert lead.get(f"{HOOKS}/{one}").json()["dead"] == 0


def test_what_was_taken_can_be_sent_again_and_does_not_hold_up_others(
    lead_client: TestClient, context: Context
) -> None:
    one = endpoint(context)
    write(context, "c1")
    round_of(context, Receiver())
    [row] = stored(context, one)
    assert lead_client.post(f"{HOOKS}/{one}/deliveries/{row.id}/redeliver").status_code == 202
    write(context, "c2")
    receiver = Receiver(BROKEN)
    round_of(context, receiver)
    assert receiver.subjects == ["c1", "c2"]


def test_sending_again_is_refused_where_it_can_not_be(lead_client: TestClient, context: Context) -> None:
    one, two = endpoint(context), endpoint(context)
    write(context, "c1")
    round_of(context, Receiver())
    [row] = stored(context, two)
    unknown = lead_client.post(f"{HOOKS}/{one}/deliveries/{row.id}/redeliver")
    assert unknown.status_code == 404
    assert unknown.json()["detail"] == f"webhook {one} has no delivery {row.id!r}"
    lead_client.post(f"{HOOKS}/{two}/disable")
    for path in (f"/deliveries/{row.id}/redeliver", "/redeliver"):
        refused = lead_client.post(f"{HOOKS}/{two}{path}")
        assert refused.status_code == 409
        assert "disabled (switched off by hand): enable it first" in refused.json()["detail"]
    assert stored(context, two)[0].status is DeliveryStatus.DELIVERED


def test_disabling_and_enabling_twice_changes_nothing_more(lead_client: TestClient, context: Context) -> None:
    one = made(lead_client)["id"]
    for path, state in (("disable", "disabled"), ("disable", "disabled"), ("enable", "active"), ("enable", "active")):
        answer = lead_client.post(f"{HOOKS}/{one}/{path}")
        assert (answer.status_code, answer.json()["status"]) == (200, state)
    assert [line.kind for line in lines(context)] == ["webhook.created", "webhook.disabled", "webhook.enabled"]


def test_old_deliveries_are_forgotten_and_waiting_ones_never(context: Context, clock: SetClock) -> None:
    one = with_dead_letters(context, clock, "p1")
    write(context, "stuck")
    round_of(context, Receiver(BROKEN))
    rotate_key(context, one, overlap_hours=1, actor="lead")
    clock.now += DELIVERED_KEPT
    tidy(context)
    assert [row.status for row in stored(context, one)] == [DeliveryStatus.DEAD, DeliveryStatus.PENDING]
    clock.now += DEAD_KEPT - DELIVERED_KEPT + timedelta(days=1)
    tidy(context)
    assert [row.status for row in stored(context, one)] == [DeliveryStatus.PENDING]

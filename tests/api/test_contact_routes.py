"""`/contacts` and `/agents` over HTTP: shapes, statuses, rights, and what each reader may see."""

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.context import Context
from api.services.floor.commands import set_state
from tests.clients import signed_in
from tests.factories import Centre

SEVERE = {
    "arrival_state": "grieving",
    "parties": 3,
    "history": "repeat_after_failure",
    "stakes": ["medication"],
    "resolvability": "blocked",
}


@pytest.fixture
def staffed(context: Context, centre: Centre) -> Centre:
    """`a01` and `a02` are available."""
    for code in ("a01", "a02"):
        set_state(context, code, "available", actor="test")
    return centre


def post(client: TestClient, ref: str = "r1", **more: Any) -> Any:
    """Post a contact to `advice`."""
    return client.post("/api/v1/contacts", json={"ref": ref, "queue": "advice", **more})


def test_posting_gives_who_takes_it_and_why(router_client: TestClient, staffed: Centre) -> None:
    reply = post(router_client, entry=SEVERE)
    assert reply.status_code == 201
    body = reply.json()
    assert (body["status"], body["agent"]) == ("assigned", "a01")
    assert body["difficulty"]["score"] == 28 + 10 + 14 + 12 + 14
    assert body["difficulty"]["tier"] == "severe"
    assert {"name": "grieving", "points": 28} in body["difficulty"]["factors"]
    assert body["reservation_expires_at"].startswith("2026-11-24T09:00:20")
    names = {factor["name"] for factor in body["reason"]["factors"]}
    assert {"acute load afterwards", "proficiency", "cost of leaving it to wait"} <= names


def test_with_nobody_there_it_waits_and_says_why(router_client: TestClient, centre: Centre) -> None:
    body = post(router_client).json()
    assert (body["status"], body["agent"], body["reservation_expires_at"]) == ("waiting", None, None)
    assert body["reason"]["sentence"] == "It waits: nobody on the floor has this skill and channel."


def test_the_same_ref_again_is_the_same_contact_with_200(router_client: TestClient, staffed: Centre) -> None:
    first, second = post(router_client), post(router_client)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]


def test_the_same_key_gets_the_very_same_reply_and_another_body_422(router_client: TestClient, staffed: Centre) -> None:
    router_client.headers["Idempotency-Key"] = "k1"
    first = post(router_client)
    router_client.post(f"/api/v1/contacts/{first.json()['id']}/start")
    again = post(router_client)
    assert (again.status_code, again.json()) == (201, first.json())
    other = post(router_client, ref="r2")
    assert other.status_code == 422
    assert "'k1' came before with another body" in other.json()["detail"]


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_key_that_is_empty_or_too_long_is_refused(router_client: TestClient, staffed: Centre, key: str) -> None:
    reply = router_client.post(
        "/api/v1/contacts", json={"ref": "r", "queue": "advice"}, headers={"Idempotency-Key": key}
    )
    assert reply.status_code == 422
    assert "expected 1 to 200" in reply.json()["detail"]


def test_an_unknown_queue_is_refused_with_the_known_names(router_client: TestClient, centre: Centre) -> None:
    reply = router_client.post("/api/v1/contacts", json={"ref": "r", "queue": "nope"})
    assert reply.status_code == 422
    assert reply.json()["detail"] == "queue 'nope' is not known: expected one of advice, billing"


@pytest.mark.parametrize(
    ("body", "quoted"),
    [
        ({"ref": "", "queue": "advice"}, "ref"),
        ({"ref": "r"}, "queue"),
        ({"ref": "r", "queue": "advice", "patient": "x"}, "patient"),
        ({"ref": "r", "queue": "advice", "arrived_at": "2026-11-24T09:00:00"}, "arrived_at"),
        ({"ref": "r", "queue": "advice", "entry": {"arrival_state": "furious"}}, "furious"),
        ({"ref": "r", "queue": "advice", "entry": {"parties": 0}}, "parties"),
        ({"ref": "r", "queue": "advice", "owner": "nobody"}, "nobody"),
    ],
)
def test_bad_bodies_are_refused_and_quoted(
    router_client: TestClient, centre: Centre, body: dict[str, Any], quoted: str
) -> None:
    reply = router_client.post("/api/v1/contacts", json=body)
    assert reply.status_code == 422
    assert reply.headers["content-type"] == "application/problem+json"
    assert quoted in reply.text


def test_a_contact_goes_its_way_to_rest(router_client: TestClient, staffed: Centre) -> None:
    contact = f"/api/v1/contacts/{post(router_client, entry=SEVERE).json()['id']}"
    assert router_client.post(f"{contact}/accept").json()["status"] == "accepted"
    assert router_client.post(f"{contact}/start").json()["status"] == "active"
    reply = router_client.post(f"{contact}/complete", json={"outcomes": ["threat"], "felt": 4})
    assert reply.status_code == 200
    assert reply.json()["rest"] == {
        "kind": "decompression",
        "minutes": 25,
        "starts_at": "2026-11-24T09:00:00Z",
        "ends_at": "2026-11-24T09:25:00Z",
        "light_only_until": "2026-11-24T09:40:00Z",
    }
    assert "threat +40" in reply.json()["reason"]
    assert router_client.post(f"{contact}/complete", json={}).json() == reply.json()


def test_completing_before_it_began_names_the_state(router_client: TestClient, staffed: Centre) -> None:
    contact = f"/api/v1/contacts/{post(router_client).json()['id']}"
    reply = router_client.post(f"{contact}/complete", json={})
    assert reply.status_code == 409
    assert "is assigned: it can be completed only while it is active" in reply.json()["detail"]
    assert reply.json()["state"] == "assigned"
    assert router_client.get(contact).json()["status"] == "assigned"


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("GET", "contacts/nope"),
        ("GET", "contacts/nope/explanation"),
        ("POST", "contacts/nope/accept"),
        ("POST", "contacts/nope/decline"),
        ("POST", "contacts/nope/start"),
        ("POST", "contacts/nope/abandon"),
        ("POST", "agents/nope/moment"),
    ],
)
def test_what_is_not_there_is_404(router_client: TestClient, centre: Centre, method: str, address: str) -> None:
    reply = router_client.request(method, f"/api/v1/{address}")
    assert reply.status_code == 404
    assert "'nope' is not known" in reply.json()["detail"]


def test_leads_see_the_choice_but_not_what_people_carry(
    router_client: TestClient, lead_client: TestClient, staffed: Centre
) -> None:
    contact = f"/api/v1/contacts/{post(router_client, entry=SEVERE).json()['id']}"
    software = router_client.get(f"{contact}/explanation").json()
    lead = lead_client.get(f"{contact}/explanation").json()
    assert software["next_best"][0]["agent"] == lead["next_best"][0]["agent"] == "a02"
    assert software["next_best"][0]["cost"] is not None
    assert any("load" in factor["name"] for factor in software["reason"]["factors"])
    assert lead["next_best"][0]["cost"] is None
    for factors in (
        lead["reason"]["factors"],
        lead["next_best"][0]["factors"],
        lead_client.get(contact).json()["reason"]["factors"],
    ):
        assert {factor["name"]: factor["points"] for factor in factors}["what people carry (private)"] is None
        assert not any("load" in factor["name"] or "heavy" in factor["name"] for factor in factors)


def test_a_lead_who_completes_learns_only_of_protected_time(
    router_client: TestClient, lead_client: TestClient, staffed: Centre
) -> None:
    contact = f"/api/v1/contacts/{post(router_client, entry=SEVERE).json()['id']}"
    lead_client.post(f"{contact}/start")
    body = lead_client.post(f"{contact}/complete", json={"felt": 5}).json()
    assert body["reason"] == "Protected time."
    assert body["rest"]["kind"] == "protected time"
    assert body["rest"]["light_only_until"] == body["rest"]["ends_at"]


def test_an_agent_handles_their_own_contact_and_nobody_elses(
    app: FastAPI, context: Context, router_client: TestClient, agent_client: TestClient, staffed: Centre
) -> None:
    contact = f"/api/v1/contacts/{post(router_client).json()['id']}"
    other = signed_in(app, context, "a02")
    for address in (contact, f"{contact}/explanation"):
        assert agent_client.get(address).status_code == 200
        assert other.get(address).status_code == 403
    for step in ("accept", "start"):
        assert other.post(f"{contact}/{step}").status_code == 403
        assert agent_client.post(f"{contact}/{step}").status_code == 200
    assert other.post(f"{contact}/complete", json={}).status_code == 403
    assert agent_client.post(f"{contact}/complete", json={"felt": 5}).json()["rest"]["minutes"] == 15
    assert agent_client.post("/api/v1/contacts", json={"ref": "x", "queue": "advice"}).status_code == 403


def test_nobody_unknown_posts_a_contact(app: FastAPI, centre: Centre) -> None:
    assert TestClient(app).post("/api/v1/contacts", json={"ref": "r", "queue": "advice"}).status_code == 401


def test_state_is_set_by_software_leads_and_oneself(
    router_client: TestClient, lead_client: TestClient, agent_client: TestClient, centre: Centre
) -> None:
    for client in (router_client, lead_client, agent_client):
        reply = client.post("/api/v1/agents/a01/state", json={"state": "available"})
        assert reply.json() == {"agent": "a01", "state": "available", "since": "2026-11-24T09:00:00Z"}
    assert agent_client.post("/api/v1/agents/a02/state", json={"state": "away"}).status_code == 403
    refused = router_client.post("/api/v1/agents/a01/state", json={"state": "gone"})
    assert refused.status_code == 422
    assert "gone" in refused.text
    assert router_client.post("/api/v1/agents/nope/state", json={"state": "away"}).status_code == 404


def test_a_moment_is_the_agents_own(
    router_client: TestClient, lead_client: TestClient, agent_client: TestClient, staffed: Centre
) -> None:
    assert lead_client.post("/api/v1/agents/a01/moment").status_code == 403
    assert agent_client.post("/api/v1/agents/a02/moment").status_code == 403
    reply = agent_client.post("/api/v1/agents/a01/moment").json()
    assert (reply["begins"], reply["rest"]["minutes"]) == ("now", 5)
    assert router_client.post("/api/v1/agents/a02/moment").json()["begins"] == "now"

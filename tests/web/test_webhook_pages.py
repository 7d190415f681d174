"""The lead's pages about webhooks: the list and its form, one endpoint, its dead letters, and who may not."""

import html
import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.context import Context
from api.services.webhooks.signing import key_bytes
from roster.webhooks import DeliveryStatus, EndpointStatus
from tests.clients import signed_in
from tests.factories import Centre
from tests.webhooks import BROKEN, URL, Receiver, endpoint, round_of, row_of, stored, write

KIND = "contact.<wbr>started"
"""It may break after the dot, so that a phone has room for what became of it."""


@pytest.fixture
def lead(lead_client: TestClient) -> TestClient:
    lead_client.headers["Accept"] = "text/html"
    return lead_client


def text(client: TestClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return html.unescape(answer.text)


def test_list_leads_to_each_endpoint_and_says_how_it_is(lead: TestClient, context: Context) -> None:
    assert "Nobody yet" in text(lead, "/webhooks")
    one = endpoint(context, "contact.*")
    write(context, "c1")
    round_of(context, Receiver(BROKEN))
    page = text(lead, "/webhooks")
    assert f'href="/webhooks/{one}"' in page
    assert "1 waiting · 0 dead letters · contact.*" in page
    assert "Failing" in page
    assert 'href="/webhooks" aria-current="page"' in page


def test_form_makes_an_endpoint_and_shows_its_key_once(lead: TestClient, context: Context) -> None:
    answer = lead.post("/webhooks", data={"url": URL, "kinds": "contact.*, roster.published", "description": "phones"})
    assert "by Lea Lead</dd>" in answer.text
    [secret] = re.findall(r'<code id="secret">(.*?)</code>', html.unescape(answer.text))
    assert len(key_bytes(secret)) == 32
    assert row_of(context, 1).kinds == ["contact.*", "roster.published"]
    page = text(lead, "/webhooks/1")
    assert secret not in page
    assert "phones" in page


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"url": "ftp://x.example"}, "'ftp://x.example': expected http:// or https://"),
        ({"url": ""}, "url: String should have at least 1 character"),
        ({"url": URL, "kinds": "rest.given"}, "'rest.given'"),
        ({"url": URL, "description": "d" * 121}, "at most 120"),
    ],
)
def test_what_can_not_be_is_said_beside_the_form_which_keeps_what_was_entered(
    lead: TestClient, form: dict[str, str], words: str
) -> None:
    answer = lead.post("/webhooks", data=form)
    assert answer.status_code == 422
    page = html.unescape(answer.text)
    assert words in page
    for value in form.values():
        assert f'value="{value}"' in page
    assert "Nobody yet" in page


def test_deliveries_are_shown_with_what_went_wrong_and_chosen_by_state(lead: TestClient, context: Context) -> None:
    one = endpoint(context)
    write(context, "c1")
    round_of(context, Receiver())
    write(context, "c2")
    round_of(context, Receiver(BROKEN))
    page = text(lead, f"/webhooks/{one}")
    assert "answered 500" in page
    assert "1 attempt failed since 2026-11-24 09:00:00 UTC" in page
    assert page.count(KIND) == 2
    assert text(lead, f"/webhooks/{one}?status=delivered").count(KIND) == 1
    dead = text(lead, f"/webhooks/{one}?status=dead")
    assert KIND not in dead
    assert f'<a href="/webhooks/{one}?status=dead" aria-current="true">' in dead
    assert lead.get(f"/webhooks/{one}?status=lost").status_code == 422


def test_buttons_do_what_they_say(lead: TestClient, context: Context) -> None:
    one = endpoint(context)
    write(context, "c1")
    round_of(context, Receiver())
    [row] = stored(context, one)
    assert lead.post(f"/webhooks/{one}/redeliver", data={"delivery": row.id}).status_code == 303
    assert stored(context, one)[0].status is DeliveryStatus.PENDING
    assert lead.post(f"/webhooks/{one}/disable").status_code == 303
    assert row_of(context, one).status is EndpointStatus.DISABLED
    refused = lead.post(f"/webhooks/{one}/redeliver")
    assert refused.status_code == 409
    assert "enable it first" in refused.text
    assert "Nothing is sent since" in text(lead, f"/webhooks/{one}")
    assert lead.post(f"/webhooks/{one}/enable").status_code == 303
    assert row_of(context, one).status is EndpointStatus.ACTIVE
    assert 'id="secret"' in lead.post(f"/webhooks/{one}/rotate").text
    assert lead.post(f"/webhooks/{one}/remove").headers["location"] == "/webhooks"
    assert lead.get(f"/webhooks/{one}").status_code == 404


def test_what_was_typed_is_never_markup(lead: TestClient) -> None:
    lead.post("/webhooks", data={"url": URL + "?<script>", "description": "<script>alert(1)</script>"})
    for path in ("/webhooks", "/webhooks/1"):
        assert "<script>alert" not in lead.get(path).text


def test_agents_see_neither_the_page_nor_the_way_to_it(app: FastAPI, context: Context, centre: Centre) -> None:
    agent = signed_in(app, context, "a01")
    agent.headers["Accept"] = "text/html"
    assert agent.get("/webhooks").status_code == 403
    assert "/webhooks" not in agent.get("/today").text

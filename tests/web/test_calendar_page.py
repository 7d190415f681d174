"""The page of an agent's calendars: an address shown once, renewed, revoked; nobody else's business."""

import re

from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.context import Context
from tests.clients import signed_in
from tests.factories import Centre

ADDRESS = re.compile(r'value="http://testserver(/api/v1/calendar/[\w-]+\.ics)"')


def test_an_address_is_shown_once_and_works(agent_client: TestClient, app: FastAPI) -> None:
    assert "There is no address yet" in agent_client.get("/today/calendar").text
    made = agent_client.post("/today/calendar/own")
    assert made.status_code == 200
    assert made.headers["cache-control"] == "no-store"
    (address,) = ADDRESS.findall(made.text)
    assert f'href="webcal://testserver{address}"' in made.text
    assert TestClient(app).get(address).headers["content-type"] == "text/calendar; charset=utf-8"
    again = agent_client.get("/today/calendar").text
    assert "There is an address." in again
    assert not ADDRESS.search(again)


def test_details_are_the_owners_choice(agent_client: TestClient) -> None:
    assert "names what your protected time is" in agent_client.post("/today/calendar/own", data={"details": "yes"}).text
    assert "names what your protected time is" not in agent_client.post("/today/calendar/own").text
    assert agent_client.post("/today/calendar/shared", data={"details": "yes"}).status_code == 422


def test_a_new_address_ends_the_old_and_revoking_ends_it_for_good(agent_client: TestClient, app: FastAPI) -> None:
    addresses = [ADDRESS.findall(agent_client.post("/today/calendar/shared").text)[0] for _ in range(2)]
    anybody = TestClient(app)
    assert [anybody.get(address).status_code for address in addresses] == [404, 200]
    revoked = agent_client.post("/today/calendar/shared/revoke")
    assert (revoked.status_code, revoked.headers["location"]) == (303, "/today/calendar")
    assert anybody.get(addresses[1]).status_code == 404
    assert agent_client.post("/today/calendar/shared/revoke").status_code == 404


def test_the_page_is_the_agents_alone_and_needs_the_csrf_token(
    app: FastAPI, context: Context, centre: Centre, lead_client: TestClient
) -> None:
    assert lead_client.get("/today/calendar").status_code == 403
    assert lead_client.post("/today/calendar/own").status_code == 403
    unproved = signed_in(app, context, "a01", csrf=False)
    for address in ("/today/calendar/own", "/today/calendar/own/revoke"):
        assert unproved.post(address).status_code == 403
    assert 'href="/today/calendar"' in unproved.get("/today").text


def test_what_is_made_is_in_the_agents_own_export_without_its_address(agent_client: TestClient) -> None:
    agent_client.post("/today/calendar/own")
    (feed,) = agent_client.get("/me/ledger.json").json()["calendars"]
    assert set(feed) == {"kind", "details", "made_at"}

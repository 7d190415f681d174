"""The agent's pages of debriefs: whom to ask, another peer or time, the peer's answer, a short one soon."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.context import Context
from api.services.debriefs.asking import ask_for_debrief
from api.services.debriefs.invitations import accept
from tests.api.day_stage import TODAY, at, caller, contact
from tests.api.debrief_stage import TOMORROW, change, debriefs_of, laid, peer_of, seen
from tests.clients import signed_in
from tests.conftest import SetClock
from tests.factories import Centre
from web.app import create_app

LIVE = {"HX-Request": "true"}


@pytest.fixture
def centre(context: Context, clock: SetClock) -> Centre:
    return laid(context, clock, dates=(TODAY, TOMORROW), accounts=True)


@pytest.fixture
def app(context: Context) -> FastAPI:
    """The application without its scheduler."""
    return create_app(context, jobs=False)


@pytest.fixture
def agent(app: FastAPI, context: Context, centre: Centre) -> TestClient:
    """A browser in which a01 is signed in."""
    return signed_in(app, context, "a01")


def test_the_agent_chooses_whom_to_ask_or_leaves_it_open(agent: TestClient, context: Context, centre: Centre) -> None:
    text = agent.get("/today/debriefs").text
    assert '<option value="">Whoever is free</option>' in text
    assert [name for name in ("Agent 1", "Agent 4", "Agent 5", "Agent 6") if f">{name}</option>" in text] == [
        "Agent 5",
        "Agent 6",
    ]
    asked = agent.post("/today/debriefs/ask", data={"peer": "a06"})
    assert (asked.status_code, asked.headers["location"]) == (303, "/today")
    (view,) = seen(context, centre, "a01")
    assert peer_of(context, centre, view.id) == "a06"
    again = agent.post("/today/debriefs/ask", data={"peer": ""})
    assert (again.status_code, "accept or decline it first" in again.text) == (409, True)
    wrong = agent.post("/today/debriefs/ask", data={"peer": "a02"})
    assert wrong.status_code in (409, 422)


def test_another_time_is_asked_for_and_the_peer_says_yes(
    agent: TestClient, app: FastAPI, context: Context, centre: Centre
) -> None:
    number = (ask_for_debrief(context, caller(centre, "a01"), peer="a05") or pytest.fail("no time")).id
    assert f'<a href="/today/debriefs/{number}">Another peer or another time</a>' in agent.get("/today").text
    page = agent.get(f"/today/debriefs/{number}").text
    assert "Wednesday 25 November" in page
    wanted = at(14 * 60 + 30, TOMORROW)
    assert f'value="{wanted.isoformat()}"' in page
    sent = agent.post(f"/today/debriefs/{number}/propose", data={"starts_at": wanted.isoformat()})
    assert (sent.status_code, sent.headers["location"]) == (303, "/today")
    assert "You asked Agent 5 for Wednesday 25 November, 14:30 to 14:55." in agent.get("/today/now").text
    peer = signed_in(app, context, "a05")
    assert "Agent 1 would like a debrief with you" in peer.get("/today/now").text
    taken = peer.post(f"/today/debriefs/{number}/proposal/accept", headers=LIVE)
    assert "14:30 to 14:55 is yours." in taken.text
    assert [begin for begin, _ in debriefs_of(context, centre, "a05")] == [wanted]
    assert "Your debrief" in agent.get("/today/now").text


def test_a_peers_other_time_is_answered_on_the_page(
    agent: TestClient, app: FastAPI, context: Context, centre: Centre
) -> None:
    number = (ask_for_debrief(context, caller(centre, "a01"), peer="a05") or pytest.fail("no time")).id
    first = accept(context, number, caller(centre, "a01")).starts_at
    peer = signed_in(app, context, "a05")
    wanted = at(14 * 60 + 30, TOMORROW)
    peer.post(f"/today/debriefs/{number}/propose", data={"starts_at": wanted.isoformat()})
    text = agent.get("/today/now").text
    assert "Agent 5 asks for another time" in text
    declined = agent.post(f"/today/debriefs/{number}/proposal/decline", headers=LIVE)
    assert "asks for another time" not in declined.text
    assert [begin for begin, _ in debriefs_of(context, centre, "a01")] == [first]
    assert "Nothing changes until they say yes." in peer.get("/today/now").text
    peer.post(f"/today/debriefs/{number}/proposal/withdraw", headers=LIVE)
    assert "Nothing changes until they say yes." not in peer.get("/today/now").text


def test_an_impossible_time_and_nobody_else_are_said_on_the_page(
    agent: TestClient, context: Context, centre: Centre
) -> None:
    change(context, centre, "a06", is_peer=False)
    number = (ask_for_debrief(context, caller(centre, "a01")) or pytest.fail("no time")).id
    refused = agent.post(f"/today/debriefs/{number}/propose", data={"starts_at": at(1200).isoformat()})
    assert (refused.status_code, "The nearest time is" in refused.text) == (409, True)
    nobody = agent.post(f"/today/debriefs/{number}/another", data={"peer": ""})
    assert (nobody.status_code, "The invitation stays as it is." in nobody.text) == (200, True)
    assert agent.get("/today/debriefs/999").status_code == 404


def test_a_short_one_is_offered_after_a_heavy_contact_alone(
    agent: TestClient, context: Context, centre: Centre, clock: SetClock
) -> None:
    clock.now = at(8 * 60)
    assert "A few minutes with a peer, soon" not in agent.get("/today/now").text
    early = agent.post("/today/debriefs/hot")
    assert (early.status_code, "follows a heavy contact" in early.text) == (409, True)
    contact(context, centre, "a01", at(7 * 60 + 50))
    assert "A few minutes with a peer, soon" in agent.get("/today/now").text
    asked = agent.post("/today/debriefs/hot", headers=LIVE)
    assert "is yours, with Agent" in asked.text
    assert "A few minutes with a peer, soon" not in agent.get("/today/now").text


def test_every_new_form_needs_the_csrf_token(app: FastAPI, context: Context, centre: Centre) -> None:
    client = signed_in(app, context, "a01", csrf=False)
    for call in ("ask", "hot", "reminder/dismiss", "1/another", "1/propose", "1/proposal/accept"):
        assert client.post(f"/today/debriefs/{call}").status_code == 403

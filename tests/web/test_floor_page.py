"""The floor's page: who is where and what waits, for leads; never why somebody rests."""

from fastapi.testclient import TestClient

from api.context import Context
from api.services.floor.commands import CompletionIn, ContactIn, complete, moment, post_contact, set_state, start
from api.services.floor.overview import floor_view
from roster.contacts import ArrivalState, EntryConditions, History, OutcomeMarker
from tests.factories import Centre


def test_it_shows_who_is_where_and_what_waits(context: Context, centre: Centre, lead_client: TestClient) -> None:
    for code in ("a01", "a02"):
        set_state(context, code, "available", actor="test")
    set_state(context, "a03", "away", actor="test")
    held = post_contact(context, ContactIn(ref="r1", queue="advice"), actor="router")
    start(context, held.id, actor="router")
    set_state(context, "a02", "away", actor="test")
    post_contact(context, ContactIn(ref="r2", queue="billing"), actor="router")
    text = lead_client.get("/floor").text
    assert "Agent 1" in text
    assert "on contact" in text
    assert "Contacts that nobody has yet" in text
    assert "routine" in text
    assert "Agent 4" not in text  # offline
    assert 'hx-trigger="breather:news from:body' in text


def test_protected_time_looks_the_same_whatever_it_is(
    context: Context, centre: Centre, lead_client: TestClient
) -> None:
    entry = EntryConditions(arrival_state=ArrivalState.GRIEVING, history=History.REPEAT_AFTER_FAILURE, parties=3)
    for code in ("a01", "a02"):
        set_state(context, code, "available", actor="test")
    contact = post_contact(context, ContactIn(ref="r1", queue="advice", entry=entry), actor="router")
    start(context, contact.id, actor="router")
    complete(context, contact.id, CompletionIn(outcomes=[OutcomeMarker.VERBAL_ABUSE], felt=5), actor="a01")
    moment(context, "a02", actor="a02")
    text = lead_client.get("/floor/now").text
    assert text.count('<span class="badge protected">protected time</span>') == 2
    for word in ("decompression", "severe", "moment", "abuse", "light", "load", "debt"):
        assert word not in text.lower()


def test_whoever_steps_away_while_they_rest_is_in_protected_time_and_not_away(
    context: Context, centre: Centre, lead_client: TestClient
) -> None:
    set_state(context, "a01", "available", actor="test")
    moment(context, "a01", actor="a01")
    set_state(context, "a01", "away", actor="a01")
    assert dict(floor_view(context).counts) == {
        "free": 0,
        "on contact": 0,
        "protected time": 1,
        "break next": 0,
        "on a break": 0,
        "away": 0,
        "outside their shift": 0,
    }
    assert '<span class="badge protected">protected time</span>' in lead_client.get("/floor/now").text


def test_it_is_for_leads(agent_client: TestClient) -> None:
    assert agent_client.get("/floor").status_code == 403
    assert agent_client.get("/floor/now").status_code == 403


def test_an_empty_floor_says_so(lead_client: TestClient) -> None:
    text = lead_client.get("/floor").text
    assert "Nobody is on the floor." in text
    assert "Nothing waits." in text

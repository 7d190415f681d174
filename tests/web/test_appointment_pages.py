"""The pages of appointments: an agent's call-backs, focus time and groups; the lead's call-backs and meetings."""

import re

import pytest
from fastapi.testclient import TestClient

from api.context import Context
from api.services.appointments.groups import tend_groups
from api.services.appointments.tending import tend_appointments
from tests.api.appointment_stage import PLAIN, Stage, lay, staged
from tests.clients import signed_in
from tests.conftest import SetClock
from web.app import create_app


@pytest.fixture
def stage(context: Context, clock: SetClock) -> Stage:
    """Six people on the early shift; it is 07:05."""
    return staged(context, clock)


@pytest.fixture
def agent(stage: Stage) -> TestClient:
    """A browser in which a01 is signed in."""
    return signed_in(create_app(stage.context, jobs=False), stage.context, "a01")


@pytest.fixture
def lead(stage: Stage) -> TestClient:
    """A browser in which the lead is signed in."""
    return signed_in(create_app(stage.context, jobs=False), stage.context, "lead")


def plain(text: str) -> str:
    """A page's words alone."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text))


def test_an_agent_sees_a_call_back_and_says_that_it_was_made(stage: Stage, agent: TestClient) -> None:
    view = stage.call_back(contact="ref-7", due=12 * 60)
    today = plain(agent.get("/today").text)
    assert "Call-backs that you promised" in today
    assert "07:10, about ref-7. Due by 12:00." in today
    said = agent.post(f"/today/call-backs/{view['id']}/done", headers={"HX-Request": "true"})
    assert "Noted: the call was made." in said.text
    assert "Call-backs that you promised" not in said.text


def test_an_agent_puts_a_call_back_elsewhere(stage: Stage, agent: TestClient) -> None:
    view = stage.call_back(due=9 * 60)
    page = agent.get(f"/today/call-backs/{view['id']}")
    times = re.findall(r'name="starts_at" value="([^"]+)"><strong>([0-9:]+)</strong> <span>([^<]+)<', page.text)
    assert [(text, word) for _, text, word in times[:2]] == [("07:30", "in time"), ("07:45", "in time")]
    assert ("11:00", "after it is due") in [(text, word) for _, text, word in times]
    assert "08:30" not in [text for _, text, _ in times]
    moved = agent.post(f"/today/call-backs/{view['id']}/move", data={"starts_at": times[1][0]})
    assert moved.headers["location"] == "/today"
    assert ("call_back", "07:45", "07:55") in stage.day("a01")
    taken = agent.post(f"/today/call-backs/{view['id']}/move", data={"starts_at": stage.local(510)})
    assert taken.status_code == 409
    assert "a01 has no 10 minutes of work then" in taken.text
    off = agent.post(f"/today/call-backs/{view['id']}/cancel")
    assert off.headers["location"] == "/today"
    assert "This call-back is over." in agent.get(f"/today/call-backs/{view['id']}").text


def test_an_agent_is_told_what_hinders_a_call_back(stage: Stage, agent: TestClient) -> None:
    lay(stage.context, stage.centre, "a01", [(PLAIN[0][0], 425, 700)])
    stage.call_back(due=11 * 60)
    today = plain(agent.get("/today").text)
    assert "No time yet. Due by 11:00." in today
    assert "The nearest time possible is 11:40." in today


def test_another_agent_has_no_page_of_it(stage: Stage, agent: TestClient) -> None:
    view = stage.call_back("a02")
    assert agent.get(f"/today/call-backs/{view['id']}").status_code == 404
    assert agent.post(f"/today/call-backs/{view['id']}/done").status_code == 404


def test_an_agent_asks_for_focus_time_and_drops_it(stage: Stage, agent: TestClient) -> None:
    got = agent.post("/today/focus", data={"minutes": "30"}, headers={"HX-Request": "true"})
    assert "30 minutes from 07:10 are yours." in got.text
    found = re.search(r"/today/focus/([0-9a-f-]+)/drop", got.text)
    assert found is not None
    assert (
        "focus"
        not in agent.post(f"/today/focus/{found[1]}/drop", headers={"HX-Request": "true"})
        .text.split('class="timeline')[1]
        .split("</ol>")[0]
    )
    lay(stage.context, stage.centre, "a01", [(PLAIN[0][0], 425, 900)])
    none = agent.post("/today/focus", data={"minutes": "30"}, headers={"HX-Request": "true"})
    assert "minutes 30: nothing is free in your shift any more." in none.text


def test_an_agent_switches_groups_on_and_answers(stage: Stage, agent: TestClient) -> None:
    assert "Groups are off" in agent.get("/today").text
    for code in ("a02", "a03"):
        stage.agent(code).put(f"/api/v1/agents/{code}/groups", json={"wanted": True})
    on = agent.post("/today/wants-groups", data={"wanted": "yes"}, headers={"HX-Request": "true"})
    assert "Groups are on" in on.text
    assert "A reflective group, if you want to come" not in on.text
    tend_groups(stage.context)
    invited = agent.get("/today").text
    found = re.search(r"/today/groups/([0-9a-f-]+)/accept", invited)
    assert found is not None
    took = agent.post(f"/today/groups/{found[1]}/accept", headers={"HX-Request": "true"}).text
    assert "is kept for it." in took
    assert "Your reflective group" in took
    back = agent.post(f"/today/groups/{found[1]}/step-back", headers={"HX-Request": "true"}).text
    assert "The time is free again." in back
    assert "Your reflective group" not in back


def test_an_agent_declines_a_group_without_a_word(stage: Stage, agent: TestClient) -> None:
    for code in ("a01", "a02", "a03"):
        stage.agent(code).put(f"/api/v1/agents/{code}/groups", json={"wanted": True})
    tend_groups(stage.context)
    found = re.search(r"/today/groups/([0-9a-f-]+)/decline", agent.get("/today").text)
    assert found is not None
    after = agent.post(f"/today/groups/{found[1]}/decline", headers={"HX-Request": "true"}).text
    assert "reflective group, if" not in after
    assert 'role="status"' not in after


def test_the_lead_sees_what_needs_somebody_and_gives_it_away(stage: Stage, lead: TestClient) -> None:
    view = stage.call_back(contact="ref-7", due=14 * 60)
    page = plain(lead.get("/lead/appointments").text)
    assert "None. Every promised call-back has somebody and a time." in page
    assert "ref-7" in page
    stage.away("a01")
    tend_appointments(stage.context)
    page = plain(lead.get("/lead/appointments").text)
    assert "Agent 1, about ref-7 no time" in page
    assert "no time yet, 10 min: a01 is on no published shift in time for it." in page
    for form, words in (({"owner": "nobody"}, "owner &#39;nobody&#39; is not known"), ({}, "expected the code")):
        refused = lead.post(f"/lead/appointments/call-backs/{view['id']}/owner", data=form)
        assert (refused.status_code, words in refused.text) == (422, True)
    given = lead.post(f"/lead/appointments/call-backs/{view['id']}/owner", data={"owner": "a04"})
    assert given.headers["location"] == "/lead/appointments"
    assert ("call_back", "07:10", "07:20") in stage.day("a04")


def test_the_lead_moves_when_a_call_back_is_due_and_calls_it_off(stage: Stage, lead: TestClient) -> None:
    view = stage.call_back(due=7 * 60 + 10)
    address = f"/lead/appointments/call-backs/{view['id']}"
    for form, words in (
        ({"day": "soon", "time": "10:00"}, "day &#39;soon&#39;"),
        ({"day": "2026-11-24", "time": "tea"}, "time &#39;tea&#39;"),
        ({"day": "2026-11-24", "time": "07:00"}, "is past"),
    ):
        refused = lead.post(f"{address}/due", data=form)
        assert (refused.status_code, words in refused.text) == (422, True)
    assert lead.post(f"{address}/due", data={"day": "2026-11-24", "time": "10:00"}).status_code == 303
    assert stage.software.get(f"/api/v1/call-backs/{view['id']}").json()["due_at"] == stage.local(600)
    assert lead.post(f"{address}/cancel").status_code == 303
    assert lead.post(f"{address}/cancel").status_code == 303
    assert stage.software.get("/api/v1/call-backs").json() == []


def test_the_lead_asks_for_a_meeting_and_cancels_it(stage: Stage, lead: TestClient) -> None:
    form = {"minutes": "30", "day": "2026-11-24", "begin": "08:10", "end": "12:00", "people": ["a01", "a02"]}
    assert lead.post("/lead/appointments/meetings", data=form).headers["location"] == "/lead/appointments"
    assert ("meeting", "09:00", "09:30") in stage.day("a01")
    page = lead.get("/lead/appointments").text
    assert "24 Nov 2026, 09:00, 30 min" in page
    assert "a01, a02" in page
    found = re.search(r"/lead/appointments/meetings/([0-9a-f-]+)/cancel", page)
    assert found is not None
    assert lead.post(f"/lead/appointments/meetings/{found[1]}/cancel").status_code == 303
    assert "None ahead." in lead.get("/lead/appointments").text
    team = {"kind": "training", "minutes": "30", "day": "2026-11-24", "begin": "08:10", "end": "12:00", "team": "Team"}
    assert lead.post("/lead/appointments/meetings", data=team).status_code == 303
    assert ("training", "09:00", "09:30") in stage.day("a06")


@pytest.mark.parametrize(
    ("more", "status", "words"),
    [
        ({"people": []}, 422, "expected either people or a team"),
        ({"minutes": "many"}, 422, "minutes &#39;many&#39;"),
        ({"minutes": "300"}, 422, "minutes 300: expected 5 to 240"),
        ({"day": "soon"}, 422, "day &#39;soon&#39;"),
        ({"begin": "noon"}, 422, "time &#39;noon&#39;"),
        ({"end": "07:00"}, 422, "is past"),
        ({"begin": "16:00", "end": "17:00"}, 409, "a01 and a02 are on no published shift then"),
    ],
)
def test_a_meeting_that_cannot_be_is_said_beside_the_form_which_keeps_what_was_entered(
    stage: Stage, lead: TestClient, more: dict[str, object], status: int, words: str
) -> None:
    form = {"minutes": "30", "day": "2026-11-24", "begin": "08:10", "end": "12:00", "people": ["a01", "a02"], **more}
    reply = lead.post("/lead/appointments/meetings", data=form)
    assert (reply.status_code, words in reply.text) == (status, True)
    assert f'value="{form["day"]}"' in reply.text
    assert stage.rows() == []


def test_the_page_is_the_leads(stage: Stage, agent: TestClient) -> None:
    assert agent.get("/lead/appointments").status_code == 403
    assert agent.post("/lead/appointments/meetings", data={}).status_code == 403

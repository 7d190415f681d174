"""The lead's pages about one person's day and about what a roster costs; with and without htmx."""

import re
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from api.context import Context
from api.services.access.accounts import create_user
from api.services.rosters.planning import create_roster
from api.services.rosters.publishing import publish
from api.services.rosters.reading import list_rosters
from roster.people import Agent, TimeOff
from roster.shifts import DayAway
from roster.store.engine import reading, writing
from tests.clients import signed_in
from tests.planning_centre import MONDAY, place, small_centre, stored
from web.lead import words
from web.lead.changes import MORE_AWAY

HTMX = {"HX-Request": "true"}
TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def lead(app: FastAPI, context: Context) -> TestClient:
    small_centre(context)
    create_user(context, username="lea", display_name="Lea Hofman", role="lead", actor="test")
    create_user(context, username="a1", display_name="A", role="agent", agent="a1", actor="test")
    client = signed_in(app, context, "lea")
    client.headers["Accept"] = "text/html"
    return client


@pytest.fixture
def roster(lead: TestClient, context: Context) -> int:
    """Published: Agent 1 works Monday to Friday, Agent 2 the weekend."""
    made = create_roster(context, team="Days", starts_on=MONDAY, days=7, actor="lea")
    for day in range(7):
        place(context, made, "a1" if day < 5 else "a2", MONDAY + timedelta(days=day), "D")
    publish(context, made, actor="lea")
    return made


def address(roster: int, what: str = "changes", agent: str = "a1") -> str:
    return f"/rosters/{roster}/{what}?agent={agent}&date={TUESDAY.isoformat()}"


def form(**more: str) -> dict[str, str | list[str]]:
    return {"agent": "a1", "on_date": TUESDAY.isoformat(), **more}


def test_a_published_cell_leads_to_who_could_step_in(lead: TestClient, roster: int) -> None:
    page = lead.get(f"/rosters/{roster}").text
    assert f'href="/rosters/{roster}/cell?agent=a1&amp;date={TUESDAY.isoformat()}"' in page
    assert "Choose a cell to ask who could step in" in page
    cell = lead.get(address(roster, "cell"), headers=HTMX).text
    assert f'href="/rosters/{roster}/changes?agent=a1&amp;date={TUESDAY.isoformat()}"' in cell
    asked = lead.get(address(roster)).text
    assert "Agent 2 works Day on Tuesday 1 December, free until now." in asked
    assert "Without anybody in Day, cover costs 320 more" in asked


def test_a_free_day_can_only_be_filled_or_swapped(lead: TestClient, roster: int) -> None:
    page = lead.get(address(roster, agent="a3")).text
    assert "Free that day." in page
    assert "Who could step in" not in page
    assert re.findall(r'<option value="(add|swap|remove|move)"', page) == ["add", "swap"]


def test_why_is_told_on_its_page_and_as_a_part(lead: TestClient, context: Context, roster: int) -> None:
    part = lead.get(address(roster, "why"), headers=HTMX).text
    assert "<html" not in part
    assert "proved" in part
    page = lead.get(address(roster, "why")).text
    assert "<html" in page
    assert "proved" in page
    with writing(context.engine) as session:
        session.add(TimeOff(agent_id=1, starts_on=TUESDAY, ends_on=TUESDAY))
    broken = lead.get(address(roster, "why"))
    assert broken.status_code == 409
    assert "once that is settled" in broken.text


def test_what_if_says_what_would_break_and_stores_nothing(lead: TestClient, context: Context, roster: int) -> None:
    before = stored(context, roster)
    told = lead.post(f"/rosters/{roster}/what-if", data=form(kind="remove"), headers=HTMX).text
    assert "<html" not in told
    assert "Agent 1 is free on Tuesday 1 December and no longer works Day." in told
    assert "+320" in told
    whole = lead.post(f"/rosters/{roster}/what-if", data=form(kind="swap", to_agent="a3")).text
    assert "<html" in whole
    assert '<option value="a3" selected>' in whole
    wrong = lead.post(f"/rosters/{roster}/what-if", data=form(kind="swap", to_date="yesterday"))
    assert (wrong.status_code, "&#39;yesterday&#39;: expected a date" in wrong.text) == (422, True)
    assert stored(context, roster) == before


def test_repair_makes_a_draft_and_leads_to_it(lead: TestClient, context: Context, roster: int) -> None:
    told = lead.post(f"/rosters/{roster}/repair", data=form(happened="away"), headers=HTMX).text
    found = re.search(r'href="/rosters/(\d+)">Look at the draft', told)
    assert found
    draft = int(found.group(1))
    assert "no repair moves fewer: proved" in told
    assert ("a1", TUESDAY, "D") not in stored(context, draft)
    assert "Draft" in lead.get(f"/rosters/{draft}").text
    wrong = lead.post(f"/rosters/{roster}/repair", data=form(most="many"))
    assert wrong.status_code == 422
    assert "&#39;many&#39;: expected a whole number from 0 to 15" in wrong.text


def test_several_absences_go_into_one_draft(lead: TestClient, context: Context, roster: int) -> None:
    """Agent 1 is away Tuesday and Wednesday, Agent 2 on Saturday: the form has four lines for others, most empty."""
    saturday = (MONDAY + timedelta(days=5)).isoformat()
    lines = {"also": ["a2", "", "", ""], "also_from": [saturday, "", "", ""], "also_until": ["", "", "", ""]}
    data = form(until=(MONDAY + timedelta(days=2)).isoformat()) | lines
    page = lead.get(address(roster)).text
    assert page.count('name="also"') == page.count('name="also_from"') == page.count('name="also_until"') == MORE_AWAY
    told = lead.post(f"/rosters/{roster}/repair", data=data, headers=HTMX).text
    found = re.search(r'href="/rosters/(\d+)">Look at the draft', told)
    assert found, told
    with reading(context.engine) as session:
        away = session.exec(select(DayAway).where(DayAway.roster_id == int(found.group(1)))).all()
        codes = {agent.id: agent.code for agent in session.exec(select(Agent)).all()}
    days = {(codes[one.agent_id], (one.on_date - MONDAY).days) for one in away}
    assert days == {("a1", 1), ("a1", 2), ("a2", 5)}


@pytest.mark.parametrize(
    ("lines", "words_said"),
    [
        ({"also": "", "also_from": "2026-12-02"}, "expected the person, too"),
        ({"also": "a2", "also_from": "soon"}, "day &#39;soon&#39;: expected a date"),
        ({"also": "zz"}, "agent &#39;zz&#39; is not in roster"),
        ({"also": "a2", "also_from": "2026-12-03", "also_until": "2026-12-02"}, "expected an end no earlier"),
    ],
)
def test_what_is_wrong_with_another_absence_is_said_and_kept_in_the_form(
    lead: TestClient, context: Context, roster: int, lines: dict[str, str], words_said: str
) -> None:
    told = lead.post(f"/rosters/{roster}/repair", data=form() | lines)
    assert (told.status_code, words_said in told.text) == (422, True), told.text
    assert '<details class="also-away" open>' in told.text
    assert f'value="{lines.get("also_from", "")}"' in told.text
    assert list_rosters(context).total == 1


def test_the_cost_is_taken_apart_and_speaks_of_planned_exposure_alone(lead: TestClient, roster: int) -> None:
    page = lead.get(f"/rosters/{roster}/explanation").text
    assert "By rule" in page
    assert "planned exposure, a property of the roster" in page
    assert f'href="/rosters/{roster}/explanation"' in lead.get(f"/rosters/{roster}").text


def test_a_name_is_text_and_no_markup(lead: TestClient, context: Context, roster: int) -> None:
    with writing(context.engine) as session:
        agent = session.exec(select(Agent).where(Agent.code == "a2")).one()
        agent.name = "<b>Bo</b>"
        session.add(agent)
    page = lead.get(address(roster)).text
    assert "<b>Bo</b>" not in page
    assert "&lt;b&gt;Bo&lt;/b&gt;" in page


@pytest.mark.parametrize("what", ["changes", "why", "explanation"])
def test_for_leads_only(app: FastAPI, context: Context, lead: TestClient, roster: int, what: str) -> None:
    agent = signed_in(app, context, "a1")
    agent.headers["Accept"] = "text/html"
    assert agent.get(address(roster, what)).status_code == 403
    assert lead.get(f"/rosters/99/{what}?agent=a1&date=2026-12-01").status_code == 404
    if what != "explanation":
        assert lead.get(f"/rosters/{roster}/{what}?agent=zz&date=2026-12-01").status_code in (404, 422)


def test_changes_in_figures() -> None:
    assert [words.signed(value) for value in (1240, -12, 0)] == ["+1\u202f240", "−12", "0"]

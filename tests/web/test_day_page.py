"""The lead's page of a team's day, and what the agent's own page says of changes: words beside every colour."""

import re

from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.context import Context
from api.services.days.replanning import replan
from roster.shifts import SegmentKind
from tests.api.break_stage import PLAIN, laid, lay
from tests.api.day_stage import TODAY
from tests.api.live_stage import require
from tests.api.test_day_debts import owe
from tests.api.test_day_live import crowd
from tests.clients import signed_in
from tests.conftest import SetClock


def test_everybody_has_a_row_with_colours_words_and_the_present(
    context: Context, app: FastAPI, clock: SetClock
) -> None:
    centre = laid(context, clock)
    lay(context, centre, "a03", (*PLAIN, (SegmentKind.DECOMPRESSION, 540, 555)))
    require(context, centre, {510: 7})
    owe(context, centre)
    text = signed_in(app, context, "lead").get("/lead/day").text
    assert text.count('<svg class="day-bars" ') == 6
    assert text.count('class="now"') == 6
    assert '<rect class="protected" x="120" y="0" width="15" height="20"/>' in text
    assert '<li class="protected"><span class="numbers">09:00–09:15</span> Protected time</li>' in text
    assert text.count('<span class="numbers">10:30–11:00</span> Meal</li>') == 5
    assert "Short at 1 quarter-hour, all queues together: 08:30 (6)" in re.sub(r"\s+", " ", text)
    assert "10 minutes to 1 person." in text
    assert '<a href="/lead/day" aria-current="page">Day</a>' in text
    for word in ("decompression", "heavy", "severe", "style="):
        assert word not in text.lower()


def test_another_day_has_no_present_and_may_be_empty(context: Context, app: FastAPI, clock: SetClock) -> None:
    laid(context, clock)
    lead = signed_in(app, context, "lead")
    text = lead.get("/lead/day?team=Team&date=2026-11-25").text
    assert "Nobody of Team works on this day." in text
    clock.now = clock.now.replace(hour=15)
    text = lead.get("/lead/day/now?team=Team&date=2026-11-24").text
    assert text.count('<svg class="day-bars" ') == 6
    assert 'class="now"' not in text


def test_what_cannot_be_read_is_said(context: Context, lead_client: TestClient) -> None:
    page = lead_client.get("/lead/day?date=soon", headers={"Accept": "text/html"})
    assert page.status_code == 422
    assert "soon" in page.text
    assert lead_client.get("/lead/day?team=Nobody").status_code == 404


def test_it_is_for_leads(agent_client: TestClient) -> None:
    assert agent_client.get("/lead/day").status_code == 403
    assert agent_client.get("/lead/day/now").status_code == 403


def test_the_agents_page_says_what_changed_and_why(context: Context, app: FastAPI, clock: SetClock) -> None:
    centre = crowd(context, clock)
    replan(context, TODAY)
    texts = [signed_in(app, context, code).get("/today").text for code in centre.agent_codes]
    changed = [text for text in texts if "<strong>Changed: " in text]
    assert changed
    assert re.search(r"<strong>Changed: (Meal|Rest) at \d\d:\d\d, not \d\d:\d\d\.</strong> \w", changed[0])

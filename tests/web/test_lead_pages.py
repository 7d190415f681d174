"""The lead's pages: the list and its form, the grid, the cell, the run, publishing; with and without htmx."""

import re
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from api.context import Context
from api.jobs import planning as jobs
from api.services.access.accounts import create_user
from api.services.rosters.planning import create_roster
from api.services.rosters.runs import RunView, TraceView, finish_run, record_progress
from roster.agreed import AgentPair, AgentRole, DayOff, PairKind
from roster.people import Agent, TimeOff
from roster.result import WAY_OUT, Result, Status, TracePoint
from roster.shifts import PlanRun, RunStatus
from roster.store.engine import writing
from tests.clients import signed_in
from tests.planning_centre import MONDAY, place, small_centre, status_of, stored
from tests.small_rosters import small_problem
from web.lead import words
from web.lead.trace import HEIGHT, WIDTH, picture

HTMX = {"HX-Request": "true"}


@pytest.fixture
def lead(app: FastAPI, context: Context) -> TestClient:
    small_centre(context)
    create_user(context, username="lea", display_name="Lea Hofman", role="lead", actor="test")
    client = signed_in(app, context, "lea")
    client.headers["Accept"] = "text/html"
    return client


@pytest.fixture
def roster(lead: TestClient, context: Context) -> int:
    made = create_roster(context, team="Days", starts_on=MONDAY, days=7, actor="lea")
    place(context, made, "a1", MONDAY, "D")
    return made


def running(context: Context, roster: int, status: RunStatus = RunStatus.RUNNING) -> int:
    with writing(context.engine) as session:
        run = PlanRun(
            roster_id=roster,
            status=status,
            started_at=context.now(),
            beat_at=context.now(),
            time_limit_seconds=60,
            objective=900,
            bound=300,
            seconds=4.0,
            trace=[[1.0, 2000, -50], [4.0, 900, 300]],
        )
        session.add(run)
        session.flush()
        return run.id or 0


def cell_of(page: str, identity: str) -> str:
    found = re.search(rf'<td[^>]*>(<a|<span) id="{identity}".*?</td>', page, re.DOTALL)
    assert found, identity
    return found.group(0)


def test_form_plans_a_roster_and_leads_to_it(lead: TestClient, context: Context) -> None:
    page = lead.get("/rosters").text
    # The first day offered is the Monday after the set clock's Tuesday.
    assert 'value="2026-11-30"' in page
    assert "No roster yet" in page
    form = {"team": "Days", "starts_on": "2026-11-30", "weeks": "1", "time_limit": "30"}
    answer = lead.post("/rosters", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/rosters/1")
    assert jobs.wait_until_idle(context, 60)
    assert len(stored(context, 1)) == 7
    page = lead.get("/rosters/1").text
    assert "No conflict with the rules." in page
    assert "Publish this roster" in page
    assert "30 November to 6 December 2026" in lead.get("/rosters").text


@pytest.mark.parametrize(
    ("field", "value", "words_"),
    [
        ("team", "Dags", "team &#39;Dags&#39; is unknown: expected one of Days"),
        ("starts_on", "soon", "first day &#39;soon&#39;: expected a date"),
        ("starts_on", "2031-01-06", "no requirement falls in 2031-01-06"),
        ("weeks", "7", "weeks 7: expected 1 to 6"),
        ("weeks", "many", "weeks &#39;many&#39;: expected a whole number"),
        ("time_limit", "0", "time limit 0: expected 1 to 3600"),
    ],
)
def test_form_comes_back_with_what_was_entered_and_a_sentence(
    lead: TestClient, field: str, value: str, words_: str
) -> None:
    form = {"team": "Days", "starts_on": "2026-11-30", "weeks": "3", "time_limit": "45"} | {field: value}
    answer = lead.post("/rosters", data=form)
    assert answer.status_code == 422
    assert words_ in answer.text
    for name in ("starts_on", "weeks", "time_limit"):
        assert f'value="{form[name]}"' in answer.text
    assert "No roster yet" in answer.text


def test_grid_says_everything_in_words_too(lead: TestClient, context: Context, roster: int) -> None:
    with writing(context.engine) as session:
        session.add(TimeOff(agent_id=1, starts_on=MONDAY, ends_on=MONDAY))
    place(context, roster, "a2", MONDAY, "E", pinned=True)
    page = lead.get(f"/rosters/{roster}").text
    assert 'aria-label="Agent 1, Mon 30 Nov: Day, 09:00 to 17:00, time off, conflict"' in page
    assert 'aria-label="Agent 2, Mon 30 Nov: Evening, 13:00 to 21:00, pinned"' in page
    assert 'aria-label="Agent 3, Mon 30 Nov: free"' in page
    assert 'href="#c-0-0"' in page, "the conflict leads to its cell"
    assert "bad" in cell_of(page, "c-0-0") and "pin" in cell_of(page, "c-1-0")
    assert 'class="we"' in page
    assert page.count('<th scope="row" class="who-col" id="p-') == 3
    assert "Publish this roster" not in page


def test_names_are_escaped(lead: TestClient, context: Context, roster: int) -> None:
    with writing(context.engine) as session:
        agent = session.exec(select(Agent).where(Agent.code == "a1")).one()
        agent.name, agent.code = "<script>alert(1)</script>", 'a"&1'
        session.add(agent)
    page = lead.get(f"/rosters/{roster}").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "agent=a%22%261&amp;date=2026-11-30" in page
    form = lead.get(f"/rosters/{roster}/cell", params={"agent": 'a"&1', "date": "2026-11-30"}).text
    assert 'value="a&#34;&amp;1"' in form


def test_cell_is_a_page_of_its_own_and_a_fragment_for_the_dialog(lead: TestClient, roster: int) -> None:
    address = f"/rosters/{roster}/cell?agent=a1&date=2026-11-30"
    whole, part = lead.get(address).text, lead.get(address, headers=HTMX).text
    assert "<html" in whole and "<html" not in part
    for text in (whole, part):
        assert "Monday 30 November 2026" in text
        assert re.search(r'value="D" checked', text)
        assert 'name="version" value="0"' in text


def test_cell_says_what_is_agreed_with_the_person(lead: TestClient, context: Context, roster: int) -> None:
    address = f"/rosters/{roster}/cell?agent=a1&date=2026-11-30"
    assert "Agreed to be free" not in lead.get(address).text
    with writing(context.engine) as session:
        session.add(DayOff(agent_id=1, starts_on=MONDAY, ends_on=MONDAY))
        session.add(AgentRole(agent_id=1, role="shift <lead>"))
        session.add(AgentPair(first_id=2, second_id=1, kind=PairKind.APART))
    page = lead.get(address).text
    assert "Agreed to be free." in page
    assert "On shift as shift &lt;lead&gt;." in page
    assert "Kept apart from Agent 2." in page


def test_edit_by_form_redirects_and_by_htmx_gives_the_new_content(
    lead: TestClient, context: Context, roster: int
) -> None:
    form = {"agent": "a2", "on_date": "2026-12-01", "shift": "E", "pin": "true", "version": "0"}
    answer = lead.post(f"/rosters/{roster}/cell", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/rosters/{roster}#people")
    assert ("a2", MONDAY + timedelta(days=1), "E") in stored(context, roster)
    form |= {"shift": "", "version": "1"}
    answer = lead.post(f"/rosters/{roster}/cell", data=form, headers=HTMX)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert 'id="roster-content"' in answer.text and 'data-version="2"' in answer.text
    assert "–" in cell_of(answer.text, "c-1-1"), "a pinned free day"


def test_stale_edit_shows_the_roster_as_it_is_now_with_a_sentence(
    lead: TestClient, context: Context, roster: int
) -> None:
    form = {"agent": "a2", "on_date": "2026-12-01", "shift": "E", "version": "0"}
    assert lead.post(f"/rosters/{roster}/cell", data=form).status_code == 303
    again = lead.post(f"/rosters/{roster}/cell", data=form | {"shift": "D"})
    assert again.status_code == 409
    assert "has changed since you saw it (version 0, now 1)" in again.text
    part = lead.post(f"/rosters/{roster}/cell", data=form | {"shift": "D"}, headers=HTMX)
    assert part.status_code == 200, "htmx swaps it in only so"
    assert "has changed since you saw it" in part.text
    assert ("a2", MONDAY + timedelta(days=1), "E") in stored(context, roster)


def test_undo_by_form(lead: TestClient, context: Context, roster: int) -> None:
    assert "Undo last edit" not in lead.get(f"/rosters/{roster}").text
    form = {"agent": "a1", "on_date": "2026-11-30", "shift": "E", "version": "0"}
    lead.post(f"/rosters/{roster}/cell", data=form)
    assert "Undo last edit" in lead.get(f"/rosters/{roster}").text
    assert lead.post(f"/rosters/{roster}/undo", data={"version": "1"}).status_code == 303
    assert stored(context, roster) == [("a1", MONDAY, "D")]


def test_cover_of_a_day_is_a_page_and_a_fragment(lead: TestClient, roster: int) -> None:
    address = f"/rosters/{roster}/cover/2026-12-01"
    whole, part = lead.get(address).text, lead.get(address, headers=HTMX).text
    assert "<html" in whole and "<html" not in part
    for text in (whole, part):
        assert "Care line" in text
        assert "09:00: 1 missing" in text
    assert lead.get(f"/rosters/{roster}/cover/2027-12-01").status_code == 404


def test_running_plan_is_shown_live_and_can_be_stopped(lead: TestClient, context: Context, roster: int) -> None:
    run = running(context, roster)
    page = lead.get(f"/rosters/{roster}").text
    assert f'hx-get="/rosters/{roster}/run?run={run}"' in page
    assert "Stop and keep the best" in page
    assert "66.7 %" in page
    assert "<polyline" in page
    assert "<a id=" not in page, "cells are no links while the plan may move them"
    part = lead.get(f"/rosters/{roster}/run", params={"run": run}, headers=HTMX)
    assert "HX-Refresh" not in part.headers
    assert lead.post(f"/rosters/{roster}/runs/{run}/stop").status_code == 303
    part = lead.get(f"/rosters/{roster}/run", params={"run": run}, headers=HTMX)
    assert "Stopping" in part.text and "Stop and keep" not in part.text


def test_running_plan_shows_the_cost_of_each_rule(lead: TestClient, context: Context, roster: int) -> None:
    run = running(context, roster)
    costs = {"cover": 1234, "role_cover": 40, "heavy_successions": 7, "preferences": 0}
    point = TracePoint(seconds=1.0, objective=1281, bound=1000, costs=costs)
    record_progress(context, run, [point], 1.0, False)
    part = lead.get(f"/rosters/{roster}/run", params={"run": run}, headers=HTMX).text
    assert "<dt>Cover</dt><dd>1\u202f234</dd>" in part
    assert "<dt>Heavy successions</dt><dd>7</dd>" in part
    assert "Wishes not granted" not in part  # it costs nothing
    assert part.index("<dt>Cover</dt>") < part.index("<dt>Roles on shift</dt>") < part.index("<dt>Heavy successions")
    assert "counted when" not in part
    better = TracePoint(seconds=2.0, objective=900, bound=1000)
    record_progress(context, run, [point, better], 2.0, False)
    part = lead.get(f"/rosters/{roster}/run", params={"run": run}, headers=HTMX).text
    assert "By rule, counted when it cost 1\u202f281:" in part


def test_an_impossible_plan_says_what_clashes_and_the_cheapest_way_out_apart(
    lead: TestClient, context: Context, roster: int
) -> None:
    run_id = running(context, roster)
    result = Result(
        status=Status.INFEASIBLE,
        conflicts=tuple(f"Person {number} has <time> off." for number in range(8)),
        relax=(f"{WAY_OUT}give up Ana's pin.",),
    )
    finish_run(context, run_id, small_problem(), result)
    page = lead.get(f"/rosters/{roster}").text
    clashes, way_out = re.findall(r'<section class="stack tight reasons"(.*?)</section>', page, re.DOTALL)
    assert "What clashes</h3>" in clashes
    assert [clashes.count(f"Person {number} has &lt;time&gt; off.") for number in range(8)] == [1] * 8
    assert "And 2 more" in clashes
    assert "The cheapest way out</h3>" in way_out
    assert "<li>Give up Ana&#39;s pin.</li>" in way_out
    assert "Done: no roster can keep all rules" in page
    assert "Plan again</button>" in page
    assert "Proved bound" not in page


def test_fragment_of_a_run_that_is_over_asks_for_the_whole_page(
    lead: TestClient, context: Context, roster: int
) -> None:
    run = running(context, roster, RunStatus.FAILED)
    part = lead.get(f"/rosters/{roster}/run", params={"run": run}, headers=HTMX)
    assert part.headers["HX-Refresh"] == "true"
    assert "hx-trigger" not in part.text


def test_publishing_by_form_in_the_persons_name(lead: TestClient, context: Context, roster: int) -> None:
    page = lead.get(f"/rosters/{roster}").text
    assert "in your name: Lea Hofman" in page
    assert lead.post(f"/rosters/{roster}/publish").status_code == 303
    assert status_of(context, roster).status == "published"
    page = lead.get(f"/rosters/{roster}").text
    assert "Published by Lea Hofman, " in page
    assert "published by Lea Hofman, " in lead.get("/rosters").text
    assert "Choose a cell to change it" not in page
    assert "Publish this roster" not in page
    copy = lead.post(f"/rosters/{roster}/copy")
    assert copy.headers["Location"] == f"/rosters/{roster + 1}"


def test_a_draft_is_thrown_away_and_its_number_is_not_given_again(
    lead: TestClient, context: Context, roster: int
) -> None:
    assert "Throw this draft away" in lead.get(f"/rosters/{roster}").text
    answer = lead.post(f"/rosters/{roster}/discard")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/rosters")
    assert f'href="/rosters/{roster}"' not in lead.get("/rosters").text
    page = lead.get(f"/rosters/{roster}").text
    assert "This draft was thrown away." in page
    assert "Throw this draft away" not in page
    assert "only a draft can be published" in lead.post(f"/rosters/{roster}/publish").text
    assert create_roster(context, team="Days", starts_on=MONDAY, days=7, actor="lea") == roster + 1


def test_what_is_published_is_not_thrown_away(lead: TestClient, context: Context, roster: int) -> None:
    lead.post(f"/rosters/{roster}/publish")
    before = stored(context, roster)
    assert "Throw this draft away" not in lead.get(f"/rosters/{roster}").text
    answer = lead.post(f"/rosters/{roster}/discard")
    assert (answer.status_code, "only a draft can be thrown away" in answer.text) == (409, True)
    assert stored(context, roster) == before != []


def test_publication_refused_is_said_on_the_page(lead: TestClient, context: Context, roster: int) -> None:
    with writing(context.engine) as session:
        session.add(TimeOff(agent_id=1, starts_on=MONDAY, ends_on=MONDAY))
    answer = lead.post(f"/rosters/{roster}/publish")
    assert answer.status_code == 409
    assert f"roster {roster} breaks rules. Agent 1" in answer.text
    assert status_of(context, roster).status == "draft"


@pytest.mark.slow
def test_planning_again_from_the_page(lead: TestClient, context: Context, roster: int) -> None:
    assert "Improve it" in lead.get(f"/rosters/{roster}").text
    refused = lead.post(f"/rosters/{roster}/solve", data={"time_limit": "9999"})
    assert refused.status_code == 422 and "time limit 9999: expected 1 to 3600" in refused.text
    assert lead.post(f"/rosters/{roster}/solve", data={"time_limit": "30"}).status_code == 303
    assert jobs.wait_until_idle(context, 60)
    assert len(stored(context, roster)) == 7


def test_pages_are_for_leads(app: FastAPI, context: Context, lead: TestClient, roster: int) -> None:
    create_user(context, username="a1", display_name="A", role="agent", agent="a1", actor="test")
    agent = signed_in(app, context, "a1")
    for path in ("/rosters", f"/rosters/{roster}", f"/rosters/{roster}/cover/2026-12-01"):
        assert agent.get(path).status_code == 403
    assert agent.post(f"/rosters/{roster}/publish").status_code == 403
    without = signed_in(app, context, "lea", csrf=False)
    assert without.post(f"/rosters/{roster}/publish").status_code == 403
    assert status_of(context, roster).status == "draft"


def test_no_inline_script_or_style_that_the_policy_would_block(lead: TestClient, roster: int) -> None:
    for path in ("/rosters", f"/rosters/{roster}", f"/rosters/{roster}/cover/2026-12-01"):
        text = lead.get(path).text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", text), path


def test_trace_falls_from_the_top_and_holds_to_the_end(context: Context) -> None:
    def run(*points: TraceView) -> RunView:
        now = context.now()
        return RunView(1, 1, "running", None, now, None, 60.0, 10.0, None, None, None, {}, points, ())

    assert picture(run(TraceView(0.5, None, -100))) is None
    drawn = picture(run(TraceView(0.0, 1000, -9000), TraceView(5.0, 200, 100)))
    assert drawn is not None
    assert drawn.objective.split() == ["0.0,2.0", f"{WIDTH / 2},2.0", *drawn.objective.split()[2:]]
    assert drawn.objective.split()[-1].startswith(f"{WIDTH},")
    assert drawn.bound.split()[0] == f"0.0,{HEIGHT - 2}.0", "an early bound far below starts at the bottom edge"


def test_words() -> None:
    assert words.stretch(MONDAY, MONDAY + timedelta(days=34)) == "30 November 2026 to 3 January 2027"
    assert [words.hours(minutes) for minutes in (450, 2400)] == ["7.5", "40"]
    assert [words.short(count) for count in (0, 1, 5, 39, 40, 50)] == ["0", "0.25", "1.25", "9.75", "10", "12"]
    assert [words.percent(share) for share in (None, 0.029)] == ["–", "2.9 %"]
    assert words.number(13301) == "13\u202f301"

"""`/api/v1/rosters` over HTTP: rights, bodies, problem documents, the stream of a run."""

import json
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from api.context import Context
from api.jobs import planning as jobs
from api.services.access.accounts import create_user
from api.services.rosters.planning import run_view
from roster.events import Event
from roster.shifts import PlanRun
from roster.store.engine import reading
from tests.clients import signed_in
from tests.planning_centre import MONDAY, place, small_centre, stored

ROSTERS = "/api/v1/rosters"
WEEK = {"team": "Days", "starts_on": "2026-11-30", "days": 7}


@pytest.fixture
def lead(app: FastAPI, context: Context) -> TestClient:
    small_centre(context)
    create_user(context, username="lea", display_name="Lea", role="lead", actor="test")
    create_user(context, username="a1", display_name="A", role="agent", agent="a1", actor="test")
    return signed_in(app, context, "lea")


def made(lead: TestClient) -> int:
    answer = lead.post(ROSTERS, json=WEEK)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["roster"]["id"])


def solved(lead: TestClient, context: Context, roster: int) -> dict[str, Any]:
    answer = lead.post(f"{ROSTERS}/{roster}/solve", json={"time_limit_seconds": 30})
    assert answer.status_code == 202, answer.text
    assert jobs.wait_until_idle(context, 60)
    run: dict[str, Any] = lead.get(f"{ROSTERS}/{roster}/runs/{answer.json()['id']}").json()
    return run


def test_plan_look_edit_publish(lead: TestClient, context: Context) -> None:
    roster = made(lead)
    run = solved(lead, context, roster)
    told = (run["status"], run["outcome"], run["objective"], run["gap"])
    assert told == ("finished", "optimal", 2 + 2, 0.0)  # two weekend shifts by two people
    view = lead.get(f"{ROSTERS}/{roster}").json()
    assert view["roster"]["assignments"] == 7
    assert len(view["grid"]["people"]) == 3
    assert len(view["grid"]["people"][0]["cells"]) == 7
    assert lead.get(f"{ROSTERS}/{roster}/violations").json() == []
    edit = {"agent": "a1", "date": "2026-11-30", "shift": None, "pin": True, "version": view["roster"]["version"]}
    changed = lead.put(f"{ROSTERS}/{roster}/assignments", json=edit).json()
    assert changed["version"] == view["roster"]["version"] + 1
    cover = lead.get(f"{ROSTERS}/{roster}/cover/2026-12-01").json()
    assert cover["queues"][0]["queue"] == "care"
    published = lead.post(f"{ROSTERS}/{roster}/publish")
    assert published.status_code == 200
    assert (published.json()["roster"]["status"], published.json()["roster"]["published_by"]) == ("published", "lea")
    listing = lead.get(ROSTERS, params={"limit": 1}).json()
    assert (listing["total"], listing["rosters"][0]["id"]) == (1, roster)
    copy = lead.post(ROSTERS, json={"copy_of": roster})
    assert copy.status_code == 201
    assert stored(context, copy.json()["roster"]["id"]) == stored(context, roster)


@pytest.mark.slow
def test_stream_of_a_run_ends_with_what_came_of_it(lead: TestClient, context: Context) -> None:
    roster = made(lead)
    run = solved(lead, context, roster)
    answer = lead.get(f"{ROSTERS}/{roster}/runs/{run['id']}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    lines = [line for line in answer.text.splitlines() if line.startswith(("event:", "data:"))]
    assert lines[0] == "event: finished"
    told = json.loads(lines[1].removeprefix("data: "))
    assert (told["id"], told["outcome"], told["status"]) == (run["id"], "optimal", "finished")
    assert len(lines) == 2


@pytest.mark.slow
def test_stop_of_a_run_that_is_over_changes_nothing(lead: TestClient, context: Context) -> None:
    roster = made(lead)
    run = solved(lead, context, roster)
    answer = lead.post(f"{ROSTERS}/{roster}/runs/{run['id']}/stop")
    assert (answer.status_code, answer.json()["status"]) == (202, "finished")


def test_undo_over_http(lead: TestClient, context: Context) -> None:
    roster = made(lead)
    edit = {"agent": "a1", "date": "2026-11-30", "shift": "D", "version": 0}
    assert lead.put(f"{ROSTERS}/{roster}/assignments", json=edit).json()["pinned"]
    assert lead.post(f"{ROSTERS}/{roster}/undo", json={"version": 1}).status_code == 200
    assert stored(context, roster) == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("POST", "", {**WEEK, "team": "Dags"}, 422, "team 'Dags' is unknown: expected one of Days"),
        ("POST", "", {**WEEK, "days": 43}, 422, "43"),
        ("POST", "", {**WEEK, "starts_on": "soon"}, 422, "soon"),
        ("POST", "", {**WEEK, "colour": "red"}, 422, "colour"),
        ("POST", "", {"team": "Days"}, 422, "starts_on and days are missing"),
        ("POST", "", {**WEEK, "copy_of": 1}, 422, "copy_of 1 comes with other values"),
        ("POST", "", {"copy_of": 77}, 404, "there is no roster 77"),
        ("POST", "/1/solve", {"time_limit_seconds": 0}, 422, "0"),
        ("POST", "/9/solve", {}, 404, "there is no roster 9"),
        ("GET", "/9", None, 404, "there is no roster 9"),
        ("GET", "/1/runs/5", None, 404, "there is no planning run 5 of roster 1"),
        ("GET", "/1/runs/5/events", None, 404, "there is no planning run 5 of roster 1"),
        ("GET", "/1/cover/2027-01-01", None, 404, "2027-01-01 is not in roster 1"),
        ("GET", "?limit=201", None, 422, "201"),
        ("GET", "?offset=-1", None, 422, "-1"),
        ("POST", "/1/publish", None, 409, "roster 1 is empty"),
        ("PUT", "/1/assignments", {"agent": "a1", "date": "2026-11-30", "shift": "X", "version": 0}, 422, "'X'"),
        ("PUT", "/1/assignments", {"agent": "a1", "date": "2026-11-30", "shift": "D", "version": 4}, 409, "now 0"),
        ("POST", "/1/undo", {"version": 0}, 409, "no edit to take back"),
    ],
)
def test_bad_requests_are_problem_documents_that_quote_the_value(
    lead: TestClient, method: str, path: str, body: dict[str, Any] | None, status: int, words: str
) -> None:
    made(lead)
    answer = lead.request(method, ROSTERS + path, json=body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.text
    assert lead.get(ROSTERS).json()["total"] == 1


def test_publication_that_breaks_rules_lists_every_sentence(lead: TestClient, context: Context) -> None:
    roster = made(lead)
    for day in range(7):
        place(context, roster, "a1", MONDAY.fromordinal(MONDAY.toordinal() + day), "D")
    answer = lead.post(f"{ROSTERS}/{roster}/publish")
    assert answer.status_code == 409
    sentences = [one["sentence"] for one in lead.get(f"{ROSTERS}/{roster}/violations").json()]
    assert answer.json()["violations"] == sentences
    assert sentences


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("POST", ""),
        ("GET", "/1"),
        ("GET", "/1/violations"),
        ("GET", "/1/cover/2026-11-30"),
        ("PUT", "/1/assignments"),
        ("POST", "/1/undo"),
        ("POST", "/1/publish"),
        ("POST", "/1/solve"),
        ("GET", "/1/runs/1"),
        ("POST", "/1/runs/1/stop"),
        ("GET", "/1/runs/1/events"),
    ],
)
def test_rosters_are_for_leads(app: FastAPI, context: Context, lead: TestClient, method: str, path: str) -> None:
    agent = signed_in(app, context, "a1")
    assert agent.request(method, ROSTERS + path, json={}).status_code == 403
    assert TestClient(app).request(method, ROSTERS + path, json={}).status_code == 401


def test_changes_need_the_csrf_token(app: FastAPI, context: Context, lead: TestClient) -> None:
    bare = signed_in(app, context, "lea", csrf=False)
    assert bare.post(ROSTERS, json=WEEK).status_code == 403
    assert lead.get(ROSTERS).json()["total"] == 0


def test_run_is_started_by_the_person_who_asked(lead: TestClient, context: Context) -> None:
    run = solved(lead, context, made(lead))
    with reading(context.engine) as session:
        started = session.exec(select(Event).where(Event.kind == "run.started")).one()
        assert session.exec(select(PlanRun)).one().time_limit_seconds == 30
    assert (started.actor, started.subject) == ("lea", str(run["id"]))
    assert not run_view(context, run["id"]).active

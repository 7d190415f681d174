"""The agent's page and the day over HTTP: own in full, others masked, answers to an invitation."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import col, select

from api.context import Context
from api.security.caller import Caller
from api.services.days.planning import plan_day
from api.services.debriefs.invitations import ask_for_debrief, invitations_of
from api.services.floor.commands import set_state
from roster.accounts import Role
from roster.day_problem import BREAK_KINDS
from roster.shifts import Assignment, Roster, RosterStatus, Segment
from roster.store.engine import writing
from tests.clients import signed_in, with_token
from tests.conftest import SetClock
from tests.factories import Centre, make_centre
from web.agent.words import in_words
from web.app import create_app

TODAY = date(2026, 11, 24)


@pytest.fixture
def centre(context: Context, clock: SetClock) -> Centre:
    """Six people on the early shift; it is 07:05 in Amsterdam; a01 has asked for a debrief and has an offer."""
    clock.now = datetime(2026, 11, 24, 6, 5, tzinfo=UTC)
    made = make_centre(context)
    with writing(context.engine) as session:
        roster = Roster(
            zone=made.zone,
            starts_on=TODAY,
            days=1,
            status=RosterStatus.PUBLISHED,
            created_at=clock.now,
            created_by="test",
            published_at=clock.now,
            published_by="lead",
        )
        session.add(roster)
        session.flush()
        for agent_id in made.agents.values():
            session.add(
                Assignment(
                    roster_id=roster.id or 0,
                    agent_id=agent_id,
                    on_date=TODAY,
                    shift_type_id=made.shifts["early"],
                )
            )
    plan_day(context, TODAY, deterministic_limit=0)
    assert ask_for_debrief(context, Caller(name="a01", role=Role.AGENT, agent_id=made.agents["a01"]))
    return made


@pytest.fixture
def app(context: Context) -> FastAPI:
    """The application without its scheduler."""
    return create_app(context, jobs=False)


def offer(context: Context, centre: Centre) -> Any:
    """The invitation of a01."""
    (view,) = invitations_of(context, centre.agents["a01"])
    return view


def test_today_shows_the_next_break_with_its_reason_and_the_invitation(
    app: FastAPI, context: Context, centre: Centre
) -> None:
    text = signed_in(app, context, "a01").get("/today").text
    assert "Tuesday 24 November" in text
    assert "Your shift: 07:00 to 15:00" in text
    assert "Rest at " in text
    assert "your shift is longer than 4 hours" in text
    assert "A debrief, if you want one" in text
    assert "I need a moment" in text
    assert 'hx-trigger="breather:news from:body' in text
    # Accepting and declining weigh the same.
    assert text.count('<button class="button wide" type="submit">') == 2


def test_today_says_that_nothing_new_comes_before_a_guarded_break(
    app: FastAPI, context: Context, centre: Centre, clock: SetClock
) -> None:
    with writing(context.engine) as session:
        row = session.exec(
            select(Segment)
            .where(Segment.agent_id == centre.agents["a01"], col(Segment.kind).in_(BREAK_KINDS))
            .order_by(col(Segment.starts_at))
        ).first()
        assert row is not None
        row.last_chance = True
        session.add(row)
        begin = row.starts_at
    client = signed_in(app, context, "a01")
    clock.now = begin - timedelta(minutes=31)
    assert "Your break is next" not in client.get("/today").text
    clock.now = begin - timedelta(minutes=30)
    text = client.get("/today").text
    assert "Your break is next" in text
    assert "Nothing new comes before it, unless a life is at risk." in text


def test_a_moment_is_there_at_once(app: FastAPI, context: Context, centre: Centre) -> None:
    set_state(context, "a01", "available", actor="a01")
    answer = signed_in(app, context, "a01").post("/today/moment", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "Your time until 07:10." in answer.text
    assert "Light contacts until 07:25." in answer.text


@pytest.mark.parametrize(("verb", "words"), [("accept", "Your debrief"), ("decline", "Your day")])
def test_an_invitation_is_answered_on_the_page(
    app: FastAPI, context: Context, centre: Centre, verb: str, words: str
) -> None:
    client = signed_in(app, context, "a01")
    answer = client.post(f"/today/debriefs/{offer(context, centre).id}/{verb}", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert words in answer.text
    assert "A debrief, if you want one" not in answer.text
    plain = client.post("/today/wants-debriefs", data={"wanted": "no"})
    assert (plain.status_code, plain.headers["location"]) == (303, "/today")
    assert "Invitations are off" in client.get("/today").text


def test_no_form_works_without_the_csrf_token(app: FastAPI, context: Context, centre: Centre) -> None:
    client = signed_in(app, context, "a01", csrf=False)
    for address in ("/today/moment", "/today/debriefs/1/accept", "/today/wants-debriefs"):
        assert client.post(address).status_code == 403


def test_the_page_and_the_ledger_are_the_agents_alone(app: FastAPI, context: Context, centre: Centre) -> None:
    for address in ("/today", "/today/now", "/today/ledger", "/me/ledger.json"):
        assert signed_in(app, context, "lead").get(address).status_code == 403
    own = signed_in(app, context, "a01").get("/me/ledger.json").json()
    assert (own["agent"]["code"], len(own["debriefs"])) == ("a01", 1)
    # The peer was not told of an offer that nobody has accepted.
    peer = next(code for code in ("a05", "a06") if f"Agent {code[-1]}" == offer(context, centre).with_name)
    assert signed_in(app, context, peer).get("/me/ledger.json").json()["debriefs"] == []


def test_the_day_over_http_is_full_for_its_owner_and_masked_for_others(
    app: FastAPI, context: Context, centre: Centre
) -> None:
    number = offer(context, centre).id
    agent = signed_in(app, context, "a01")
    taken = agent.post(f"/api/v1/agents/a01/debriefs/{number}/accept")
    assert (taken.status_code, taken.json()["status"]) == (200, "accepted")
    own = agent.get("/api/v1/agents/a01/day").json()
    assert own["own"]["invitations"][0]["status"] == "accepted"
    assert "debrief" in {segment["kind"] for segment in own["segments"]}
    for other in (signed_in(app, context, "lead"), with_token(app, context)):
        seen = other.get("/api/v1/agents/a01/day").json()
        assert seen["own"] is None
        assert (
            {"protected"} <= {segment["kind"] for segment in seen["segments"]} <= {"work", "rest", "meal", "protected"}
        )
        assert {segment["why"] for segment in seen["segments"]} == {""}
    assert signed_in(app, context, "a02").get("/api/v1/agents/a01/day").status_code == 403
    assert signed_in(app, context, "lead").get("/api/v1/agents/nobody/day").status_code == 404


def test_only_the_invited_answers_over_http(app: FastAPI, context: Context, centre: Centre) -> None:
    number = offer(context, centre).id
    assert signed_in(app, context, "a02").post(f"/api/v1/agents/a01/debriefs/{number}/accept").status_code == 403
    assert signed_in(app, context, "a02").post(f"/api/v1/agents/a02/debriefs/{number}/accept").status_code == 404
    assert signed_in(app, context, "lead").post(f"/api/v1/agents/a01/debriefs/{number}/decline").status_code == 403
    assert signed_in(app, context, "a01").post(f"/api/v1/agents/a01/debriefs/{number}/decline").status_code == 204
    again = signed_in(app, context, "a01").post(f"/api/v1/agents/a01/debriefs/{number}/accept")
    assert (again.status_code, again.headers["content-type"]) == (409, "application/problem+json")


def test_a_day_without_a_shift_says_so(app: FastAPI, context: Context, centre: Centre, clock: SetClock) -> None:
    clock.now += timedelta(days=3)
    assert "No shift today" in signed_in(app, context, "a01").get("/today").text


@pytest.mark.parametrize(
    ("minutes", "words"), [(1, "in 1 minute"), (25, "in 25 minutes"), (60, "in 1 h 00 min"), (125, "in 2 h 05 min")]
)
def test_how_far_ahead_in_words(minutes: int, words: str) -> None:
    assert in_words(timedelta(minutes=minutes)) == words


def test_a_moment_of_less_than_a_minute_leaves_no_line_in_the_day(
    app: FastAPI, context: Context, centre: Centre, clock: SetClock
) -> None:
    set_state(context, "a01", "available", actor="test")
    agent = signed_in(app, context, "a01")
    agent.post("/today/moment")
    assert "You asked for a moment." in agent.get("/today/now").text
    clock.forward(seconds=20)
    agent.post("/today/rest/give-back")
    page = agent.get("/today/now").text
    assert "4 minutes of rest are owed to you. They come" in page
    assert "07:05–07:05" not in page
    assert "You asked for a moment." not in page


def test_one_minute_is_said_as_one(app: FastAPI, context: Context, centre: Centre, clock: SetClock) -> None:
    set_state(context, "a01", "available", actor="test")
    agent = signed_in(app, context, "a01")
    agent.post("/today/moment")
    clock.forward(minutes=4)
    agent.post("/today/rest/give-back")
    page = agent.get("/today").text
    assert "1 minute of rest is owed to you. It comes" in page
    assert "<dd>1 minute</dd>" in page

"""Terms that contradict each other, pins that break the law, work nobody can do: told over HTTP, and nothing stored."""

from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from api.context import Context
from api.services.access.accounts import create_user
from api.services.rosters.editing import edit
from api.services.rosters.planning import plan_now
from roster.agreed import AgentShiftLimit
from roster.people import Skill, TimeOff
from roster.shifts import PlanRun, Roster, ShiftType
from roster.store.engine import reading, writing
from tests.clients import signed_in
from tests.planning_centre import MONDAY, small_centre, stored

ROSTERS = "/api/v1/rosters"
WEEK = {"team": "Days", "starts_on": MONDAY.isoformat(), "days": 7}
TOO_MANY = "agent 'a1': shift_limits ask for 14 shifts, one a day at most, in 7 days: expected at most 7"


@pytest.fixture
def lead(app: FastAPI, context: Context) -> TestClient:
    small_centre(context)
    create_user(context, username="lea", display_name="Lea", role="lead", actor="test")
    return signed_in(app, context, "lea")


def every_day_both_shifts(context: Context) -> None:
    with writing(context.engine) as session:
        for shift in session.exec(select(ShiftType)).all():
            session.add(AgentShiftLimit(agent_id=1, shift_type_id=shift.id or 0, least=28))


def test_contradictory_terms_make_no_roster(lead: TestClient, context: Context) -> None:
    every_day_both_shifts(context)
    answer = lead.post(ROSTERS, json=WEEK)
    assert (answer.status_code, answer.json()["detail"]) == (422, TOO_MANY)
    with reading(context.engine) as session:
        assert session.exec(select(Roster)).all() == []


def test_terms_that_came_to_contradict_each_other_begin_no_run(lead: TestClient, context: Context) -> None:
    roster = lead.post(ROSTERS, json=WEEK).json()["roster"]["id"]
    every_day_both_shifts(context)
    answer = lead.post(f"{ROSTERS}/{roster}/solve", json={"time_limit_seconds": 30})
    assert (answer.status_code, answer.json()["detail"]) == (422, TOO_MANY)
    with reading(context.engine) as session:
        assert session.exec(select(PlanRun)).all() == []
        assert session.get_one(Roster, roster).problem is None
    assert lead.get(f"{ROSTERS}/{roster}").status_code == 200  # it can still be looked at


def test_a_pin_that_breaks_the_law_is_named_and_no_roster_stored(lead: TestClient, context: Context) -> None:
    roster = int(lead.post(ROSTERS, json=WEEK).json()["roster"]["id"])
    for day, shift in ((0, "E"), (1, "D")):  # until 21:00, and from 09:00: 12 h
        on_date = MONDAY + timedelta(days=day)
        edit(context, roster, agent="a1", on_date=on_date, shift=shift, pin=True, seen_version=day, actor="lea")
    with writing(context.engine) as session:
        session.add(TimeOff(agent_id=1, starts_on=MONDAY, ends_on=MONDAY))
    before = stored(context, roster)
    run = plan_now(context, roster, time_limit_seconds=30, actor="lea")
    assert (run.outcome, run.stored) == ("infeasible", False)
    told = "Agent 1: Evening is pinned on Monday 30 November, but can't be kept: Agent 1 has time off on Monday"
    assert any(sentence.startswith(told) for sentence in run.messages), run.messages
    assert stored(context, roster) == before


def test_a_queue_that_nobody_is_skilled_for_makes_no_roster(lead: TestClient, context: Context) -> None:
    with writing(context.engine) as session:
        for skill in session.exec(select(Skill)).all():
            session.delete(skill)
    answer = lead.post(ROSTERS, json=WEEK)
    assert answer.status_code == 422
    assert "nobody can take Care line (care), yet agents are required there" in answer.json()["detail"]
    with reading(context.engine) as session:
        assert session.exec(select(Roster)).all() == []

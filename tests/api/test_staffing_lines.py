"""The stored requirement line by line, with planned debriefs; a team's occupancy and adherence, rest as work."""

from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlmodel import select

from api.context import Context
from api.services.days.planning import plan_day
from api.services.debriefs.asking import ask_for_debrief
from api.services.debriefs.invitations import accept
from api.services.floor.commands import set_state
from api.services.staffing.figures import TimeView, time_used
from api.services.staffing.requirements import requirements_from_history
from roster.clock import QUARTER
from roster.contacts import PastContact
from roster.shifts import Requirement, Segment, SegmentKind
from roster.store.engine import reading, writing
from tests.api.day_stage import TODAY, ZONE, at, caller, contact
from tests.api.debrief_stage import laid
from tests.clients import signed_in, with_token
from tests.conftest import SetClock
from tests.factories import Centre

LINES = ("working", "decompression", "debriefs", "breaks", "absence")


def history(context: Context, centre: Centre) -> None:
    """Four weeks ago: 20 contacts in each quarter from 07:00 to 15:00, a tenth of them severe."""
    with writing(context.engine) as session:
        for minute in range(7 * 60, 15 * 60, 15):
            for number in range(20):
                session.add(
                    PastContact(
                        ref=f"h-{minute}-{number}",
                        queue_id=centre.queues["advice"],
                        arrived_at=at(minute, TODAY - timedelta(days=28)),
                        wait_seconds=3,
                        abandoned=False,
                        handle_seconds=180,
                        score=90 if number < 2 else 10,
                    )
                )


def staffed(context: Context) -> float:
    """Hours that today's debriefs come to."""
    report = requirements_from_history(context, starts_on=TODAY, days=1, zone=ZONE, actor="lead")
    (day,) = report.daily
    parts = (day.working_hours, day.decompression_hours, day.debrief_hours, day.break_hours, day.absence_hours)
    assert sum(parts) + day.rounding_hours == pytest.approx(day.required_hours)
    return day.debrief_hours


def test_rest_is_its_own_line_wherever_a_requirement_is_told(any_context: Context, clock: SetClock) -> None:
    context = any_context
    centre = laid(context, clock)
    history(context, centre)
    staffed(context)
    with reading(context.engine) as session:
        rows = session.exec(select(Requirement)).all()
    busiest = max(rows, key=lambda row: row.decompression or 0)
    assert busiest.decompression == pytest.approx(2 * context.policy.rest.severe_minutes / 15, rel=0.3)
    assert busiest.debriefs == pytest.approx(2 * 25 * 2 / 15, rel=0.3)
    for row in rows:
        parts = [getattr(row, name) for name in LINES]
        assert all(part is not None for part in parts)
        assert row.required - sum(parts) == pytest.approx(0, abs=1)
        assert row.required > sum(parts[:3])


def test_the_api_lists_the_lines_and_has_none_for_what_a_file_said(
    app: FastAPI, context: Context, clock: SetClock
) -> None:
    centre = laid(context, clock, accounts=True)
    history(context, centre)
    staffed(context)
    with writing(context.engine) as session:
        session.add(Requirement(queue_id=centre.queues["billing"], starts_at=at(600), required=3))
    lead = signed_in(app, context, "lead")
    said = lead.get("/api/v1/staffing", params={"from": str(TODAY), "days": 1})
    assert said.status_code == 200
    advice, billing = said.json()["queues"]
    assert sum(advice["lines"].values()) == pytest.approx(advice["required"], abs=1e-3)
    assert min(advice["lines"][name] for name in LINES) > 0
    assert (billing["required"], billing["lines"]) == (0.75, None)
    for days, zone in ((0, ZONE), (93, ZONE), (1, "Mars/Base")):
        bad = lead.get("/api/v1/staffing", params={"from": str(TODAY), "days": days, "zone": zone})
        assert (bad.status_code, bad.headers["content-type"]) == (422, "application/problem+json")
    for other in (signed_in(app, context, "a01"), with_token(app, context)):
        for address in ("/api/v1/staffing", "/api/v1/staffing/time"):
            assert other.get(address, params={"from": str(TODAY)}).status_code == 403


def test_debriefs_that_are_agreed_count_where_they_are_more_than_expected(context: Context, clock: SetClock) -> None:
    centre = laid(context, clock)
    history(context, centre)
    with writing(context.engine) as session:
        for row in session.exec(select(PastContact)).all():
            row.score = 10
            session.add(row)
    assert staffed(context) == 0
    found = ask_for_debrief(context, caller(centre, "a01"))
    assert found is not None
    assert staffed(context) == 0
    accept(context, found.id, caller(centre, "a01"))
    assert staffed(context) == pytest.approx(2 * 25 / 60)
    with reading(context.engine) as session:
        rows = [row for row in session.exec(select(Requirement)).all() if row.debriefs]
    assert all(row.starts_at < found.ends_at and found.starts_at < row.starts_at + QUARTER for row in rows)
    assert sum(row.debriefs or 0 for row in rows) * 15 == pytest.approx(50)


def worked(context: Context, clock: SetClock, *, rest: int, away_in_rest: bool = False) -> TimeView:
    """Six people from 07:00 to 15:00; each has a contact of an hour and `rest` minutes of decompression."""
    centre = laid(context, clock)
    clock.now = at(7 * 60)
    plan_day(context, TODAY, deterministic_limit=0)
    for code in centre.agent_codes:
        set_state(context, code, "available", actor="test")
    with writing(context.engine) as session:
        for row in session.exec(select(Segment)).all():
            session.delete(row)
        session.flush()
        for agent_id in centre.agents.values():
            for kind, begin, end in (
                (SegmentKind.WORK, 420, 600),
                *(((SegmentKind.DECOMPRESSION, 600, 600 + rest),) if rest else ()),
                (SegmentKind.WORK, 600 + rest, 900),
            ):
                session.add(
                    Segment(
                        agent_id=agent_id, on_date=TODAY, zone=ZONE, kind=kind, starts_at=at(begin), ends_at=at(end)
                    )
                )
    for code in centre.agent_codes:
        contact(context, centre, code, at(480), ref=f"t-{code}", started_at=at(420))
    if away_in_rest:
        for code in centre.agent_codes:
            clock.now = at(600)
            set_state(context, code, "away", actor="test")
            clock.now = at(600 + rest)
            set_state(context, code, "available", actor="test")
    clock.now = at(900)
    return time_used(context, starts_on=TODAY, days=1)


@pytest.mark.parametrize(("rest", "away", "free"), [(0, False, 480), (60, False, 420), (60, True, 420)])
def test_rest_is_out_of_occupancy_and_as_planned(
    context: Context, clock: SetClock, rest: int, away: bool, free: int
) -> None:
    told = worked(context, clock, rest=rest, away_in_rest=away)
    assert (told.people, told.shift_hours, told.protected_hours) == (6, 48.0, rest / 10)
    assert told.occupancy == pytest.approx(60 / free, abs=1e-4)
    assert told.adherence == 1.0


def test_away_from_planned_work_is_told_of_the_team_and_never_of_fewer_than_five(
    app: FastAPI, context: Context, clock: SetClock
) -> None:
    centre = laid(context, clock, accounts=True)
    clock.now = at(7 * 60)
    for code in centre.agent_codes[:5]:
        set_state(context, code, "available", actor="test")
    clock.now = at(14 * 60)
    set_state(context, "a01", "away", actor="test")
    clock.now = at(15 * 60)
    lead = signed_in(app, context, "lead")
    told = lead.get("/api/v1/staffing/time", params={"from": str(TODAY), "days": 1, "team": "Team"}).json()
    # a06 never said that they were there: theirs is no part of it.
    assert (told["people"], told["occupancy"]) == (5, 0)
    assert told["adherence"] == pytest.approx(1 - 60 / (5 * 480), abs=0.01)
    assert told["adherence"] < 1
    with writing(context.engine) as session:
        for row in session.exec(select(Segment).where(Segment.agent_id == centre.agents["a05"])).all():
            session.delete(row)
    few = lead.get("/api/v1/staffing/time", params={"from": str(TODAY), "days": 1}).json()
    assert (few["people"], few["occupancy"], few["adherence"], few["protected_hours"]) == (4, None, None, None)
    missing = lead.get("/api/v1/staffing/time", params={"from": str(TODAY), "team": "Nowhere"})
    assert (missing.status_code, "Nowhere" in missing.json()["detail"]) == (404, True)

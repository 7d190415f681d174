"""Call-backs and the plan of a day: placed by it, moved for, kept where they are, dropped when cancelled meanwhile."""

import pytest

from api.services.appointments.planned import appointments_of, keep_appointments
from api.services.appointments.tending import tend_appointments
from api.services.days import replanning
from api.services.days.building import build_day_problem
from api.services.days.facts import read_day
from api.services.days.planning import plan_day
from api.services.days.replanning import replan
from optimizer.day.live import Replanned
from optimizer.day.solve import solve_day
from roster.appointments import AppointmentStatus, KeptAppointment
from roster.day_problem import DayProblem
from roster.store.engine import reading, writing
from tests.api.appointment_stage import TODAY, TOMORROW, Stage, at, publish


def test_a_promise_whose_shift_moved_is_placed_anew(stage: Stage) -> None:
    view = stage.call_back(due=20 * 60)
    assert view["starts_at"] == stage.local(430)
    publish(stage.context, stage.centre, {"a01": "late"})
    plan_day(stage.context, TODAY, deterministic_limit=0)
    tend_appointments(stage.context)
    after = stage.software.get(f"/api/v1/call-backs/{view['id']}").json()
    assert (after["status"], after["starts_at"]) == ("placed", stage.local(13 * 60))
    assert [kind for kind, _, _ in stage.day("a01")].count("call_back") == 1


def test_planning_the_day_again_keeps_it_where_it_is(stage: Stage) -> None:
    view = stage.call_back(due=14 * 60)
    plan_day(stage.context, TODAY, deterministic_limit=0)
    tend_appointments(stage.context)
    assert stage.software.get(f"/api/v1/call-backs/{view['id']}").json() == view
    assert ("call_back", "07:10", "07:20") in stage.day("a01")


def test_the_planner_of_a_day_places_what_was_promised_before(any_stage: Stage) -> None:
    publish(any_stage.context, any_stage.centre, {"a01": "early", "a02": "early"}, TOMORROW)
    view = any_stage.call_back(due=(24 + 12) * 60)
    assert view["status"] == "open"
    plan_day(any_stage.context, TOMORROW, deterministic_limit=0)
    after = any_stage.software.get(f"/api/v1/call-backs/{view['id']}").json()
    assert after["status"] == "placed"
    assert any_stage.local((24 + 7) * 60) <= after["starts_at"] <= any_stage.local((24 + 12) * 60 - 10)
    any_stage.clock.now = at((24 + 6) * 60)
    [slot] = [one for one in any_stage.day("a01") if one[0] == "call_back"]
    assert after["starts_at"] == any_stage.local((24 + int(slot[1][:2])) * 60 + int(slot[1][3:]))
    [event] = [event for event in any_stage.events("a01") if event.subject == view["id"]]
    assert event.kind == "appointment.placed"


def test_the_planner_moves_a_break_for_what_finds_no_room_beside_it(stage: Stage) -> None:
    # Until 08:55 there is no hour beside the rest at 08:30.
    view = stage.call_back(minutes=90, due=8 * 60 + 55)
    assert (view["status"], view["nearest"]) == ("open", stage.local(525))
    plan_day(stage.context, TODAY, deterministic_limit=0)
    after = stage.software.get(f"/api/v1/call-backs/{view['id']}").json()
    assert (after["status"], after["trouble"]) == ("placed", "")
    assert stage.local(430) <= after["starts_at"] <= stage.local(445)
    kinds = sorted(kind for kind, _, _ in stage.day("a01"))
    assert kinds == ["call_back", "meal", "rest", "rest"]
    segments = stage.agent("a01").get("/api/v1/agents/a01/day").json()["segments"]
    [why] = [segment["why"] for segment in segments if segment["kind"] == "call_back"]
    assert why == "A call-back that you promised. Nothing else comes to you meanwhile."


def test_a_day_under_way_moves_a_break_for_what_finds_no_room_beside_it(any_stage: Stage) -> None:
    stage = any_stage
    view = stage.call_back(minutes=90, due=8 * 60 + 55)
    assert view["status"] == "open"
    came = replan(stage.context, TODAY)
    assert came is not None
    after = stage.software.get(f"/api/v1/call-backs/{view['id']}").json()
    assert (after["status"], after["trouble"]) == ("placed", "")
    assert stage.local(430) <= after["starts_at"] <= stage.local(445)
    assert sorted(kind for kind, _, _ in stage.day("a01")) == ["call_back", "meal", "rest", "rest"]
    before = {code: stage.day(code) for code in stage.centre.agent_codes}
    replan(stage.context, TODAY)
    assert {code: stage.day(code) for code in stage.centre.agent_codes} == before


def test_a_call_back_in_a_day_under_way_is_not_placed_once_cancelled(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = stage.call_back(minutes=90, due=8 * 60 + 55)
    solve = replanning.replan_day

    def cancelled_meanwhile(problem: DayProblem) -> Replanned:
        result = solve(problem)
        stage.software.post(f"/api/v1/call-backs/{view['id']}/cancel")
        return result

    monkeypatch.setattr(replanning, "replan_day", cancelled_meanwhile)
    before = stage.day("a01")
    replan(stage.context, TODAY)
    assert "call_back" not in [kind for kind, _, _ in stage.day("a01")]
    assert stage.day("a01") == before


def test_what_was_cancelled_while_a_day_was_planned_is_work(stage: Stage) -> None:
    view = stage.call_back(minutes=90, due=8 * 60 + 55)
    with reading(stage.context.engine) as session:
        facts = read_day(session, TODAY, None)
        asked = appointments_of(session, facts, stage.clock.now)
        problem = build_day_problem(session, stage.context.policy, facts, stage.clock.now, appointments=asked)
    result = solve_day(problem, deterministic_limit=0)
    assert [placed.id for placed in result.appointments] == [view["id"]]
    stage.software.post(f"/api/v1/call-backs/{view['id']}/cancel")
    with writing(stage.context.engine) as session:
        kept = keep_appointments(session, facts, asked, result, stage.clock.now)
        row = session.get(KeptAppointment, view["id"])
        assert row is not None
        assert (row.status, row.starts_at) == (AppointmentStatus.CANCELLED, None)
    before, after = (one.segments_of["a01"] for one in (result, kept))
    assert "call_back" in [span.kind for span in before]
    assert "call_back" not in [span.kind for span in after]
    assert (after[0].starts_at, after[-1].ends_at) == (before[0].starts_at, before[-1].ends_at)

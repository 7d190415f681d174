"""Call-backs over the API: promised, found in completed contacts, placed before they are due, moved, never lost."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from api.context import Context
from api.events.log import since
from api.services.appointments.tending import tend_appointments
from api.services.days.planning import plan_day
from roster.contacts import Contact
from roster.people import Agent
from roster.rest import DebriefInvitation
from roster.store.engine import reading, writing
from tests.api.appointment_stage import PLAIN, TOMORROW, Stage, at, lay, publish, staged
from tests.api.refusals import assert_refused, dump
from tests.conftest import SetClock


def completed(stage: Stage, due: int, ref: str = "c1") -> str:
    """A contact that a01 took and completed, with a follow-up due; its id."""
    assert stage.software.post("/api/v1/agents/a01/state", json={"state": "available"}).status_code == 200
    made = stage.software.post("/api/v1/contacts", json={"ref": ref, "queue": "advice"}).json()
    assert made["agent"] == "a01"
    assert stage.software.post(f"/api/v1/contacts/{made['id']}/start").status_code == 200
    over = stage.software.post(f"/api/v1/contacts/{made['id']}/complete", json={"follow_up_due": stage.local(due)})
    assert over.status_code == 200, over.text
    found: str = made["id"]
    return found


def test_a_completed_contact_that_promised_one_gets_a_slot_before_it_is_due(any_stage: Stage) -> None:
    contact = completed(any_stage, 12 * 60)
    assert any_stage.own("a01")["call_backs"] == []
    tend_appointments(any_stage.context)
    [view] = any_stage.software.get("/api/v1/call-backs").json()
    assert (view["id"], view["owner"], view["contact"], view["minutes"]) == (contact, "a01", "c1", 10)
    assert (view["due_at"], view["status"], view["trouble"]) == (any_stage.local(720), "placed", "")
    assert view["ends_at"] <= view["due_at"]
    assert any_stage.own("a01")["call_backs"] == [view]
    tend_appointments(any_stage.context)
    assert len(any_stage.rows()) == 1
    assert [kind for kind, _, _ in any_stage.day("a01")].count("call_back") == 1


def test_the_owner_of_a_repeat_contact_stays_when_the_call_was_made(stage: Stage) -> None:
    contact = completed(stage, 12 * 60)
    tend_appointments(stage.context)
    assert stage.software.post(f"/api/v1/call-backs/{contact}/done").json()["status"] == "done"
    tend_appointments(stage.context)
    with reading(stage.context.engine) as session:
        row = session.get(Contact, contact)
        assert row is not None
        assert row.owner_id == stage.centre.agents["a01"]
        assert row.follow_up_due == at(720)
    assert stage.software.get("/api/v1/call-backs").json() == []
    assert len(stage.rows()) == 1


def test_a_follow_up_of_a_contact_that_is_due_in_the_past_is_refused(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    made = stage.software.post("/api/v1/agents/a01/state", json={"state": "available"})
    made = stage.software.post("/api/v1/contacts", json={"ref": "c1", "queue": "advice"}).json()
    stage.software.post(f"/api/v1/contacts/{made['id']}/start")

    def ask() -> Any:
        body = {"follow_up_due": "2026-11-24T06:05:00Z"}
        return stage.software.post(f"/api/v1/contacts/{made['id']}/complete", json=body)

    assert_refused(stage.context, caplog, ask, 422, "follow_up_due 2026-11-24T06:05:00+00:00 is past")


def test_a_slot_is_where_it_costs_the_least_cover(stage: Stage) -> None:
    stage.require("advice", 6, range(7 * 60, 10 * 60, 15))
    stage.require("advice", 2, range(10 * 60, 15 * 60, 15))
    view = stage.call_back(due=12 * 60)
    assert (view["starts_at"], view["ends_at"]) == (stage.local(600), stage.local(610))
    assert ("call_back", "10:00", "10:10") in stage.day("a01")


def test_without_cover_to_keep_it_is_the_first_free_time(stage: Stage) -> None:
    assert stage.call_back()["starts_at"] == stage.local(430)
    assert stage.call_back(due=11 * 60)["starts_at"] == stage.local(440)


def test_it_lasts_as_long_as_asked_and_keeps_breaks_where_they_are(stage: Stage) -> None:
    view = stage.call_back(minutes=100, due=11 * 60)
    assert (view["minutes"], view["starts_at"]) == (100, stage.local(525))
    kinds = [one for one in stage.day("a01") if one[0] != "call_back"]
    assert kinds == [("rest", "08:30", "08:45"), ("meal", "10:30", "11:00"), ("rest", "13:00", "13:15")]


def test_of_several_days_the_last_before_it_is_due_is_taken(stage: Stage) -> None:
    publish(stage.context, stage.centre, {"a01": "early"}, TOMORROW)
    plan_day(stage.context, TOMORROW, deterministic_limit=0)
    view = stage.call_back(due=(24 + 20) * 60)
    assert view["starts_at"] == stage.local((24 + 7) * 60)


def test_a_day_that_is_not_planned_yet_is_waited_for(stage: Stage) -> None:
    publish(stage.context, stage.centre, {"a01": "early"}, TOMORROW)
    view = stage.call_back(due=(24 + 20) * 60)
    assert (view["status"], view["trouble"], view["nearest"]) == ("open", "", None)
    plan_day(stage.context, TOMORROW, deterministic_limit=0)
    tend_appointments(stage.context)
    after = stage.software.get(f"/api/v1/call-backs/{view['id']}").json()
    assert (after["status"], after["starts_at"][:10]) == ("placed", "2026-11-25")


def test_when_the_last_day_is_full_the_one_before_is_taken(stage: Stage) -> None:
    publish(stage.context, stage.centre, {"a01": "early"}, TOMORROW)
    plan_day(stage.context, TOMORROW, deterministic_limit=0)
    view = stage.call_back(due=(24 + 7) * 60 + 5)
    assert view["starts_at"] == stage.local(430)


def test_a_roster_that_is_not_published_yet_is_waited_for(stage: Stage) -> None:
    view = stage.call_back(due=20 * 24 * 60)
    assert (view["status"], view["trouble"]) == ("open", "")


def test_what_is_due_soon_does_not_wait_for_a_roster(stage: Stage) -> None:
    assert stage.call_back(due=40 * 60)["starts_at"] == stage.local(430)


def test_an_owner_who_is_never_on_shift_before_it_is_due_is_reported_with_the_nearest_time(
    context: Context, clock: SetClock
) -> None:
    stage = staged(context, clock, {"a01": "late", "a02": "early"})
    view = stage.call_back(due=12 * 60)
    assert (view["status"], view["starts_at"]) == ("open", None)
    assert view["trouble"] == "a01 is on no published shift in time for it"
    assert view["nearest"] == stage.local(13 * 60)
    assert stage.lead.get("/api/v1/call-backs?attention=true").json() == [view]
    told = [event.kind for event in stage.events("a01")]
    assert told == ["appointment.unplaced"]
    # Looked at again, nothing is written.
    before = dump(context)
    tend_appointments(context)
    assert dump(context) == before


def test_a_full_day_is_reported_with_the_nearest_time_and_found_later(stage: Stage) -> None:
    rest = PLAIN[0][0]
    lay(stage.context, stage.centre, "a01", [(rest, 425, 700)])
    view = stage.call_back(due=11 * 60)
    assert view["trouble"] == "no 10 minutes are free for it in the days as they are planned now"
    assert view["nearest"] == stage.local(700)
    lay(stage.context, stage.centre, "a01", PLAIN)
    tend_appointments(stage.context)
    after = stage.software.get(f"/api/v1/call-backs/{view['id']}").json()
    assert (after["status"], after["trouble"], after["nearest"]) == ("placed", "", None)


def test_time_offered_for_a_debrief_is_left_free(stage: Stage) -> None:
    with writing(stage.context.engine) as session:
        session.add(
            DebriefInvitation(
                agent_id=stage.centre.agents["a01"],
                peer_id=stage.centre.agents["a05"],
                starts_at=at(425),
                ends_at=at(455),
                created_at=stage.context.now(),
            )
        )
    assert stage.call_back()["starts_at"] == stage.local(455)


def test_too_little_time_is_reported(stage: Stage) -> None:
    view = stage.call_back(due=7 * 60 + 10)
    assert (view["status"], view["trouble"]) == ("open", "too little time is left for it")
    assert view["nearest"] == stage.local(430)


def test_an_owner_who_falls_sick_loses_the_time_and_the_lead_gives_it_to_somebody_else(any_stage: Stage) -> None:
    stage = any_stage
    view = stage.call_back(due=14 * 60)
    stage.away("a01")
    tend_appointments(stage.context)
    [lost] = stage.lead.get("/api/v1/call-backs?attention=true").json()
    assert (lost["id"], lost["status"]) == (view["id"], "open")
    assert lost["trouble"] == "a01 is on no published shift in time for it"
    given = stage.lead.post(f"/api/v1/call-backs/{view['id']}/owner", json={"owner": "a03"}).json()
    assert (given["owner"], given["status"], given["trouble"]) == ("a03", "placed", "")
    assert "call_back" in [kind for kind, _, _ in stage.day("a03")]
    assert stage.lead.get("/api/v1/call-backs?attention=true").json() == []


def test_an_owner_who_left_is_reported_and_nothing_is_lost(stage: Stage) -> None:
    view = stage.call_back(due=14 * 60)
    stage.left("a01")
    tend_appointments(stage.context)
    [lost] = stage.lead.get("/api/v1/call-backs?attention=true").json()
    assert (lost["id"], lost["trouble"]) == (view["id"], "a01 left: expected somebody who works here")


def test_a_promise_of_somebody_who_left_before_it_was_found(stage: Stage) -> None:
    contact = completed(stage, 12 * 60)
    stage.left("a01")
    tend_appointments(stage.context)
    [lost] = stage.lead.get("/api/v1/call-backs?attention=true").json()
    assert (lost["id"], lost["trouble"]) == (contact, "a01 left: expected somebody who works here")


def test_a_contact_whose_follow_up_passed_while_nobody_looked_is_late_not_lost(stage: Stage) -> None:
    contact = completed(stage, 8 * 60)
    stage.clock.now = at(9 * 60)
    tend_appointments(stage.context)
    [late] = stage.lead.get("/api/v1/call-backs?attention=true").json()
    assert (late["id"], late["late"], late["trouble"]) == (contact, True, "its time has passed without it")
    assert late["nearest"] == stage.local(545)


def test_one_that_was_placed_but_is_not_said_to_be_done_needs_attention_once_due(stage: Stage) -> None:
    view = stage.call_back(due=8 * 60)
    assert stage.lead.get("/api/v1/call-backs?attention=true").json() == []
    stage.clock.now = at(8 * 60)
    [late] = stage.lead.get("/api/v1/call-backs?attention=true").json()
    assert (late["id"], late["late"]) == (view["id"], True)


@pytest.mark.parametrize("word", ["done", "cancel"])
def test_what_is_over_before_it_began_is_work_again(any_stage: Stage, word: str) -> None:
    before = any_stage.day("a01")
    view = any_stage.call_back()
    assert any_stage.day("a01") != before
    over = any_stage.agent("a01").post(f"/api/v1/call-backs/{view['id']}/{word}")
    assert over.json()["status"] == {"done": "done", "cancel": "cancelled"}[word]
    assert any_stage.day("a01") == before
    assert any_stage.agent("a01").post(f"/api/v1/call-backs/{view['id']}/{word}").json() == over.json()
    other = {"done": "cancel", "cancel": "done"}[word]
    assert any_stage.agent("a01").post(f"/api/v1/call-backs/{view['id']}/{other}").status_code == 409


def test_one_that_has_begun_keeps_its_time_when_done(stage: Stage) -> None:
    view = stage.call_back()
    stage.clock.now = at(431)
    stage.agent("a01").post(f"/api/v1/call-backs/{view['id']}/done")
    assert ("call_back", "07:10", "07:20") in stage.day("a01")


def test_the_owner_chooses_another_time(any_stage: Stage) -> None:
    view = any_stage.call_back(due=9 * 60)
    body = {"starts_at": any_stage.local(12 * 60 + 7)}
    moved = any_stage.agent("a01").post(f"/api/v1/call-backs/{view['id']}/reschedule", json=body).json()
    assert (moved["starts_at"], moved["due_at"]) == (any_stage.local(727), any_stage.local(737))
    assert [one for one in any_stage.day("a01") if one[0] == "call_back"] == [("call_back", "12:07", "12:17")]


def test_a_chosen_time_that_is_not_free_is_refused_with_the_nearest_and_changes_nothing(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    view = stage.call_back()

    def ask() -> Any:
        body = {"starts_at": stage.local(630)}
        return stage.agent("a01").post(f"/api/v1/call-backs/{view['id']}/reschedule", json=body)

    stage.agent("a01")
    before = stage.day("a01")
    reply = ask()
    assert (reply.status_code, reply.json()["nearest"]) == (409, "2026-11-24T09:20:00+00:00")
    assert "starts_at 2026-11-24T09:30:00+00:00: a01 has no 10 minutes of work then" in reply.json()["detail"]
    assert "The nearest is 10:20." in reply.json()["detail"]
    assert stage.day("a01") == before
    assert stage.software.get(f"/api/v1/call-backs/{view['id']}").json() == view


def test_a_new_due_time_finds_a_new_slot(stage: Stage) -> None:
    stage.require("advice", 6, range(7 * 60, 12 * 60, 15))
    stage.require("advice", 1, range(12 * 60, 15 * 60, 15))
    view = stage.call_back(due=9 * 60)
    assert view["starts_at"] < stage.local(540)
    body = {"due_at": stage.local(14 * 60)}
    moved = stage.software.post(f"/api/v1/call-backs/{view['id']}/reschedule", json=body).json()
    assert (moved["due_at"], moved["starts_at"]) == (stage.local(840), stage.local(720))
    assert [one for one in stage.day("a01") if one[0] == "call_back"] == [("call_back", "12:00", "12:10")]


def test_the_same_promise_again_is_the_same_call_back(stage: Stage) -> None:
    body = {"owner": "a01", "due_at": stage.local(840), "contact": "ref-7"}
    first = stage.software.post("/api/v1/call-backs", json=body)
    again = stage.software.post("/api/v1/call-backs", json=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = stage.software.post("/api/v1/call-backs", json={**body, "contact": "ref-8"})
    assert (other.status_code, other.json()["contact"]) == (201, "ref-8")


def test_a_contact_may_be_named_by_its_id(stage: Stage) -> None:
    stage.software.post("/api/v1/agents/a01/state", json={"state": "available"})
    made = stage.software.post("/api/v1/contacts", json={"ref": "their-17", "queue": "advice"}).json()
    assert stage.call_back(contact=made["id"])["contact"] == "their-17"


def test_an_agent_sees_and_changes_only_their_own(stage: Stage) -> None:
    view = stage.call_back()
    other = stage.agent("a02")
    assert other.get("/api/v1/call-backs").json() == []
    assert other.get(f"/api/v1/call-backs/{view['id']}").status_code == 404
    for word, body in (("done", None), ("cancel", None), ("reschedule", {"due_at": stage.local(800)})):
        assert other.post(f"/api/v1/call-backs/{view['id']}/{word}", json=body).status_code == 404
    for code in ("a01", "a02"):
        reply = stage.agent(code).post(f"/api/v1/call-backs/{view['id']}/owner", json={"owner": "a02"})
        assert reply.status_code == 403
    assert (
        stage.agent("a02").post("/api/v1/call-backs", json={"owner": "a01", "due_at": stage.local(840)}).status_code
        == 403
    )
    own = stage.agent("a02").post("/api/v1/call-backs", json={"owner": "a02", "due_at": stage.local(840)})
    assert own.status_code == 201
    assert [one["id"] for one in stage.agent("a02").get("/api/v1/call-backs").json()] == [own.json()["id"]]


def test_its_lines_are_its_owners_alone(stage: Stage) -> None:
    view = stage.call_back()
    stage.agent("a01").post(f"/api/v1/call-backs/{view['id']}/done")
    assert [event.kind for event in stage.events("a01")] == ["appointment.placed", "appointment.closed"]
    with reading(stage.context.engine) as session:
        lines = since(session, 0, agent_id=stage.centre.agents["a02"])
    assert not [line for line in lines if line.kind.startswith("appointment.")]


Post = Callable[[dict[str, Any]], Any]


@pytest.mark.parametrize(
    ("body", "quoted"),
    [
        ({"due_at": "2026-11-24T06:05:00Z"}, "due_at 2026-11-24T06:05:00+00:00 is past"),
        ({"due_at": "2025-01-01T00:00:00Z"}, "due_at 2025-01-01T00:00:00+00:00 is past"),
        ({"due_at": "2026-11-24T12:00:00"}, "due_at"),
        ({"due_at": "soon"}, "(found 'soon')"),
        ({"owner": "nobody"}, "owner 'nobody' is not known"),
        ({"owner": "a06"}, "owner 'a06' left"),
        ({"owner": "a\x00b"}, r"(found 'a\x00b')"),
        ({"minutes": 0}, "(found 0)"),
        ({"minutes": 121}, "(found 121)"),
        ({"contact": "Mrs Jones, 3rd floor"}, "(found 'Mrs Jones, 3rd floor')"),
        ({"contact": "x" * 121}, "contact"),
        ({"note": "she was upset"}, "note: Extra inputs"),
    ],
)
def test_bad_promises_are_refused_and_change_nothing(
    any_stage: Stage, caplog: pytest.LogCaptureFixture, body: dict[str, Any], quoted: str
) -> None:
    any_stage.left("a06")
    whole = {"owner": "a01", "due_at": any_stage.local(840), **body}
    assert_refused(
        any_stage.context, caplog, lambda: any_stage.software.post("/api/v1/call-backs", json=whole), 422, quoted
    )


@pytest.mark.parametrize(
    ("word", "body", "status", "quoted"),
    [
        ("reschedule", {}, 422, "expected either due_at or starts_at"),
        ("reschedule", {"due_at": "2026-11-24T06:00:00Z"}, 422, "due_at 2026-11-24T06:00:00+00:00 is past"),
        ("reschedule", {"starts_at": "2026-11-24T06:00:00Z"}, 422, "starts_at 2026-11-24T06:00:00+00:00 is past"),
        ("reschedule", {"starts_at": "2026-11-24T10:00:30Z"}, 422, "expected a whole minute"),
        ("reschedule", {"starts_at": "2026-11-24T20:00:00Z"}, 409, "a01 has no 10 minutes of work then"),
        ("owner", {"owner": "nobody"}, 422, "owner 'nobody' is not known"),
        ("owner", {}, 422, "owner: Field required"),
    ],
)
def test_bad_changes_are_refused_and_change_nothing(
    any_stage: Stage, caplog: pytest.LogCaptureFixture, word: str, body: dict[str, Any], status: int, quoted: str
) -> None:
    view = any_stage.call_back()
    ask = f"/api/v1/call-backs/{view['id']}/{word}"
    assert_refused(any_stage.context, caplog, lambda: any_stage.software.post(ask, json=body), status, quoted)
    unknown = f"/api/v1/call-backs/nope/{word}"
    if status == 409 or body.get("owner"):
        reply = any_stage.software.post(unknown, json=body)
        assert (reply.status_code, "'nope'" in reply.json()["detail"]) == (404, True)


def test_the_agents_table_is_not_touched(stage: Stage) -> None:
    with reading(stage.context.engine) as session:
        before = [agent.model_dump() for agent in session.exec(select(Agent)).all()]
    stage.call_back()
    stage.clock.now += timedelta(minutes=1)
    tend_appointments(stage.context)
    with reading(stage.context.engine) as session:
        assert [agent.model_dump() for agent in session.exec(select(Agent)).all()] == before

"""Meetings, training and focus time over the API: at one time for all, where it costs the least cover; bad input."""

from dataclasses import replace
from typing import Any

import pytest

from api.context import Context
from api.services.appointments.tending import tend_appointments
from api.services.days.planning import plan_day
from tests.api.appointment_stage import PLAIN, TOMORROW, Stage, at, lay, publish, staged
from tests.api.refusals import assert_refused
from tests.conftest import SetClock


def asked(stage: Stage, begin: int = 7 * 60, end: int = 15 * 60, **more: Any) -> dict[str, Any]:
    """What is sent to ask for a meeting of a01 and a02 between two minutes of the day."""
    who = {} if "team" in more else {"people": ["a01", "a02"]}
    return {"minutes": 30, "earliest": stage.local(begin), "latest": stage.local(end), **who, **more}


def met(stage: Stage, *window: int, **more: Any) -> dict[str, Any]:
    """A meeting that was made."""
    reply = stage.lead.post("/api/v1/meetings", json=asked(stage, *window, **more))
    assert reply.status_code == 201, reply.text
    found: dict[str, Any] = reply.json()
    return found


def test_a_meeting_takes_the_same_time_from_everybody_and_no_break(any_stage: Stage) -> None:
    view = met(any_stage, 8 * 60 + 10)
    # a01 rests 08:30 to 08:45, a02 08:45 to 09:00.
    assert (view["status"], view["starts_at"], view["people"]) == ("placed", any_stage.local(540), ["a01", "a02"])
    for code in ("a01", "a02"):
        assert ("meeting", "09:00", "09:30") in any_stage.day(code)
        assert len(any_stage.day(code)) == 4
    assert ("meeting", "09:00", "09:30") not in any_stage.day("a03")
    assert any_stage.lead.get("/api/v1/meetings").json() == [view]
    assert any_stage.lead.get(f"/api/v1/meetings/{view['id']}").json() == view


def test_training_is_where_it_costs_the_least_cover(stage: Stage) -> None:
    stage.require("advice", 6, range(7 * 60, 13 * 60 + 30, 15))
    stage.require("advice", 4, range(13 * 60 + 30, 15 * 60, 15))
    view = met(stage, kind="training")
    assert (view["kind"], view["starts_at"]) == ("training", stage.local(13 * 60 + 30))
    assert ("training", "13:30", "14:00") in stage.day("a02")


def test_a_team_meets_when_most_of_it_is_on_shift_and_all_of_those_can(context: Context, clock: SetClock) -> None:
    early = {"a01": "early", "a02": "early", "a03": "early", "a04": "early", "a05": "late"}
    stage = staged(context, clock, early)
    view = met(stage, team="Team")
    assert (view["team"], view["people"]) == ("Team", ["a01", "a02", "a03", "a04", "a05"])
    assert view["starts_at"] == stage.local(13 * 60 + 30)
    assert ("meeting", "13:30", "14:00") in stage.day("a05")
    assert stage.people(view["id"]) == view["people"]


def test_a_cancelled_meeting_is_work_again_for_everybody(any_stage: Stage) -> None:
    before = [any_stage.day(code) for code in ("a01", "a02")]
    view = met(any_stage)
    over = any_stage.lead.post(f"/api/v1/meetings/{view['id']}/cancel")
    assert over.json()["status"] == "cancelled"
    assert [any_stage.day(code) for code in ("a01", "a02")] == before
    assert any_stage.lead.get("/api/v1/meetings").json() == []
    assert any_stage.lead.post(f"/api/v1/meetings/{view['id']}/cancel").json() == over.json()


def test_a_meeting_that_has_begun_is_not_cancelled(stage: Stage) -> None:
    view = met(stage)
    stage.clock.now = at(540)
    reply = stage.lead.post(f"/api/v1/meetings/{view['id']}/cancel")
    assert (reply.status_code, "expected one that has not begun" in reply.json()["detail"]) == (409, True)


def test_people_whose_shifts_never_meet_are_named_with_the_nearest_time(
    context: Context, clock: SetClock, caplog: pytest.LogCaptureFixture
) -> None:
    stage = staged(context, clock, {"a01": "early", "a02": "late", "a03": "early"})
    body = asked(stage, 8 * 60, 12 * 60)
    problem = assert_refused(
        context, caplog, lambda: stage.lead.post("/api/v1/meetings", json=body), 409, "a02 is on no published shift"
    )
    assert problem["nearest"] == at(13 * 60 + 15).isoformat()
    assert problem["detail"].endswith("The nearest time is 2026-11-24 13:15.")
    body = asked(stage, 8 * 60, 13 * 60 + 40)
    assert_refused(
        context,
        caplog,
        lambda: stage.lead.post("/api/v1/meetings", json={**body, "minutes": 60}),
        409,
        "a02 is on no published shift",
    )
    body = asked(stage, 8 * 60, 20 * 60, minutes=150)
    problem = assert_refused(
        context,
        caplog,
        lambda: stage.lead.post("/api/v1/meetings", json=body),
        409,
        "the shifts of a01 and a02 never meet",
    )
    assert (problem["nearest"], "They meet in no published shift." in problem["detail"]) == (None, True)


def test_a_team_of_which_nobody_meets_is_refused(context: Context, clock: SetClock) -> None:
    stage = staged(context, clock, {"a01": "early"})
    reply = stage.lead.post("/api/v1/meetings", json=asked(stage, team="Team"))
    assert reply.status_code == 409
    assert "no two people of the team are on shift together then" in reply.json()["detail"]


def test_a_meeting_for_which_nothing_is_free_is_kept_and_reported(stage: Stage) -> None:
    rest = PLAIN[0][0]
    lay(stage.context, stage.centre, "a01", [(rest, 425, 700)])
    view = met(stage, 7 * 60, 11 * 60)
    assert (view["status"], view["trouble"]) == (
        "open",
        "no 30 minutes are free for it in the days as they are planned now",
    )
    # a02 has a meal 11:30 to 12:00; a01 is busy until 11:40.
    assert view["nearest"] == stage.local(720)
    lay(stage.context, stage.centre, "a01", PLAIN)
    tend_appointments(stage.context)
    assert stage.lead.get(f"/api/v1/meetings/{view['id']}").json()["status"] == "placed"


def test_a_meeting_that_one_of_its_people_cannot_keep_is_off_for_all_and_found_anew(stage: Stage) -> None:
    view = met(stage)
    stage.away("a02")
    tend_appointments(stage.context)
    after = stage.lead.get(f"/api/v1/meetings/{view['id']}").json()
    assert (after["status"], after["trouble"]) == ("open", "a02 is on no published shift in time for it")
    assert "meeting" not in [kind for kind, _, _ in stage.day("a01")]


def test_a_meeting_of_a_later_day_waits_until_that_is_planned(stage: Stage) -> None:
    publish(stage.context, stage.centre, {"a01": "early", "a02": "late"}, TOMORROW)
    view = met(stage, (24 + 7) * 60, (24 + 20) * 60)
    assert (view["status"], view["trouble"]) == ("open", "")
    plan_day(stage.context, TOMORROW, deterministic_limit=0)
    tend_appointments(stage.context)
    after = stage.lead.get(f"/api/v1/meetings/{view['id']}").json()
    assert after["status"] == "placed"
    assert stage.local((24 + 13) * 60) <= after["starts_at"] <= stage.local((24 + 14) * 60 + 30)


@pytest.mark.parametrize(
    ("more", "quoted"),
    [
        ({"latest": "2026-11-24T06:05:00Z", "earliest": "2026-11-24T05:00:00Z"}, "latest 2026-11-24T06:05:00+00:00 is"),
        ({"earliest": "2026-11-24T12:00:00Z", "latest": "2026-11-24T12:20:00Z"}, "minutes 30 do not fit between"),
        ({"earliest": "2026-11-24T12:00:00Z", "latest": "2026-11-24T11:00:00Z"}, "minutes 30 do not fit between"),
        ({"latest": "2027-11-24T12:00:00Z"}, "expected no more than 92 days ahead"),
        ({"latest": "2026-11-24T12:00:00"}, "latest"),
        ({"minutes": 241}, "(found 241)"),
        ({"minutes": 4}, "(found 4)"),
        ({"kind": "party"}, "(found 'party')"),
        ({"people": ["a01", "nobody"]}, "people 'nobody': not known"),
        ({"people": ["a01", "a06"]}, "people 'a06': left"),
        ({"people": ["a01", "a01"]}, "people names a01 twice"),
        ({"people": []}, "expected either people or a team"),
        ({"team": "Team", "people": ["a01"]}, "expected either people or a team"),
        ({"team": "Nope"}, "team 'Nope' is not known: expected one of Team"),
        ({"title": "about Mrs Jones"}, "title: Extra inputs"),
    ],
)
def test_bad_meetings_are_refused_and_change_nothing(
    any_stage: Stage, caplog: pytest.LogCaptureFixture, more: dict[str, Any], quoted: str
) -> None:
    any_stage.left("a06")
    body = asked(any_stage, **more)
    assert_refused(any_stage.context, caplog, lambda: any_stage.lead.post("/api/v1/meetings", json=body), 422, quoted)


def test_meetings_are_the_leads(stage: Stage) -> None:
    view = met(stage)
    for client in (stage.agent("a01"), stage.software):
        assert client.post("/api/v1/meetings", json=asked(stage)).status_code == 403
        assert client.get("/api/v1/meetings").status_code == 403
        assert client.post(f"/api/v1/meetings/{view['id']}/cancel").status_code == 403
    assert stage.lead.get("/api/v1/meetings/nope").status_code == 404
    call_back = stage.call_back()
    assert stage.lead.post(f"/api/v1/meetings/{call_back['id']}/cancel").status_code == 404
    assert stage.lead.post(f"/api/v1/call-backs/{view['id']}/done").status_code == 404


class TestFocus:
    """Focus time for messages."""

    def test_an_agent_asks_for_some_today(self, any_stage: Stage) -> None:
        own = any_stage.agent("a01")
        reply = own.post("/api/v1/agents/a01/day/focus", json={"minutes": 30})
        assert reply.status_code == 201
        view = reply.json()
        assert (view["starts_at"], view["ends_at"]) == (any_stage.local(430), any_stage.local(460))
        assert ("focus", "07:10", "07:40") in any_stage.day("a01")
        assert any_stage.own("a01")["focus"] == [view]
        assert own.delete(f"/api/v1/agents/a01/day/focus/{view['id']}").status_code == 204
        assert "focus" not in [kind for kind, _, _ in any_stage.day("a01")]
        assert own.delete(f"/api/v1/agents/a01/day/focus/{view['id']}").status_code == 204
        assert any_stage.own("a01")["focus"] == []

    def test_what_does_not_fit_is_refused_with_what_does(self, stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
        rest = PLAIN[0][0]
        lay(stage.context, stage.centre, "a01", [(rest, 425, 700), (rest, 720, 900)])
        own = stage.agent("a01")
        problem = assert_refused(
            stage.context,
            caplog,
            lambda: own.post("/api/v1/agents/a01/day/focus", json={"minutes": 45}),
            409,
            "minutes 45: nothing so long is free in your shift. The nearest possible is 20 minutes at 11:40.",
        )
        assert (problem["minutes"], problem["nearest"]) == (20, at(700).isoformat())

    def test_without_a_shift_there_is_none(self, stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
        stage.clock.now = at(15 * 60)
        own = stage.agent("a01")
        ask = "/api/v1/agents/a01/day/focus"
        assert_refused(
            stage.context, caplog, lambda: own.post(ask, json={"minutes": 30}), 409, "you have no shift left today"
        )

    @pytest.mark.parametrize("minutes", [0, 4, 121, "long"])
    def test_bad_minutes(self, stage: Stage, caplog: pytest.LogCaptureFixture, minutes: Any) -> None:
        own = stage.agent("a01")
        ask = "/api/v1/agents/a01/day/focus"
        assert_refused(
            stage.context, caplog, lambda: own.post(ask, json={"minutes": minutes}), 422, f"(found {minutes!r})"
        )

    def test_it_is_the_agents_own(self, stage: Stage) -> None:
        view = stage.agent("a01").post("/api/v1/agents/a01/day/focus", json={"minutes": 30}).json()
        assert stage.agent("a02").post("/api/v1/agents/a01/day/focus", json={"minutes": 30}).status_code == 403
        assert stage.agent("a02").delete(f"/api/v1/agents/a02/day/focus/{view['id']}").status_code == 404
        assert stage.lead.post("/api/v1/agents/a01/day/focus", json={"minutes": 30}).status_code == 403

    def test_by_policy_everybody_gets_some_in_each_shift_once(self, stage: Stage) -> None:
        day = stage.context.policy.day.model_copy(update={"focus_minutes": 20})
        context = replace(stage.context, policy=stage.context.policy.model_copy(update={"day": day}))
        tend_appointments(context)
        tend_appointments(context)
        for code in stage.centre.agent_codes:
            assert [one for one in stage.day(code) if one[0] == "focus"] == [("focus", "07:10", "07:30")]
        view = stage.own("a01")["focus"]
        assert isinstance(view, list)
        stage.agent("a01").delete(f"/api/v1/agents/a01/day/focus/{view[0]['id']}")
        tend_appointments(context)
        assert "focus" not in [kind for kind, _, _ in stage.day("a01")]

    def test_by_default_there_is_none(self, stage: Stage) -> None:
        tend_appointments(stage.context)
        assert stage.rows() == []
